//! Turns a place into the bytes that it means, by reading its document once more: only what is
//! printed pays for it.

use std::ops::Range;

use super::{Place, Route, Sources, Spot, Step, Value, json, yaml};

/// Returns the bytes of the file that a place means. A route that leads too far means its nearest
/// existing ancestor, of which a mapping or list is shown by the key that holds it, or by its first
/// line; a document that cannot be parsed means its first line.
pub fn locate(place: &Place, sources: &Sources) -> Range<usize> {
    let text = sources.get(place.file).text();
    match &place.spot {
        Spot::File => 0..0,
        Spot::Bytes(bytes) => bytes.clone(),
        Spot::Route(document, route) => {
            let document = document.start.min(text.len())..document.end.min(text.len());
            let is_json = text[document.clone()].trim_start().starts_with('{');
            let tree = is_json.then(|| json::read_prefix(&text[..document.end], document.start).ok()).flatten();
            let tree = tree.map(|(tree, _)| tree).or_else(|| yaml::read(text, document.clone()).ok());
            match tree.as_ref().and_then(|tree| tree.root()) {
                Some(root) => walk(root, route, text),
                None => first_line(text, document),
            }
        }
    }
}

fn walk(root: Value<'_, '_>, route: &Route, text: &str) -> Range<usize> {
    let mut value = root;
    let mut holder: Option<Range<usize>> = None;
    for step in &route.0 {
        let next = match step {
            Step::Key(key) | Step::Name(key) => {
                let entry = (value.entries().filter(|(name, _)| name.text() == key).last())
                    .or_else(|| value.entries().filter(|(name, _)| super::tree::folds_to(name.text(), key)).last());
                let Some((name, next)) = entry else { break };
                if matches!(step, Step::Name(_)) {
                    return name.span();
                }
                holder = Some(name.span());
                next
            }
            Step::Index(index) => {
                let Some(next) = value.items().nth(*index) else { break };
                holder = None;
                next
            }
        };
        value = next;
    }
    let span = value.span();
    let is_block = text.get(span.clone()).is_some_and(|text| text.contains('\n'));
    match holder {
        // A block of many lines is pointed at by its key, and so is a value that takes no space.
        Some(key) if is_block || span.is_empty() => key,
        _ if is_block => first_line(text, span),
        _ => span,
    }
}

fn first_line(text: &str, span: Range<usize>) -> Range<usize> {
    let body = &text[span.clone()];
    let start = span.start + (body.len() - body.trim_start().len());
    let line = text[start..span.end.max(start)].lines().next().unwrap_or_default();
    start..start + line.trim_end().len()
}
