//! Rules about an `olm.deprecations` blob.

mod deprecated_bundle_not_found;
mod deprecated_channel_not_found;
mod deprecation_without_message;
mod deprecation_without_schema;
mod deprecations_of_unknown_package;
mod deprecations_without_package;
mod duplicate_deprecation;
mod duplicate_deprecations;
mod named_package_deprecation;
mod unknown_deprecation_schema;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &deprecated_bundle_not_found::RULE,
    &deprecated_channel_not_found::RULE,
    &deprecation_without_message::RULE,
    &deprecation_without_schema::RULE,
    &deprecations_of_unknown_package::RULE,
    &deprecations_without_package::RULE,
    &duplicate_deprecation::RULE,
    &duplicate_deprecations::RULE,
    &named_package_deprecation::RULE,
    &unknown_deprecation_schema::RULE,
];
