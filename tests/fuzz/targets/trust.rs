//! Keys, and what is found beside an image. A text is each of them in turn; as what is signed, it is signed by a key
//! that is trusted, so that it is read and not only refused.

#![no_main]

use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use libfuzzer_sys::fuzz_target;
use olmcat::oci::Digest;
use olmcat::trust::{Fault, Proof, STATEMENT, SigningKey, VerifyingKey, Wanted};

static KEY: LazyLock<(SigningKey, VerifyingKey)> = LazyLock::new(|| {
    let sealed = include_bytes!("../../data/trust/cosign.key");
    let key = SigningKey::read(sealed, || Ok(String::new())).expect("it is a key of the tests");
    let verifying = key.verifying();
    (key, verifying)
});

fuzz_target!(|bytes: &[u8]| {
    let password = || Ok("password".to_owned());
    if let Ok(key) = SigningKey::read(bytes, password) {
        assert!(key.verifying().verify(b"x", &key.sign(b"x")));
    }
    let _ = VerifyingKey::read(bytes, password);

    let (key, verifying) = &*KEY;
    let wanted = Wanted { digest: Digest::of(b"image"), identity: None, key: verifying };
    let not_by_a_stranger = |proof: Proof| {
        let judged = proof.judge(&wanted);
        assert!(judged.is_err(), "nobody signed {judged:?}");
    };
    not_by_a_stranger(Proof::Attestation(bytes.to_vec()));
    not_by_a_stranger(Proof::Bundle(bytes.to_vec()));
    not_by_a_stranger(Proof::Signature { payload: bytes.to_vec(), signature: "AAAA".to_owned() });

    let signature = BASE64_STANDARD.encode(key.sign(bytes));
    let judged = Proof::Signature { payload: bytes.to_vec(), signature }.judge(&wanted);
    assert_ne!(judged, Err(Fault::OtherKey));
    let mut message = format!("DSSEv1 {} {STATEMENT} {} ", STATEMENT.len(), bytes.len()).into_bytes();
    message.extend_from_slice(bytes);
    let envelope = format!(
        r#"{{"payload":"{}","payloadType":"{STATEMENT}","signatures":[{{"sig":"{}"}}]}}"#,
        BASE64_STANDARD.encode(bytes),
        BASE64_STANDARD.encode(key.sign(&message)),
    );
    let judged = Proof::Attestation(envelope.into_bytes()).judge(&wanted);
    assert_ne!(judged, Err(Fault::OtherKey));
});
