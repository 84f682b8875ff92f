//! The order of keys that go-yaml v2 writes: letters and numbers as people sort them.

use std::cmp::Ordering;

use crate::text::Value;

type Entry<'t, 's> = (Value<'t, 's>, Value<'t, 's>);

/// Returns the entries of a mapping in the order of writing; of equal keys the last.
pub(super) fn entries<'t, 's>(map: Value<'t, 's>) -> Vec<Entry<'t, 's>> {
    let mut entries: Vec<Entry<'t, 's>> = map.entries().collect();
    let in_order = |pair: &[Entry<'t, 's>]| compare(pair[0].0.text(), pair[1].0.text()) == Ordering::Less;
    if entries.windows(2).all(in_order) {
        return entries;
    }
    // By bytes first: equal keys meet, and keys that the natural order cannot tell apart keep one order.
    entries.sort_by(|a, b| a.0.text().cmp(b.0.text()));
    let mut kept: Vec<Entry<'t, 's>> = Vec::with_capacity(entries.len());
    for entry in entries {
        match kept.last_mut() {
            Some(last) if last.0.text() == entry.0.text() => *last = entry,
            _ => kept.push(entry),
        }
    }
    merge_sort(kept)
}

/// A stable sort that bears an order which is not transitive, as this one is for keys such as
/// `a1b`, `a10b`, `a2b`: the standard library's may panic there.
fn merge_sort<'t, 's>(entries: Vec<Entry<'t, 's>>) -> Vec<Entry<'t, 's>> {
    if entries.len() < 2 {
        return entries;
    }
    let mut left = entries;
    let right = left.split_off(left.len() / 2);
    let (left, right) = (merge_sort(left), merge_sort(right));
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let from_right = compare(b.0.text(), a.0.text()) == Ordering::Less;
        merged.extend(if from_right { right.next() } else { left.next() });
    }
    merged.extend(left);
    merged.extend(right);
    merged
}

/// Compares two keys (opm-spec 3.3, "Key order").
fn compare(a: &str, b: &str) -> Ordering {
    // Nearly all keys differ at a letter.
    let differ = a.bytes().zip(b.bytes()).find(|(a, b)| a != b);
    let Some((first, second)) = differ else { return a.len().cmp(&b.len()) };
    if first.is_ascii_alphabetic() && second.is_ascii_alphabetic() {
        return first.cmp(&second);
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let Some(at) = a.iter().zip(&b).position(|(a, b)| a != b) else { return a.len().cmp(&b.len()) };
    match (a[at].is_alphabetic(), b[at].is_alphabetic()) {
        (true, true) => a[at].cmp(&b[at]),
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => {
            // A zero behind other digits is one of a longer number.
            let behind_digit = (a[at] == '0' || b[at] == '0')
                && a[..at].iter().rev().take_while(|c| c.is_numeric()).any(|c| *c != '0');
            let number = |text: &[char]| {
                let digits: Vec<char> =
                    text[at..].iter().copied().take_while(|c| c.is_ascii_digit()).collect();
                let value = digits.iter().fold(u64::from(behind_digit), |value, digit| {
                    value.wrapping_mul(10).wrapping_add(u64::from(digit.to_digit(10).unwrap_or(0)))
                });
                (value, digits.len())
            };
            number(&a).cmp(&number(&b)).then(a[at].cmp(&b[at]))
        }
    }
}
