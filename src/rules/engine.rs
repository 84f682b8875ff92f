//! The one walk: hands every noun to every rule for it.

use std::collections::HashSet;

use rayon::prelude::*;

use super::{
    BlobView, BundleView, CatalogView, ChannelView, Check, Context, ContractView, DeprecationsView, Findings,
    PackageView, Rule, all,
};
use crate::bundle::Bundle;
use crate::catalog::{BundleBlob, Catalog};
use crate::diag::{Report, Subject};
use crate::settings::Contract;

/// Checks the files of a bundle by the suites and for the platforms of the run.
pub fn check_bundle(bundle: &Bundle<'_>, context: &Context<'_>) -> Report {
    let subject = Subject { package: bundle.package().into_owned(), version: bundle.version().into_owned() };
    let view = BundleView::new(bundle, context);
    let mut report = Report::default();
    let counts = |rule: &&Rule| context.wants(rule.code.suite) && context.concerns(&rule.check.applies());
    let rules: Vec<_> = all().into_iter().filter(counts).collect();
    for rule in &rules {
        if let Check::Reading(check) = rule.check.judgement() {
            check(&view, &mut findings(rule, subject.clone(), &mut report));
        }
    }
    let unread: HashSet<_> = report.diagnostics().iter().map(|finding| finding.place.file).collect();
    let mut judged = Report::default();
    for rule in &rules {
        if let Check::Bundle(check) = rule.check.judgement() {
            check(&view, &mut findings(rule, subject.clone(), &mut judged));
        }
    }
    judged.diagnostics_mut().retain(|finding| !unread.contains(&finding.place.file));
    report.append(judged);
    report
}

/// Checks a catalog: every blob, channel and package, and the whole.
pub fn check_catalog(catalog: &Catalog<'_>) -> Report {
    let rules = all();
    let view = CatalogView::new(catalog);
    let mut report = Report::default();
    for &rule in &rules {
        if let Check::Catalog(check) = rule.check.judgement() {
            check(&view, &mut findings(rule, Subject::default(), &mut report));
        }
    }
    for package in &catalog.packages {
        let is_first = view.package(&package.name).is_some_and(|first| std::ptr::eq(first, package));
        if package.name.is_empty() || !is_first {
            continue; // rules about the catalog speak of these
        }
        let subject = Subject { package: package.name.to_string(), version: String::new() };
        let view = PackageView { package, catalog: &view };
        for &rule in &rules {
            if let Check::Package(check) = rule.check.judgement() {
                check(&view, &mut findings(rule, subject.clone(), &mut report));
            }
        }
    }
    for channel in &catalog.channels {
        let subject = Subject { package: channel.package.to_string(), version: String::new() };
        let view = ChannelView::new(channel, &view);
        for &rule in &rules {
            if let Check::Channel(check) = rule.check.judgement() {
                check(&view, &mut findings(rule, subject.clone(), &mut report));
            }
        }
    }
    for blob in &catalog.deprecations {
        let subject = Subject { package: blob.package.to_string(), version: String::new() };
        let view = DeprecationsView { blob, catalog: &view };
        for &rule in &rules {
            if let Check::Deprecations(check) = rule.check.judgement() {
                check(&view, &mut findings(rule, subject.clone(), &mut report));
            }
        }
    }
    // Bundles are nearly all of a catalog's bytes, and some rules look into them.
    let reports: Vec<Report> =
        catalog.bundles.par_iter().map(|blob| check_blob(blob, &view, &rules)).collect();
    reports.into_iter().for_each(|blob| report.append(blob));
    report
}

/// The rules about bundle blobs that look at the rest of the catalog.
const LOOK_AROUND: [&str; 4] =
    ["bundle-of-unknown-package", "bundle-outside-channels", "duplicate-bundle", "package-property-mismatch"];

/// Checks the bundles of a part of a catalog, each by itself: what a [`skeleton`](crate::catalog::skeleton())
/// of it does not show any more.
pub fn check_alone(part: &Catalog<'_>) -> Report {
    let nothing = Catalog::default();
    let view = CatalogView::new(&nothing);
    let rules: Vec<_> = all().into_iter().filter(|rule| !LOOK_AROUND.contains(&rule.code.id)).collect();
    let mut report = Report::default();
    part.bundles.iter().for_each(|blob| report.append(check_blob(blob, &view, &rules)));
    report
}

/// Checks what an installer gets of a catalog, which may come in parts. Unless it is whole, packages may be missing.
///
/// Apart from [`check_catalog`], since opm knows of no installer.
pub fn check_contract(parts: &[&Catalog<'_>], contract: &Contract, is_whole: bool) -> Report {
    let mut report = Report::default();
    let Some(view) = ContractView::new(parts, contract, is_whole) else { return report };
    for rule in all() {
        if let Check::Contract(check) = rule.check {
            check(&view, &mut findings(rule, Subject::default(), &mut report));
        }
    }
    report
}

fn check_blob(blob: &BundleBlob<'_>, catalog: &CatalogView<'_>, rules: &[&'static Rule]) -> Report {
    let view = BlobView::new(blob, catalog);
    let version = view.package_property().map(|(_, property)| property.version.clone()).unwrap_or_default();
    let subject = Subject { package: blob.package.to_string(), version };
    let mut report = Report::default();
    for &rule in rules {
        if let Check::Blob(check) = rule.check.judgement() {
            check(&view, &mut findings(rule, subject.clone(), &mut report));
        }
    }
    report
}

fn findings<'r>(rule: &'static Rule, subject: Subject, report: &'r mut Report) -> Findings<'r> {
    Findings { code: &rule.code, subject, report }
}

#[cfg(test)]
mod tests {
    /// A rule that looks around and is not known to do so would find faults that are none.
    #[test]
    fn the_rules_that_look_around_are_known() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules/blob");
        let mut found = Vec::new();
        for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let text = std::fs::read_to_string(&file).unwrap();
            if file.extension().is_some_and(|extension| extension == "rs") && text.contains("view.catalog") {
                found.push(file.file_stem().unwrap().to_str().unwrap().replace('_', "-"));
            }
        }
        found.sort();
        assert_eq!(found, super::LOOK_AROUND);
    }
}
