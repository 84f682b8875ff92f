use crate::diag::{Code, Level, Suite};
use crate::rules::{ChannelView, Check, Findings, Rule, names};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "channel-of-unknown-package",
        summary: "a channel belongs to a package that is not defined",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("channel_of_unknown_package.md"),
    },
    check: Check::Channel(check),
};

/// Reported once per unknown package, at its first channel.
fn check(view: &ChannelView<'_>, out: &mut Findings<'_>) {
    let package: &str = &view.channel.package;
    let channels = view.catalog.channels(package);
    let is_first = channels.first().is_some_and(|first| std::ptr::eq(*first, view.channel));
    if package.is_empty() || !view.catalog.is_unknown(package) || !is_first {
        return;
    }
    let message = format!("{} is of package `{package}`, which is not in the catalog", view.title());
    let finding = out.report(view.place().key("package"), message);
    for other in &channels[1..] {
        finding.label(other.origin.key("package"), "and so is this channel");
    }
    finding.help(match names::nearest(package, view.catalog.package_names()) {
        Some(name) => format!("write `{name}`, if that package is meant"),
        None => "add an `olm.package` blob".to_owned(),
    });
}
