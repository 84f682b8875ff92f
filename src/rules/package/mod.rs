//! Rules about a package.

use super::Rule;

pub(super) const RULES: &[&Rule] = &[];
