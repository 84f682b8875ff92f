//! Text of the user's files made fit for Markdown: nothing of it is a link, a mention or the end of what is around it.

use crate::text::clean;

/// Returns the text as code, which Markdown leaves as it is. A backtick, which would end it, becomes an apostrophe.
pub fn code(text: &str) -> String {
    format!("`{}`", clean(text).replace('`', "'"))
}

/// Returns the text as code in a cell of a table, which a bar would end.
pub fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::{cell, code};

    #[test]
    fn nothing_ends_the_code_but_its_end() {
        assert_eq!(code("demo.v0.1.0"), "`demo.v0.1.0`");
        assert_eq!(code("x` [y](https://z) @w\n\u{202e}"), "`x' [y](https://z) @w␊\u{fffd}`");
        assert_eq!(cell("a|b`"), "`a\\|b'`");
    }
}
