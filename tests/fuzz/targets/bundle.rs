//! A bundle: a CSV, a further manifest and annotations, parted by a line of `===`; loaded, checked,
//! rendered, slimmed and imported.

#![no_main]

use std::path::PathBuf;
use std::{fs, process};

use libfuzzer_sys::fuzz_target;
use olmcat::catalog::{self, Catalog, Format};
use olmcat::diag::Report;
use olmcat::text::Sources;
use olmcat::{import, load, render, report, rules};

fuzz_target!(|text: &str| {
    let folder = PathBuf::from(format!("/dev/shm/olmcat-fuzz-{}", process::id()));
    let mut parts = text.split("\n===\n");
    for name in ["manifests/csv.yaml", "manifests/other.yaml", "metadata/annotations.yaml"] {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().expect("it has a folder")).expect("memory can be written");
        fs::write(file, parts.next().unwrap_or_default()).expect("memory can be written");
    }
    let (sources, mut found) = (Sources::default(), Report::default());
    let mut bundle = load::bundle(&folder, &sources, &mut found).expect("the folder can be listed");
    bundle.image = "registry.example/demo/bundle:v1".into();
    found.append(rules::check_bundle(&bundle, &rules::Context::default()));
    found.sort(&sources);
    report::render(&found, &sources, report::Format::Human, false);
    if !found.has_errors() {
        for strip_descriptions in [false, true] {
            let options = import::Options { strip_descriptions, ..import::Options::default() };
            import::files(&bundle, &options);
        }
    }
    let Ok(mut blob) = render::bundle(&bundle) else { return };
    render::tidy(&mut blob);
    let mut whole = Catalog { bundles: vec![blob], ..Catalog::default() };
    for format in [Format::Yaml, Format::Json] {
        let written = catalog::write(&whole, format);
        let (sources, mut report) = (Sources::default(), Report::default());
        let file = sources.add("written.yaml", written.clone().into_bytes());
        let back = catalog::read(&sources, file, &mut report);
        assert!(!report.has_errors(), "{:?}\n{written}", report.diagnostics());
        assert_eq!(catalog::write(&back, format), written);
    }
    rules::check_catalog(&whole);
    rules::check_upgrades(&[&whole], &[], None);
    render::migrate(&mut whole);
    catalog::write(&whole, Format::Yaml);
});
