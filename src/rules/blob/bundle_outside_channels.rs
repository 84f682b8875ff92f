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
    let blob = view.blob;
    let Some(entries) = view.catalog.entries(&blob.package) else { return };
    // Without a name, a package or any entry, that is the fault; and so is an entry without name.
    let is_silent = blob.name.is_empty() || blob.package.is_empty() || entries.is_empty();
    if is_silent || entries.contains("") || entries.contains(blob.name.as_ref()) {
        return;
    }
    let message = format!("{} is in no channel of package `{}`", view.title(), blob.package);
    out.report(view.place().key("name"), message)
        .help("add an entry for it to a channel, or remove the blob");
}
