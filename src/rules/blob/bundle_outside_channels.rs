use crate::diag::{Code, Level, Suite};
use crate::rules::{BlobView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "bundle-outside-channels",
        summary: "a bundle is in no channel of its package",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("bundle_outside_channels.md"),
    },
    check: Check::Blob(check),
};

/// `opm` refuses a bundle that nobody could install.
fn check(view: &BlobView<'_>, out: &mut Findings<'_>) {
    let (package, name): (&str, &str) = (&view.blob.package, &view.blob.name);
    let is_seated = |name| !view.catalog.seats(package, name).is_empty();
    if name.is_empty() || package.is_empty() || is_seated(name) || is_excused(view) {
        return;
    }
    let message = format!("{} is in no channel of package `{package}`", view.title());
    out.report(view.place().key("name"), message)
        .help("add an entry for it to a channel, or remove the blob");
}

/// Returns whether the entry may be missing because of another fault, which is reported: an entry
/// without name, a channel without entries, without its package, or not there at all.
fn is_excused(view: &BlobView<'_>) -> bool {
    let package: &str = &view.blob.package;
    let channels = view.catalog.channels(package);
    let default = view.catalog.package(package).map_or("", |package| &package.default_channel);
    channels.is_empty()
        || channels.iter().any(|channel| channel.entries().is_empty())
        || (!default.is_empty() && channels.iter().all(|channel| channel.name != default))
        || !view.catalog.seats(package, "").is_empty()
        || view.catalog.lost_entries().contains(view.blob.name.as_ref())
}
