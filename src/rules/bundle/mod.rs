//! Rules about a bundle.

use super::Rule;

pub(super) const RULES: &[&Rule] = &[];
