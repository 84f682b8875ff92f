//! Rules about service accounts and permissions.

mod clashing_service_account;
mod crd_writing_permission;
mod default_service_account;
mod disruption_budget_permission;
mod escalating_permission;
mod invalid_permission_rule;
mod missing_network_policy_permission;
mod removed_api_permission;
mod security_constraint_change;
mod several_security_constraints;
mod unknown_binding_subject;
mod unknown_bound_role;
mod unknown_service_account;
mod unlimited_permission;
mod unmanaged_crd;
mod unused_service_account;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &clashing_service_account::RULE,
    &crd_writing_permission::RULE,
    &default_service_account::RULE,
    &disruption_budget_permission::RULE,
    &escalating_permission::RULE,
    &invalid_permission_rule::RULE,
    &missing_network_policy_permission::RULE,
    &removed_api_permission::RULE,
    &security_constraint_change::RULE,
    &several_security_constraints::RULE,
    &unknown_binding_subject::RULE,
    &unknown_bound_role::RULE,
    &unknown_service_account::RULE,
    &unlimited_permission::RULE,
    &unmanaged_crd::RULE,
    &unused_service_account::RULE,
];
