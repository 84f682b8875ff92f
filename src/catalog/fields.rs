//! Reads the fields of a blob as Go's `encoding/json` would: names fold in case, `null` leaves a
//! field empty. A value of another type is a finding, and the field stays empty.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::diag::{Diagnostic, Report, codes};
use crate::text::{Kind, Place, Value};

/// A mapping whose fields are being read.
pub(super) struct Fields<'t, 's, 'r> {
    map: Value<'t, 's>,
    place: Place,
    report: &'r mut Report,
}

impl<'t, 's, 'r> Fields<'t, 's, 'r> {
    pub(super) fn new(map: Value<'t, 's>, place: &Place, report: &'r mut Report) -> Self {
        Fields { map, place: place.clone(), report }
    }

    /// Reports keys that differ only in case: opm cannot tell which one is meant and refuses.
    pub(super) fn refuse_ambiguous_keys(&mut self) {
        let keys: Vec<_> = self.map.entries().map(|(key, _)| key.text()).collect();
        for (index, key) in keys.iter().enumerate() {
            let folded = |other: &&&str| {
                let is_same = if key.is_ascii() && other.is_ascii() {
                    other.eq_ignore_ascii_case(key)
                } else {
                    other.to_lowercase() == key.to_lowercase()
                };
                is_same && **other != *key
            };
            if let Some(&first) = keys[..index].iter().find(folded) {
                let message = format!("the keys `{first}` and `{key}` differ only in case");
                let mut finding = Diagnostic::new(&codes::AMBIGUOUS_KEY, self.place.name(*key), message);
                finding.label(self.place.name(first), "the other key").help("remove one of the two");
                self.report.push(finding);
            }
        }
    }

    /// Returns a field's value; none when it is missing. A `null` is a value.
    pub(super) fn get(&self, key: &str) -> Option<Value<'t, 's>> {
        self.map.get_folded(key)
    }

    fn of_kind(&mut self, key: &'static str, kind: Kind) -> Option<Value<'t, 's>> {
        let value = self.get(key).filter(|value| !value.is_null())?;
        if value.kind() == kind {
            return Some(value);
        }
        self.wrong(self.place.key(key), key, value, kind);
        None
    }

    fn wrong(&mut self, place: Place, key: &str, value: Value<'_, '_>, wanted: Kind) {
        let message = format!("`{key}` is {}, and should be {}", article(value.kind()), article(wanted));
        let mut finding = Diagnostic::new(&codes::WRONG_FIELD_TYPE, place, message);
        if wanted == Kind::Str && matches!(value.kind(), Kind::Bool | Kind::Int | Kind::Float | Kind::Null) {
            finding.help("quote the text, so that YAML does not take it for something else");
        }
        self.report.push(finding);
    }

    /// Returns a string; empty when it is missing.
    pub(super) fn str(&mut self, key: &'static str) -> Cow<'s, str> {
        self.of_kind(key, Kind::Str).map(Value::cow).unwrap_or_default()
    }

    /// Returns base64 in its standard form; none when it is missing.
    pub(super) fn base64(&mut self, key: &'static str) -> Option<Cow<'s, str>> {
        let text = self.of_kind(key, Kind::Str)?.cow();
        let clean = if text.contains(['\r', '\n']) { text.replace(['\r', '\n'], "").into() } else { text };
        if STANDARD.decode(clean.as_bytes()).is_err() {
            let message = format!("`{key}` is not standard base64");
            let mut finding = Diagnostic::new(&codes::WRONG_FIELD_TYPE, self.place.key(key), message);
            finding.help("encode the picture with `base64 -w0`");
            self.report.push(finding);
            return None;
        }
        Some(clean)
    }

    /// Returns a list of strings; empty when it is missing.
    pub(super) fn strs(&mut self, key: &'static str) -> Vec<Cow<'s, str>> {
        let Some(list) = self.of_kind(key, Kind::List) else { return Vec::new() };
        let mut texts = Vec::new();
        for (index, item) in list.items().enumerate() {
            match item.kind() {
                Kind::Str => texts.push(item.cow()),
                Kind::Null => texts.push(Cow::Borrowed("")),
                _ => self.wrong(self.place.key(key).index(index), key, item, Kind::Str),
            }
        }
        texts
    }

    /// Returns the fields of a mapping; none when it is missing.
    pub(super) fn map(&mut self, key: &'static str) -> Option<Fields<'t, 's, '_>> {
        let map = self.of_kind(key, Kind::Map)?;
        Some(Fields { map, place: self.place.key(key), report: self.report })
    }

    /// Reads each element of a list of mappings; none when the list is missing or `null`.
    pub(super) fn maps<T>(
        &mut self,
        key: &'static str,
        mut read: impl FnMut(&mut Fields<'t, 's, '_>) -> T,
    ) -> Option<Vec<T>> {
        let list = self.of_kind(key, Kind::List)?;
        // Exactly as much as is needed: large catalogs are made of these lists.
        let mut found = Vec::with_capacity(list.items().count());
        for (index, map) in list.items().enumerate() {
            let place = self.place.key(key).index(index);
            if !matches!(map.kind(), Kind::Map | Kind::Null) {
                self.wrong(place, key, map, Kind::Map);
                continue;
            }
            found.push(read(&mut Fields { map, place, report: self.report }));
        }
        Some(found)
    }
}

fn article(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Bool => "a boolean",
        Kind::Int | Kind::Float => "a number",
        Kind::Str => "a string",
        Kind::List => "a list",
        Kind::Map => "a mapping",
        Kind::Json => "raw JSON",
    }
}
