use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "mistagged-bundle-image",
        summary: "the tag of a bundle image is not the version of the bundle",
        suite: Suite::Percona,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("mistagged_bundle_image.md"),
    },
    check: Check::Bundle(check),
};

/// A tag `v1.2.3` or `1.2.3` is the version; a digest says nothing about it.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let (Some(_), Some(manifest)) = (view.expected(), view.bundle.csv_manifest()) else { return };
    let version = view.bundle.version();
    let Some((_, tag)) =
        view.bundle.image.rsplit_once(':').filter(|(name, tag)| !name.contains('@') && !tag.contains('/'))
    else {
        return;
    };
    if tag.strip_prefix('v').unwrap_or(tag) != version {
        let place = manifest.place().key("spec").key("version");
        let finding =
            out.report(place, format!("version {version} is published in the image `{}`", view.bundle.image));
        finding.help("tag the image with the version, or mend the reference in `catalog/olmcat.yaml`");
    }
}
