//! Reads a file of settings as a type, with places: what is wrong is a finding with a line.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use crate::diag::{Diagnostic, Report, codes};
use crate::text::{FileId, Kind, Place, Sources, Value, duplicate_keys, json, nearest, yaml};

const PLAIN: json::Style = json::Style { indent: 0, sort: false, escape_html: false, doubles: false };

/// Reads a file of settings as a type, and says where the first wrong field is.
pub(super) fn read<T: DeserializeOwned + Serialize>(
    sources: &Sources,
    file: FileId,
    help: &str,
    report: &mut Report,
) -> Option<(T, Place)> {
    let source = sources.get(file);
    if let Some(offset) = source.invalid_utf8() {
        report.push(Diagnostic::invalid_utf8(file, offset));
        return None;
    }
    let text = source.text();
    let place = Place::document(file, 0..text.len());
    let tree = match yaml::read(text, 0..text.len()) {
        Ok(tree) => tree,
        Err(fault) => {
            report.push(Diagnostic::from_fault(&codes::INVALID_YAML, file, fault));
            return None;
        }
    };
    if let Some(line) = yaml::behind(text, tree.root()) {
        report.push(Diagnostic::unread_document(file, line));
    }
    let mut out = String::from("{}");
    if let Some(root) = tree.root().filter(|root| !root.is_null()) {
        for duplicate in duplicate_keys(root) {
            report.push(Diagnostic::duplicate_key(file, &duplicate));
        }
        out.clear();
        json::write(root, PLAIN, &mut out);
    }
    let mut deserializer = serde_json::Deserializer::from_str(&out);
    match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Ok(value) => {
            let taken = serde_json::to_value(&value).unwrap_or_default();
            let Some(at) = tree.root().and_then(|root| list_for_map(root, &taken, &place)) else {
                return Some((value, place));
            };
            let mut finding =
                Diagnostic::new(&codes::INVALID_SETTINGS, at, "a list, where a mapping is wanted");
            finding.help(help);
            report.push(finding);
            None
        }
        Err(error) => {
            // The position is one of our own JSON, which nobody has seen.
            let message = error.inner().to_string();
            let message = message.split(" at line ").next().unwrap_or_default().to_owned();
            let at = place_of(error.path(), place, message.starts_with("unknown field"));
            let mut finding = Diagnostic::new(&codes::INVALID_SETTINGS, at, message.as_str());
            finding.help(meant(&message).map_or(help.to_owned(), |name| format!("did you mean `{name}`?")));
            report.push(finding);
            None
        }
    }
}

/// Returns the place at the end of a path; with `is_key`, that of the key itself.
fn place_of(path: &serde_path_to_error::Path, place: Place, is_key: bool) -> Place {
    let mut at = place;
    let mut segments = path.iter().peekable();
    while let Some(segment) = segments.next() {
        at = match segment {
            Segment::Seq { index } => at.index(*index),
            Segment::Map { key } if is_key && segments.peek().is_none() => at.name(key.as_str()),
            Segment::Map { key } => at.key(key.as_str()),
            _ => at,
        };
    }
    at
}

/// Returns the name that was probably meant, of a message that says which is wrong and which are known, all in
/// backticks: "unknown field `suits`, expected one of `image`, `suites`".
fn meant(message: &str) -> Option<&str> {
    if !message.starts_with("unknown ") {
        return None;
    }
    let mut names = message.split('`').skip(1).step_by(2);
    nearest(names.next()?, names)
}

/// Finds a list that was taken as the fields of a mapping, one by one, which is how serde reads a type.
fn list_for_map(value: Value<'_, '_>, taken: &serde_json::Value, place: &Place) -> Option<Place> {
    match (value.kind(), taken) {
        (Kind::List, serde_json::Value::Object(_)) => Some(place.clone()),
        (Kind::List, serde_json::Value::Array(items)) => {
            let mut pairs = value.items().zip(items).enumerate();
            pairs.find_map(|(index, (value, taken))| list_for_map(value, taken, &place.index(index)))
        }
        (Kind::Map, serde_json::Value::Object(fields)) => value.entries().find_map(|(key, value)| {
            let key = key.text();
            list_for_map(value, fields.get(key)?, &place.name(key))
        }),
        _ => None,
    }
}
