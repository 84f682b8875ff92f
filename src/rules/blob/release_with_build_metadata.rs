use crate::catalog::version::Version;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BlobView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "release-with-build-metadata",
        summary: "a bundle has both a release and build metadata",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("release_with_build_metadata.md"),
    },
    check: Check::Blob(check),
};

/// `opm` wants only one of the two ways to mark a rebuild.
fn check(view: &BlobView<'_>, out: &mut Findings<'_>) {
    let Some((index, property)) = view.package_property() else { return };
    let Ok(version) = Version::parse(&property.version) else { return };
    if property.release.is_empty() || version.build().is_empty() {
        return;
    }
    let message = format!(
        "version `{version}` of {} has build metadata beside release `{}`",
        view.title(),
        property.release
    );
    let value = view.property_place(index).key("value");
    out.report(value.key("version"), message)
        .label(value.key("release"), "the release")
        .help(format!("drop `+{}` from the version", version.build()));
}
