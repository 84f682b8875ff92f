//! Rules about a catalog.

use super::Rule;

pub(super) const RULES: &[&Rule] = &[];
