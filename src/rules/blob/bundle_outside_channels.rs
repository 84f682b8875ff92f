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
    let channels = view.catalog.channels(package);
    let is_seated = |name| !view.catalog.seats(package, name).is_empty();
    // Its entry may be missing because of a fault of its own: of the bundle, an entry or a channel.
    let is_faulty = name.is_empty() || package.is_empty() || channels.is_empty() || is_seated("");
    let is_lost = view.catalog.lost_entries().contains(name);
    if is_seated(name) || is_faulty || is_lost || channels.iter().any(|channel| channel.entries().is_empty())
    {
        return;
    }
    let message = format!("{} is in no channel of package `{package}`", view.title());
    out.report(view.place().key("name"), message)
        .help("add an entry for it to a channel, or remove the blob");
}
