use crate::catalog::version::Range;
use crate::diag::{Code, Level, Suite};
use crate::rules::{ChannelView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-skip-range",
        summary: "the skipRange of an entry is not a range of versions",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_skip_range.md"),
    },
    check: Check::Channel(check),
};

/// The grammar is that of blang/semver v4, see `catalog::version::Range`.
fn check(view: &ChannelView<'_>, out: &mut Findings<'_>) {
    for (index, entry) in
        view.channel.entries().iter().enumerate().filter(|(_, entry)| !entry.skip_range.is_empty())
    {
        let Err(fault) = Range::parse(&entry.skip_range) else { continue };
        let message = format!(
            "skipRange `{}` of entry `{}` is invalid: {}",
            entry.skip_range, entry.name, fault.message
        );
        let finding = out.report(view.place().key("entries").index(index).key("skipRange"), message);
        finding.help = fault.help.map(str::to_owned);
    }
}
