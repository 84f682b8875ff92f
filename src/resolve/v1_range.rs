//! Ranges of versions in Masterminds/semver's grammar (`Constraints` of v3), which a ClusterExtension's `version` is
//! written in: another one than that of `skipRange`.

use std::cmp::Ordering;

use crate::catalog::version::Version;

/// A range: comparisons joined by commas or blanks (and), in groups joined by `||` (or).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRange {
    text: String,
    groups: Vec<Vec<Comparison>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Comparison {
    operator: &'static str,
    version: Version,
    /// How many of the three numbers are given; the others are wildcards.
    given: usize,
}

const OPERATORS: [&str; 11] = ["!=", ">=", "=>", "<=", "=<", "~>", "=", ">", "<", "~", "^"];

impl VersionRange {
    /// Reads a range.
    ///
    /// # Errors
    /// Says in a phrase what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let groups = text.split("||").map(group).collect::<Result<Vec<_>, _>>()?;
        Ok(VersionRange { text: text.to_owned(), groups })
    }

    /// Returns the range as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns whether the range holds a version. Build metadata is ignored; a pre-release is held only where the
    /// range names one.
    pub fn contains(&self, version: &Version) -> bool {
        self.groups.iter().any(|group| group.iter().all(|comparison| comparison.holds(version)))
    }
}

fn group(text: &str) -> Result<Vec<Comparison>, String> {
    let text = text.trim();
    if let Some((from, to)) = text.split_once(" - ") {
        return Ok(vec![comparison(">=", from.trim())?, comparison("<=", to.trim())?]);
    }
    // A blank after an operator joins nothing.
    let mut comparisons = Vec::new();
    let mut operator = "";
    for word in text.split([',', ' ']).filter(|word| !word.is_empty()) {
        let found = OPERATORS.into_iter().find(|operator| word.starts_with(operator)).unwrap_or("");
        let version = &word[found.len()..];
        match (operator.is_empty() || found.is_empty(), version.is_empty()) {
            (false, _) => return Err(format!("`{operator}{word}` has two operators")),
            (true, true) => operator = found,
            (true, false) => {
                comparisons.push(comparison(if found.is_empty() { operator } else { found }, version)?);
                operator = "";
            }
        }
    }
    if comparisons.is_empty() || !operator.is_empty() {
        return Err(format!("`{text}` is no comparison with a version"));
    }
    Ok(comparisons)
}

fn comparison(operator: &'static str, text: &str) -> Result<Comparison, String> {
    let fault = || format!("`{text}` is not a version");
    let plain = text.strip_prefix('v').unwrap_or(text);
    let numbers = plain.split(['-', '+']).next().unwrap_or_default();
    let parts: Vec<&str> = numbers.split('.').collect();
    let given = parts.iter().position(|part| matches!(*part, "x" | "X" | "*")).unwrap_or(parts.len());
    if parts.len() > 3 {
        return Err(fault());
    }
    let mut filled: Vec<&str> = parts[..given].to_vec();
    filled.resize(3, "0");
    let rest = if given == parts.len() { &plain[numbers.len()..] } else { "" };
    let version = Version::parse(&format!("{}{rest}", filled.join("."))).map_err(|_| fault())?;
    Ok(Comparison { operator, version, given })
}

impl Comparison {
    fn holds(&self, version: &Version) -> bool {
        if version.is_prerelease() && !self.version.is_prerelease() {
            return false;
        }
        let order = version.precedence(&self.version);
        // Where numbers are missing, whatever agrees in those that are given is equal.
        let numbers = |version: &Version| [version.major, version.minor, version.patch];
        let agrees = |count: usize| numbers(version)[..count] == numbers(&self.version)[..count];
        let is_equal = if self.given < 3 { agrees(self.given) } else { order == Ordering::Equal };
        match self.operator {
            "!=" => !is_equal,
            ">" => order == Ordering::Greater && !is_equal,
            ">=" | "=>" => order != Ordering::Less,
            "<" => order == Ordering::Less,
            "<=" | "=<" => order == Ordering::Less || is_equal,
            "~" | "~>" => order != Ordering::Less && agrees(self.given.min(2)),
            // Up to the first number that is not zero; in `^0.0` and `^0` what is not given may be anything.
            "^" => {
                let first = numbers(&self.version).iter().position(|number| *number != 0).unwrap_or(2);
                order != Ordering::Less && agrees((first + 1).min(self.given))
            }
            _ => is_equal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_what_masterminds_says() {
        let cases = [
            ("1.2.3", "1.2.3", "1.2.4"),
            ("=1.2", "1.2.9", "1.3.0"),
            ("!=1.2.x", "1.3.0", "1.2.1"),
            (">1.2", "1.3.0", "1.2.9"),
            (">= 1.2.0, < 2", "1.9.9", "2.0.0"),
            (">=1.2.0 <1.4.0 || 2.x", "2.7.1", "1.4.0"),
            ("<=1.2", "1.2.9", "1.3.0"),
            ("~1.2.3", "1.2.9", "1.3.0"),
            ("~1", "1.9.0", "2.0.0"),
            ("^1.2.3", "1.9.0", "2.0.0"),
            ("^0.2.3", "0.2.9", "0.3.0"),
            ("^0.0.3", "0.0.3", "0.0.4"),
            ("^0.0", "0.0.9", "0.1.0"),
            ("^0", "0.9.0", "1.0.0"),
            ("*", "0.0.1", "1.0.0-rc.1"),
            (">=1.0.0-0", "1.0.0-rc.1", "0.9.0"),
            ("1.2 - 1.4.5", "1.4.5", "1.4.6"),
            ("v1.2.3+build", "1.2.3", "1.2.4"),
        ];
        for (range, inside, outside) in cases {
            let parsed = VersionRange::parse(range).unwrap();
            assert!(parsed.contains(&Version::parse(inside).unwrap()), "{range} holds {inside}");
            assert!(!parsed.contains(&Version::parse(outside).unwrap()), "{range} does not hold {outside}");
        }
        for text in ["", ">=", "1.2.3.4", "one", "> > 1.0.0", "1.0.0 ||", ">=1.0.0 <"] {
            assert!(VersionRange::parse(text).is_err(), "{text}");
        }
    }
}
