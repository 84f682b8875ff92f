//! A template: read, and expanded with bundles of whatever it names.

#![no_main]

use std::collections::HashMap;

use libfuzzer_sys::fuzz_target;
use olmcat::catalog::{self, BundleBlob, Format, PACKAGE, Property};
use olmcat::diag::Report;
use olmcat::rules;
use olmcat::template::Template;
use olmcat::text::{Place, Sources};

fuzz_target!(|bytes: &[u8]| {
    let (sources, mut report) = (Sources::default(), Report::default());
    let file = sources.add("template.yaml", bytes.to_vec());
    let template = Template::read(&sources, file, &mut report);
    assert_eq!(template.is_none(), report.has_errors());
    let Some(template) = template else { return };
    // The version is what stands behind the last colon, as people tag.
    let bundles: HashMap<String, BundleBlob<'_>> = (template.references().into_iter())
        .map(|reference| {
            let version = reference.image.rsplit(':').next().unwrap_or_default().to_owned();
            let property = format!("{{\"packageName\":\"demo\",\"version\":{version:?}}}");
            let blob = BundleBlob {
                name: format!("demo.v{version}").into(),
                package: "demo".into(),
                image: reference.image.clone().into(),
                properties: vec![Property {
                    kind: PACKAGE.into(),
                    value: Some(catalog::Raw::Json(property.into())),
                }],
                related_images: Vec::new(),
                origin: Place::file(file),
            };
            (reference.image, blob)
        })
        .collect();
    let catalog = template.expand(bundles, &mut report);
    rules::check_catalog(&catalog);
    catalog::write(&catalog, Format::Yaml);
});
