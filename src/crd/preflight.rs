//! What OLM v1 says before it upgrades a CRD (`preflights/crdupgradesafety` of operator-controller,
//! which is crdify with some checks off): far stricter than OLM v0, as nobody asks what a change does.

use std::collections::HashSet;
use std::fmt;

use super::compare::{Change, Check, Detail, changes, schema_changes};
use super::version::precedence;
use super::{Conversion, Crd, Version};

/// Why OLM v1 refuses a CRD, unless the user turns the preflight off
/// (`spec.install.preflight.crdUpgradeSafety.enforcement: None` of the ClusterExtension).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Refusal {
    /// The version, or two of them as `v1 -> v2`; empty for the CRD as a whole.
    pub version: String,
    /// The field; empty for the root of the schema, and for the CRD as a whole.
    pub path: String,
    /// The check that fails.
    pub check: Check,
    /// A phrase that follows the name of the field, version or CRD.
    pub message: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [self.version.as_str(), self.path.as_str(), self.message.as_str()];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        write!(f, "{}: {}", self.check.name(), parts.join(" "))
    }
}

/// Returns why OLM v1 refuses to let a CRD take the place of another; nothing if it does not. `stored`
/// are the versions that objects may be stored in.
pub fn preflight(old: Crd<'_, '_>, new: Crd<'_, '_>, stored: &[&str]) -> Vec<Refusal> {
    let refused = changes(Detail::All, old, new, stored).into_iter().filter(is_refused);
    let mut refusals: Vec<Refusal> =
        refused.map(|change| refusal(change.version.to_owned(), change)).collect();
    if new.conversion() == Conversion::None {
        let known: HashSet<Refusal> = between_versions(old).into_iter().collect();
        refusals.extend(between_versions(new).into_iter().filter(|refusal| !known.contains(refusal)));
    }
    refusals
}

/// Whether OLM v1 cares: descriptions and further values of an `enum` it lets pass.
fn is_refused(change: &Change<'_>) -> bool {
    change.check.is_crdify() && !matches!(change.check, Check::Description | Check::EnumAddition)
}

fn refusal(version: String, change: Change<'_>) -> Refusal {
    Refusal { version, path: change.path.to_string(), check: change.check, message: change.message }
}

/// Compares each served version with each later one: objects are read as all of them.
fn between_versions(crd: Crd<'_, '_>) -> Vec<Refusal> {
    let mut served: Vec<Version<'_, '_>> = crd.versions().filter(|version| version.is_served).collect();
    served.sort_by(|left, right| precedence(left.name, right.name));
    let mut refusals = Vec::new();
    for (index, left) in served.iter().enumerate() {
        for right in &served[index + 1..] {
            let (Some(old), Some(new)) = (left.schema, right.schema) else { continue };
            let changes = schema_changes(Detail::All, old, new, left.name, false).into_iter();
            // Fields that one of two versions lacks are what versions are for.
            let refused =
                changes.filter(|change| is_refused(change) && change.check != Check::ExistingFieldRemoval);
            let pair = format!("{} -> {}", left.name, right.name);
            refusals.extend(refused.map(|change| refusal(pair.clone(), change)));
        }
    }
    refusals
}
