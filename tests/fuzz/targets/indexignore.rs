//! `.indexignore`: patterns, and a path behind the last line break.

#![no_main]

use libfuzzer_sys::fuzz_target;
use olmcat::load::Ignore;

fuzz_target!(|text: &str| {
    let (patterns, path) = text.rsplit_once('\n').unwrap_or((text, "a/b"));
    let parts: Vec<&str> = path.split('/').collect();
    let mut ignore = Ignore::default();
    ignore.add(&[], patterns);
    ignore.add(&parts[..parts.len() - 1], patterns);
    ignore.hides(&parts);
});
