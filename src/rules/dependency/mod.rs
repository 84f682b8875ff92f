//! Rules about what a bundle says of itself: dependencies and properties.

mod conflicting_properties;
mod constraint_without_message;
mod derived_property;
mod impossible_dependency_range;
mod incomplete_dependency;
mod invalid_cel_constraint;
mod invalid_constraint;
mod invalid_dependency_range;
mod invalid_properties_annotation;
mod invalid_property;
mod properties_in_csv;
mod repeated_dependency;
mod self_dependency;
mod top_level_not;
mod unmet_dependency;
mod unsupported_dependency_type;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &conflicting_properties::RULE,
    &constraint_without_message::RULE,
    &derived_property::RULE,
    &impossible_dependency_range::RULE,
    &incomplete_dependency::RULE,
    &invalid_cel_constraint::RULE,
    &invalid_constraint::RULE,
    &invalid_dependency_range::RULE,
    &invalid_properties_annotation::RULE,
    &invalid_property::RULE,
    &properties_in_csv::RULE,
    &repeated_dependency::RULE,
    &self_dependency::RULE,
    &top_level_not::RULE,
    &unmet_dependency::RULE,
    &unsupported_dependency_type::RULE,
];
