//! YAML is read as Go reads it, and both readers read the same.

use std::fs;
use std::path::{Path, PathBuf};

use olmcat::text::{Value, yaml};

use crate::support::shared;

/// Every file below a folder whose name ends in one of the extensions.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "yaml" || e == "yml" || e == "json") {
            found.push(path);
        }
    }
}

fn same(a: Value<'_, '_>, b: Value<'_, '_>) -> Result<(), String> {
    if a.kind() != b.kind() || a.text() != b.text() {
        return Err(format!(
            "{:?} {:?} at {:?} is {:?} {:?}",
            a.kind(),
            a.text(),
            a.span(),
            b.kind(),
            b.text()
        ));
    }
    if a.items().count() != b.items().count() || a.entries().count() != b.entries().count() {
        return Err(format!("other number of children at {:?}", a.span()));
    }
    a.items().zip(b.items()).try_for_each(|(a, b)| same(a, b))?;
    a.entries().zip(b.entries()).try_for_each(|((ak, av), (bk, bv))| same(ak, bk).and_then(|()| same(av, bv)))
}

#[test]
fn both_readers_agree_on_every_real_file() {
    let (mut fast, mut all) = (0, 0);
    let mut found = Vec::new();
    for folder in ["percona/bundles", "percona/catalog", "opm-inputs", "opm-golden", "fixtures"] {
        let Some(folder) = shared(folder) else { return };
        files(&folder, &mut found);
    }
    for path in found {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let Ok(documents) = yaml::documents(&text) else { continue };
        for document in documents.into_iter().filter(|document| document.has_content) {
            all += 1;
            let Some(tree) = yaml::read_fast(&text, document.bytes.clone()) else { continue };
            let general = yaml::read_general(&text, document.bytes.clone());
            let general = general.unwrap_or_else(|fault| panic!("{}: {fault:?}", path.display()));
            fast += 1;
            if let Err(difference) = same(tree.root().unwrap(), general.root().unwrap()) {
                panic!("{}: fast reader: {difference}", path.display());
            }
        }
    }
    println!("{fast} of {all} documents are in the fast reader's style");
    assert!(fast * 10 > all * 8, "only {fast} of {all}");
}

/// Documents in the style that the fast reader knows, to be damaged.
const SEEDS: &[&str] = &[
    "a: 1\nb:\n- x: y\n  z: 'it''s'\n- - deep\n  - \"q\\n\"\nc:\n  d: |\n    line\n\n    more\n  e: {}\n",
    "key: plain text\n  folded on\n\n  lines # end\nother: \"double\n  folded\\\n  x\"\nlast: 'single\n\n  quoted'\n",
    "- a\n- b: c\n  d:\n    - e\n    -\n      f: g\n-\n- []\n# comment\n- h: ~\n  'i j': yes\n",
    "x: |-\n  a\n   b\ny: |+\n  c\n\nz: |2\n    d\nw: 0x1f\nv: 1e3\nu: 2001-01-01\nt: - \ns: :a\n",
];

fn agree(text: &str) -> Result<(), String> {
    let Some(fast) = yaml::read_fast(text, 0..text.len()) else { return Ok(()) };
    match (fast.root(), yaml::read_general(text, 0..text.len())) {
        // go-yaml lets a comment follow a quote at once; the general reader's parser does not.
        (_, Err(_)) if text.contains("\"#") || text.contains("'#") => Ok(()),
        (_, Err(fault)) => Err(format!("the general reader refuses: {}", fault.message)),
        (Some(fast), Ok(general)) => same(fast, general.root().ok_or("nothing against something")?),
        (None, Ok(general)) => match general.root() {
            Some(root) if !root.is_null() => Err("something against nothing".to_owned()),
            _ => Ok(()),
        },
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig {
        cases: std::env::var("CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(3000),
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn the_fast_reader_never_differs_on_damaged_documents(
        seed in 0..SEEDS.len(),
        edits in proptest::collection::vec((0..200_usize, 0..3_u8, "[ \n:#'\"|>&*!?,a1~<.+-]{1,3}"), 1..5),
    ) {
        let mut text = SEEDS[seed].to_owned();
        for (at, kind, insert) in edits {
            let at = at % text.len().max(1);
            match kind {
                0 => text.insert_str(at.min(text.len()), &insert),
                1 if !text.is_empty() => { text.remove(at); }
                _ => text.truncate(text.len().max(4) - at % 3),
            }
        }
        if let Err(difference) = agree(&text) {
            panic!("{difference}\n{text:?}");
        }
    }
}
