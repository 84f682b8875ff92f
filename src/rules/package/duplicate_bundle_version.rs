use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::catalog::BundleBlob;
use crate::catalog::version::VersionRelease;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BlobView, Check, Findings, PackageView, Rule};
use crate::text::Place;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "duplicate-bundle-version",
        summary: "bundles of a package have the same version",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("duplicate_bundle_version.md"),
    },
    check: Check::Package(check),
};

/// `opm` compares the full text of version and release, build metadata included, over all channels.
fn check(view: &PackageView<'_>, out: &mut Findings<'_>) {
    let mut first: HashMap<String, (&BundleBlob<'_>, Place)> = HashMap::new();
    for &blob in view.bundles() {
        let bundle = BlobView::new(blob, view.catalog);
        let Some((index, property)) = bundle.package_property() else { continue };
        let Ok(version) = VersionRelease::parse(&property.version, &property.release) else { continue };
        let version = version.to_string();
        let place = bundle.property_place(index).key("value").key("version");
        match first.entry(version) {
            Entry::Vacant(slot) => {
                slot.insert((blob, place));
            }
            Entry::Occupied(slot) if slot.get().0.name != blob.name => {
                let (other, first) = slot.get();
                let message = format!(
                    "bundles `{}` and `{}` have the same version `{}`",
                    other.name,
                    blob.name,
                    slot.key()
                );
                out.report(place, message)
                    .label(first.clone(), "first used here")
                    .help("give each bundle a version of its own, or tell rebuilds apart by `release`");
            }
            Entry::Occupied(_) => {} // `duplicate-bundle`
        }
    }
}
