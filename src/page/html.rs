//! Text on its way into HTML: nothing that comes from a file is ever taken for markup.

use std::fmt::{self, Display, Formatter, Write as _};

use crate::text::clean;

/// A text as it is shown, in one line. What would turn the reading direction, or cannot be seen, is shown instead.
pub(super) struct Text<'t>(pub(super) &'t str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for c in clean(self.0).chars() {
            match c {
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '&' => f.write_str("&amp;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                _ => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// A name, which reads in its own direction whatever stands around it.
pub(super) struct Name<'t>(pub(super) &'t str);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "<bdi>{}</bdi>", Text(self.0))
    }
}

/// A sentence of ours, with the names of the user in backticks.
pub(super) struct Sentence<'t>(pub(super) &'t str);

impl Display for Sentence<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let parts: Vec<&str> = self.0.split('`').collect();
        for (at, part) in parts.iter().enumerate() {
            match at % 2 == 1 && at + 1 < parts.len() {
                true => write!(f, "<code>{}</code>", Text(part))?,
                false if at % 2 == 1 => write!(f, "`{}", Text(part))?,
                false => Text(part).fmt(f)?,
            }
        }
        Ok(())
    }
}

/// A text in Markdown, as text: paragraphs and lists keep their lines, and lines of a paragraph run on. Of a long text
/// only the beginning is shown.
pub(super) struct Prose<'t>(pub(super) &'t str);

/// How many characters of a text are shown.
const LONG: usize = 10_000;

impl Display for Prose<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let end = self.0.char_indices().nth(LONG).map_or(self.0.len(), |(at, _)| at);
        let mut before: Option<&str> = None;
        for line in self.0[..end].lines().map(str::trim) {
            let runs_on =
                |before: &str| !before.is_empty() && !before.starts_with('#') && begins_a_word(line);
            f.write_str(match before {
                None => "",
                Some(before) if runs_on(before) => " ",
                Some(_) => "\n",
            })?;
            write!(f, "{}", Text(line))?;
            before = Some(line);
        }
        if end < self.0.len() { f.write_str("…") } else { Ok(()) }
    }
}

/// Whether a line goes on with the sentence of the line before, and is no item of a list, heading or the like.
fn begins_a_word(line: &str) -> bool {
    line.starts_with(|c: char| c.is_alphabetic() || matches!(c, '`' | '(' | '"' | '['))
}

/// Says how many of something there are.
pub(super) fn count(number: usize, what: &str) -> String {
    match (number, what.strip_suffix('y')) {
        (1, _) => format!("1 {what}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        _ => format!("{number} {what}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markup() {
        assert_eq!(Text("<b a='1'>&\"").to_string(), "&lt;b a=&#39;1&#39;&gt;&amp;&quot;");
        assert_eq!(Text("a\u{202e}b\0").to_string(), "a\u{fffd}b␀");
        assert_eq!(Name("x<y").to_string(), "<bdi>x&lt;y</bdi>");
        assert_eq!(Prose("one\n<two>\r\n").to_string(), "one\n&lt;two&gt;");
        let text = "# Title\nA sentence that\nruns on.\n\n* one\n* two\n";
        assert_eq!(Prose(text).to_string(), "# Title\nA sentence that runs on.\n\n* one\n* two");
    }

    #[test]
    fn names_in_backticks_are_code() {
        assert_eq!(Sentence("channel `a<b` has").to_string(), "channel <code>a&lt;b</code> has");
        assert_eq!(Sentence("`one` and ` alone").to_string(), "<code>one</code> and ` alone");
        assert_eq!(Sentence("plain").to_string(), "plain");
    }

    #[test]
    fn things_are_counted() {
        assert_eq!(count(1, "entry"), "1 entry");
        assert_eq!(count(2, "entry"), "2 entries");
        assert_eq!(count(0, "image"), "0 images");
    }

    #[test]
    fn a_long_text_ends_somewhere() {
        let text = "ä".repeat(LONG + 1);
        assert_eq!(Prose(&text).to_string().chars().count(), LONG + 1);
    }
}
