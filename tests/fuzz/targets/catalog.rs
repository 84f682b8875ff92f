//! A catalog: read, checked, its findings printed and mended, written in both notations; written is a
//! fixed point.

#![no_main]

use libfuzzer_sys::fuzz_target;
use olmcat::catalog::{self, Format};
use olmcat::diag::{self, Report};
use olmcat::text::Sources;
use olmcat::{render, report, rules};

fuzz_target!(|bytes: &[u8]| {
    let (sources, mut found) = (Sources::default(), Report::default());
    let file = sources.add("catalog.yaml", bytes.to_vec());
    let mut read = catalog::read(&sources, file, &mut found);
    let is_whole = !found.has_errors();
    found.append(rules::check_catalog(&read));
    found.sort(&sources);
    for format in report::Format::ALL {
        report::render(&found, &sources, format, true);
    }
    for mended in diag::mend(&found, &sources, |_| true) {
        report::diff("catalog.yaml", sources.get(file).text(), &mended.changes);
        let mut left = Report::default();
        let file = sources.add("mended.yaml", mended.text.into_bytes());
        catalog::read(&sources, file, &mut left);
        assert!(!is_whole || !left.has_errors(), "what was mended cannot be read");
    }
    if !is_whole {
        return;
    }
    for format in [Format::Yaml, Format::Json] {
        let written = catalog::write(&read, format);
        assert_eq!(rewrite(&written, format), written);
    }
    read.bundles.iter_mut().for_each(render::tidy);
    render::migrate(&mut read);
    let written = catalog::write(&read, Format::Yaml);
    assert_eq!(rewrite(&written, Format::Yaml), written);
});

fn rewrite(text: &str, format: Format) -> String {
    let (sources, mut found) = (Sources::default(), Report::default());
    let file = sources.add("written.yaml", text.to_owned().into_bytes());
    let read = catalog::read(&sources, file, &mut found);
    assert!(!found.has_errors(), "{:?}\n{text}", found.diagnostics());
    catalog::write(&read, format)
}
