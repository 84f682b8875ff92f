use crate::diag::{Code, Level, Suite};
use crate::rules::{ChannelView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "entry-without-name",
        summary: "an entry of a channel has no name",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("entry_without_name.md"),
    },
    check: Check::Channel(check),
};

/// No bundle can belong to it: `opm` wants a name of each bundle.
fn check(view: &ChannelView<'_>, out: &mut Findings<'_>) {
    for (index, _) in view.channel.entries().iter().enumerate().filter(|(_, entry)| entry.name.is_empty()) {
        let message = format!("{} has an entry without name", view.title());
        out.report(view.place().key("entries").index(index), message)
            .help("add `name`: that of a bundle of the package");
    }
}
