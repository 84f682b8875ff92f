use crate::diag::{Code, Level, Suite};
use crate::rules::{BlobView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "package-property-mismatch",
        summary: "the `olm.package` property names another package than the bundle",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("package_property_mismatch.md"),
    },
    check: Check::Blob(check),
};

/// `opm` compares the two texts.
fn check(view: &BlobView<'_>, out: &mut Findings<'_>) {
    let package = &view.blob.package;
    let Some((index, property)) = view.package_property() else { return };
    let is_known = !package.is_empty() && view.catalog.package(package).is_some();
    let is_void = property.package.is_empty() && property.version.is_empty(); // `invalid-bundle-version`
    if !is_known || is_void || property.package == **package {
        return;
    }
    let message = if property.package.is_empty() {
        format!("the `olm.package` property of {} names no package", view.title())
    } else {
        format!(
            "{} is of package `{package}`, and its `olm.package` property says `{}`",
            view.title(),
            property.package
        )
    };
    out.report(view.property_place(index).key("value").key("packageName"), message)
        .label(view.place().key("package"), "the package of the bundle")
        .help("name the same package in both");
}
