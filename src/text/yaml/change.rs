//! Turns an edit of a document into changes of its bytes, so that comments, order and style of all
//! else stay. An edit that cannot be made with certainty is not made.

use std::ops::Range;

use super::scalar::{Scalar, Style};
use crate::text::{Edit, Kind, Route, Spot, Step, Value};

/// Bytes of a text, and what is to stand in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The bytes.
    pub bytes: Range<usize>,
    /// The new text.
    pub text: String,
}

/// Returns the change that an edit comes to; none if there is no certain one.
pub fn change(text: &str, edit: &Edit) -> Option<Change> {
    if let Edit::Erase(place) = edit {
        let Spot::Bytes(bytes) = &place.spot else { return None };
        return Some(erase(text, bytes.clone()));
    }
    let Spot::Route(document, route) = &edit.place().spot else { return None };
    let document = document.start..document.end.min(text.len());
    let tree = super::read(text, document.clone()).ok()?;
    let found = find(text, tree.root()?, route, &document)?;
    match edit {
        Edit::Set(_, value) => Some(spell(text, found.value, value)?),
        Edit::Rename(_, name) => Some(spell(text, found.key?, name)?),
        Edit::Quote(_) => {
            let raw = text.get(found.value.span())?;
            let is_plain = !raw.is_empty() && !raw.contains(['"', '\'', '\\', '\n', '&', '*', '!']);
            let is_other = !matches!(found.value.kind(), Kind::Str | Kind::List | Kind::Map);
            (is_plain && is_other).then(|| Change { bytes: found.value.span(), text: format!("\"{raw}\"") })
        }
        Edit::Remove(_) => remove(text, tree.root()?, route, &document),
        Edit::Erase(_) => None,
    }
}

/// What stands at the end of a route.
struct Found<'t, 's> {
    parent: Value<'t, 's>,
    key: Option<Value<'t, 's>>,
    value: Value<'t, 's>,
}

/// Follows a route to its very end. What an alias or merge brings in stands elsewhere, and what has an
/// anchor is used elsewhere; changing it would change more than is meant: it does not count as found.
fn find<'t, 's>(
    text: &str,
    root: Value<'t, 's>,
    route: &Route,
    document: &Range<usize>,
) -> Option<Found<'t, 's>> {
    let mut found = Found { parent: root, key: None, value: root };
    let mut bounds = document.clone();
    for step in &route.0 {
        let parent = found.value;
        let (key, value) = match step {
            Step::Key(name) | Step::Name(name) => {
                let mut entries = parent.entries().filter(|(key, _)| key.text() == name);
                let (key, value) = entries.next()?;
                if entries.next().is_some() {
                    return None;
                }
                (Some(key), value)
            }
            Step::Index(index) => (None, parent.items().nth(*index)?),
        };
        let span = key.unwrap_or(value).span().start..value.span().end;
        let is_inside = bounds.start <= span.start && span.start <= span.end && span.end <= bounds.end;
        if !is_inside || key.is_some_and(|key| key.span().end > value.span().start) {
            return None;
        }
        let before = &text[key.map_or(document.start, |key| key.span().end)..value.span().start];
        let has_anchor = match key {
            Some(_) => before.contains('&'),
            None => before.split_whitespace().next_back().is_some_and(|word| word.starts_with('&')),
        };
        if has_anchor || text[value.span()].starts_with('&') {
            return None;
        }
        bounds = if matches!(value.kind(), Kind::List | Kind::Map) { span } else { value.span() };
        found = Found { parent, key, value };
    }
    Some(found)
}

/// Spells a string in the place of a scalar, quoted as that was.
fn spell(text: &str, old: Value<'_, '_>, new: &str) -> Option<Change> {
    let raw = text.get(old.span())?;
    if matches!(old.kind(), Kind::List | Kind::Map)
        || raw.is_empty()
        || raw.contains('\n')
        || new.contains('\n')
    {
        return None;
    }
    let is_plain = Scalar::of(new).style == Style::Plain && !new.contains(['[', ']', '{', '}', ',']);
    let text = match raw.as_bytes()[0] {
        b'"' => double(new),
        b'\'' if !new.chars().any(char::is_control) => format!("'{}'", new.replace('\'', "''")),
        b'&' | b'*' | b'!' | b'|' | b'>' => return None,
        _ if is_plain => new.to_owned(),
        _ => double(new),
    };
    Some(Change { bytes: old.span(), text })
}

fn double(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            _ if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => out.push(c),
        }
    }
    out + "\""
}

fn remove(text: &str, root: Value<'_, '_>, route: &Route, document: &Range<usize>) -> Option<Change> {
    let found = find(text, root, route, document)?;
    let siblings: Vec<Range<usize>> = match found.parent.kind() {
        Kind::List => found.parent.items().map(Value::span).collect(),
        _ => found
            .parent
            .entries()
            .map(|(key, value)| key.span().start..value.span().end.max(key.span().end))
            .collect(),
    };
    let start = found.key.unwrap_or(found.value).span().start;
    let index = siblings.iter().position(|span| span.start == start)?;
    let before = text[document.start..start].trim_end();
    let is_flow = before.ends_with(['[', '{', ','])
        && text[document.start..siblings[0].start].trim_end().ends_with(['[', '{']);
    if is_flow {
        let bytes = match (index.checked_sub(1), siblings.get(index + 1)) {
            (_, Some(next)) => start..next.start,
            (Some(previous), None) => siblings[previous].end..siblings[index].end,
            (None, None) => siblings[index].clone(),
        };
        let is_certain = !text[bytes.clone()].contains(['\n', '#']);
        return is_certain.then(|| Change { bytes, text: String::new() });
    }
    if siblings.len() == 1 {
        // A list without items is no list any more, so its key goes, too.
        let (_, up) = route.0.split_last()?;
        let is_entry = matches!(up.last(), Some(Step::Key(_)));
        return (found.parent.kind() == Kind::List && is_entry)
            .then(|| remove(text, root, &Route(up.to_vec()), document))
            .flatten();
    }
    let first = match found.parent.kind() {
        Kind::List => text[..start].trim_end_matches(' ').strip_suffix('-')?.len(),
        _ => start,
    };
    let line = line_start(text, first);
    if !text[line..first].bytes().all(|byte| byte == b' ') {
        return None;
    }
    let end = siblings[index].end;
    let end = if text[..end].ends_with('\n') { end } else { line_end(text, end)? };
    Some(Change { bytes: line..end, text: String::new() })
}

/// Returns where the next line begins, if nothing but a comment follows in this one.
fn line_end(text: &str, at: usize) -> Option<usize> {
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1);
    let rest = text[at..end].trim();
    (rest.is_empty() || rest.starts_with('#')).then_some(end)
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Takes out a comment: its line if it has one of its own, else also the blanks before it.
fn erase(text: &str, bytes: Range<usize>) -> Change {
    let line = line_start(text, bytes.start);
    let before = text[line..bytes.start].trim_end().len();
    let end = text[bytes.end..].find('\n').map_or(text.len(), |newline| bytes.end + newline + 1);
    let bytes = if before == 0 { line..end } else { line + before..bytes.end };
    Change { bytes, text: String::new() }
}
