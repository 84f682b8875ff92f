//! Rules about a catalog as a whole.

mod duplicate_package;
mod package_without_name;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[&duplicate_package::RULE, &package_without_name::RULE];
