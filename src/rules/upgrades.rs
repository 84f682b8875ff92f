//! The walk over upgrades: every edge that OLM can take once, with the manifests of both ends. opm looks at none of
//! this.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::edge_view::EdgeView;
use super::{Check, Findings, InstallView, Rule, all, names};
use crate::bundle::Bundle;
use crate::catalog::Catalog;
use crate::catalog::version::Version;
use crate::compare::{Files, Looker, Package, Sight, Upgrade, Wanted};
use crate::diag::{Diagnostic, Report, Subject};
use crate::resolve::Index;
use crate::settings::Contract;

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
    let check = |package: &Package<'_>, rules: &[&'static Rule]| {
        (check_package(package, contract, rules, |_, _| ()).0, ())
    };
    check_packages(catalogs, bundles, contract, Wanted::Upgrades, check).0
}

/// Does what [`check_upgrades`] does, and says what there is to see, since it has read and compared all of it.
pub fn see_upgrades<'s>(
    catalogs: &[&Catalog<'s>],
    bundles: &[Bundle<'s>],
    contract: Option<&Contract>,
) -> (Report, Vec<Sight>) {
    let check = |package: &Package<'_>, rules: &[&'static Rule]| {
        let looker = Looker::new(package);
        let (report, changes) =
            check_package(package, contract, rules, |ends, upgrade| looker.change(ends, upgrade));
        (report, looker.sight(changes))
    };
    check_packages(catalogs, bundles, contract, Wanted::Everything, check)
}

/// Checks each package, and then all of them side by side. What else is known of a package is returned by their names.
fn check_packages<'s, T: Send>(
    catalogs: &[&Catalog<'s>],
    bundles: &[Bundle<'s>],
    contract: Option<&Contract>,
    wanted: Wanted,
    check: impl Fn(&Package<'_>, &[&'static Rule]) -> (Report, T) + Sync,
) -> (Report, Vec<T>) {
    let rules = all();
    let files: Files<'_> =
        bundles.iter().filter_map(|bundle| Some((bundle.csv_manifest()?.file, bundle))).collect();
    let index = Index::new(catalogs.iter().copied());
    // Packages one by one on each core: the manifests of one are no small thing.
    let check = |name: &&str| Package::open(&index, name, &files, wanted, |package| check(package, &rules));
    let checked: Vec<(Report, T)> = index.package_names().par_iter().map(check).collect();
    let (mut report, mut seen) = (Report::default(), Vec::new());
    for (part, sight) in checked {
        report.append(part);
        seen.push(sight);
    }
    let view = InstallView::new(catalogs, contract);
    for &rule in &rules {
        if let Check::Install(check) = rule.check {
            check(
                &view,
                &mut Findings { code: &rule.code, subject: Subject::default(), report: &mut report },
            );
        }
    }
    (report, seen)
}

/// Checks the upgrades of a package, and looks at each.
fn check_package<T: Send>(
    package: &Package<'_>,
    contract: Option<&Contract>,
    rules: &[&'static Rule],
    look: impl Fn((usize, usize), &Upgrade<'_>) -> T + Sync,
) -> (Report, Vec<T>) {
    let check = |(from, to): (usize, usize), upgrade: &Upgrade<'_>| {
        let view = EdgeView::new(upgrade, || package.before(from, EXAMPLES), contract);
        let subject = Subject { package: package.name.to_owned(), version: upgrade.to.version.clone() };
        let mut report = Report::default();
        for rule in rules {
            if let Check::Edge(check) = rule.check {
                let subject = subject.clone();
                check(&view, &mut Findings { code: &rule.code, subject, report: &mut report });
            }
        }
        let name = package.operators()[from].name();
        let found: Vec<(&str, Diagnostic)> =
            report.into_diagnostics().into_iter().map(|diagnostic| (name, diagnostic)).collect();
        (found, look((from, to), upgrade))
    };
    let (found, looks): (Vec<_>, Vec<T>) = package.upgrades(package.taken(), check).into_iter().unzip();
    (merge(found.into_iter().flatten()), looks)
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
