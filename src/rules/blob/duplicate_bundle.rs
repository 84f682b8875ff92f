use crate::diag::{Code, Level, Suite};
use crate::rules::{BlobView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "duplicate-bundle",
        summary: "a bundle of a package is defined more than once",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("duplicate_bundle.md"),
    },
    check: Check::Blob(check),
};

/// `opm` refuses a second bundle of the same name in a package.
fn check(view: &BlobView<'_>, out: &mut Findings<'_>) {
    let blob = view.blob;
    let Some(first) = view.catalog.bundle(&blob.package, &blob.name) else { return };
    if blob.name.is_empty() || std::ptr::eq(first, blob) {
        return;
    }
    let message = format!("{} of package `{}` is defined more than once", view.title(), blob.package);
    out.report(view.place().key("name"), message)
        .label(first.origin.key("name"), "first defined here")
        .help("keep one `olm.bundle` blob per bundle");
}
