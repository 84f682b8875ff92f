//! What an object of one version loses when it is read as another and nothing converts it.

use std::collections::HashMap;

use super::path::{Link, Path};
use super::schema::{DEPTH, Schema, is_meta};

/// What differs between two schemas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss<'t> {
    /// The field.
    pub path: Path<'t>,
    /// Whether both have it, with values that the other does not take.
    pub is_of_type: bool,
}

/// Returns the first field that objects of one schema have, and objects of the other lose or have with
/// another type. None if each such field is kept.
pub fn loss<'t>(from: Schema<'t, '_>, to: Schema<'_, '_>, keeps_unknown: bool) -> Option<Loss<'t>> {
    if from.value().same(to.value()) {
        return None;
    }
    let mut path = Path::default();
    let is_of_type = below(from, to, keeps_unknown, &mut path)?;
    Some(Loss { path, is_of_type })
}

/// Leaves the path at the field.
fn below<'t>(from: Schema<'t, '_>, to: Schema<'_, '_>, keeps: bool, path: &mut Path<'t>) -> Option<bool> {
    let kind = |schema: Schema<'_, '_>| match schema.kind() {
        "integer" => "number".to_owned(),
        kind => kind.to_owned(),
    };
    if !from.kind().is_empty() && !to.kind().is_empty() && kind(from) != kind(to) {
        return Some(true);
    }
    if path.0.len() == DEPTH {
        return None;
    }
    let is_open = keeps || to.preserves_unknown_fields() || to.additional().is_some();
    let known: HashMap<&str, Schema<'_, '_>> = to.properties().collect();
    for (link, child) in from.children() {
        let other = match link {
            Link::Property(name) => known.get(name).copied(),
            Link::Items => to.items(),
            Link::Values => to.values(),
        };
        path.0.push(link);
        match (other, link) {
            (Some(other), _) => {
                if let Some(found) = below(child, other, keeps, path) {
                    return Some(found);
                }
            }
            (None, Link::Property(name)) if !is_open && !is_meta(name) => {
                return Some(false);
            }
            (None, _) => {}
        }
        path.0.pop();
    }
    None
}
