//! Rules about an `olm.channel` blob and its upgrade graph.

mod channel_of_unknown_package;
mod channel_without_name;
mod channel_without_package;
mod duplicate_channel;
mod duplicate_entry;
mod empty_channel;
mod empty_skip;
mod entry_without_bundle;
mod entry_without_name;
mod invalid_skip_range;
mod multiple_channel_heads;
mod no_channel_head;
mod replaces_cycle;
mod stranded_entry;

use super::Rule;

pub(super) const RULES: &[&Rule] = &[
    &channel_of_unknown_package::RULE,
    &channel_without_name::RULE,
    &channel_without_package::RULE,
    &duplicate_channel::RULE,
    &duplicate_entry::RULE,
    &empty_channel::RULE,
    &empty_skip::RULE,
    &entry_without_bundle::RULE,
    &entry_without_name::RULE,
    &invalid_skip_range::RULE,
    &multiple_channel_heads::RULE,
    &no_channel_head::RULE,
    &replaces_cycle::RULE,
    &stranded_entry::RULE,
];
