//! Keys and signatures: what cosign made holds, what we make `openssl` verifies, and nothing else does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use olmcat::diag::Error;
use olmcat::oci::{Digest, Reference};
use olmcat::trust::{
    Fault, Format, Predicate, Proof, SIGNATURE, Signed, SigningKey, Statement, VerifyingKey, Wanted, attest,
    sign,
};
use serde_json::{Value, json};

use crate::image::output;
use crate::support::{Folder, Olmcat, data, tool};

/// A private and a public key, as `openssl` makes them; none where there is no `openssl`.
pub fn keys(folder: &Folder, name: &str) -> Option<(PathBuf, PathBuf)> {
    let openssl = tool("openssl")?;
    let private = folder.path().join(format!("{name}.key"));
    let public = folder.path().join(format!("{name}.pub"));
    let curve = ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out"];
    output(Command::new(&openssl).args(curve).arg(&private));
    output(Command::new(&openssl).args(["pkey", "-pubout", "-in"]).arg(&private).arg("-out").arg(&public));
    Some((private, public))
}

/// Whether `openssl` takes a signature for that of a key.
pub fn openssl_verifies(public: &Path, message: &[u8], signature: &[u8]) -> bool {
    let folder = Folder::new();
    let (message, signature) = (folder.write("message", message), folder.write("signature", signature));
    let openssl = tool("openssl").expect("it made the keys");
    let mut command = Command::new(openssl);
    command.args(["dgst", "-sha256", "-verify"]).arg(public).arg("-signature").arg(signature).arg(message);
    command.output().unwrap().status.success()
}

fn no_password() -> Result<String, Error> {
    panic!("no password is asked for")
}

fn empty() -> Result<String, Error> {
    Ok(String::new())
}

fn signing(path: &Path) -> SigningKey {
    SigningKey::read(&fs::read(path).unwrap(), no_password).unwrap()
}

fn verifying(path: &Path) -> VerifyingKey {
    VerifyingKey::read(&fs::read(path).unwrap(), no_password).unwrap()
}

/// What the bytes of an envelope come to when they are signed.
pub fn message_of(envelope: &Value) -> (Vec<u8>, Vec<u8>) {
    let bytes = |value: &Value| BASE64_STANDARD.decode(value.as_str().unwrap()).unwrap();
    let payload = bytes(&envelope["payload"]);
    let kind = envelope["payloadType"].as_str().unwrap();
    let mut message = format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len()).into_bytes();
    message.extend(payload);
    (message, bytes(&envelope["signatures"][0]["sig"]))
}

#[test]
fn what_cosign_signed_holds() {
    let payload = fs::read(data("trust/payload.json")).unwrap();
    let signature = fs::read_to_string(data("trust/signature.txt")).unwrap();
    let key = verifying(&data("trust/cosign.pub"));
    let digest: Digest =
        "sha256:f3cfc9d0dbf931d3db4685ec659b7ac68e2a578219da4aae65427886e649b06b".parse().unwrap();
    let repository = Reference::parse("registry-testing.svc.lan/busybox").unwrap();
    let proof = Proof::Signature { payload: payload.clone(), signature };
    let wanted = Wanted { digest, identity: Some(&repository), key: &key };
    let proved = proof.judge(&wanted).unwrap();
    assert_eq!((proved.format, proved.kind.as_str()), (Format::Legacy, SIGNATURE));
    assert_eq!(proved.identity.as_deref(), Some("registry-testing.svc.lan/busybox"));
    // We would sign the same bytes.
    let own = SigningKey::read(&fs::read(data("trust/cosign.key")).unwrap(), empty).unwrap();
    assert_eq!(sign(digest, "registry-testing.svc.lan/busybox", Format::Legacy, &own).document, payload);
}

#[test]
fn cosign_keys_open_with_their_password() {
    let text = fs::read(data("trust/cosign.key")).unwrap();
    let key = SigningKey::read(&text, empty).unwrap();
    // The key that is inside, which `nacl.secret.SecretBox` of PyNaCl opens likewise.
    let inside = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgH/riKzXPFEr0zhOy1rSGywbmv8Vyq3nHrJIxm/dnVlGh\
                  RANCAAQaaxalk2675JRfvSfeVUrgkuxqhXtP6uF5ratBS7b0RCJq2gsHTpB2yZJ34axAaVDN9wO2wo/Nv4HbMuCCtZmO";
    let plain = format!("-----BEGIN PRIVATE KEY-----\n{inside}\n-----END PRIVATE KEY-----\n");
    let same = SigningKey::read(plain.as_bytes(), no_password).unwrap();
    assert_eq!(key.verifying(), same.verifying());
    assert_eq!(key.sign(b"x"), same.sign(b"x"));
    let error = SigningKey::read(&text, || Ok("s3cret".to_owned())).unwrap_err();
    assert_eq!(error.message, "the password does not open the key");
    assert!(!format!("{error:?}{key:?}").contains("s3cret"));

    // What wants to keep the machine busy is refused before it does.
    let body: String =
        String::from_utf8(text).unwrap().lines().filter(|line| !line.starts_with('-')).collect();
    let sealed: Value = serde_json::from_slice(&BASE64_STANDARD.decode(body).unwrap()).unwrap();
    let spoilt = |pointer: &str, value: Value| {
        let mut sealed = sealed.clone();
        *sealed.pointer_mut(pointer).unwrap() = value;
        let body = BASE64_STANDARD.encode(sealed.to_string());
        let kind = "ENCRYPTED SIGSTORE PRIVATE KEY";
        let text = format!("-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n");
        SigningKey::read(text.as_bytes(), empty).unwrap_err().message
    };
    for (pointer, value, why) in [
        ("/kdf/params/N", json!(1_u64 << 40), "more memory or time"),
        ("/kdf/params/N", json!(65_535), "more memory or time"),
        ("/kdf/params/N", json!(0), "more memory or time"),
        ("/kdf/params/r", json!(1 << 20), "more memory or time"),
        ("/kdf/params/r", json!(0), "more memory or time"),
        ("/kdf/params/p", json!(1_000_000), "more memory or time"),
        ("/kdf/name", json!("argon2"), "only scrypt"),
        ("/kdf/salt", json!("?"), "not base64"),
        ("/cipher/nonce", json!("AAAA"), "24 bytes"),
        ("/ciphertext", json!("AAAA"), "too short"),
        ("/ciphertext", json!(7), "not what cosign writes"),
    ] {
        let message = spoilt(pointer, value.clone());
        assert!(message.contains(why), "{pointer} {value}: {message}");
    }
}

#[test]
fn signatures_are_always_the_same_and_openssl_agrees() {
    let folder = Folder::new();
    let Some((private, public)) = keys(&folder, "a") else { return };
    let (key, digest) = (signing(&private), Digest::of(b"image"));
    let Signed { document, signature } = sign(digest, "quay.io/demo/catalog", Format::Legacy, &key);
    assert_eq!(
        String::from_utf8(document.clone()).unwrap(),
        format!(
            "{{\"critical\":{{\"identity\":{{\"docker-reference\":\"quay.io/demo/catalog\"}},\
             \"image\":{{\"docker-manifest-digest\":\"{digest}\"}},\"type\":\"cosign container image signature\"}},\
             \"optional\":null}}"
        )
    );
    let bytes = BASE64_STANDARD.decode(&signature).unwrap();
    assert!(openssl_verifies(&public, &document, &bytes));
    assert!(!openssl_verifies(&public, b"other", &bytes));
    assert_eq!(sign(digest, "quay.io/demo/catalog", Format::Legacy, &key).signature, signature);
    // RFC 6979, A.2.5: P-256, SHA-256, `sample`.
    let scalar = "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721";
    let scalar: Vec<u8> =
        (0..32).map(|at| u8::from_str_radix(&scalar[2 * at..2 * at + 2], 16).unwrap()).collect();
    let der = [
        &[0x30, 0x31, 2, 1, 1, 4, 0x20][..],
        &scalar,
        &[0xa0, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7],
    ];
    let text = BASE64_STANDARD.encode(der.concat());
    let text = format!("-----BEGIN EC PRIVATE KEY-----\n{text}\n-----END EC PRIVATE KEY-----\n");
    let known = SigningKey::read(text.as_bytes(), no_password).unwrap().sign(b"sample");
    let hex: String = known.iter().map(|byte| format!("{byte:02X}")).collect();
    assert!(hex.contains("EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"), "{hex}");
    assert!(hex.contains("F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"), "{hex}");

    let statement = Statement {
        name: Some("quay.io/demo/catalog".to_owned()),
        digest,
        kind: "https://example.com/x".to_owned(),
        predicate: json!({ "x": 1 }).into(),
    };
    for (format, pointer) in [(Format::Legacy, ""), (Format::Bundle, "/dsseEnvelope")] {
        let signed = attest(&statement, format, &key);
        assert_eq!(signed, attest(&statement, format, &key));
        let value: Value = serde_json::from_slice(&signed.document).unwrap();
        let (message, signature) = message_of(value.pointer(pointer).unwrap());
        assert!(openssl_verifies(&public, &message, &signature), "{format}");
    }
    // What is said is signed as it stands.
    let text = "{ \"n\": 123456789012345678901234567890, \"x\": 1e400,\n \"a\": 1, \"a\": 2 }";
    let predicate = Predicate::read(&format!("\n{text}\n")).unwrap();
    let said = String::from_utf8(Statement { predicate, ..statement.clone() }.bytes()).unwrap();
    assert!(said.contains(&format!(",\"predicate\":{text},")), "{said}");
    assert!(serde_json::from_slice::<Value>(&statement.bytes()).unwrap()["predicate"]["x"] == 1);
    for text in ["", "{", "{} {}", "yes", "\u{feff}{}"] {
        assert!(Predicate::read(text).is_err(), "{text}");
    }
    let bundle: Value = serde_json::from_slice(&attest(&statement, Format::Bundle, &key).document).unwrap();
    let der = output(
        Command::new(tool("openssl").unwrap())
            .args(["pkey", "-pubin", "-outform", "DER", "-in"])
            .arg(&public)
            .arg("-out")
            .arg(folder.path().join("der")),
    );
    assert!(der.is_empty());
    let der = fs::read(folder.path().join("der")).unwrap();
    let hint = BASE64_STANDARD.encode(Digest::of(&der).bytes());
    assert_eq!(bundle["verificationMaterial"]["publicKey"]["hint"], hint);
    assert_eq!(bundle["mediaType"], "application/vnd.dev.sigstore.bundle.v0.3+json");
}

#[test]
fn keys_of_every_notation() {
    let folder = Folder::new();
    let Some((private, public)) = keys(&folder, "a") else { return };
    let openssl = |args: &[&str]| {
        output(Command::new(tool("openssl").unwrap()).args(args).current_dir(folder.path()));
    };
    openssl(&["ec", "-in", "a.key", "-out", "sec1.key"]);
    openssl(&["ecparam", "-name", "prime256v1", "-genkey", "-out", "with-curve.key"]);
    openssl(&["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "rsa.key"]);
    openssl(&["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384", "-out", "p384.key"]);
    openssl(&["genpkey", "-algorithm", "ED25519", "-out", "ed25519.key"]);
    openssl(&["pkcs8", "-topk8", "-in", "a.key", "-out", "encrypted.key", "-passout", "pass:x"]);
    openssl(&["ec", "-in", "a.key", "-aes256", "-passout", "pass:x", "-out", "old.key"]);
    openssl(&["req", "-x509", "-key", "a.key", "-subj", "/CN=a", "-out", "a.crt"]);
    let key = verifying(&public);
    assert_eq!(signing(&private).verifying(), key);
    assert_eq!(signing(&folder.path().join("sec1.key")).verifying(), key);
    assert_eq!(verifying(&private), key, "the public half of a private key");
    signing(&folder.path().join("with-curve.key"));

    let refused = |text: &[u8]| SigningKey::read(text, no_password).unwrap_err().message;
    for (name, why) in [
        ("rsa.key", "not one of ECDSA over P-256"),
        ("p384.key", "not one of ECDSA over P-256"),
        ("ed25519.key", "not one of ECDSA over P-256"),
        ("encrypted.key", "encrypted in a way that is not known here"),
        ("a.pub", "a private key is needed to sign, and this is `PUBLIC KEY`"),
    ] {
        let message = refused(&fs::read(folder.path().join(name)).unwrap());
        assert!(message.contains(why), "{name}: {message}");
    }
    let good = fs::read_to_string(&private).unwrap();
    // What is nearly a key is told with its remedy.
    let old = SigningKey::read(&fs::read(folder.path().join("old.key")).unwrap(), no_password).unwrap_err();
    assert!(old.message.contains("encrypted as old programs do it"), "{}", old.message);
    assert!(old.hint.unwrap().contains("openssl pkcs8 -topk8 -nocrypt"));
    let certificate = fs::read(folder.path().join("a.crt")).unwrap();
    let certificate = VerifyingKey::read(&certificate, no_password).unwrap_err();
    assert!(certificate.message.contains("this is a certificate"), "{}", certificate.message);
    assert!(certificate.hint.unwrap().contains("openssl x509 -pubkey -noout"));
    let flat = SigningKey::read(good.replace('\n', "\\n").as_bytes(), no_password).unwrap_err();
    assert!(flat.message.contains("line ends are written as `\\n`"), "{}", flat.message);
    assert!(flat.hint.unwrap().contains("real line ends"));
    for (text, why) in [
        (String::new(), "it is not PEM"),
        ("hello\n".to_owned(), "it is not PEM"),
        (good.replace("-----END PRIVATE KEY-----\n", ""), "ends within a block"),
        (good.replace("END PRIVATE", "END PUBLIC"), "under another name"),
        (good.replace("\nM", "\n?"), "not base64"),
        (good.replace("\nM", "\nA"), "not one of ECDSA"),
        (format!("{good}{}", " ".repeat(70_000)), "more than 65536 bytes"),
    ] {
        let message = refused(text.as_bytes());
        assert!(message.contains(why), "{why}: {message}");
        let secret = good.lines().nth(1).unwrap();
        assert!(!message.contains(&secret[10..]), "{message}");
    }
}

/// Everything that can be wrong with a proof, each in its own words.
#[test]
fn what_does_not_hold_is_told_apart() {
    let folder = Folder::new();
    let (Some(ours), Some(theirs)) = (keys(&folder, "ours"), keys(&folder, "theirs")) else { return };
    let (key, other) = (signing(&ours.0), signing(&theirs.0));
    let public = verifying(&ours.1);
    let (digest, another) = (Digest::of(b"image"), Digest::of(b"another"));
    let name = Reference::parse("quay.io/demo/catalog:v1").unwrap();
    let judge = |proof: Proof| proof.judge(&Wanted { digest, identity: Some(&name), key: &public });
    let legacy = |signed: Signed| Proof::Signature { payload: signed.document, signature: signed.signature };
    let of = |digest, identity: &str, key| legacy(sign(digest, identity, Format::Legacy, key));

    for identity in ["quay.io/demo/catalog", "quay.io/demo/catalog:v1"] {
        assert!(judge(of(digest, identity, &key)).is_ok(), "{identity}");
    }
    for identity in
        ["quay.io/demo/other", "docker.io/demo/catalog", "quay.io/demo/catalog:v2", "", "Nonsense!"]
    {
        assert_eq!(judge(of(digest, identity, &key)), Err(Fault::OtherName(identity.to_owned())));
    }
    assert_eq!(judge(of(digest, "quay.io/demo/catalog", &other)), Err(Fault::OtherKey));
    assert_eq!(judge(of(another, "quay.io/demo/catalog", &key)), Err(Fault::OtherImage(vec![another])));

    // Payloads of our own key that are no payloads.
    let signed = |payload: &str| {
        let signature = BASE64_STANDARD.encode(key.sign(payload.as_bytes()));
        judge(Proof::Signature { payload: payload.into(), signature })
    };
    let good =
        String::from_utf8(sign(digest, "quay.io/demo/catalog", Format::Legacy, &key).document).unwrap();
    assert!(signed(&good).is_ok());
    assert!(signed(&good.replace("null", "{\"creator\":\"podman\",\"timestamp\":1}")).is_ok());
    for payload in [
        String::new(),
        "{}".to_owned(),
        "[]".to_owned(),
        good.replace("cosign container image signature", "atomic container signature"),
        good.replace("\"type\":", "\"more\":1,\"type\":"),
        good.replace("docker-reference", "docker_reference"),
        good.replace("sha256:", "sha512:"),
        good.replace("sha256:", ""),
        good.replace("\"optional\":null", "\"optional\":null,\"expires\":1"),
        good.replace('}', ""),
        format!("{good}{good}"),
        format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000)),
    ] {
        let answer = signed(&payload);
        let shown = &payload[..payload.len().min(200)];
        assert!(matches!(answer, Err(Fault::Garbled(_))), "{shown}: {answer:?}");
    }
    let garbled = |signature: &str| {
        judge(Proof::Signature { payload: good.clone().into(), signature: signature.into() })
    };
    assert!(matches!(garbled(""), Err(Fault::Garbled(_))));
    assert!(matches!(garbled("?"), Err(Fault::Garbled(_))));
    assert_eq!(garbled("AAAA"), Err(Fault::OtherKey));

    for format in [Format::Legacy, Format::Bundle] {
        let proof = |signed: Signed| match format {
            Format::Legacy => Proof::Attestation(signed.document),
            Format::Bundle => Proof::Bundle(signed.document),
        };
        let of = |digest, key| {
            let kind = "https://example.com/x".to_owned();
            proof(attest(&Statement { name: None, digest, kind, predicate: json!({}).into() }, format, key))
        };
        let proved = judge(of(digest, &key)).unwrap();
        assert_eq!((proved.format, proved.kind.as_str()), (format, "https://example.com/x"));
        assert_eq!(judge(of(digest, &other)), Err(Fault::OtherKey));
        assert_eq!(judge(of(another, &key)), Err(Fault::OtherImage(vec![another])));
        let (Proof::Attestation(bytes) | Proof::Bundle(bytes)) = of(digest, &key) else { unreachable!() };
        let text = String::from_utf8(bytes).unwrap();
        let spoilt = |text: String| judge(proof(Signed { document: text.into(), signature: String::new() }));
        assert!(spoilt(text.clone()).is_ok());
        assert_eq!(
            spoilt(text.replace("\"signatures\":[", "\"signatures\":[],\"x\":[")),
            Err(Fault::OtherKey)
        );
        for broken in [
            String::new(),
            "{}".to_owned(),
            "null".to_owned(),
            text.replace("vnd.in-toto", "vnd.other"),
            text.replace("\"payload\":\"", "\"payload\":\"?"),
            text.replace("\"sig\":\"", "\"sig\":\"?"),
            text.replace("\"signatures\":[", &format!("\"signatures\":[{}", "{\"sig\":\"\"},".repeat(100))),
        ] {
            let answer = spoilt(broken);
            assert!(matches!(answer, Err(Fault::Garbled(_))), "{answer:?}");
        }
    }
    // A message that is signed as something else is not believed here.
    let bundle = sign(digest, "", Format::Bundle, &key);
    assert!(judge(Proof::Attestation(bundle.document.clone())).is_err());
    assert_eq!(judge(Proof::Bundle(bundle.document)).unwrap().kind, SIGNATURE);
}

#[test]
fn no_key_gets_out() {
    let folder = Folder::new();
    let Some((private, _)) = keys(&folder, "a") else { return };
    let text = fs::read_to_string(&private).unwrap();
    let secret = text.lines().nth(1).unwrap();
    for (args, name, value, why) in [
        (vec!["--key", text.as_str()], "X", "", "a key must not be an argument"),
        (vec!["--key", "env://NO_SUCH"], "X", "", "the variable NO_SUCH holds no key"),
        (vec!["--key", "env://K"], "K", "hello", "it is not PEM"),
        (vec!["--key", "env://K"], "K", secret, "it is not PEM"),
        (vec!["--key", "/nonexistent"], "X", "", "cannot read /nonexistent"),
        (vec!["--key", "/dev/zero"], "X", "", "it has more than 65536 bytes"),
    ] {
        for command in [&["sign", "quay.io/x/y:v1"][..], &["verify", "quay.io/x/y:v1"]] {
            let run = Olmcat::new(command.iter().chain(&args)).env(name, value).run().exits(2);
            assert!(run.stderr().contains(why), "{}", run.stderr());
            assert!(!run.stderr().contains(secret) && run.stdout().is_empty(), "{}", run.stderr());
        }
    }
    // Without a terminal, nobody waits for a password.
    let key = data("trust/cosign.key").display().to_string();
    let run = Olmcat::new(["sign", "quay.io/x/y:v1", "--key", &key]).run().exits(2);
    assert!(run.stderr().contains("set COSIGN_PASSWORD"), "{}", run.stderr());
    let run = Olmcat::new(["sign", "quay.io/x/y:v1", "--key", &key]).env("COSIGN_PASSWORD", "s3cret").run();
    assert!(run.stderr().contains("does not open the key") && !run.stderr().contains("s3cret"));
}
