//! Semantic versions and releases, as blang/semver v4 has them, which opm and OLM use.
//!
//! Not the `semver` crate: it takes pre-release numbers past 64 bits, orders by build metadata, and
//! its messages cannot be pointed at a part of the text.

mod range;

pub use range::Range;

use std::cmp::Ordering;
use std::fmt;

use crate::text::Fault;

/// What follows the patch number after `-`, between two dots: a number is less than any text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Identifier {
    Number(u64),
    Text(String),
}

impl Identifier {
    /// Reads one that stands `at` bytes into the text that faults speak of.
    fn parse(text: &str, at: usize) -> Result<Self, Fault> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return number(text, at, "pre-release").map(Identifier::Number);
        }
        check_identifier(text, at, "pre-release")?;
        Ok(Identifier::Text(text.to_owned()))
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Identifier::Number(number) => number.fmt(f),
            Identifier::Text(text) => f.write_str(text),
        }
    }
}

/// A version: `MAJOR.MINOR.PATCH[-pre][+build]`, nothing more lenient. Displays as it was written.
///
/// Equality is that of the whole text; the order of versions is [`Version::precedence`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Version {
    /// The first number.
    pub major: u64,
    /// The second number.
    pub minor: u64,
    /// The third number.
    pub patch: u64,
    pre: Vec<Identifier>,
    build: String,
}

impl Version {
    /// Reads a version.
    ///
    /// # Errors
    /// Says which bytes of `text` are wrong.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        const THREE: &str = "write three numbers, as in `1.2.3`";
        if text.is_empty() {
            return Err(Fault::new("the version is empty", 0..0).help(THREE));
        }
        let mut parts = text.splitn(3, '.');
        let (Some(major), Some(minor), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Fault::new("the version has fewer than three numbers", 0..text.len()).help(THREE));
        };
        let rest_at = major.len() + minor.len() + 2;
        let (rest, build) = rest.split_once('+').map_or((rest, None), |(rest, build)| (rest, Some(build)));
        let (patch, pre) = rest.split_once('-').map_or((rest, None), |(patch, pre)| (patch, Some(pre)));

        let version = Version {
            major: number(major, 0, "major")?,
            minor: number(minor, major.len() + 1, "minor")?,
            patch: number(patch, rest_at, "patch")?,
            pre: pre.map_or(Ok(Vec::new()), |pre| identifiers(pre, rest_at + patch.len() + 1))?,
            build: build.unwrap_or_default().to_owned(),
        };
        let mut at = rest_at + rest.len() + 1;
        for part in build.iter().flat_map(|build| build.split('.')) {
            check_identifier(part, at, "build metadata")?;
            at += part.len() + 1;
        }
        Ok(version)
    }

    /// Reads a version as leniently as OLM v0 reads those of bundles (blang/semver's `ParseTolerant`): blanks
    /// around it, a `v` before it, leading zeros and missing numbers are forgiven.
    ///
    /// # Errors
    /// Speaks of the text as it is after that.
    pub fn parse_tolerant(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        let mut parts: Vec<&str> = text.strip_prefix('v').unwrap_or(text).splitn(3, '.').collect();
        for part in &mut parts {
            while part.len() > 1 && part.starts_with('0') && part.as_bytes()[1].is_ascii_digit() {
                *part = &part[1..];
            }
        }
        let is_plain = |part: &&str| !part.contains(['+', '-']);
        if parts.len() < 3 && parts.last().is_some_and(is_plain) {
            parts.resize(3, "0");
        }
        Version::parse(&parts.join("."))
    }

    /// Compares by semver precedence, which ignores build metadata.
    pub fn precedence(&self, other: &Self) -> Ordering {
        let numbers = |version: &Self| (version.major, version.minor, version.patch);
        // A version without pre-release comes after all that have one.
        let pre = || (self.pre.is_empty().cmp(&other.pre.is_empty())).then_with(|| self.pre.cmp(&other.pre));
        numbers(self).cmp(&numbers(other)).then_with(pre)
    }

    /// Returns whether this is a pre-release.
    pub fn is_prerelease(&self) -> bool {
        !self.pre.is_empty()
    }

    /// Returns what follows `+`; empty when there is nothing.
    pub fn build(&self) -> &str {
        &self.build
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        for (index, identifier) in self.pre.iter().enumerate() {
            write!(f, "{}{identifier}", if index == 0 { '-' } else { '.' })?;
        }
        if !self.build.is_empty() {
            write!(f, "+{}", self.build)?;
        }
        Ok(())
    }
}

/// The release of a version: which rebuild of the same software it is. Ordered like a pre-release.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release(Vec<Identifier>);

impl Release {
    /// The most bytes that a release may have, by the schema of the ClusterServiceVersion.
    const LIMIT: usize = 20;

    /// Reads a release. An absent one is written as an empty string, which is not for here.
    ///
    /// # Errors
    /// Says which bytes of `text` are wrong; of several bad parts, the first.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if text.len() > Self::LIMIT {
            let message = format!("{} characters are more than {}", text.len(), Self::LIMIT);
            return Err(Fault::new(message, 0..text.len()).help("write a short release, such as `1`"));
        }
        identifiers(text, 0).map(Release)
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, identifier) in self.0.iter().enumerate() {
            write!(f, "{}{identifier}", if index == 0 { "" } else { "." })?;
        }
        Ok(())
    }
}

/// A version and, where there is one, its release. Displays as `1.2.3` or `1.2.3-1`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VersionRelease {
    /// The version.
    pub version: Version,
    /// The release.
    pub release: Option<Release>,
}

impl VersionRelease {
    /// Reads a version and a release, which is empty when there is none.
    ///
    /// # Errors
    /// Says which bytes of the faulty one are wrong.
    pub fn parse(version: &str, release: &str) -> Result<Self, Fault> {
        let release = (!release.is_empty()).then(|| Release::parse(release)).transpose()?;
        Ok(VersionRelease { version: Version::parse(version)?, release })
    }

    /// Compares by the version's precedence, then by release, of which none is the least.
    pub fn precedence(&self, other: &Self) -> Ordering {
        self.version.precedence(&other.version).then_with(|| self.release.cmp(&other.release))
    }
}

impl fmt::Display for VersionRelease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.release {
            None => self.version.fmt(f),
            Some(release) => write!(f, "{}-{release}", self.version),
        }
    }
}

/// Reads dot-separated identifiers that stand `at` bytes into the text.
fn identifiers(text: &str, mut at: usize) -> Result<Vec<Identifier>, Fault> {
    let parse = |part: &str| {
        let identifier = Identifier::parse(part, at);
        at += part.len() + 1;
        identifier
    };
    text.split('.').map(parse).collect()
}

/// Reads a number without leading zeros.
fn number(text: &str, at: usize, what: &str) -> Result<u64, Fault> {
    let span = at..at + text.len();
    if text.is_empty() {
        return Err(Fault::new(format!("the {what} number is missing"), span));
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        let fault = Fault::new(format!("the {what} number `{text}` is not a number"), span);
        let prefixed = text.starts_with(['v', 'V']);
        return Err(if prefixed { fault.help("drop the `v` before the version") } else { fault });
    }
    if text.len() > 1 && text.starts_with('0') {
        let fault = Fault::new(format!("the {what} number `{text}` has a leading zero"), span);
        return Err(fault.help("drop the leading zero"));
    }
    text.parse().map_err(|_| Fault::new(format!("the {what} number `{text}` does not fit 64 bits"), span))
}

/// Checks that an identifier has letters, digits and hyphens, and some of them.
fn check_identifier(text: &str, at: usize, what: &str) -> Result<(), Fault> {
    if text.is_empty() {
        return Err(Fault::new(format!("a part of the {what} is empty"), at..at));
    }
    match text.char_indices().find(|(_, c)| !c.is_ascii_alphanumeric() && *c != '-') {
        None => Ok(()),
        Some((index, bad)) => {
            let span = at + index..at + index + bad.len_utf8();
            Err(Fault::new(format!("{bad:?} may not stand in the {what} `{text}`"), span)
                .help("use letters, digits, hyphens and dots only"))
        }
    }
}
