//! Rules about the other objects of a bundle.

mod all_pods_network_policy;
mod blocking_disruption_budget;
mod generic_cluster_name;
mod global_default_priority;
mod leftover_runtime_field;
mod network_policy_in_bundle;
mod published_secret;
mod reserved_priority;
mod service_monitor_without_service;
mod service_without_pods;
mod unknown_target_port;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &all_pods_network_policy::RULE,
    &blocking_disruption_budget::RULE,
    &generic_cluster_name::RULE,
    &global_default_priority::RULE,
    &leftover_runtime_field::RULE,
    &network_policy_in_bundle::RULE,
    &published_secret::RULE,
    &reserved_priority::RULE,
    &service_monitor_without_service::RULE,
    &service_without_pods::RULE,
    &unknown_target_port::RULE,
];
