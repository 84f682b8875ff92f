//! Rules about the images that a bundle runs.

mod conflicting_related_images;
mod empty_related_image;
mod invalid_image;
mod missing_related_image_variable;
mod moving_tag;
mod unknown_platform_label;
mod unlisted_image;
mod unpinned_image;
mod unused_related_image;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &conflicting_related_images::RULE,
    &empty_related_image::RULE,
    &invalid_image::RULE,
    &missing_related_image_variable::RULE,
    &moving_tag::RULE,
    &unknown_platform_label::RULE,
    &unlisted_image::RULE,
    &unpinned_image::RULE,
    &unused_related_image::RULE,
];
