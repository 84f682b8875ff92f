use crate::catalog::version::Release;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BlobView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-release",
        summary: "the release of a bundle is not a semver pre-release",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_release.md"),
    },
    check: Check::Blob(check),
};

/// The grammar is that of a pre-release, of at most 20 characters.
fn check(view: &BlobView<'_>, out: &mut Findings<'_>) {
    let Some((index, property)) = view.package_property() else { return };
    if property.release.is_empty() {
        return;
    }
    let Err(fault) = Release::parse(&property.release) else { return };
    let message = format!("release `{}` of {} is invalid: {}", property.release, view.title(), fault.message);
    let place = view.property_place(index).key("value").key("release");
    out.report(place, message)
        .help(fault.help.unwrap_or("write a number, or letters, digits and hyphens between dots"));
}
