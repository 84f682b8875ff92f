//! Templates: a list of bundles becomes a catalog. In two steps, so that nobody is called back:
//! a template says which bundles it wants, and is expanded with them.

mod basic;
mod convert;
mod semver;
mod substitutes;

pub use convert::{Conversion, convert};

use std::borrow::Cow;
use std::collections::HashMap;

use crate::catalog::{BundleBlob, Catalog};
use crate::diag::{Diagnostic, Report, codes};
use crate::text::{FileId, Kind, Place, Sources, Value, duplicate_keys, json, yaml};

/// A template, by its schema.
#[derive(Debug)]
pub enum Template<'s> {
    /// `olm.semver`: channels by major or minor version, edges by semver.
    Semver(semver::Semver),
    /// `olm.template.basic`: a catalog whose bundles are only named.
    Basic(basic::Basic<'s>),
    /// `olm.template.substitutes`: a catalog, and bundles that take the places of others.
    Substitutes(substitutes::Substitutes<'s>),
}

/// The schemas of templates.
pub const SCHEMAS: [&str; 3] = ["olm.semver", "olm.template.basic", "olm.template.substitutes"];

/// The JSON Schema of a template, for editors. It leans on [`crate::catalog::JSON_SCHEMA`] beside it.
pub const JSON_SCHEMA: &str = include_str!("template.schema.json");

/// The JSON Schema of the deprecations beside a template, for editors; it leans on the same one.
pub const DEPRECATIONS_JSON_SCHEMA: &str = include_str!("deprecations.schema.json");

/// A bundle that a template wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The reference of its image, matched exactly and never guessed.
    pub image: String,
    /// Where the template names it.
    pub place: Place,
}

impl<'s> Template<'s> {
    /// Reads a template. Keys fold in case, as opm reads them; what is wrong is a finding, and then
    /// there is no template.
    pub fn read(sources: &'s Sources, file: FileId, report: &mut Report) -> Option<Self> {
        let source = sources.get(file);
        if let Some(offset) = source.invalid_utf8() {
            report.push(Diagnostic::invalid_utf8(file, offset));
            return None;
        }
        let text = source.text();
        // Only the first document counts, as for opm; that there is another, opm does not say.
        let document = match yaml::documents(text) {
            Ok(documents) => documents.into_iter().find(|document| document.has_content),
            Err(fault) => {
                report.push(Diagnostic::from_fault(&codes::INVALID_YAML, file, fault));
                return None;
            }
        };
        let Some(document) = document else { return empty(file, report) };
        let start = text[document.bytes.clone()].trim_start().starts_with('{');
        let json = start
            .then(|| json::read_prefix(&text[..document.bytes.end], document.bytes.start).ok())
            .flatten();
        let tree = match json {
            Some((tree, _)) => tree,
            None => match yaml::read(text, document.bytes.clone()) {
                Ok(tree) => tree,
                Err(fault) => {
                    report.push(Diagnostic::from_fault(&codes::INVALID_YAML, file, fault));
                    return None;
                }
            },
        };
        if let Some(line) = yaml::behind(text, tree.root()) {
            report.push(Diagnostic::unread_document(file, line));
        }
        let place = Place::document(file, document.bytes);
        let Some(root) = tree.root().filter(|root| !root.is_null()) else { return empty(file, report) };
        let duplicates = duplicate_keys(root);
        if !duplicates.is_empty() {
            // Nobody knows which of the two is meant, so neither is judged.
            for duplicate in &duplicates {
                report.push(Diagnostic::duplicate_key(file, duplicate));
            }
            return None;
        }
        if root.kind() != Kind::Map {
            let mut finding = Diagnostic::new(&codes::INVALID_TEMPLATE, place, "a template is a mapping");
            finding.help("start with `schema: olm.semver`");
            report.push(finding);
            return None;
        }
        match root.get_folded("schema").and_then(Value::str) {
            Some("olm.semver") => semver::Semver::read(root, &place, report).map(Template::Semver),
            Some("olm.template.basic") => basic::Basic::read(root, &place, report).map(Template::Basic),
            Some("olm.template.substitutes") => {
                substitutes::Substitutes::read(root, &place, report).map(Template::Substitutes)
            }
            Some(schema) => {
                let message = format!("no template has the schema `{schema}`");
                let mut finding = Diagnostic::new(&codes::INVALID_TEMPLATE, place.key("schema"), message);
                finding.help(format!("write one of: {}", SCHEMAS.join(", ")));
                report.push(finding);
                None
            }
            None => {
                let mut finding =
                    Diagnostic::new(&codes::INVALID_TEMPLATE, place, "a template without `schema`");
                finding.help("add `schema: olm.semver`");
                report.push(finding);
                None
            }
        }
    }

    /// Returns the template's schema.
    pub fn schema(&self) -> &'static str {
        match self {
            Template::Semver(_) => SCHEMAS[0],
            Template::Basic(_) => SCHEMAS[1],
            Template::Substitutes(_) => SCHEMAS[2],
        }
    }

    /// Returns the bundles that the template wants, each once, in the order of the text.
    pub fn references(&self) -> Vec<Reference> {
        let mut seen = std::collections::HashSet::new();
        let mentions = self.mentions().into_iter();
        mentions.filter(|reference| seen.insert(reference.image.as_str())).cloned().collect()
    }

    /// Returns every place where the template wants a bundle, in the order of the text.
    pub fn mentions(&self) -> Vec<&Reference> {
        match self {
            Template::Semver(template) => template.references().collect(),
            Template::Basic(template) => template.references().collect(),
            Template::Substitutes(template) => template.references().collect(),
        }
    }

    /// Returns the references that an archetype lists, in the order of the text; only `olm.semver` has
    /// archetypes.
    pub fn listed(&self, archetype: &str) -> Vec<String> {
        let Template::Semver(template) = self else { return Vec::new() };
        template.listed_in(archetype).iter().map(|reference| reference.image.clone()).collect()
    }

    /// Returns the catalog that the template changes, which must be right before it does.
    pub fn given(&self) -> Option<&Catalog<'s>> {
        match self {
            Template::Substitutes(template) => Some(template.given()),
            Template::Semver(_) | Template::Basic(_) => None,
        }
    }

    /// Makes the catalog from the rendered bundles, by reference. A reference that is missing is
    /// left out: whoever looked for it has said so.
    pub fn expand(self, bundles: HashMap<String, BundleBlob<'s>>, report: &mut Report) -> Catalog<'s> {
        match self {
            Template::Semver(template) => template.expand(bundles, report),
            Template::Basic(template) => template.expand(bundles),
            Template::Substitutes(template) => template.expand(&bundles, report),
        }
    }
}

/// Reads the blobs in `entries`, each with its place.
fn entries<'t, 's>(root: Value<'t, 's>, place: &Place, report: &mut Report) -> Vec<(Value<'t, 's>, Place)> {
    let place = place.key("entries");
    let Some(list) = root.get_folded("entries").filter(|value| !value.is_null()) else { return Vec::new() };
    if list.kind() != Kind::List {
        let mut finding = Diagnostic::new(&codes::INVALID_TEMPLATE, place, "`entries` is not a list");
        finding.help("write the blobs of the catalog below it, as a list");
        report.push(finding);
        return Vec::new();
    }
    list.items().enumerate().map(|(index, item)| (item, place.index(index))).collect()
}

fn empty<'s>(file: FileId, report: &mut Report) -> Option<Template<'s>> {
    let mut finding = Diagnostic::new(&codes::INVALID_TEMPLATE, Place::file(file), "the template is empty");
    finding
        .help("start with `schema: olm.semver`, and list images below `stable`: `bundles: [{image: ...}]`");
    report.push(finding);
    None
}

/// A name that the catalog owns.
fn owned<'s>(text: &str) -> Cow<'s, str> {
    Cow::Owned(text.to_owned())
}
