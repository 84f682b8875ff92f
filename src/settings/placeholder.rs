//! Placeholders in settings: `{version}` stands for a version. Another one would stand for itself, in the name of every
//! bundle, and each of them would be blamed for it.

use std::ops::Range;

/// A placeholder that stands for nothing.
pub(super) struct Unknown {
    /// Its bytes.
    pub(super) bytes: Range<usize>,
    /// What is wrong.
    pub(super) message: String,
    /// What to do.
    pub(super) help: String,
}

/// Returns the first placeholder of a text that is none of the known ones, or a bracket without its other.
pub(super) fn unknown(text: &str, known: &[&str]) -> Option<Unknown> {
    let mut at = 0;
    loop {
        at += text[at..].find(['{', '}'])?;
        let end = text[at..].find('}').map_or(text.len(), |length| at + length + 1);
        if let Some(name) = text[at..end].strip_prefix('{').and_then(|rest| rest.strip_suffix('}'))
            && known.contains(&name)
        {
            at = end;
            continue;
        }
        let message = format!("`{}` stands for nothing here", &text[at..end]);
        let known: Vec<String> = known.iter().map(|name| format!("`{{{name}}}`")).collect();
        let help = match known.is_empty() {
            true => "write it out: nothing is replaced here".to_owned(),
            false => format!("write {}", known.join(" or ")),
        };
        return Some(Unknown { bytes: at..end, message, help });
    }
}

#[cfg(test)]
mod tests {
    use super::unknown;

    #[test]
    fn what_stands_for_nothing_is_found() {
        let found =
            |text: &str| unknown(text, &["package", "version"]).map(|unknown| text[unknown.bytes].to_owned());
        for good in ["", "demo", "{package}.v{version}", "{version}{version}"] {
            assert_eq!(found(good), None);
        }
        for (bad, part) in [
            ("{package}.v{verison}", "{verison}"),
            ("v{version", "{version"),
            ("version}-é", "}"),
            ("{{version}}", "{{version}"),
            ("{}", "{}"),
        ] {
            assert_eq!(found(bad).as_deref(), Some(part), "{bad}");
        }
    }
}
