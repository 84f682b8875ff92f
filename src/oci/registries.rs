//! `registries.conf` (containers-registries.conf(5), version 2): mirrors, blocked and insecure registries.
//!
//! Of the rest nothing is done: short names stay refused, whatever search registries a file has. Must not
//! know where the files are.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::error::{Error, Kind};
use super::reference::{self, Reference};

/// What the files say, by prefix.
#[derive(Debug, Clone, Default)]
pub struct Registries {
    registries: Vec<Registry>,
}

/// Where an image may be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its name there.
    pub reference: Reference,
    /// Whether plain http and any certificate are good enough.
    pub insecure: bool,
    /// Whether it is a mirror, and so may lack the image.
    pub is_mirror: bool,
}

#[derive(Debug, Clone)]
struct Registry {
    prefix: String,
    wire: WireRegistry,
    file: PathBuf,
}

#[derive(Deserialize)]
struct WireFile {
    #[serde(default)]
    registry: Vec<WireRegistry>,
    /// Only in version 1.
    registries: Option<toml::Table>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct WireRegistry {
    #[serde(default)]
    prefix: String,
    #[serde(default)]
    location: String,
    #[serde(default)]
    insecure: bool,
    #[serde(default)]
    blocked: bool,
    #[serde(default)]
    mirror_by_digest_only: bool,
    #[serde(default)]
    mirror: Vec<WireMirror>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct WireMirror {
    location: String,
    #[serde(default)]
    insecure: bool,
    #[serde(default)]
    pull_from_mirror: String,
}

impl Registries {
    /// Reads files; what a later one says of a prefix stands for all that was said of it before.
    ///
    /// # Errors
    ///
    /// A file that is missing or cannot be read; what is no TOML, of version 1, or not allowed.
    pub fn read(files: &[PathBuf]) -> Result<Self, Error> {
        let mut registries: Vec<Registry> = Vec::new();
        for file in files {
            for wire in parse(file)? {
                let registry = registry(wire, file)?;
                registries.retain(|other| other.prefix != registry.prefix || other.file == registry.file);
                registries.push(registry);
            }
        }
        Ok(Registries { registries })
    }

    /// Where a reference is to be asked for, in this order: mirrors, then the registry itself.
    ///
    /// # Errors
    ///
    /// Its registry is blocked; a location makes something of it that is no reference.
    pub fn endpoints(&self, reference: &Reference) -> Result<Vec<Endpoint>, Error> {
        let name = written(reference);
        let Some((registry, length)) = self.registry(reference, &name)? else {
            return Ok(vec![Endpoint { reference: reference.clone(), insecure: false, is_mirror: false }]);
        };
        let wire = &registry.wire;
        let at = |location: &str| -> Result<Reference, Error> {
            if location.is_empty() {
                return Ok(reference.clone());
            }
            Reference::parse(&format!("{location}{}", &name[length..])).map_err(|error| {
                let place = format!("`{}` in {}", registry.prefix, registry.file.display());
                Error::new(
                    Kind::Input,
                    format!("{place} makes no reference of {reference}: {}", error.message),
                )
                .hint("mend its `location`")
            })
        };
        let mut endpoints = Vec::new();
        for mirror in &wire.mirror {
            let by_digest = reference.digest().is_some();
            let serves = match mirror.pull_from_mirror.as_str() {
                "digest-only" => by_digest,
                "tag-only" => !by_digest,
                _ => by_digest || !wire.mirror_by_digest_only,
            };
            if serves {
                let (reference, insecure) = (at(&mirror.location)?, mirror.insecure);
                endpoints.push(Endpoint { reference, insecure, is_mirror: true });
            }
        }
        let (reference, insecure) = (at(&wire.location)?, wire.insecure);
        endpoints.push(Endpoint { reference, insecure, is_mirror: false });
        Ok(endpoints)
    }

    /// Whether plain http and any certificate are good enough for the registry of a reference itself, to which
    /// one writes: neither mirrors nor other locations count there.
    ///
    /// # Errors
    ///
    /// Its registry is blocked.
    pub fn is_insecure(&self, reference: &Reference) -> Result<bool, Error> {
        let found = self.registry(reference, &written(reference))?;
        Ok(found.is_some_and(|(registry, _)| registry.wire.insecure))
    }

    /// What the files say of a reference, and how much of its name the prefix matches.
    fn registry(&self, reference: &Reference, name: &str) -> Result<Option<(&Registry, usize)>, Error> {
        let matching = self
            .registries
            .iter()
            .filter_map(|registry| matched(name, &registry.prefix).map(|length| (registry, length)));
        let found = matching.max_by_key(|(registry, _)| registry.prefix.len());
        match found {
            Some((Registry { prefix, file, wire }, _)) if wire.blocked => {
                let message = format!("{reference} is blocked by `{prefix}` in {}", file.display());
                Err(Error::new(Kind::Input, message)
                    .hint("use an image of another registry, or have the entry changed"))
            }
            _ => Ok(found),
        }
    }
}

fn parse(file: &Path) -> Result<Vec<WireRegistry>, Error> {
    let text = fs::read_to_string(file).map_err(|cause| Error::io("read", file, &cause))?;
    let wire: WireFile = toml::from_str(&text).map_err(|cause| {
        let line =
            cause.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        Error::new(Kind::Input, format!("{}:{line}: {}", file.display(), cause.message()))
            .hint("see containers-registries.conf(5) for what the file may hold")
    })?;
    if wire.registries.is_some() {
        return Err(Error::new(Kind::Input, format!("{} has the form of version 1", file.display()))
            .hint("write `[[registry]]` tables, as in containers-registries.conf(5)"));
    }
    Ok(wire.registry)
}

fn registry(mut wire: WireRegistry, file: &Path) -> Result<Registry, Error> {
    let fault = |why: String| {
        Error::new(Kind::Input, format!("{}: {why}", file.display()))
            .hint("see containers-registries.conf(5) for what the file may hold")
    };
    let tidy = |location: &mut String| -> Result<(), Error> {
        if location.contains("://") {
            return Err(fault(format!("`{location}` has a scheme, which does not belong there")));
        }
        location.truncate(location.trim_end_matches('/').len());
        Ok(())
    };
    tidy(&mut wire.prefix)?;
    tidy(&mut wire.location)?;
    for mirror in &mut wire.mirror {
        tidy(&mut mirror.location)?;
        if mirror.location.is_empty() {
            return Err(fault("a mirror without `location`".to_owned()));
        }
        if !matches!(mirror.pull_from_mirror.as_str(), "" | "all" | "digest-only" | "tag-only") {
            let value = &mirror.pull_from_mirror;
            return Err(fault(format!(
                "`pull-from-mirror` is `{value}`, not `all`, `digest-only` or `tag-only`"
            )));
        }
    }
    let prefix = if wire.prefix.is_empty() { wire.location.clone() } else { wire.prefix.clone() };
    if prefix.is_empty() {
        return Err(fault("a registry with neither `prefix` nor `location`".to_owned()));
    }
    if prefix.strip_prefix("*.").unwrap_or(&prefix).contains('*') {
        return Err(fault(format!(
            "`*` stands only at the beginning of a prefix, as in `*.example.com`: `{prefix}`"
        )));
    }
    if wire.location.contains('*') {
        return Err(fault(format!("`*` stands in a prefix, not in the location `{}`", wire.location)));
    }
    Ok(Registry { prefix, wire, file: file.to_owned() })
}

/// A reference as prefixes are compared with it: Docker Hub's with their whole path.
fn written(reference: &Reference) -> String {
    let text = reference.to_string();
    if !reference::is_docker_hub(reference.host()) {
        return text;
    }
    let name = format!("{}/{}", reference.host(), reference.repository());
    format!("docker.io/{}{}", reference.api_repository(), &text[name.len()..])
}

/// How much of a reference a prefix matches: whole parts, and with `*.` a host below another.
fn matched(name: &str, prefix: &str) -> Option<usize> {
    let length = match prefix.strip_prefix('*') {
        Some(domain) => {
            let at = name.find(domain)?;
            if at == 0 || name[..at].contains('/') {
                return None;
            }
            at + domain.len()
        }
        None => name.starts_with(prefix).then_some(prefix.len())?,
    };
    matches!(name.as_bytes().get(length), None | Some(b'/' | b':' | b'@')).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registries(text: &str) -> Result<Registries, Error> {
        let wire: WireFile = toml::from_str(text).unwrap();
        let registries = wire.registry.into_iter().map(|wire| registry(wire, Path::new("r.conf")));
        Ok(Registries { registries: registries.collect::<Result<_, _>>()? })
    }

    fn asked(text: &str, reference: &str) -> Vec<String> {
        let endpoints = registries(text).unwrap().endpoints(&Reference::parse(reference).unwrap()).unwrap();
        let note = |endpoint: &Endpoint| {
            format!("{}{}", endpoint.reference, if endpoint.insecure { " insecure" } else { "" })
        };
        endpoints.iter().map(note).collect()
    }

    #[test]
    fn mirrors_come_first_and_the_longest_prefix_wins() {
        let text = r#"
            unqualified-search-registries = ["docker.io"]
            [[registry]]
            prefix = "quay.io"
            location = "quay.example"
            [[registry]]
            prefix = "quay.io/demo"
            location = "elsewhere.example:5000/x/"
            [[registry.mirror]]
            location = "mirror.example/demo"
            insecure = true
            [[registry.mirror]]
            location = "second.example"
            pull-from-mirror = "digest-only"
        "#;
        assert_eq!(
            asked(text, "quay.io/demo/a:v1"),
            ["mirror.example/demo/a:v1 insecure", "elsewhere.example:5000/x/a:v1"]
        );
        let pinned = format!("quay.io/demo/a@sha256:{}", "0".repeat(64));
        assert!(asked(text, &pinned)[1].starts_with("second.example/a@"));
        assert_eq!(asked(text, "quay.io/demonstration/a:v1"), ["quay.example/demonstration/a:v1"]);
        assert_eq!(asked(text, "other.io/demo/a:v1"), ["other.io/demo/a:v1"]);
    }

    #[test]
    fn a_star_stands_for_hosts_below() {
        let text = "[[registry]]\nprefix = '*.example.com'\ninsecure = true\n";
        assert_eq!(asked(text, "a.b.example.com/c:v1"), ["a.b.example.com/c:v1 insecure"]);
        assert_eq!(asked(text, "example.com/c:v1"), ["example.com/c:v1"]);
        assert_eq!(asked(text, "other.io/a.example.com/c:v1"), ["other.io/a.example.com/c:v1"]);
        let text = "[[registry]]\nprefix = '*.example.com'\nlocation = 'in.example/all'\n";
        assert_eq!(asked(text, "a.example.com/c:v1"), ["in.example/all/c:v1"]);
    }

    #[test]
    fn docker_hub_has_its_library() {
        let text = "[[registry]]\nprefix = 'docker.io/library'\nlocation = 'hub.example'\n";
        assert_eq!(asked(text, "docker.io/busybox:1"), ["hub.example/busybox:1"]);
        assert_eq!(asked(text, "docker.io/demo/a:1"), ["docker.io/demo/a:1"]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let blocked = registries("[[registry]]\nlocation = 'quay.io'\nblocked = true\n").unwrap();
        let error = blocked.endpoints(&Reference::parse("quay.io/a:v1").unwrap()).unwrap_err();
        assert!(error.message.contains("is blocked by `quay.io` in r.conf"), "{error}");
        for (text, why) in [
            ("[[registry]]\ninsecure = true\n", "neither `prefix` nor `location`"),
            ("[[registry]]\nlocation = 'https://quay.io'\n", "has a scheme"),
            ("[[registry]]\nprefix = 'a.*.com'\n", "only at the beginning"),
            ("[[registry]]\nprefix = 'a.com'\n[[registry.mirror]]\nlocation = ''\n", "a mirror without"),
            (
                "[[registry]]\nprefix = 'a.com'\n[[registry.mirror]]\nlocation = 'b'\npull-from-mirror = 'x'",
                "is `x`",
            ),
        ] {
            let error = registries(text).unwrap_err();
            assert!(error.message.contains(why), "{error}");
        }
    }
}
