//! Changes of a file as `diff -u` writes them.

use std::fmt::Write as _;
use std::ops::Range;

use super::located::relative;
use crate::text::clean;
use crate::text::yaml::Change;

/// How many lines are shown around what changes.
const CONTEXT: usize = 3;
const FITS: &str = "a string takes all text";

/// Lines that change together.
struct Block {
    /// The numbers of the old lines, from 0.
    old: Range<usize>,
    new: Vec<String>,
}

/// Returns the difference that changes make, which stand in the order of the text and do not overlap;
/// nothing without any. `patch -p1` and `git apply` take it.
pub fn diff(name: &str, old: &str, changes: &[Change]) -> String {
    let lines: Vec<&str> = old.split_inclusive('\n').collect();
    let starts: Vec<usize> =
        lines.iter().scan(0, |at, line| Some(std::mem::replace(at, *at + line.len()))).collect();
    let line_of = |at: usize| starts.partition_point(|start| *start <= at).saturating_sub(1);
    let mut blocks: Vec<Block> = Vec::new();
    let mut from = 0;
    while from < changes.len() {
        let first = line_of(changes[from].bytes.start);
        let mut end = first;
        let mut to = from;
        // What changes on the same lines is one block.
        while to < changes.len() && (to == from || line_of(changes[to].bytes.start) < end) {
            let bytes = &changes[to].bytes;
            end = end.max(line_of(bytes.end.saturating_sub(1).max(bytes.start)) + 1);
            to += 1;
        }
        let bounds = starts[first]..starts.get(end).copied().unwrap_or(old.len());
        let mut text = old[bounds.clone()].to_owned();
        for change in changes[from..to].iter().rev() {
            text.replace_range(
                change.bytes.start - bounds.start..change.bytes.end - bounds.start,
                &change.text,
            );
        }
        blocks.push(Block { old: first..end, new: text.split_inclusive('\n').map(str::to_owned).collect() });
        from = to;
    }

    let mut out = String::new();
    if !blocks.is_empty() {
        let name = clean(relative(name));
        writeln!(out, "--- a/{name}\n+++ b/{name}").expect(FITS);
    }
    let mut shift = 0_isize;
    for hunk in blocks.chunk_by(|left, right| right.old.start <= left.old.end + 2 * CONTEXT) {
        let start = hunk[0].old.start.saturating_sub(CONTEXT);
        let end = (hunk[hunk.len() - 1].old.end + CONTEXT).min(lines.len());
        let growth: isize =
            hunk.iter().map(|block| block.new.len() as isize - block.old.len() as isize).sum();
        let old_count = end - start;
        let new_count = old_count.saturating_add_signed(growth);
        let new_start = start.saturating_add_signed(shift);
        let number = |start: usize, count: usize| if count == 0 { start } else { start + 1 };
        writeln!(
            out,
            "@@ -{},{old_count} +{},{new_count} @@",
            number(start, old_count),
            number(new_start, new_count)
        )
        .expect(FITS);
        let mut at = start;
        for block in hunk {
            lines[at..block.old.start].iter().for_each(|text| line(' ', text, &mut out));
            lines[block.old.clone()].iter().for_each(|text| line('-', text, &mut out));
            block.new.iter().for_each(|text| line('+', text, &mut out));
            at = block.old.end;
        }
        lines[at..end].iter().for_each(|text| line(' ', text, &mut out));
        shift += growth;
    }
    out
}

fn line(sign: char, text: &str, out: &mut String) {
    out.push(sign);
    out.push_str(text);
    if !text.ends_with('\n') {
        out.push_str("\n\\ No newline at end of file\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hunks_are_those_of_diff() {
        let old: String = (1..=30).map(|number| format!("{number}\n")).collect();
        let at = |line: usize| old.match_indices('\n').nth(line - 1).unwrap().0 - line.to_string().len();
        let changes = [
            Change { bytes: at(5)..at(6), text: String::new() },
            Change { bytes: at(25)..at(25) + 2, text: "new".into() },
        ];
        assert_eq!(
            diff("./x.yaml", &old, &changes),
            "--- a/x.yaml\n+++ b/x.yaml\n@@ -2,7 +2,6 @@\n 2\n 3\n 4\n-5\n 6\n 7\n 8\n\
             @@ -22,7 +21,7 @@\n 22\n 23\n 24\n-25\n+new\n 26\n 27\n 28\n"
        );
        assert_eq!(diff("x", &old, &[]), "");
    }

    #[test]
    fn the_end_of_a_file_is_shown() {
        let change = Change { bytes: 2..3, text: "c".into() };
        assert_eq!(
            diff("x", "a\nb", &[change]),
            "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"
        );
    }
}
