//! The walk over upgrades: every edge that OLM can take once, with the manifests of both ends. opm looks at none of
//! this.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::edge_view::EdgeView;
use super::operator::{self, Operator, Texts, Trees};
use super::{Check, Findings, InstallView, Rule, all, names};
use crate::bundle::Bundle;
use crate::catalog::version::Version;
use crate::catalog::{BundleBlob, Catalog};
use crate::diag::{Diagnostic, Report, Subject};
use crate::resolve::{Edges, Index};
use crate::settings::Contract;
use crate::text::FileId;

/// Of how many bundles the examples are tried: the older one of an upgrade, and the nearest before it.
const EXAMPLES: usize = 64;

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
    let index = Index::new(catalogs.iter().copied());
    // Packages one by one on each core: the manifests of one are no small thing.
    let check = |name: &&str| check_package(&index, name, &files, contract, &rules);
    let reports: Vec<Report> = index.package_names().par_iter().map(check).collect();
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

/// Checks the upgrades of a package.
fn check_package<'c>(
    index: &Index<'c>,
    name: &str,
    files: &HashMap<FileId, &'c Bundle<'c>>,
    contract: Option<&Contract>,
    rules: &[&'static Rule],
) -> Report {
    let edges = Edges::new(index, name);
    let taken: Vec<(usize, usize)> = edges.taken().into_keys().collect();
    let ends: HashSet<usize> = taken.iter().flat_map(|(from, to)| [*from, *to]).collect();
    let blob = |place: usize| index.bundles[edges.bundles()[place]].blob;
    let file = |blob: &BundleBlob<'_>| files.get(&blob.origin.file).copied();
    let texts: Vec<Texts<'_>> = (0..edges.bundles().len())
        .into_par_iter()
        .map(|place| match ends.contains(&place) && file(blob(place)).is_none() {
            true => operator::unpack(blob(place)),
            false => Vec::new(),
        })
        .collect();
    let trees: Vec<Trees<'_>> = (texts.par_iter().enumerate())
        .map(|(place, texts)| match ends.contains(&place) {
            true => operator::read(texts, blob(place)),
            false => Vec::new(),
        })
        .collect();
    let operators: Vec<Operator<'_>> = (trees.iter().enumerate())
        .map(|(place, trees)| match file(blob(place)) {
            Some(bundle) => Operator::of_files(blob(place), bundle),
            None => Operator::of_blob(blob(place), trees),
        })
        .collect();
    let stored = edges.stored(|place| {
        let crds = operators[place].crds();
        crds.filter_map(|(_, crd)| Some((crd.name(), crd.storage_version()?.name))).collect()
    });
    let found: Vec<Vec<(&str, Diagnostic)>> = taken
        .par_iter()
        .map(|&(from, to)| {
            let (older, newer) = (&operators[from], &operators[to]);
            let before = || {
                edges.before(from, EXAMPLES).into_iter().map(|place| &operators[place]).collect::<Vec<_>>()
            };
            let view = EdgeView::new(older, newer, before, &stored[from], contract);
            let subject = Subject { package: name.to_owned(), version: newer.version.clone() };
            let mut report = Report::default();
            for rule in rules {
                if let Check::Edge(check) = rule.check {
                    let subject = subject.clone();
                    check(&view, &mut Findings { code: &rule.code, subject, report: &mut report });
                }
            }
            report.into_diagnostics().into_iter().map(|diagnostic| (older.name(), diagnostic)).collect()
        })
        .collect();
    merge(found.into_iter().flatten())
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
