//! Rules about webhooks.

mod closed_webhook_port;
mod conversion_of_unknown_fields;
mod conversion_outside_all_namespaces;
mod conversion_without_crds;
mod duplicate_conversion;
mod duplicate_webhook;
mod forbidden_webhook_rule;
mod foreign_conversion_crd;
mod invalid_webhook_name;
mod replaced_certificate_volume;
mod self_blocking_webhook;
mod taken_service_name;
mod unconverted_versions;
mod unknown_webhook_deployment;
mod unserved_conversion;
mod unsupported_review_version;
mod webhook_with_side_effects;
mod webhook_without_rules;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &closed_webhook_port::RULE,
    &conversion_of_unknown_fields::RULE,
    &conversion_outside_all_namespaces::RULE,
    &conversion_without_crds::RULE,
    &duplicate_conversion::RULE,
    &duplicate_webhook::RULE,
    &forbidden_webhook_rule::RULE,
    &foreign_conversion_crd::RULE,
    &invalid_webhook_name::RULE,
    &replaced_certificate_volume::RULE,
    &self_blocking_webhook::RULE,
    &taken_service_name::RULE,
    &unconverted_versions::RULE,
    &unknown_webhook_deployment::RULE,
    &unserved_conversion::RULE,
    &unsupported_review_version::RULE,
    &webhook_with_side_effects::RULE,
    &webhook_without_rules::RULE,
];
