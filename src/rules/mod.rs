//! Judgement: every rule is a static and a pure function, in a file of its own with a document
//! beside it that is its test.
//!
//! To add one: `src/rules/<subject>/<rule>.rs` and `.md`, and two lines in that folder's `mod.rs`
//! (both lists sorted). The tests say what was forgotten.

mod access;
mod api;
pub mod baseline;
mod bindings;
mod blob;
mod bundle;
mod catalog;
mod cel;
mod cel_faults;
mod channel;
mod comments;
mod context;
mod contract;
mod conversions;
mod crd;
mod crd_schema;
mod crd_schemas;
mod csv;
mod csv_annotations;
mod csv_schema;
mod declared;
mod dependency;
mod deprecations;
mod edge;
mod edge_view;
mod engine;
mod examples;
mod image;
mod images;
mod install;
mod install_view;
mod installation;
mod installer;
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
mod upgrades;
mod view;
mod webhook;

pub use context::Context;
pub use edge_view::{EdgeView, RefusedExample};
pub use engine::{check_alone, check_bundle, check_catalog, check_contract};
pub use images::unpinned;
pub use install_view::InstallView;
pub use installer::ContractView;
pub use levels::{Exception, Levels, lowerable};
pub use upgrades::{check_upgrades, see_upgrades};
pub use view::{BlobView, BundleView, CatalogView, ChannelView, DeprecationsView, PackageView};

use crate::diag::{Applies, Code, Diagnostic, Report, Subject};
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
    /// What the installer gets of the catalog.
    Contract(fn(&ContractView<'_>, &mut Findings<'_>)),
    /// The catalog as a whole.
    Catalog(fn(&CatalogView<'_>, &mut Findings<'_>)),
    /// An upgrade from one bundle to another. What these find opm does not refuse: they are run by
    /// [`check_upgrades`], and by nobody who speaks for opm. A message follows the name of the bundle
    /// that is upgraded from.
    Edge(fn(&EdgeView<'_>, &mut Findings<'_>)),
    /// All packages side by side, as an installer has them; also run by [`check_upgrades`].
    Install(fn(&InstallView<'_>, &mut Findings<'_>)),
    /// Nothing: another room finds it while it reads (`text`, `load`, `template`, `settings`),
    /// and the rule only gives it an id and a document.
    Elsewhere,
    /// One of the others, of a rule that matters on some platforms only. What it finds is left out where
    /// it does not matter.
    On(Applies, &'static Check),
}

impl Check {
    /// Returns where the rule matters.
    pub fn applies(self) -> Applies {
        if let Check::On(applies, _) = self { applies } else { Applies::EVERYWHERE }
    }

    /// Returns the judgement itself.
    pub fn judgement(self) -> Check {
        if let Check::On(_, check) = self { check.judgement() } else { self }
    }
}

/// Where a rule puts what it finds.
#[derive(Debug)]
pub struct Findings<'r> {
    code: &'static Code,
    subject: Subject,
    report: &'r mut Report,
}

impl Findings<'_> {
    /// Says whom the next findings are about.
    fn of(&mut self, package: &str, version: &str) -> &mut Self {
        self.subject = Subject { package: package.to_owned(), version: version.to_owned() };
        self
    }

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
        cel::RULES,
        channel::RULES,
        contract::RULES,
        crd::RULES,
        crd_schema::RULES,
        csv::RULES,
        dependency::RULES,
        deprecations::RULES,
        edge::RULES,
        image::RULES,
        install::RULES,
        installation::RULES,
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
