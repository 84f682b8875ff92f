//! Ranges of versions in blang/semver's own grammar, quirks included: what opm and OLM accept as
//! `skipRange` must mean here what it means there (`range.go` of v4.0.0).

use std::cmp::Ordering;
use std::ops;

use super::Version;
use crate::text::Fault;

/// A range: comparisons joined by blanks (and) in groups joined by `||` (or).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    groups: Vec<Vec<Comparison>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Comparison {
    operator: Operator,
    version: Version,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    AtLeast,
    Less,
    AtMost,
}

impl Operator {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "" | "=" | "==" => Operator::Equal,
            "!" | "!=" => Operator::NotEqual,
            ">" => Operator::Greater,
            ">=" => Operator::AtLeast,
            "<" => Operator::Less,
            "<=" => Operator::AtMost,
            _ => return None,
        })
    }
}

impl Comparison {
    fn holds(&self, version: &Version) -> bool {
        let order = version.precedence(&self.version);
        match self.operator {
            Operator::Equal => order == Ordering::Equal,
            Operator::NotEqual => order != Ordering::Equal,
            Operator::Greater => order == Ordering::Greater,
            Operator::AtLeast => order != Ordering::Less,
            Operator::Less => order == Ordering::Less,
            Operator::AtMost => order != Ordering::Greater,
        }
    }
}

impl Comparison {
    /// Returns the stretches of a list, sorted by precedence, where it holds; either may be empty.
    fn stretches(&self, sorted: &[&Version]) -> [ops::Range<usize>; 2] {
        let start = sorted.partition_point(|version| version.precedence(&self.version) == Ordering::Less);
        let end = sorted.partition_point(|version| version.precedence(&self.version) != Ordering::Greater);
        let all = sorted.len();
        match self.operator {
            Operator::Equal => [start..end, 0..0],
            Operator::NotEqual => [0..start, end..all],
            Operator::Greater => [end..all, 0..0],
            Operator::AtLeast => [start..all, 0..0],
            Operator::Less => [0..start, 0..0],
            Operator::AtMost => [0..end, 0..0],
        }
    }
}

impl Range {
    /// Reads a range.
    ///
    /// # Errors
    /// Says which bytes of `text` are wrong. Also for a group without comparison (`1.0.0 || || 2.0.0`),
    /// which blang accepts and then crashes on when the range is used.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let tokens = tokens(text);
        let mut groups = Vec::new();
        for group in tokens.split(|token| token.text == "||") {
            let mut comparisons = Vec::new();
            for token in group {
                token.read(&mut comparisons)?;
            }
            if comparisons.is_empty() {
                return Err(empty_group(text, tokens.is_empty()));
            }
            groups.push(comparisons);
        }
        Ok(Range { groups })
    }

    /// Returns whether the range holds a version. Pre-releases are versions like any other, and
    /// build metadata is ignored.
    pub fn contains(&self, version: &Version) -> bool {
        self.groups.iter().any(|group| group.iter().all(|comparison| comparison.holds(version)))
    }

    /// Returns the stretches of a list, sorted by precedence, whose versions the range holds. They may overlap.
    /// Who has many ranges and many versions asks this, for it compares only logarithmically often.
    pub fn stretches(&self, sorted: &[&Version]) -> Vec<ops::Range<usize>> {
        let mut found = Vec::new();
        for group in &self.groups {
            let mut held: Option<Vec<ops::Range<usize>>> = None;
            for stretches in group.iter().map(|comparison| comparison.stretches(sorted)) {
                let both = |one: ops::Range<usize>, other: &ops::Range<usize>| {
                    one.start.max(other.start)..one.end.min(other.end)
                };
                let next = match held {
                    None => stretches.to_vec(),
                    Some(held) => (held.iter())
                        .flat_map(|one| stretches.iter().map(|other| both(one.clone(), other)))
                        .collect(),
                };
                held = Some(next.into_iter().filter(|stretch| !stretch.is_empty()).collect());
            }
            found.extend(held.into_iter().flatten());
        }
        found
    }

    /// Returns whether no version is in it.
    pub fn is_empty(&self) -> bool {
        self.groups.iter().all(|group| is_impossible(group))
    }
}

/// Whether comparisons exclude each other. Between any two versions there is a pre-release, so only the
/// ends of the interval matter.
fn is_impossible(group: &[Comparison]) -> bool {
    use Operator::{AtLeast, AtMost, Equal, Greater, Less, NotEqual};
    let is_lower = |comparison: &&Comparison| matches!(comparison.operator, Equal | Greater | AtLeast);
    let is_upper = |comparison: &&Comparison| matches!(comparison.operator, Equal | Less | AtMost);
    group.iter().filter(is_lower).any(|lower| {
        group.iter().filter(is_upper).any(|upper| match lower.version.precedence(&upper.version) {
            Ordering::Greater => true,
            Ordering::Equal => lower.operator == Greater || upper.operator == Less,
            Ordering::Less => false,
        })
    }) || (group.iter().filter(|comparison| comparison.operator == Equal)).any(|equal| {
        let is_excluded = |other: &&Comparison| other.operator == NotEqual;
        group.iter().filter(is_excluded).any(|other| !other.holds(&equal.version))
    })
}

fn empty_group(text: &str, all: bool) -> Fault {
    // A lone `1` or `>` is dropped like an empty token, so the text need not look empty.
    let message = if all { "the range has no comparison" } else { "`||` needs a comparison on both sides" };
    Fault::new(message, 0..text.len()).help("write an operator and three numbers, as in `>=1.0.0 <2.0.0`")
}

/// An operator with its version, or `||`.
#[derive(Debug)]
struct Token {
    /// Without the blanks that may follow an operator.
    text: String,
    span: ops::Range<usize>,
}

/// Splits at blanks, except after `>`, `<` and `=`. What comes out with a single byte is dropped, as
/// blang does by accident: hence `1.0.0 - 2.0.0` is "equal to both".
fn tokens(text: &str) -> Vec<Token> {
    let mut spans = Vec::new();
    let (mut start, mut last) = (0, b' ');
    for (index, byte) in text.bytes().enumerate() {
        if byte != b' ' {
            last = byte;
        } else if !matches!(last, b'>' | b'<' | b'=') {
            spans.push(start..index);
            start = index + 1;
        }
    }
    spans.push(start..text.len());
    (spans.into_iter().filter(|span| span.len() > 1))
        .map(|span| Token { text: text[span.clone()].replace(' ', ""), span })
        .collect()
}

/// Splits at the first digit.
fn split(text: &str) -> Option<(&str, &str)> {
    text.find(char::is_numeric).map(|digit| (text[..digit].trim(), &text[digit..]))
}

impl Token {
    /// Appends what the token means: one comparison, or two for a wildcard.
    fn read(&self, comparisons: &mut Vec<Comparison>) -> Result<(), Fault> {
        let parts = split(&self.text).map(|(operator, version)| expand(&self.text, operator, version));
        for part in parts.ok_or_else(|| self.fault(format!("`{}` has no version", self.text), None))? {
            let Some((operator, version)) = split(&part) else {
                // Every `x` makes a wildcard, even one in a pre-release, where nothing can be incremented.
                let message =
                    format!("the `x` in `{}` is taken for a wildcard, which it cannot be", self.text);
                return Err(self.fault(message, None));
            };
            let Some(known) = Operator::parse(operator) else {
                return Err(self.fault(format!("`{operator}` in `{}` is not an operator", self.text), None));
            };
            let version = Version::parse(version).map_err(|fault| {
                self.fault(format!("`{}` is not a version: {}", version, fault.message), fault.help)
            })?;
            comparisons.push(Comparison { operator: known, version });
        }
        Ok(())
    }

    fn fault(&self, message: String, help: Option<&'static str>) -> Fault {
        Fault { message, span: self.span.clone(), help: Some(self.remedy().or(help).unwrap_or(OPERATORS)) }
    }

    /// Returns how to say it in blang's grammar, for what people bring along from others.
    fn remedy(&self) -> Option<&'static str> {
        let operator = split(&self.text).map_or(self.text.as_str(), |(operator, _)| operator);
        if self.text.contains("||") {
            Some("put a blank on either side of `||`")
        } else if self.text.contains(',') {
            Some("separate comparisons by a blank, not by a comma")
        } else if operator.contains(['~', '^']) {
            Some("write both ends, as in `>=1.2.0 <1.3.0`")
        } else if operator.ends_with(['v', 'V']) {
            Some("drop the `v` before the version")
        } else if self.text.contains('*') {
            Some("write `x` for any number, as in `1.2.x`")
        } else {
            None
        }
    }
}

const OPERATORS: &str = "write `=`, `!=`, `>`, `>=`, `<` or `<=` and three numbers, as in `>=1.0.0 <2.0.0`";

/// Expands a wildcard as blang does: the last part being `x`, up to below the next version of the
/// part before it. Hence `1.x.x` ends below 1.1.0, `!=1.2.x` never holds, and an operator that is
/// none (`~1.2.x`) is lost.
fn expand(token: &str, operator: &str, version: &str) -> Vec<String> {
    if !token.contains('x') {
        return vec![token.to_owned()];
    }
    let parts = version.split('.').count();
    let is_wildcard = version.rsplit('.').next() == Some("x");
    let mut base = version.replacen(".x.x", ".x", 1).replacen(".x", ".0", 1);
    if base.split('.').count() == 2 {
        base.push_str(".0");
    }
    let next = || match (is_wildcard, parts) {
        (true, 3) => increment(&base, 1),
        (true, 2) => increment(&base, 0),
        _ => String::new(),
    };
    match operator {
        ">" => vec![format!(">={}", next())],
        ">=" => vec![format!(">={base}")],
        "<" => vec![format!("<{base}")],
        "<=" => vec![format!("<{}", next())],
        "" | "=" | "==" => vec![format!(">={base}"), format!("<{}", next())],
        "!" | "!=" => vec![format!("<{base}"), format!(">={}", next())],
        _ => vec![base],
    }
}

/// Adds one to a part of a version; empty where the part is not a number, or is the last one.
fn increment(version: &str, part: usize) -> String {
    let mut parts: Vec<_> = version.split('.').map(str::to_owned).collect();
    let number = parts.get(part).and_then(|text| text.parse::<i64>().ok()?.checked_add(1));
    let Some(number) = number else { return String::new() };
    parts[part] = number.to_string();
    parts.join(".")
}
