//! Rules about Deployments and how they are installed.

mod deployment_without_containers;
mod duplicate_deployment;
mod invalid_deployment_name;
mod invalid_quantity;
mod long_deployment_name;
mod mismatched_selector;
mod missing_deployment;
mod missing_probes;
mod missing_resource_requests;
mod repeated_pod_part;
mod unknown_install_strategy;
mod unknown_volume;
mod unrestricted_container;
mod zero_replicas;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &deployment_without_containers::RULE,
    &duplicate_deployment::RULE,
    &invalid_deployment_name::RULE,
    &invalid_quantity::RULE,
    &long_deployment_name::RULE,
    &mismatched_selector::RULE,
    &missing_deployment::RULE,
    &missing_probes::RULE,
    &missing_resource_requests::RULE,
    &repeated_pod_part::RULE,
    &unknown_install_strategy::RULE,
    &unknown_volume::RULE,
    &unrestricted_container::RULE,
    &zero_replicas::RULE,
];
