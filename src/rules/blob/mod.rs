//! Rules about an `olm.bundle` blob.

mod bundle_of_unknown_package;
mod bundle_outside_channels;
mod bundle_without_image;
mod bundle_without_name;
mod bundle_without_package;
mod duplicate_bundle;
mod duplicate_package_property;
mod invalid_bundle_object;
mod invalid_bundle_version;
mod invalid_image_reference;
mod invalid_related_image_reference;
mod invalid_release;
mod misnamed_release;
mod missing_package_property;
mod package_property_mismatch;
mod release_with_build_metadata;
mod unparsable_property;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &bundle_of_unknown_package::RULE,
    &bundle_outside_channels::RULE,
    &bundle_without_image::RULE,
    &bundle_without_name::RULE,
    &bundle_without_package::RULE,
    &duplicate_bundle::RULE,
    &duplicate_package_property::RULE,
    &invalid_bundle_object::RULE,
    &invalid_bundle_version::RULE,
    &invalid_image_reference::RULE,
    &invalid_related_image_reference::RULE,
    &invalid_release::RULE,
    &misnamed_release::RULE,
    &missing_package_property::RULE,
    &package_property_mismatch::RULE,
    &release_with_build_metadata::RULE,
    &unparsable_property::RULE,
];
