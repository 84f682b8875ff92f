//! Turns a place into the bytes that it means, by reading its document once more: only what is
//! printed pays for it.

use std::cell::OnceCell;
use std::ops::Range;

use rayon::prelude::*;

use super::known::Known;
use super::part::part;
use super::{Place, Route, Sources, Spot, Step, Tree, Value, json, yaml};

/// Returns the bytes of the file that a place means. A route that leads too far means its nearest
/// existing ancestor, of which a mapping or list is shown by the key that holds it, or by its first
/// line; a document that cannot be parsed means its first line.
pub fn locate(place: &Place, sources: &Sources) -> Range<usize> {
    match &place.spot {
        Spot::File => 0..0,
        Spot::Bytes(bytes) => bytes.clone(),
        Spot::Route(document, route) => {
            let text = sources.get(place.file).text();
            let tree = read(text, document);
            resolve(tree.as_ref(), &mut Known::default(), text, document, route)
        }
    }
}

/// Returns for each place what [`locate`] does, but reads no document twice: a large document with
/// many findings would take minutes otherwise.
pub fn locate_all(places: &[&Place], sources: &Sources) -> Vec<Range<usize>> {
    let document = |place: &Place| match &place.spot {
        Spot::Route(document, _) => (place.file, document.start, document.end),
        Spot::File | Spot::Bytes(_) => (place.file, 0, 0),
    };
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by_key(|&index| document(places[index]));
    let groups: Vec<&[usize]> =
        order.chunk_by(|left, right| document(places[*left]) == document(places[*right])).collect();

    let locate_group = |group: &&[usize]| -> Vec<Range<usize>> {
        let tree = OnceCell::new();
        let mut known = Known::default();
        let locate_one = |&index: &usize| {
            let place = places[index];
            let Spot::Route(bytes, route) = &place.spot else { return locate(place, sources) };
            let text = sources.get(place.file).text();
            let tree = tree.get_or_init(|| read(text, bytes));
            resolve(tree.as_ref(), &mut known, text, bytes, route)
        };
        group.iter().map(locate_one).collect()
    };
    let located: Vec<Vec<Range<usize>>> = groups.par_iter().map(locate_group).collect();
    let mut found = vec![0..0; places.len()];
    for (&index, range) in order.iter().zip(located.into_iter().flatten()) {
        found[index] = range;
    }
    found
}

fn read<'s>(text: &'s str, document: &Range<usize>) -> Option<Tree<'s>> {
    let document = clip(text, document);
    let is_json = text[document.clone()].trim_start().starts_with('{');
    let tree = is_json.then(|| json::read_prefix(&text[..document.end], document.start).ok()).flatten();
    tree.map(|(tree, _)| tree).or_else(|| yaml::read(text, document).ok())
}

fn resolve(
    tree: Option<&Tree<'_>>,
    known: &mut Known,
    text: &str,
    document: &Range<usize>,
    route: &Route,
) -> Range<usize> {
    match tree.and_then(Tree::root) {
        Some(root) => walk(root, known, route, text),
        None => first_line(text, clip(text, document)),
    }
}

fn clip(text: &str, document: &Range<usize>) -> Range<usize> {
    document.start.min(text.len())..document.end.min(text.len())
}

fn walk(root: Value<'_, '_>, known: &mut Known, route: &Route, text: &str) -> Range<usize> {
    let mut value = root;
    let mut holder: Option<Range<usize>> = None;
    for step in &route.0 {
        let next = match step {
            Step::Key(key) | Step::Name(key) => {
                let Some((name, next)) = known.entry(value, key) else { break };
                if matches!(step, Step::Name(_)) {
                    return name.span();
                }
                holder = Some(name.span());
                next
            }
            Step::Index(index) => {
                let Some(next) = known.item(value, *index) else { break };
                holder = None;
                next
            }
            Step::Part(start, end) => {
                let spelled = value.span();
                let found = text.get(spelled.clone()).and_then(|text| part(text, value.text(), *start..*end));
                match found {
                    Some(found) => return spelled.start + found.start..spelled.start + found.end,
                    None => break,
                }
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
