use crate::diag::{Code, Level, Suite};
use crate::rules::{BlobView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "bundle-without-package",
        summary: "a bundle names no package",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("bundle_without_package.md"),
    },
    check: Check::Blob(check),
};

/// `opm` refuses a bundle without package.
fn check(view: &BlobView<'_>, out: &mut Findings<'_>) {
    if view.blob.package.is_empty() {
        out.report(view.place().clone(), format!("{} has no package", view.title())).help("add `package`");
    }
}
