//! Rules about how a bundle is presented in a hub.

mod empty_display_name;
mod foreign_container_image;
mod incomplete_icon;
mod incomplete_link;
mod incomplete_maintainer;
mod invalid_created_at;
mod invalid_link;
mod invalid_maintainer_email;
mod invalid_repository;
mod large_icon;
mod missing_container_image;
mod missing_icon;
mod missing_keywords;
mod missing_links;
mod missing_maintainers;
mod missing_provider;
mod missing_support;
mod mistyped_icon;
mod multiple_icons;
mod odd_display_name;
mod short_description;
mod undecodable_icon;
mod unknown_capability;
mod unknown_category;
mod unknown_icon_type;
mod unknown_maturity;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &empty_display_name::RULE,
    &foreign_container_image::RULE,
    &incomplete_icon::RULE,
    &incomplete_link::RULE,
    &incomplete_maintainer::RULE,
    &invalid_created_at::RULE,
    &invalid_link::RULE,
    &invalid_maintainer_email::RULE,
    &invalid_repository::RULE,
    &large_icon::RULE,
    &missing_container_image::RULE,
    &missing_icon::RULE,
    &missing_keywords::RULE,
    &missing_links::RULE,
    &missing_maintainers::RULE,
    &missing_provider::RULE,
    &missing_support::RULE,
    &mistyped_icon::RULE,
    &multiple_icons::RULE,
    &odd_display_name::RULE,
    &short_description::RULE,
    &undecodable_icon::RULE,
    &unknown_capability::RULE,
    &unknown_category::RULE,
    &unknown_icon_type::RULE,
    &unknown_maturity::RULE,
];
