//! Rules about the files of a bundle and its annotations.

mod channel_with_blanks;
mod clashing_file_names;
mod duplicate_object;
mod hidden_file;
mod invalid_channel_name;
mod invalid_object_name;
mod invalid_package_annotation;
mod lost_document;
mod manifest_without_kind;
mod misgrouped_kind;
mod misnamed_bundle_folder;
mod misplaced_annotations;
mod missing_annotation;
mod missing_annotations;
mod missing_api_version;
mod missing_csv;
mod mistagged_bundle_image;
mod mistagged_operator_image;
mod multiple_annotations;
mod multiple_csvs;
mod nearly_oversized_bundle;
mod nearly_oversized_object;
mod nonstandard_bundle_name;
mod nonstandard_channel_name;
mod object_with_namespace;
mod optional_api;
mod oversized_bundle;
mod oversized_object;
mod owned_crd_not_found;
mod repeated_channel;
mod subfolder_in_manifests;
mod unknown_annotation;
mod unknown_operator_deployment;
mod unlisted_default_channel;
mod unquoted_annotation;
mod unquoted_csv_version;
mod unsupported_install_mode;
mod unsupported_kind;
mod unsupported_media_type;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &channel_with_blanks::RULE,
    &clashing_file_names::RULE,
    &duplicate_object::RULE,
    &hidden_file::RULE,
    &invalid_channel_name::RULE,
    &invalid_object_name::RULE,
    &invalid_package_annotation::RULE,
    &lost_document::RULE,
    &manifest_without_kind::RULE,
    &misgrouped_kind::RULE,
    &misnamed_bundle_folder::RULE,
    &misplaced_annotations::RULE,
    &missing_annotation::RULE,
    &missing_annotations::RULE,
    &missing_api_version::RULE,
    &missing_csv::RULE,
    &mistagged_bundle_image::RULE,
    &mistagged_operator_image::RULE,
    &multiple_annotations::RULE,
    &multiple_csvs::RULE,
    &nearly_oversized_bundle::RULE,
    &nearly_oversized_object::RULE,
    &nonstandard_bundle_name::RULE,
    &nonstandard_channel_name::RULE,
    &object_with_namespace::RULE,
    &optional_api::RULE,
    &oversized_bundle::RULE,
    &oversized_object::RULE,
    &owned_crd_not_found::RULE,
    &repeated_channel::RULE,
    &subfolder_in_manifests::RULE,
    &unknown_annotation::RULE,
    &unknown_operator_deployment::RULE,
    &unlisted_default_channel::RULE,
    &unquoted_annotation::RULE,
    &unquoted_csv_version::RULE,
    &unsupported_install_mode::RULE,
    &unsupported_kind::RULE,
    &unsupported_media_type::RULE,
];
