//! JSON: the reader takes what others take, and what is written reads back as the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use olmcat::text::json;

fuzz_target!(|text: &str| {
    let ours = json::read(text);
    let theirs = json::is_valid(text.as_bytes());
    let tree = match ours {
        Ok(tree) => tree,
        Err(fault) => {
            // What Go refuses, too.
            let is_go = fault.message.contains("no double") || fault.message.contains("too deeply");
            assert!(!theirs || is_go, "only we refuse {text:?}: {fault:?}");
            return;
        }
    };
    assert!(theirs, "only we take {text:?}");
    let root = tree.root().expect("a value was read");
    let compact = json::compact(text);
    assert!(json::read(&compact).is_ok(), "{compact:?}");
    let mut indented = String::new();
    json::indent(text, 2, 0, &mut indented);
    assert_eq!(json::compact(&indented), compact);
    for (indent, sort, escape_html, doubles) in
        [(0, false, false, false), (4, true, true, true), (0, true, false, true)]
    {
        let style = json::Style { indent, sort, escape_html, doubles };
        let mut written = String::new();
        json::write(root, style, &mut written);
        let back = json::read(&written).unwrap_or_else(|fault| panic!("{written:?}: {fault:?}"));
        let mut again = String::new();
        json::write(back.root().expect("something was written"), style, &mut again);
        assert_eq!(written, again);
    }
});
