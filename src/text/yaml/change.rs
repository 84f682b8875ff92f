//! Turns an edit of a document into changes of its bytes, so that comments, order and style of all
//! else stay. An edit that cannot be made with certainty is not made.

use std::ops::Range;

use super::scalar::{Scalar, Style};
use crate::text::known::Known;
use crate::text::{Edit, Kind, Route, Spot, Step, Tree, Value};

/// Bytes of a text, and what is to stand in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The bytes.
    pub bytes: Range<usize>,
    /// The new text.
    pub text: String,
}

/// Makes changes of the edits of one text, whose documents are read once as long as edits of the same one
/// follow each other.
#[derive(Debug)]
pub struct Editor<'s> {
    text: &'s str,
    last: Option<(Range<usize>, Option<Tree<'s>>)>,
    known: Known,
}

impl<'s> Editor<'s> {
    /// Makes an editor.
    pub fn new(text: &'s str) -> Self {
        Editor { text, last: None, known: Known::default() }
    }

    /// Returns the change that an edit comes to; none if there is no certain one.
    pub fn change(&mut self, edit: &Edit) -> Option<Change> {
        let text = self.text;
        let (document, route) = match (&edit.place().spot, edit) {
            (Spot::Bytes(bytes), Edit::Erase(_)) => return Some(erase(text, bytes.clone())),
            (Spot::Route(document, route), _) => (document.start..document.end.min(text.len()), route),
            _ => return None,
        };
        if self.last.as_ref().is_none_or(|(last, _)| *last != document) {
            self.last = Some((document.clone(), super::read(text, document.clone()).ok()));
            self.known = Known::default();
        }
        let root = self.last.as_ref()?.1.as_ref()?.root()?;
        let found = find(text, root, route, &document, &mut self.known)?;
        match edit {
            Edit::Set(_, value) => spell(text, found.value, value),
            Edit::Rename(_, name) => spell(text, found.key?, name),
            Edit::Quote(_) => quote(text, found.value),
            Edit::Remove(_) => remove(text, root, route, &document, &mut self.known),
            Edit::Erase(_) => None,
        }
    }
}

/// Returns a text with changes, which stand in its order and do not overlap.
pub fn with_changes(text: &str, changes: &[Change]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for change in changes {
        out.push_str(&text[at..change.bytes.start]);
        out.push_str(&change.text);
        at = change.bytes.end;
    }
    out + &text[at..]
}

/// What stands at the end of a route.
struct Found<'t, 's> {
    parent: Value<'t, 's>,
    /// Its number among the items or entries of the parent.
    index: usize,
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
    known: &mut Known,
) -> Option<Found<'t, 's>> {
    let mut found = Found { parent: root, index: 0, key: None, value: root };
    let mut bounds = document.clone();
    for step in &route.0 {
        let parent = found.value;
        let (index, key, value) = match step {
            Step::Key(name) | Step::Name(name) => {
                let (index, count) = known.key(parent, name)?;
                let (key, value) = known.entry_at(parent, index).filter(|_| count == 1)?;
                (index, Some(key), value)
            }
            Step::Index(index) => (*index, None, known.item(parent, *index)?),
            Step::Part(..) => return None,
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
        found = Found { parent, index, key, value };
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

/// Quotes what is spelled plain.
fn quote(text: &str, value: Value<'_, '_>) -> Option<Change> {
    let raw = text.get(value.span())?;
    let is_plain = !raw.is_empty() && !raw.contains(['"', '\'', '\\', '\n', '&', '*', '!']);
    let is_other = !matches!(value.kind(), Kind::Str | Kind::List | Kind::Map);
    (is_plain && is_other).then(|| Change { bytes: value.span(), text: format!("\"{raw}\"") })
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

fn remove(
    text: &str,
    root: Value<'_, '_>,
    route: &Route,
    document: &Range<usize>,
    known: &mut Known,
) -> Option<Change> {
    let found = find(text, root, route, document, known)?;
    // A document has nothing that it could be taken out of.
    route.0.last()?;
    let (index, parent) = (found.index, found.parent);
    let count = known.len(parent);
    let mut sibling = |index: usize| match parent.kind() {
        Kind::List => known.item(parent, index).map(Value::span),
        _ => known
            .entry_at(parent, index)
            .map(|(key, value)| key.span().start..value.span().end.max(key.span().end)),
    };
    let (own, first) = (sibling(index)?, sibling(0)?);
    let start = own.start;
    let before = text[document.start..start].trim_end();
    let is_flow = before.ends_with(['[', '{', ','])
        && text[document.start..first.start].trim_end().ends_with(['[', '{']);
    if is_flow {
        let previous = index.checked_sub(1).and_then(&mut sibling);
        let bytes = match (previous, sibling(index + 1)) {
            (_, Some(next)) => start..next.start,
            (Some(previous), None) => previous.end..own.end,
            (None, None) => own,
        };
        let is_certain = !text[bytes.clone()].contains(['\n', '#']);
        return is_certain.then(|| Change { bytes, text: String::new() });
    }
    if count == 1 {
        // A list without items is no list any more, so its key goes, too.
        let (_, up) = route.0.split_last()?;
        let is_entry = matches!(up.last(), Some(Step::Key(_)));
        return (parent.kind() == Kind::List && is_entry)
            .then(|| remove(text, root, &Route(up.to_vec()), document, known))
            .flatten();
    }
    let begin = match parent.kind() {
        Kind::List => text[..start].trim_end_matches(' ').strip_suffix('-')?.len(),
        _ => start,
    };
    let line = line_start(text, begin);
    if !text[line..begin].bytes().all(|byte| byte == b' ') {
        return None;
    }
    let end = own.end;
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
