//! Rules about an upgrade from one bundle to another.

mod changed_crd_identity;
mod changed_deployment_selector;
mod dropped_fields;
mod lost_conversion_webhook;
mod narrowed_schema;
mod orphaned_crd;
mod raised_min_kube_version;
mod refused_example;
mod removed_stored_version;
mod shrunk_install_modes;
mod unserved_version;
mod widened_permissions;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &changed_crd_identity::RULE,
    &changed_deployment_selector::RULE,
    &dropped_fields::RULE,
    &lost_conversion_webhook::RULE,
    &narrowed_schema::RULE,
    &orphaned_crd::RULE,
    &raised_min_kube_version::RULE,
    &refused_example::RULE,
    &removed_stored_version::RULE,
    &shrunk_install_modes::RULE,
    &unserved_version::RULE,
    &widened_permissions::RULE,
];
