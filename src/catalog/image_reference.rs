//! The grammar of image references, as docker and podman have it: no registry is asked.

/// Checks an image reference: `[domain[:port]/]path[:tag][@algorithm:digest]`. Short names pass.
///
/// # Errors
/// Says what is wrong, a phrase (`ParseNormalizedNamed` of containers/image decides the same).
pub fn check_image_reference(text: &str) -> Result<(), &'static str> {
    const UPPERCASE: &str = "the name of a repository must be lower case";
    if text.len() == 64 && text.bytes().all(is_lower_hex) {
        return Err("64 hexadecimal digits alone are an identifier, not a reference");
    }
    let (domain, path) = split_domain(text);
    let before_colon = path.split(':').next().unwrap_or_default();
    if before_colon.chars().any(char::is_uppercase) {
        return Err(UPPERCASE);
    }
    let (rest, digest) = path.split_once('@').map_or((path, None), |(rest, digest)| (rest, Some(digest)));
    let (path, tag) = rest.split_once(':').map_or((rest, None), |(path, tag)| (path, Some(tag)));

    if text.contains(char::is_whitespace) {
        return Err("a reference has no blanks");
    }
    // A first part that is no host name may still be part of a path.
    if !is_domain(domain) && !is_component(domain) {
        return Err("the part before the first `/` is not a host name");
    }
    if path.is_empty() {
        return Err("the name of the repository is missing");
    }
    if !path.split('/').all(is_component) {
        return Err(
            "the name of the repository may hold lower-case letters, digits, `.`, `_`, `__`, `-` and `/`, \
                    and no separator at the start or end of a part",
        );
    }
    if tag.is_some_and(|tag| !is_tag(tag)) {
        return Err(
            "a tag has 1 to 128 letters, digits, `_`, `.` and `-`, and does not start with `.` or `-`",
        );
    }
    digest.map_or(Ok(()), check_digest)?;
    let library = if domain == HUB && !path.contains('/') { "library/".len() } else { 0 };
    if domain.len() + 1 + library + path.len() > 255 {
        return Err("the name of the repository is longer than 255 characters");
    }
    Ok(())
}

const HUB: &str = "docker.io";

/// Splits off the host; a first part without dot or colon that is not `localhost` is none.
fn split_domain(text: &str) -> (&str, &str) {
    match text.split_once('/') {
        Some(("index.docker.io", path)) => (HUB, path),
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => (host, path),
        _ => (HUB, text),
    }
}

fn is_lower_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

fn is_domain(text: &str) -> bool {
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    host.split('.').all(is_label)
        && port.is_none_or(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Returns whether this is a part of a path: runs of letters and digits, joined by one dot, one or
/// two underscores, or hyphens.
fn is_component(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let mut separators = text.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    text.bytes().next().is_some_and(is_word)
        && text.bytes().last().is_some_and(is_word)
        && separators.all(|separator| {
            matches!(separator, "" | "." | "_" | "__") || separator.bytes().all(|byte| byte == b'-')
        })
}

fn is_tag(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=128).contains(&text.len())
        && text.bytes().next().is_some_and(is_word)
        && text.bytes().all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'))
}

fn check_digest(text: &str) -> Result<(), &'static str> {
    const FORM: &str = "a digest is an algorithm, a colon and hexadecimal digits";
    let (algorithm, digits) = text.split_once(':').ok_or(FORM)?;
    if digits.len() < 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(FORM);
    }
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return Err("the digest must be sha256, sha384 or sha512"),
    };
    if digits.len() != length {
        return Err("the digest has the wrong length for its algorithm");
    }
    if digits.bytes().all(is_lower_hex) { Ok(()) } else { Err("the digits of a digest must be lower case") }
}

#[cfg(test)]
mod tests {
    use super::check_image_reference;

    #[test]
    fn references() {
        let (sha256, sha512) = ("a".repeat(64), "0".repeat(128));
        let good = [
            "a",
            "ubuntu",
            "ubuntu:22.04",
            "foo/bar",
            "quay.io/foo/bar:v1",
            "quay.io:443/foo/bar:v1",
            "localhost/foo",
            "localhost:5000/foo",
            "localhost:5000",
            "Quay.io/foo",
            "a__b.c/x",
            "a-b--c_d.e__f/g:T_.-",
            &format!("quay.io/foo@sha256:{sha256}"),
            &format!("quay.io/foo:v1@sha256:{sha256}"),
            &format!("quay.io/foo@sha512:{sha512}"),
            &format!("foo:{}", "t".repeat(128)),
            &format!("{}/b", "a".repeat(243)),
            &"a".repeat(237),
            &format!("a{}", "f".repeat(64)),
        ];
        for text in good {
            assert_eq!(check_image_reference(text), Ok(()), "{text}");
        }
        let bad = [
            "",
            " ",
            "/",
            "Quay.io/Foo:v1",
            "UPPER/x",
            "${IMAGE}",
            "{{ image }}",
            "quay.io/foo@ssha256:abcd",
            "quay.io/foo@md5:abcd1234abcd1234abcd1234abcd1234",
            "quay.io/foo@sha256:abcd1234abcd1234abcd1234abcd1234",
            &format!("quay.io/foo@sha256:{}", "A".repeat(64)),
            &format!("quay.io/foo@sha256:{}", "g".repeat(64)),
            &format!("quay.io/foo@SHA256:{sha256}"),
            "quay.io/foo@",
            "quay.io/foo:",
            "quay.io/foo:-a",
            "quay.io/foo:a/b",
            "quay.io/foo:a:b",
            "quay.io/",
            "quay.io//foo",
            "quay.io/foo/",
            "quay.io/-foo",
            "quay.io/foo_",
            "quay.io/foo___bar",
            "quay.io/foo..bar",
            "quay.io/foo._bar",
            "-quay.io/foo",
            "quay-.io/foo",
            "quay..io/foo",
            "quay.io:x/foo",
            "quay.io:/foo",
            "docker://quay.io/foo/bar:v1",
            " quay.io/foo:v1",
            "quay.io/foo:v1 ",
            "quay.io/f\u{f6}o",
            &format!("foo:{}", "t".repeat(129)),
            &"a".repeat(238),
            &format!("{}/b", "a".repeat(244)),
            &sha256,
        ];
        for text in bad {
            assert!(check_image_reference(text).is_err(), "{text}");
        }
    }
}
