//! Which of some names was probably meant.

/// Returns the candidate most like `name`, if it is like enough to be a slip of the keyboard.
pub fn nearest<'n>(name: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let limit = name.chars().count() / 3;
    (candidates.into_iter())
        .filter(|candidate| candidate.len().abs_diff(name.len()) <= name.len() / 3 + 1)
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit.max(1))
        .min()
        .map(|(_, candidate)| candidate)
}

/// Counts the insertions, deletions and replacements that turn one text into the other.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<_> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in right.iter().enumerate() {
            let cost = (diagonal + usize::from(a != *b)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], cost);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_is_a_slip_away() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(nearest("stabel", ["fast", "stable", "stable-v1"]), Some("stable"));
        assert_eq!(nearest("stable", ["alpha", "beta"]), None);
        assert_eq!(nearest("demo.v0.1", ["demo.v0.1.0", "other.v0.1.0"]), Some("demo.v0.1.0"));
    }
}
