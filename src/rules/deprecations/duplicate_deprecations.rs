use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, DeprecationsView, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "duplicate-deprecations",
        summary: "a package has more than one blob of deprecations",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("duplicate_deprecations.md"),
    },
    check: Check::Deprecations(check),
};

/// `opm` refuses a second blob for a package.
fn check(view: &DeprecationsView<'_>, out: &mut Findings<'_>) {
    let blob = view.blob;
    let mut all = view.catalog.catalog.deprecations.iter();
    let Some(first) = all.find(|other| other.package == blob.package) else { return };
    if blob.package.is_empty() || std::ptr::eq(first, blob) {
        return;
    }
    let message = format!("package `{}` has more than one blob of deprecations", blob.package);
    out.report(view.place().key("package"), message)
        .label(first.origin.key("package"), "the first one")
        .help("merge the entries into one `olm.deprecations` blob");
}
