//! Indentation.

/// Appends some blanks.
pub(super) fn push(out: &mut String, mut count: usize) {
    const BLANKS: &str = "                                                                ";
    while count > BLANKS.len() {
        out.push_str(BLANKS);
        count -= BLANKS.len();
    }
    out.push_str(&BLANKS[..count]);
}
