use crate::catalog::version::VersionRelease;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BlobView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "misnamed-release",
        summary: "a bundle with a release is not named after it",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("misnamed_release.md"),
    },
    check: Check::Blob(check),
};

/// `opm` derives the name of such a bundle and compares.
fn check(view: &BlobView<'_>, out: &mut Findings<'_>) {
    let Some((index, property)) = view.package_property() else { return };
    let Ok(version) = VersionRelease::parse(&property.version, &property.release) else { return };
    let blob = view.blob;
    let name = format!("{}-v{version}", blob.package);
    let has_build = !version.version.build().is_empty(); // `release-with-build-metadata`
    if version.release.is_none()
        || has_build
        || blob.package.is_empty()
        || blob.name.is_empty()
        || blob.name == name
    {
        return;
    }
    let message = format!("{} has a release and is not named `{name}`", view.title());
    out.report(view.place().key("name"), message)
        .label(view.property_place(index).key("value").key("release"), "the release")
        .help(format!("name it `{name}`, in its channels and its ClusterServiceVersion, too"));
}
