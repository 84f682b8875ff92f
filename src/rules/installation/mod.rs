//! Rules about packages side by side.

mod contested_gvk;
mod late_dependency;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[&contested_gvk::RULE, &late_dependency::RULE];
