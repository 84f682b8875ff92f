//! The walk over upgrades: every edge of every package once, with the manifests of both ends. opm looks
//! at none of this.

use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;

use super::edge_view::{EdgeKind, EdgeView};
use super::operator::{self, Operator, Texts, Trees};
use super::{Check, Findings, InstallView, Rule, all, names};
use crate::bundle::Bundle;
use crate::catalog::version::{Range, Version};
use crate::catalog::{BundleBlob, Catalog, Channel};
use crate::diag::{Diagnostic, Report, Subject};
use crate::settings::Contract;
use crate::text::FileId;

/// Checks the upgrades that some catalogs offer, and whether they can be installed side by side.
/// `bundles` are those that the blobs were rendered from, if any: of these findings have lines. The
/// catalogs should have no errors: of edges that are wrong in themselves nothing can be said.
pub fn check_upgrades<'s>(
    catalogs: &[&Catalog<'s>],
    bundles: &[Bundle<'s>],
    contract: Option<&Contract>,
) -> Report {
    let rules = all();
    let files: HashMap<FileId, &Bundle<'_>> =
        bundles.iter().filter_map(|bundle| Some((bundle.csv_manifest()?.file, bundle))).collect();
    let mut packages: BTreeMap<&str, Package<'_>> = BTreeMap::new();
    for catalog in catalogs {
        for channel in &catalog.channels {
            packages.entry(&channel.package).or_default().channels.push(channel);
        }
        for blob in &catalog.bundles {
            packages.entry(&blob.package).or_default().blobs.push(blob);
        }
    }
    // Packages one by one on each core: the manifests of one are no small thing.
    let reports: Vec<Report> =
        packages.par_iter().map(|(name, package)| package.check(name, &files, contract, &rules)).collect();
    let mut report = Report::default();
    reports.into_iter().for_each(|part| report.append(part));
    let view = InstallView::new(catalogs, contract);
    for &rule in &rules {
        if let Check::Install(check) = rule.check {
            check(
                &view,
                &mut Findings { code: &rule.code, subject: Subject::default(), report: &mut report },
            );
        }
    }
    report
}

/// What belongs to one name of a package.
#[derive(Default)]
struct Package<'c> {
    channels: Vec<&'c Channel<'c>>,
    blobs: Vec<&'c BundleBlob<'c>>,
}

/// An edge, by the names of its ends.
type Edges<'c> = BTreeMap<(&'c str, &'c str), EdgeKind>;

impl<'c> Package<'c> {
    fn check(
        &self,
        name: &str,
        files: &HashMap<FileId, &'c Bundle<'c>>,
        contract: Option<&Contract>,
        rules: &[&'static Rule],
    ) -> Report {
        let edges = self.edges();
        let ends: HashSet<&str> = edges.keys().flat_map(|(from, to)| [*from, *to]).collect();
        let blobs: Vec<&BundleBlob<'_>> =
            self.blobs.iter().copied().filter(|blob| ends.contains(blob.name.as_ref())).collect();
        let bundle = |blob: &BundleBlob<'_>| files.get(&blob.origin.file).copied();
        let unpack =
            |blob: &&'c BundleBlob<'c>| bundle(blob).map_or_else(|| operator::unpack(blob), |_| Vec::new());
        let texts: Vec<Texts<'_>> = blobs.par_iter().map(unpack).collect();
        let trees: Vec<Trees<'_>> =
            texts.par_iter().zip(&blobs).map(|(texts, blob)| operator::read(texts, blob)).collect();
        let operators: Vec<Operator<'_>> = (blobs.iter().zip(&trees))
            .map(|(blob, trees)| match bundle(blob) {
                Some(bundle) => Operator::of_files(blob, bundle),
                None => Operator::of_blob(blob, trees),
            })
            .collect();
        let by_name: HashMap<&str, &Operator<'_>> =
            operators.iter().map(|operator| (operator.name(), operator)).collect();
        let ancestors = ancestors(&edges);
        let edges: Vec<_> = edges.into_iter().collect();
        let found: Vec<Vec<(&str, Diagnostic)>> = edges
            .par_iter()
            .map(|((from, to), kind)| {
                let (Some(older), Some(newer)) = (by_name.get(from), by_name.get(to)) else {
                    return Vec::new();
                };
                let before = ancestors[from].iter().filter_map(|name| by_name.get(name).copied());
                let view = EdgeView::new(*kind, older, newer, before.collect(), contract);
                let subject = Subject { package: name.to_owned(), version: newer.version.clone() };
                let mut report = Report::default();
                for rule in rules {
                    if let Check::Edge(check) = rule.check {
                        let subject = subject.clone();
                        check(&view, &mut Findings { code: &rule.code, subject, report: &mut report });
                    }
                }
                report.into_diagnostics().into_iter().map(|diagnostic| (*from, diagnostic)).collect()
            })
            .collect();
        merge(found.into_iter().flatten())
    }

    /// Returns the edges between bundles that are there; of an edge with several reasons, the first.
    fn edges(&self) -> Edges<'c> {
        let versions: HashMap<&str, _> =
            self.blobs.iter().filter_map(|blob| Some((blob.name.as_ref(), blob.version().ok()?))).collect();
        let known: HashSet<&str> = self.blobs.iter().map(|blob| blob.name.as_ref()).collect();
        let mut edges = Edges::new();
        let mut add = |from: &'c str, to: &'c str, kind: EdgeKind| {
            if from != to && known.contains(from) && known.contains(to) {
                let known = edges.entry((from, to)).or_insert(kind);
                *known = kind.min(*known);
            }
        };
        for entry in self.channels.iter().flat_map(|channel| channel.entries()) {
            add(&entry.replaces, &entry.name, EdgeKind::Replaces);
            for skipped in &entry.skips {
                add(skipped, &entry.name, EdgeKind::Skips);
            }
        }
        for channel in &self.channels {
            for entry in channel.entries().iter().filter(|entry| !entry.skip_range.is_empty()) {
                let Ok(range) = Range::parse(&entry.skip_range) else { continue };
                for other in channel.entries() {
                    if versions.get(other.name.as_ref()).is_some_and(|version| range.contains(version)) {
                        add(&other.name, &entry.name, EdgeKind::SkipRange);
                    }
                }
            }
        }
        edges
    }
}

/// Returns for each name those from which edges lead to it, however many, and it itself as the last.
fn ancestors<'c>(edges: &Edges<'c>) -> HashMap<&'c str, Vec<&'c str>> {
    let mut predecessors: HashMap<&str, Vec<&str>> = HashMap::new();
    for (from, to) in edges.keys() {
        predecessors.entry(to).or_default().push(from);
    }
    let before = |name: &'c str| {
        let (mut found, mut seen, mut next) = (vec![name], HashSet::from([name]), 0);
        while let Some(current) = found.get(next) {
            let direct = predecessors.get(current).into_iter().flatten();
            let new: Vec<&str> = direct.copied().filter(|name| seen.insert(*name)).collect();
            found.extend(new);
            next += 1;
        }
        found.reverse();
        found
    };
    let names: HashSet<&str> = edges.keys().map(|(from, _)| *from).collect();
    names.into_iter().map(|name| (name, before(name))).collect()
}

/// Joins the findings that say the same of several edges to one bundle, and says which these are. What
/// the way from a bundle meets in one version it meets in all later ones: only the first is told.
fn merge<'c>(found: impl Iterator<Item = (&'c str, Diagnostic)>) -> Report {
    let mut found: Vec<(&str, Diagnostic)> = found.collect();
    let version = |diagnostic: &Diagnostic| Version::parse(&diagnostic.subject.version).ok();
    found.sort_by(|(_, left), (_, right)| match (version(left), version(right)) {
        (Some(left), Some(right)) => left.precedence(&right),
        (left, right) => left.is_some().cmp(&right.is_some()),
    });
    let mut merged: Vec<(Vec<&str>, Diagnostic)> = Vec::new();
    let (mut told, mut same) = (HashSet::new(), HashMap::new());
    for (from, diagnostic) in found {
        let what = (diagnostic.code.id, diagnostic.message.clone());
        let key = (what.clone(), diagnostic.place.clone(), diagnostic.subject.version.clone());
        if !told.insert((from, what)) {
            continue;
        }
        let index = *same.entry(key).or_insert(merged.len());
        match merged.get_mut(index) {
            Some((names, _)) => names.push(from),
            None => merged.push((vec![from], diagnostic)),
        }
    }
    let mut report = Report::default();
    for (from, mut diagnostic) in merged {
        diagnostic.message = format!("upgrading from {}: {}", names::list(from), diagnostic.message);
        report.push(diagnostic);
    }
    report
}
