//! Versions, releases and ranges: a version and a range, parted by a line break.

#![no_main]

use std::cmp::Ordering;

use libfuzzer_sys::fuzz_target;
use olmcat::catalog::version::{Range, Version};

fuzz_target!(|text: &str| {
    let (left, right) = text.split_once('\n').unwrap_or((text, text));
    let range = Range::parse(right);
    let Ok(version) = Version::parse(left) else { return };
    assert_eq!(Version::parse(&version.to_string()).expect("what is printed can be read"), version);
    assert_eq!(version.precedence(&version), Ordering::Equal);
    if let Ok(other) = Version::parse(right) {
        assert_eq!(version.precedence(&other), other.precedence(&version).reverse());
    }
    if let Ok(range) = range {
        range.contains(&version);
    }
});
