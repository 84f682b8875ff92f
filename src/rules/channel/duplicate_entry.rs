use std::collections::HashMap;

use crate::diag::{Code, Level, Suite};
use crate::rules::{ChannelView, Check, Findings, Rule};
use crate::text::Edit;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "duplicate-entry",
        summary: "a channel has two entries with the same name",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("duplicate_entry.md"),
    },
    check: Check::Channel(check),
};

/// `opm` refuses a second entry of the same name.
fn check(view: &ChannelView<'_>, out: &mut Findings<'_>) {
    let entries = view.place().key("entries");
    let mut first = HashMap::new();
    for (index, entry) in
        view.channel.entries().iter().enumerate().filter(|(_, entry)| !entry.name.is_empty())
    {
        let first = *first.entry(&entry.name).or_insert(index);
        if first < index {
            let message = format!("{} has entry `{}` more than once", view.title(), entry.name);
            let finding = out.report(entries.index(index).key("name"), message);
            finding.label(entries.index(first).key("name"), "first given here");
            if *entry == view.channel.entries()[first] {
                finding.help("remove one of the two").fix(Edit::Remove(entries.index(index)));
            } else {
                finding.help("merge the two, with the `replaces`, `skips` and `skipRange` of both");
            }
        }
    }
}
