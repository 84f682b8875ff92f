//! The one walk: hands every noun to every rule for it.

use std::collections::HashSet;

use rayon::prelude::*;

use super::{
    BlobView, BundleView, CatalogView, ChannelView, Check, DeprecationsView, Findings, PackageView, Rule, all,
};
use crate::bundle::Bundle;
use crate::catalog::{BundleBlob, Catalog};
use crate::diag::{Report, Subject, Suite};
use crate::settings::Contract;

/// Checks the files of a bundle by the suites that hold unless somebody asks for more.
pub fn check_bundle(bundle: &Bundle<'_>, contract: Option<&Contract>) -> Report {
    check_bundle_by(&Suite::DEFAULT, bundle, contract)
}

/// Checks the files of a bundle by the rules of some suites.
pub fn check_bundle_by(suites: &[Suite], bundle: &Bundle<'_>, contract: Option<&Contract>) -> Report {
    let subject = Subject { package: bundle.package().into_owned(), version: bundle.version().into_owned() };
    let view = BundleView::new(bundle, contract);
    let mut report = Report::default();
    let rules: Vec<_> = all().into_iter().filter(|rule| suites.contains(&rule.code.suite)).collect();
    for rule in &rules {
        if let Check::Reading(check) = rule.check {
            check(&view, &mut findings(rule, subject.clone(), &mut report));
        }
    }
    let unread: HashSet<_> = report.diagnostics().iter().map(|finding| finding.place.file).collect();
    let mut judged = Report::default();
    for rule in &rules {
        if let Check::Bundle(check) = rule.check {
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
        if let Check::Catalog(check) = rule.check {
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
            if let Check::Package(check) = rule.check {
                check(&view, &mut findings(rule, subject.clone(), &mut report));
            }
        }
    }
    for channel in &catalog.channels {
        let subject = Subject { package: channel.package.to_string(), version: String::new() };
        let view = ChannelView::new(channel, &view);
        for &rule in &rules {
            if let Check::Channel(check) = rule.check {
                check(&view, &mut findings(rule, subject.clone(), &mut report));
            }
        }
    }
    for blob in &catalog.deprecations {
        let subject = Subject { package: blob.package.to_string(), version: String::new() };
        let view = DeprecationsView { blob, catalog: &view };
        for &rule in &rules {
            if let Check::Deprecations(check) = rule.check {
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

fn check_blob(blob: &BundleBlob<'_>, catalog: &CatalogView<'_>, rules: &[&'static Rule]) -> Report {
    let view = BlobView::new(blob, catalog);
    let version = view.package_property().map(|(_, property)| property.version.clone()).unwrap_or_default();
    let subject = Subject { package: blob.package.to_string(), version };
    let mut report = Report::default();
    for &rule in rules {
        if let Check::Blob(check) = rule.check {
            check(&view, &mut findings(rule, subject.clone(), &mut report));
        }
    }
    report
}

fn findings<'r>(rule: &'static Rule, subject: Subject, report: &'r mut Report) -> Findings<'r> {
    Findings { code: &rule.code, subject, report }
}
