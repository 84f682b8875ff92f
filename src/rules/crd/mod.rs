//! Rules about CustomResourceDefinitions as such; not about their schemas.

mod ambiguous_storage_version;
mod conflicting_crd_parts;
mod crd_without_schema;
mod crd_without_versions;
mod invalid_conversion;
mod invalid_crd_group;
mod invalid_crd_names;
mod invalid_crd_scope;
mod invalid_crd_version;
mod invalid_deprecation_warning;
mod invalid_printer_column;
mod invalid_scale_path;
mod misnamed_crd;
mod misordered_crd_versions;
mod missing_status_subresource;
mod mixed_crd_versions;
mod preserved_unknown_fields;
mod reserved_openshift_group;
mod too_many_selectable_fields;
mod unapproved_kubernetes_group;
mod unknown_printer_column_path;
mod unknown_scale_path;
mod unsupported_crd_version;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &ambiguous_storage_version::RULE,
    &conflicting_crd_parts::RULE,
    &crd_without_schema::RULE,
    &crd_without_versions::RULE,
    &invalid_conversion::RULE,
    &invalid_crd_group::RULE,
    &invalid_crd_names::RULE,
    &invalid_crd_scope::RULE,
    &invalid_crd_version::RULE,
    &invalid_deprecation_warning::RULE,
    &invalid_printer_column::RULE,
    &invalid_scale_path::RULE,
    &misnamed_crd::RULE,
    &misordered_crd_versions::RULE,
    &missing_status_subresource::RULE,
    &mixed_crd_versions::RULE,
    &preserved_unknown_fields::RULE,
    &reserved_openshift_group::RULE,
    &too_many_selectable_fields::RULE,
    &unapproved_kubernetes_group::RULE,
    &unknown_printer_column_path::RULE,
    &unknown_scale_path::RULE,
    &unsupported_crd_version::RULE,
];
