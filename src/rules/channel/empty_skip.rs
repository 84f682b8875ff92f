use crate::diag::{Code, Level, Suite};
use crate::rules::{ChannelView, Check, Findings, Rule};
use crate::text::Edit;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "empty-skip",
        summary: "an entry skips an empty name",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("empty_skip.md"),
    },
    check: Check::Channel(check),
};

/// `opm` refuses an empty name in `skips`, although it would do nothing.
fn check(view: &ChannelView<'_>, out: &mut Findings<'_>) {
    for (index, entry) in view.channel.entries().iter().enumerate() {
        for (skip, _) in entry.skips.iter().enumerate().filter(|(_, skip)| skip.is_empty()) {
            let place = view.place().key("entries").index(index).key("skips").index(skip);
            let message = format!("entry `{}` of {} skips an empty name", entry.name, view.title());
            out.report(place.clone(), message).help("remove the empty name").fix(Edit::Remove(place));
        }
    }
}
