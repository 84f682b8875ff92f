//! Does a path into an object lead to something that its schema describes.

use super::schema::{Additional, Schema, is_meta};

/// Where a path leaves a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost<'t> {
    /// The name of the field that is not there.
    pub name: String,
    /// The fields that are there instead.
    pub siblings: Vec<&'t str>,
}

/// One step of a path.
#[derive(Debug, PartialEq, Eq)]
enum Part<'p> {
    Field(&'p str),
    /// One or more elements of a list.
    Elements,
}

/// Follows a path, such as `.status.conditions[?(@.type=="Ready")].status`, from the schema of an object.
/// None if it leads somewhere, or nobody can say: to what every object has, where any field may be, and
/// where the path is more than names and brackets.
pub fn lost<'t>(schema: Schema<'t, '_>, path: &str, keeps_unknown: bool) -> Option<Lost<'t>> {
    let mut here = schema;
    let parts = parts(path)?;
    if matches!(parts.first(), Some(Part::Field(name)) if is_meta(name)) {
        return None;
    }
    for part in parts {
        here = match part {
            Part::Elements => here.items()?,
            Part::Field(name) => match (here.property(name), here.additional()) {
                (Some(property), _) => property,
                (None, Some(Additional::Schema(values))) => values,
                (None, Some(Additional::Allowed(true))) => return None,
                _ if keeps_unknown || here.preserves_unknown_fields() => return None,
                _ if here.is_embedded_resource() && is_meta(name) => return None,
                _ => {
                    let siblings = here.properties().map(|(name, _)| name).collect();
                    return Some(Lost { name: name.to_owned(), siblings });
                }
            },
        };
    }
    None
}

/// Splits a path; none for what is more than names and brackets.
fn parts(path: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut rest = path.strip_prefix('.').unwrap_or(path);
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            // The brackets of a filter may hold brackets in quotes.
            let end = if inside.starts_with('?') { inside.find(")]")? + 1 } else { inside.find(']')? };
            let text = &inside[..end];
            parts.push(match text.strip_prefix(['\'', '"']) {
                Some(name) => {
                    Part::Field(name.strip_suffix(['\'', '"']).filter(|name| !name.contains('\\'))?)
                }
                None => Part::Elements,
            });
            rest = &inside[end + 1..];
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let name = &rest[..end];
            if name.is_empty() || name.contains(['*', '\\', '{', '}', '@', '\'', '"']) {
                return None;
            }
            parts.push(Part::Field(name));
            rest = &rest[end..];
        }
        rest = match rest.strip_prefix('.') {
            Some("") => return None,
            Some(after) => after,
            None => rest,
        };
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::yaml;

    #[test]
    fn paths_lead_where_the_schema_does() {
        let text = "{type: object, properties: {status: {type: object, properties: {ready: {type: integer}, \
                    labels: {type: object, additionalProperties: {type: string}}, \
                    any: {type: object, x-kubernetes-preserve-unknown-fields: true}, \
                    list: {type: array, items: {type: object, properties: {name: {type: string}}}}}}}}\n";
        let tree = yaml::read(text, 0..text.len()).unwrap();
        let schema = Schema::new(tree.root().unwrap());
        for path in [
            ".status.ready",
            "status.ready",
            ".status.labels.app",
            ".status.labels['a.b/c']",
            ".status.any.thing.at.all",
            ".status.list[0].name",
            ".status.list[?(@.name==\"[x]\")].name",
            ".status.list[*].name",
            "..ready",
            ".status.",
            ".status.labels.a\\.b",
        ] {
            assert_eq!(lost(schema, path, false), None, "{path}");
        }
        for (path, name) in [
            (".status.redy", "redy"),
            (".spec.size", "spec"),
            (".status.list.name", "name"),
            (".status.list[0].size", "size"),
            (".status.ready.count", "count"),
        ] {
            assert_eq!(lost(schema, path, false).map(|lost| lost.name).as_deref(), Some(name), "{path}");
        }
        assert_eq!(lost(schema, ".status.redy", true), None);
        assert_eq!(lost(schema, ".status.redy", false).unwrap().siblings[0], "ready");
    }
}
