//! Rules about the APIs that a bundle brings, and their examples.

mod ambiguous_examples;
mod crd_without_example;
mod crd_without_resources;
mod foreign_example;
mod invalid_examples;
mod invalid_initialization_resource;
mod invalid_internal_objects;
mod invalid_owned_crd_name;
mod missing_examples;
mod namespaced_example;
mod owned_and_required_crd;
mod owned_api_service;
mod rejected_example;
mod repeated_owned_crd;
mod undescribed_crd;
mod undescribed_example_field;
mod unknown_api_service_deployment;
mod unknown_descriptor_path;
mod unknown_example_field;
mod unnamed_crd;
mod unnamed_example;
mod unowned_crd;
mod unserved_owned_crd;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &ambiguous_examples::RULE,
    &crd_without_example::RULE,
    &crd_without_resources::RULE,
    &foreign_example::RULE,
    &invalid_examples::RULE,
    &invalid_initialization_resource::RULE,
    &invalid_internal_objects::RULE,
    &invalid_owned_crd_name::RULE,
    &missing_examples::RULE,
    &namespaced_example::RULE,
    &owned_and_required_crd::RULE,
    &owned_api_service::RULE,
    &rejected_example::RULE,
    &repeated_owned_crd::RULE,
    &undescribed_crd::RULE,
    &undescribed_example_field::RULE,
    &unknown_api_service_deployment::RULE,
    &unknown_descriptor_path::RULE,
    &unknown_example_field::RULE,
    &unnamed_crd::RULE,
    &unnamed_example::RULE,
    &unowned_crd::RULE,
    &unserved_owned_crd::RULE,
];
