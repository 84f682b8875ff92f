//! Settings and contract.

#![no_main]

use libfuzzer_sys::fuzz_target;
use olmcat::diag::Report;
use olmcat::report::{self, Format};
use olmcat::settings::{Contract, Settings};
use olmcat::text::Sources;

fuzz_target!(|bytes: &[u8]| {
    let (sources, mut found) = (Sources::default(), Report::default());
    let file = sources.add("olmcat.yaml", bytes.to_vec());
    match Settings::read(&sources, file, &mut found) {
        Some(settings) => {
            settings.image_of("demo", "0.1.0");
            assert!(!settings.targets().is_empty());
        }
        None => assert!(found.has_errors()),
    }
    Contract::read(&sources, file, &mut found);
    found.sort(&sources);
    report::render(&found, &sources, Format::Human, false);
});
