//! Rules about the contract with the installer: what it gets of the catalog.

mod head_without_csv;
mod missing_subscribed_api;
mod missing_subscribed_channel;
mod missing_subscribed_package;
mod other_default_channel;
mod oversized_install_plan;
mod skipped_minor;
mod stranded_version;
mod unknown_operator_version;
mod unreachable_head;
mod unresolvable_subscriptions;
mod unsupported_kubernetes;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &head_without_csv::RULE,
    &missing_subscribed_api::RULE,
    &missing_subscribed_channel::RULE,
    &missing_subscribed_package::RULE,
    &other_default_channel::RULE,
    &oversized_install_plan::RULE,
    &skipped_minor::RULE,
    &stranded_version::RULE,
    &unknown_operator_version::RULE,
    &unreachable_head::RULE,
    &unresolvable_subscriptions::RULE,
    &unsupported_kubernetes::RULE,
];
