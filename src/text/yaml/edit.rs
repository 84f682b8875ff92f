//! Adds to a YAML text without touching the rest of it: comments, order and style stay.

use crate::text::{Kind, Value};

/// Returns the text with one more item in the block list at the end of these keys, which fold in
/// case. None if there is no such list in block style.
pub fn append_item(text: &str, keys: &[&str], item: &str) -> Option<String> {
    let tree = super::read(text, 0..text.len()).ok()?;
    let list = find(tree.root()?, keys).filter(|list| list.kind() == Kind::List)?;
    // The place of the list itself is no help: parsers disagree whether it begins before its dash.
    let first = list.items().next()?.span().start;
    let dash = text[..first].trim_end_matches(' ').strip_suffix('-')?.len();
    let column = column(text, dash)?;
    Some(insert_behind(text, list, &format!("{:column$}- {item}", "")))
}

/// Returns the text with one more entry in the block mapping at the end of these keys, which fold in
/// case. Further lines of the entry are indented with it. None if there is no such mapping in block
/// style.
pub fn append_entry(text: &str, keys: &[&str], entry: &str) -> Option<String> {
    let tree = super::read(text, 0..text.len()).ok()?;
    let map = find(tree.root()?, keys).filter(|map| map.kind() == Kind::Map)?;
    let first = map.entries().next()?.0.span().start;
    let column = column(text, first)?;
    let lines: Vec<String> = entry.lines().map(|line| format!("{:column$}{line}", "")).collect();
    Some(insert_behind(text, map, &lines.join("\n")))
}

fn find<'t, 's>(root: Value<'t, 's>, keys: &[&str]) -> Option<Value<'t, 's>> {
    keys.iter().try_fold(root, |value, key| value.get_folded(key))
}

/// The column of a byte, if only blanks come before it in its line.
fn column(text: &str, at: usize) -> Option<usize> {
    let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    text[line..at].chars().all(|c| c == ' ').then_some(at - line)
}

fn insert_behind(text: &str, block: Value<'_, '_>, lines: &str) -> String {
    let mut last = block;
    while let Some(child) = last.items().last().or_else(|| last.entries().last().map(|(_, value)| value)) {
        last = child;
    }
    let end = last.span().end;
    let at = text[end..].find('\n').map_or(text.len(), |newline| end + newline);
    format!("{}\n{lines}{}", &text[..at], if at == text.len() { "\n" } else { &text[at..] })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# top\nStable:\n  Bundles: # all\n  - image: a # one\n\n  # two\n  - image: b # last\n\n# end\nx: {y: 1}\n";

    #[test]
    fn comments_and_style_stay() {
        let added = append_item(TEXT, &["stable", "bundles"], "image: c").unwrap();
        assert_eq!(added, TEXT.replace("- image: b # last\n", "- image: b # last\n  - image: c\n"));
        let added = append_entry(TEXT, &["stable"], "other:\n- z").unwrap();
        assert_eq!(added, TEXT.replace("- image: b # last\n", "- image: b # last\n  other:\n  - z\n"));
    }

    #[test]
    fn what_is_not_in_block_style_is_left_alone() {
        assert_eq!(append_item("a: [b]\n", &["a"], "c"), None);
        assert_eq!(append_item("a: b\n", &["a"], "c"), None);
        assert_eq!(append_entry(TEXT, &["x"], "z: 1"), None);
        assert_eq!(append_entry(TEXT, &["none"], "z: 1"), None);
    }
}
