//! Rules about the ClusterServiceVersion: its name, its versions, what it replaces.

mod contradicting_csv_name;
mod csv_replacing_itself;
mod empty_csv_skip;
mod expiring_api;
mod foreign_csv_name;
mod impossible_skip_range;
mod invalid_csv_name;
mod invalid_csv_release;
mod invalid_csv_skip_range;
mod invalid_csv_version;
mod invalid_minimum_kube_version;
mod invalid_replaces;
mod invalid_substitution;
mod invalid_suggested_namespace;
mod miscased_annotation;
mod misplaced_annotation;
mod missing_all_namespaces_mode;
mod missing_csv_version;
mod missing_install_modes;
mod missing_minimum_kube_version;
mod misspelt_annotation;
mod no_supported_install_mode;
mod nonstandard_csv_name;
mod pruning_skip_range;
mod removed_api;
mod removed_resource;
mod repeated_csv_skip;
mod replaced_newer_csv;
mod self_covering_skip_range;
mod substituting_release;
mod underrated_minimum_kube_version;
mod unknown_install_mode;
mod unlisted_install_mode;
mod unquoted_object_annotation;
mod version_with_build_metadata;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &contradicting_csv_name::RULE,
    &csv_replacing_itself::RULE,
    &empty_csv_skip::RULE,
    &expiring_api::RULE,
    &foreign_csv_name::RULE,
    &impossible_skip_range::RULE,
    &invalid_csv_name::RULE,
    &invalid_csv_release::RULE,
    &invalid_csv_skip_range::RULE,
    &invalid_csv_version::RULE,
    &invalid_minimum_kube_version::RULE,
    &invalid_replaces::RULE,
    &invalid_substitution::RULE,
    &invalid_suggested_namespace::RULE,
    &miscased_annotation::RULE,
    &misplaced_annotation::RULE,
    &missing_all_namespaces_mode::RULE,
    &missing_csv_version::RULE,
    &missing_install_modes::RULE,
    &missing_minimum_kube_version::RULE,
    &misspelt_annotation::RULE,
    &no_supported_install_mode::RULE,
    &nonstandard_csv_name::RULE,
    &pruning_skip_range::RULE,
    &removed_api::RULE,
    &removed_resource::RULE,
    &repeated_csv_skip::RULE,
    &replaced_newer_csv::RULE,
    &self_covering_skip_range::RULE,
    &substituting_release::RULE,
    &underrated_minimum_kube_version::RULE,
    &unknown_install_mode::RULE,
    &unlisted_install_mode::RULE,
    &unquoted_object_annotation::RULE,
    &version_with_build_metadata::RULE,
];
