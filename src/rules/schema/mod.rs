//! Rules that hold a ClusterServiceVersion to its own schema.

mod invalid_csv_field;
mod missing_csv_field;
mod unknown_csv_field;
mod wrong_csv_field_type;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &invalid_csv_field::RULE,
    &missing_csv_field::RULE,
    &unknown_csv_field::RULE,
    &wrong_csv_field_type::RULE,
];
