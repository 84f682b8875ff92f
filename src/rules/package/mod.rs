//! Rules about an `olm.package` blob.

mod duplicate_bundle_version;
mod invalid_package_name;
mod missing_default_channel;
mod package_without_channels;
mod unknown_default_channel;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &duplicate_bundle_version::RULE,
    &invalid_package_name::RULE,
    &missing_default_channel::RULE,
    &package_without_channels::RULE,
    &unknown_default_channel::RULE,
];
