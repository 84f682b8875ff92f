use crate::catalog::version::Version;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BlobView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-bundle-version",
        summary: "the version of a bundle is not strict semver",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_bundle_version.md"),
    },
    check: Check::Blob(check),
};

/// The grammar is that of blang/semver v4, see `catalog::version::Version`.
fn check(view: &BlobView<'_>, out: &mut Findings<'_>) {
    let Some((index, property)) = view.package_property() else { return };
    let Err(fault) = Version::parse(&property.version) else { return };
    let message = match property.version.as_str() {
        "" => format!("the `olm.package` property of {} has no version", view.title()),
        version => format!("version `{version}` of {} is no semver: {}", view.title(), fault.message),
    };
    let place = view.property_place(index).key("value").key("version");
    out.report(place, message).help(fault.help.unwrap_or("write three numbers, as in `1.2.3`"));
}
