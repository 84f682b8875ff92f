//! Rules about an `olm.channel` blob and its upgrade graph.

mod multiple_channel_heads;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[&multiple_channel_heads::RULE];
