use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, Findings, PackageView, Rule, names};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-default-channel",
        summary: "the default channel of a package does not exist",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unknown_default_channel.md"),
    },
    check: Check::Package(check),
};

/// `opm` makes an empty channel of that name and then complains that it is empty.
fn check(view: &PackageView<'_>, out: &mut Findings<'_>) {
    let default: &str = &view.package.default_channel;
    let channels = view.channels();
    // A channel without its name or its package may be the one.
    let is_known = channels.iter().any(|channel| channel.name.is_empty() || channel.name == default);
    let is_lost = view.catalog.lost_channels().contains(default);
    if default.is_empty() || channels.is_empty() || is_known || is_lost {
        return; // `missing-default-channel` or `package-without-channels`
    }
    let message = format!("default channel `{default}` of package `{}` does not exist", view.package.name);
    let names: Vec<&str> = channels.iter().map(|channel| channel.name.as_ref()).collect();
    let finding = out.report(view.place().key("defaultChannel"), message);
    finding.help(match names::nearest(default, names.iter().copied()) {
        Some(name) => format!("write `{name}`, if that channel is meant"),
        None => format!("name one of its channels: {}", names::list(names)),
    });
}
