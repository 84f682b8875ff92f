//! Rules about packages side by side.

mod contested_gvk;
mod late_dependency;
mod oversized_install_plan;

use super::Rule;

pub(super) const RULES: &[&Rule] =
    &[&contested_gvk::RULE, &late_dependency::RULE, &oversized_install_plan::RULE];
