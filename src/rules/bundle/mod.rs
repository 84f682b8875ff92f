//! Rules about the files of a bundle.

mod manifest_without_kind;
mod missing_annotations;
mod missing_csv;
mod mistagged_bundle_image;
mod mistagged_operator_image;
mod multiple_csvs;
mod nonstandard_bundle_name;
mod owned_crd_not_found;
mod unknown_operator_deployment;
mod unquoted_csv_version;
mod unsupported_install_mode;
mod webhook_without_container_port;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &manifest_without_kind::RULE,
    &missing_annotations::RULE,
    &missing_csv::RULE,
    &mistagged_bundle_image::RULE,
    &mistagged_operator_image::RULE,
    &multiple_csvs::RULE,
    &nonstandard_bundle_name::RULE,
    &owned_crd_not_found::RULE,
    &unknown_operator_deployment::RULE,
    &unquoted_csv_version::RULE,
    &unsupported_install_mode::RULE,
    &webhook_without_container_port::RULE,
];
