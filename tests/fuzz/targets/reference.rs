//! Image references: what is printed reads back as the same, and both readers of them stand.

#![no_main]

use libfuzzer_sys::fuzz_target;
use olmcat::catalog::check_image_reference;
use olmcat::oci::{Digest, Platform, Reference};

fuzz_target!(|text: &str| {
    let _ = check_image_reference(text);
    if let Ok(digest) = text.parse::<Digest>() {
        assert_eq!(digest.to_string().parse::<Digest>().ok(), Some(digest));
    }
    let _ = text.parse::<Platform>();
    let Ok(reference) = Reference::parse(text) else { return };
    let printed = reference.to_string();
    assert_eq!(Reference::parse(&printed).expect("what is printed can be read").to_string(), printed);
    assert!(!reference.api_host().is_empty() && !reference.api_repository().is_empty());
    reference.is_loopback();
});
