use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, Findings, PackageView, Rule, names};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-default-channel",
        summary: "a package has no default channel",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("missing_default_channel.md"),
    },
    check: Check::Package(check),
};

/// `opm` wants a default channel even of a package with a single channel.
fn check(view: &PackageView<'_>, out: &mut Findings<'_>) {
    if !view.package.default_channel.is_empty() {
        return;
    }
    let finding = out
        .report(view.place().key("name"), format!("package `{}` has no default channel", view.package.name));
    let channels = names::list(view.channels().iter().map(|channel| channel.name.as_ref()));
    finding.help(match channels.as_str() {
        "" => "set `defaultChannel` to the channel that the package will have".to_owned(),
        channels => format!("set `defaultChannel` to one of its channels: {channels}"),
    });
}
