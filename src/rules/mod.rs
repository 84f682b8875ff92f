//! Judgement: every rule is a static and a pure function, in a file of its own with a document
//! beside it that is its test.
//!
//! To add one: `src/rules/<subject>/<rule>.rs` and `.md`, and two lines in that folder's `mod.rs`
//! (both lists sorted). The tests say what was forgotten.

mod access;
mod api;
mod bindings;
mod blob;
mod bundle;
mod catalog;
mod channel;
mod conversions;
mod crd;
mod csv;
mod csv_annotations;
mod csv_schema;
mod declared;
mod dependency;
mod deprecations;
mod engine;
mod examples;
mod image;
mod images;
mod install;
mod kubernetes;
mod levels;
mod listing;
mod listings;
mod names;
mod object;
mod openshift;
mod openshift_versions;
mod package;
mod reading;
mod removals;
mod schema;
mod view;
mod webhook;

pub use engine::{check_bundle, check_bundle_by, check_catalog};
pub use levels::{Exception, Levels};
pub use view::{BlobView, BundleView, CatalogView, ChannelView, DeprecationsView, PackageView};

use crate::diag::{Code, Diagnostic, Report, Subject};
use crate::text::Place;

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its identity.
    pub code: Code,
    /// Its judgement.
    pub check: Check,
}

/// The judgement of a rule, by the noun that it judges.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// A bundle's files, for what Go cannot decode. Other rules are silent about a file in which one of
    /// these finds something: what they would say of it echoes what could not be read.
    Reading(fn(&BundleView<'_>, &mut Findings<'_>)),
    /// A bundle's files.
    Bundle(fn(&BundleView<'_>, &mut Findings<'_>)),
    /// An `olm.bundle` blob of a catalog.
    Blob(fn(&BlobView<'_>, &mut Findings<'_>)),
    /// An `olm.channel` blob.
    Channel(fn(&ChannelView<'_>, &mut Findings<'_>)),
    /// An `olm.package` blob, the first of its name.
    Package(fn(&PackageView<'_>, &mut Findings<'_>)),
    /// An `olm.deprecations` blob.
    Deprecations(fn(&DeprecationsView<'_>, &mut Findings<'_>)),
    /// The catalog as a whole.
    Catalog(fn(&CatalogView<'_>, &mut Findings<'_>)),
    /// Nothing: another room finds it while it reads (`text`, `load`, `template`, `settings`),
    /// and the rule only gives it an id and a document.
    Elsewhere,
}

/// Where a rule puts what it finds.
#[derive(Debug)]
pub struct Findings<'r> {
    code: &'static Code,
    subject: Subject,
    report: &'r mut Report,
}

impl Findings<'_> {
    /// Adds a finding and returns it, for a help line or a related place.
    pub fn report(&mut self, place: Place, message: impl Into<String>) -> &mut Diagnostic {
        let mut diagnostic = Diagnostic::new(self.code, place, message);
        diagnostic.subject = self.subject.clone();
        self.report.diagnostics_mut().push(diagnostic);
        self.report.diagnostics_mut().last_mut().expect("a diagnostic was just pushed")
    }
}

/// Returns every rule, sorted by id.
pub fn all() -> Vec<&'static Rule> {
    let mut rules = [
        access::RULES,
        api::RULES,
        blob::RULES,
        bundle::RULES,
        catalog::RULES,
        channel::RULES,
        crd::RULES,
        csv::RULES,
        dependency::RULES,
        deprecations::RULES,
        image::RULES,
        install::RULES,
        listing::RULES,
        object::RULES,
        openshift::RULES,
        package::RULES,
        reading::RULES,
        schema::RULES,
        webhook::RULES,
    ]
    .concat();
    rules.sort_by_key(|rule| rule.code.id);
    rules
}
