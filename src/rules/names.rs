//! How messages speak of names: lists of them, and the one that was probably meant.

pub(super) use crate::text::nearest;

/// Quotes names and joins them by commas; of many, only the first ten.
pub(super) fn list<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    const SHOWN: usize = 10;
    let mut names = names.into_iter();
    let mut shown: Vec<_> = names.by_ref().take(SHOWN).map(|name| format!("`{name}`")).collect();
    match names.count() {
        0 => {}
        more => shown.push(format!("and {more} more")),
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_cut() {
        assert_eq!(list(["a", "b"]), "`a`, `b`");
        let names: Vec<_> = (0..12).map(|number| number.to_string()).collect();
        assert!(list(names.iter().map(String::as_str)).ends_with("`9`, and 2 more"));
    }
}
