use crate::diag::{Code, Level, Suite};
use crate::rules::{BlobView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-package-property",
        summary: "a bundle has no `olm.package` property",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("missing_package_property.md"),
    },
    check: Check::Blob(check),
};

/// `opm` wants exactly one; more are `duplicate-package-property`.
fn check(view: &BlobView<'_>, out: &mut Findings<'_>) {
    // A property without type and value is reported, and may be the one.
    let has_void =
        view.blob.properties.iter().any(|property| property.kind.is_empty() && property.value.is_none());
    if view.package_properties.is_empty() && !has_void {
        let message = format!("{} has no `olm.package` property", view.title());
        out.report(view.place().key("properties"), message)
            .help("add one with `packageName` and `version`, or render the bundle anew");
    }
}
