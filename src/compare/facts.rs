//! What a bundle says of itself: what it needs to know who installs it.

use super::bundle::{Content, grouped};
use super::operator::Operator;
use crate::crd::Crd;
use crate::resolve::{Terms, Traits};
use crate::text::Value;

/// What a bundle says of itself, as far as the catalog carries it.
#[derive(Debug, Default)]
pub struct Facts {
    /// The title that consoles show.
    pub title: String,
    /// Who provides it.
    pub provider: String,
    /// How mature it is, in its own word.
    pub maturity: String,
    /// On what terms it can be installed.
    pub terms: Terms,
    /// The CRDs: name, and versions in a phrase.
    pub crds: Vec<(String, String)>,
    /// What it is allowed to do, a sentence each.
    pub permissions: Vec<String>,
    /// Whether the catalog carries its manifests; else its permissions are not known.
    pub has_manifests: bool,
}

impl Facts {
    /// Reads a bundle, of which the content was read.
    pub(super) fn read(operator: &Operator<'_>, content: &Content) -> Self {
        let mut facts = match operator.csv().and_then(|(_, csv)| csv.spec()) {
            Some(spec) => Facts { terms: Terms::of_csv(spec), ..Facts::presented(spec) },
            None => Facts::of_presentation(operator),
        };
        facts.has_manifests = content.has_manifests;
        facts.permissions = grouped(&content.permissions);
        if facts.has_manifests {
            facts.crds = operator.crds().map(|(_, crd)| described(crd)).collect();
        } else if facts.crds.is_empty() {
            let provides = Traits::read(&operator.blob.properties).provides;
            facts.crds = provides
                .iter()
                .map(|gvk| (format!("{}/{}", gvk.group, gvk.kind), gvk.version.clone()))
                .collect();
        }
        facts.crds.sort();
        facts
    }

    /// Reads what consoles show of a CSV that the catalog does not carry.
    fn of_presentation(operator: &Operator<'_>) -> Self {
        let Some(root) = operator.presentation() else { return Facts::default() };
        let owned = root.at(&["crdDescriptions", "owned"]).into_iter().flat_map(Value::items);
        let crds = owned.map(|crd| (text(crd, &["name"]), text(crd, &["version"]))).collect();
        Facts { crds, terms: Terms::read(operator.blob).unwrap_or_default(), ..Facts::presented(root) }
    }

    /// Reads what is called alike in a CSV and in what consoles show of it.
    fn presented(spec: Value<'_, '_>) -> Self {
        Facts {
            title: text(spec, &["displayName"]),
            provider: text(spec, &["provider", "name"]),
            maturity: text(spec, &["maturity"]),
            ..Facts::default()
        }
    }
}

fn text(value: Value<'_, '_>, keys: &[&str]) -> String {
    value.at(keys).and_then(Value::str).unwrap_or_default().to_owned()
}

/// Names a CRD and its versions.
fn described(crd: Crd<'_, '_>) -> (String, String) {
    let versions: Vec<String> = crd
        .versions()
        .map(|version| {
            let name = version.name;
            match (version.is_stored, version.is_served) {
                (true, true) => format!("{name} (stored)"),
                (true, false) => format!("{name} (stored, not served)"),
                (false, true) => name.to_owned(),
                (false, false) => format!("{name} (not served)"),
            }
        })
        .collect();
    (crd.name().to_owned(), versions.join(", "))
}
