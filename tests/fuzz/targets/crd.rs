//! A CRD, an object of it and a path into it, parted by lines of `===`: the schemas are judged, compared
//! with themselves and followed, and the object is completed and tried.

#![no_main]

use libfuzzer_sys::fuzz_target;
use olmcat::crd::{Crd, Detail, Patterns, changes, completed, flaws, loss, lost, preflight, validate};
use olmcat::text::yaml;

fuzz_target!(|text: &str| {
    let mut parts = text.split("\n===\n");
    let mut part = || parts.next().unwrap_or_default();
    let (manifest, object, path) = (part(), part(), part());
    let Ok(tree) = yaml::read(manifest, 0..manifest.len()) else { return };
    let Some(crd) = tree.root().and_then(Crd::read) else { return };
    for flaw in flaws(crd) {
        assert!(!flaw.to_string().is_empty());
    }
    assert!(changes(Detail::All, crd, crd, &[]).is_empty());
    preflight(crd, crd, &[]);
    let object = yaml::read(object, 0..object.len()).unwrap_or_default();
    let mut patterns = Patterns::default();
    for version in crd.versions() {
        let Some(schema) = version.schema else { continue };
        assert!(loss(schema, schema, false).is_none());
        lost(schema, path, false);
        let Some(object) = object.root() else { continue };
        let whole = completed(schema, object);
        let whole = whole.root().expect("an object stays one");
        validate(schema, whole, crd.preserves_unknown_fields(), &mut patterns);
    }
});
