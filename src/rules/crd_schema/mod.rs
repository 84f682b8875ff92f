//! Rules about the schemas of CustomResourceDefinitions. Most only give a name to what `crd` judges.

mod confusable_schema_fields;
mod contradicting_schema_extension;
mod impossible_schema_bounds;
mod invalid_list_type;
mod invalid_schema_default;
mod invalid_schema_enum;
mod invalid_schema_pattern;
mod invalid_schema_type;
mod list_without_items;
mod misplaced_additional_properties;
mod missing_schema_type;
mod restricted_metadata;
mod undecodable_schema_keyword;
mod unknown_required_field;
mod unknown_schema_format;
mod unknown_schema_keyword;
mod unstructural_junctor;
mod unsupported_schema_keyword;
mod unvalidated_spec;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &confusable_schema_fields::RULE,
    &contradicting_schema_extension::RULE,
    &impossible_schema_bounds::RULE,
    &invalid_list_type::RULE,
    &invalid_schema_default::RULE,
    &invalid_schema_enum::RULE,
    &invalid_schema_pattern::RULE,
    &invalid_schema_type::RULE,
    &list_without_items::RULE,
    &misplaced_additional_properties::RULE,
    &missing_schema_type::RULE,
    &restricted_metadata::RULE,
    &undecodable_schema_keyword::RULE,
    &unknown_required_field::RULE,
    &unknown_schema_format::RULE,
    &unknown_schema_keyword::RULE,
    &unstructural_junctor::RULE,
    &unsupported_schema_keyword::RULE,
    &unvalidated_spec::RULE,
];
