//! What OLM v1 installs: the highest version that its filters leave, of all channels, whatever the heads are.

use std::cmp::Ordering;

use super::csv::Terms;
use super::state::Source;
use super::v1_range::VersionRange;
use crate::catalog::version::{Range, VersionRelease};
use crate::catalog::{BundleBlob, Entry};

/// What a ClusterExtension asks for.
#[derive(Debug, Clone, Default)]
pub struct Extension {
    /// The package.
    pub package: String,
    /// The channels; none for all.
    pub channels: Vec<String>,
    /// `spec.source.catalog.version`; none for any.
    pub range: Option<VersionRange>,
    /// What is installed: the bundle's name and version.
    pub installed: Option<(String, VersionRelease)>,
    /// Whether `upgradeConstraintPolicy` is `SelfCertified`, which ignores edges.
    pub is_self_certified: bool,
}

/// A choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The catalog, in the list of sources.
    pub source: usize,
    /// The bundle, in its index.
    pub bundle: usize,
}

/// Returns the bundle that OLM v1 chooses. It may be the one that is installed.
///
/// # Errors
/// What OLM writes to the condition `Progressing`.
pub fn choose(sources: &[Source<'_>], extension: &Extension) -> Result<Choice, String> {
    let mut found: Vec<(Choice, bool)> = Vec::new();
    for (at, source) in sources.iter().enumerate() {
        if let Some((bundle, is_deprecated)) = best(source, extension) {
            found.push((Choice { source: at, bundle }, is_deprecated));
        }
    }
    if found.iter().any(|(_, is_deprecated)| !is_deprecated) {
        found.retain(|(_, is_deprecated)| !is_deprecated);
    }
    let priority = |choice: &Choice| sources[choice.source].priority;
    let highest = found.iter().map(|(choice, _)| priority(choice)).max();
    found.retain(|(choice, _)| Some(priority(choice)) == highest);
    match found.as_slice() {
        [(choice, _)] => Ok(*choice),
        found => Err(refusal(extension, found, sources)),
    }
}

fn refusal(extension: &Extension, found: &[(Choice, bool)], sources: &[Source<'_>]) -> String {
    let mut text = String::new();
    if let Some((_, version)) = &extension.installed {
        text += &format!("error upgrading from currently installed version \"{version}\": ");
    }
    let what = if found.is_empty() { "no bundles found" } else { "found bundles" };
    text += &format!("{what} for package {:?}", extension.package);
    if let Some(range) = &extension.range {
        text += &format!(" matching version {:?}", range.text());
    }
    if !extension.channels.is_empty() {
        text += &format!(" in channels [{}]", extension.channels.join(" "));
    }
    if !found.is_empty() {
        let names: Vec<&str> = found.iter().map(|(choice, _)| sources[choice.source].name.as_str()).collect();
        text += &format!(" in multiple catalogs with the same priority [{}]", names.join(" "));
    }
    text
}

/// Returns the best bundle of one catalog, and whether it is deprecated.
fn best(source: &Source<'_>, extension: &Extension) -> Option<(usize, bool)> {
    let index = &source.index;
    let installed = extension.installed.as_ref();
    let range = |entry: &Entry<'_>| Range::parse(&entry.skip_range).ok();
    let upgrades = |entry: &Entry<'_>| {
        installed.is_none_or(|(name, version)| {
            entry.replaces == name.as_str()
                || entry.skips.iter().any(|skip| skip == name)
                || range(entry).is_some_and(|range| range.contains(&version.version))
        })
    };
    // A bundle is a successor by any of its entries, in whatever channel.
    let lanes: Vec<usize> = index.lanes(&extension.package);
    let mut bundles: Vec<(usize, bool, bool)> = Vec::new();
    for &lane in &lanes {
        let is_asked = extension.channels.is_empty()
            || extension.channels.iter().any(|channel| channel == index.channels[lane].name);
        for seat in index.channels[lane].seats.clone().map(|seat| &index.seats[seat]) {
            bundles.push((seat.bundle, is_asked, upgrades(seat.entry)));
        }
    }
    bundles.sort_unstable();
    bundles.dedup_by(|later, first| {
        let is_same = later.0 == first.0;
        if is_same {
            (first.1, first.2) = (first.1 | later.1, first.2 | later.2);
        }
        is_same
    });
    let mut best: Option<(usize, bool, VersionRelease)> = None;
    for (bundle, is_asked, is_successor) in bundles {
        let Ok(version) = index.bundles[bundle].blob.version_release() else { continue };
        let is_same = installed.is_some_and(|(_, old)| old.precedence(&version) == Ordering::Equal);
        let is_allowed = extension.is_self_certified || is_successor || is_same;
        let is_wanted = extension.range.as_ref().is_none_or(|range| range.contains(&version.version));
        if !(is_asked && is_allowed && is_wanted) {
            continue;
        }
        let name = index.bundles[bundle].blob.name.as_ref();
        let is_deprecated = lanes.iter().any(|&lane| {
            let lane = &index.channels[lane];
            lane.seat(name).is_some()
                && index
                    .conditions(lane.package, lane.name, name)
                    .iter()
                    .any(|(kind, _)| *kind == "BundleDeprecated")
        });
        let is_better = best.as_ref().is_none_or(|(_, was_deprecated, other)| {
            was_deprecated.cmp(&is_deprecated).then_with(|| version.precedence(other)).is_gt()
        });
        if is_better {
            best = Some((bundle, is_deprecated, version));
        }
    }
    best.map(|(bundle, is_deprecated, _)| (bundle, is_deprecated))
}

/// What an OLM v1 is set up to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gates {
    /// Whether bundles may watch one namespace (`SingleOwnNamespaceInstallSupport`), off unless turned on.
    pub single_namespace: bool,
    /// Whether nobody provides certificates for webhooks (neither cert-manager nor OpenShift's service CA).
    pub no_certificates: bool,
}

/// Says why OLM v1 would not install a bundle that it has chosen; it then tries no other. As far as the catalog
/// tells: what the bundle's own files say is another matter.
pub fn refuses(blob: &BundleBlob<'_>, gates: Gates) -> Option<String> {
    const DEPENDENCIES: [&str; 3] = ["olm.package.required", "olm.gvk.required", "olm.constraint"];
    let dependency = blob.properties.iter().find(|property| DEPENDENCIES.contains(&property.kind.as_ref()));
    if let Some(property) = dependency {
        return Some(format!(
            "bundle {:?} has a dependency declared via property {:?} which is currently not supported",
            blob.name, property.kind
        ));
    }
    if blob.image.is_empty() {
        return Some("the bundle has no image to pull".to_owned());
    }
    let terms = Terms::read(blob)?;
    if terms.has_api_services {
        return Some("unsupported bundle: apiServiceDefintions are not supported".to_owned());
    }
    let is_one =
        gates.single_namespace && (terms.supports("OwnNamespace") || terms.supports("SingleNamespace"));
    if !terms.supports("AllNamespaces") && !is_one {
        return Some("unsupported bundle: bundle does not support AllNamespaces install mode".to_owned());
    }
    if terms.has_webhooks && gates.no_certificates {
        return Some("unsupported bundle: webhookDefinitions are not supported".to_owned());
    }
    None
}
