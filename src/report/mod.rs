//! A report becomes text, for people and for machines: one file a format.
//!
//! Nothing is printed here; `cli` does that, and it alone knows whether there is a terminal.

mod clean;
mod concise;
mod excerpt;
mod human;
mod json;
mod located;

use std::fmt;
use std::str::FromStr;

use crate::diag::Report;
use crate::text::Sources;

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For people: the guilty line, its guilty characters underlined, and the remedy.
    #[default]
    Human,
    /// For editors and `grep`: `file:line:column: level[id]: message`, a line each.
    Concise,
    /// For programs: one JSON document.
    Json,
}

impl Format {
    /// Every format, in the order of the help text.
    pub const ALL: [Format; 3] = [Format::Human, Format::Concise, Format::Json];

    /// Returns the name that the command line uses.
    pub fn name(self) -> &'static str {
        match self {
            Format::Human => "human",
            Format::Concise => "concise",
            Format::Json => "json",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Format::ALL.into_iter().find(|format| format.name() == name).ok_or_else(|| {
            let names: Vec<_> = Format::ALL.iter().map(|format| format!("`{format}`")).collect();
            format!("no format `{name}`; there are {}", names.join(", "))
        })
    }
}

/// Returns the findings as text, in the order of the report. Without any, people get none.
pub fn render(report: &Report, sources: &Sources, format: Format, colour: bool) -> String {
    let findings = located::findings(report, sources);
    match format {
        Format::Human => human::render(&findings, sources, colour),
        Format::Concise => concise::render(&findings, colour),
        Format::Json => json::render(&findings),
    }
}
