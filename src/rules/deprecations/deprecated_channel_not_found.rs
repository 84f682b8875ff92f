use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, DeprecationsView, Findings, Rule, names};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "deprecated-channel-not-found",
        summary: "a deprecated channel does not exist",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("deprecated_channel_not_found.md"),
    },
    check: Check::Deprecations(check),
};

/// Checked after `opm` has made up missing default channels.
fn check(view: &DeprecationsView<'_>, out: &mut Findings<'_>) {
    let package: &str = &view.blob.package;
    let channels = view.catalog.channels(package);
    // `opm` makes up a default channel that is missing, and so does not miss it here.
    let default = view.catalog.package(package).map(|package| package.default_channel.as_ref());
    for (index, entry) in view.of_schema("olm.channel").filter(|_| view.has_package()) {
        let name: &str = &entry.name;
        let is_default = !name.is_empty() && default == Some(name);
        let is_known = channels.iter().any(|channel| channel.name.is_empty() || channel.name == name);
        if is_default || is_known || view.catalog.lost_channels().contains(name) {
            continue;
        }
        let message = format!("deprecated channel `{name}` is not in package `{package}`");
        let finding = out.report(view.entry_place(index).key("reference").key("name"), message);
        finding.help(match names::nearest(name, channels.iter().map(|channel| channel.name.as_ref())) {
            Some(channel) => format!("write `{channel}`, if that channel is meant"),
            None => "remove the entry, or keep the channel".to_owned(),
        });
    }
}
