//! The `fieldPath` of a rule: the field that a refusal names, from the node that has the rule
//! (`ValidFieldPath` of `k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel`).

use std::ops::Range;

use crate::crd::Schema;
use crate::text::nearest;

/// Returns what is wrong with a path: the guilty bytes, a phrase, and a remedy.
pub(super) fn fault(path: &str, schema: Schema<'_, '_>) -> Option<(Range<usize>, String, String)> {
    let mut here = schema;
    let mut at = 0;
    while at < path.len() {
        let step = match path[at..].chars().next() {
            Some('.') => plain(path, at + 1),
            Some('[') => quoted(path, at + 1),
            _ => None,
        };
        let Some((name, place, end)) = step else {
            let help = "write it as in `.spec.size` or `.labels['app']`; elements of lists have no path";
            return Some((at..path.len(), format!("`{path}` is no path to a field"), help.to_owned()));
        };
        let next = match here.get("properties") {
            Some(_) => here.property(&name),
            None => here.values(),
        };
        let Some(next) = next else {
            let names: Vec<&str> = here.properties().map(|(name, _)| name).collect();
            let help = match nearest(&name, names) {
                Some(known) => format!("did you mean `{known}`?"),
                None => "name a field of the schema, from the node that has the rule on".to_owned(),
            };
            return Some((place, format!("the schema has no field `{name}` here"), help));
        };
        here = next;
        at = end;
    }
    None
}

/// A name, where it stands, and where the next step begins.
type Step = (String, Range<usize>, usize);

fn plain(path: &str, start: usize) -> Option<Step> {
    let rest = &path[start..];
    let end = start + rest.find(['.', '[', ']']).unwrap_or(rest.len());
    (end > start).then(|| (path[start..end].to_owned(), start..end, end))
}

/// A name in quotes, in which a backslash takes the next character as it is.
fn quoted(path: &str, start: usize) -> Option<Step> {
    let rest = path[start..].strip_prefix('\'')?;
    let mut name = String::new();
    let mut characters = rest.char_indices();
    while let Some((offset, c)) = characters.next() {
        match c {
            '\\' => name.push(characters.next()?.1),
            '\'' => {
                let end = start + 1 + offset + 1;
                return path[end..].starts_with(']').then(|| (name, start..end, end + 1));
            }
            _ => name.push(c),
        }
    }
    None
}
