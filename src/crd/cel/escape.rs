//! How rules spell the names of fields that are no names in CEL
//! (`k8s.io/apiserver/pkg/cel/escaping.go`).

use std::borrow::Cow;

/// The words that CEL keeps for itself. The first four can never stand behind a dot.
const RESERVED: [&str; 21] = [
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "namespace",
    "package",
    "return",
    "var",
    "void",
    "while",
];

/// Returns whether no variable may have this name.
pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// Returns the name by which rules know a field; none if they cannot name it.
pub(super) fn escape(field: &str) -> Option<Cow<'_, str>> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if field.is_empty() || field.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if is_reserved(field) {
        return Some(Cow::Owned(format!("__{field}__")));
    }
    if field.bytes().all(is_plain) && !field.contains("__") {
        return Some(Cow::Borrowed(field));
    }
    let mut escaped = String::new();
    let mut rest = field;
    while let Some(c) = rest.chars().next() {
        let (word, length) = match c {
            '_' if rest.starts_with("__") => ("__underscores__", 2),
            '.' => ("__dot__", 1),
            '-' => ("__dash__", 1),
            '/' => ("__slash__", 1),
            _ if c.is_ascii_alphanumeric() || c == '_' => (&rest[..1], 1),
            _ => return None,
        };
        escaped.push_str(word);
        rest = &rest[length..];
    }
    Some(Cow::Owned(escaped))
}

/// Returns whether rules call a field by this name. Names without escapes are told at a glance, as a
/// schema may have thousands of fields.
pub(super) fn is_called(field: &str, name: &str) -> bool {
    field == name || (name.contains("__") && escape(field).is_some_and(|escaped| escaped == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelled_as_the_api_server_does() {
        let table = [
            ("replicas", Some("replicas")),
            ("namespace", Some("__namespace__")),
            ("x-prop", Some("x__dash__prop")),
            ("redact__d", Some("redact__underscores__d")),
            ("a.b/c", Some("a__dot__b__slash__c")),
            ("_x", Some("_x")),
            ("___", Some("__underscores___")),
            ("$ref", None),
            ("9lives", None),
            ("", None),
            ("ä", None),
        ];
        for (field, expected) in table {
            assert_eq!(escape(field).as_deref(), expected, "{field}");
        }
    }
}
