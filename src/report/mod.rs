//! A report becomes text, for people and for machines: one file a format.
//!
//! Nothing is printed here; `cli` does that, and it alone knows whether there is a terminal.

mod concise;
mod diff;
mod excerpt;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod located;
mod markdown;
mod sarif;
mod shown;

pub use diff::diff;
pub use markdown::{cell, code};
pub use shown::{Lines, Shown, shown};

use std::fmt;
use std::str::FromStr;

use crate::diag::Report;
use crate::text::Sources;

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For people.
    #[default]
    Human,
    /// For editors and `grep`.
    Concise,
    /// For programs: one JSON document.
    Json,
    /// For programs that read as it comes.
    JsonLines,
    /// For code hosts and editors.
    Sarif,
    /// For GitHub Actions.
    Github,
    /// For GitLab.
    Gitlab,
    /// For CI servers.
    Junit,
}

impl Format {
    /// Every format, in the order of the help text.
    pub const ALL: [Format; 8] = [
        Format::Human,
        Format::Concise,
        Format::Json,
        Format::JsonLines,
        Format::Sarif,
        Format::Github,
        Format::Gitlab,
        Format::Junit,
    ];

    /// Returns the name that the command line uses.
    pub fn name(self) -> &'static str {
        match self {
            Format::Human => "human",
            Format::Concise => "concise",
            Format::Json => "json",
            Format::JsonLines => "json-lines",
            Format::Sarif => "sarif",
            Format::Github => "github",
            Format::Gitlab => "gitlab",
            Format::Junit => "junit",
        }
    }

    /// Returns what it is, for the help of the command line.
    pub fn help(self) -> &'static str {
        match self {
            Format::Human => "The guilty line, underlined, with the remedy",
            Format::Concise => "A line each: `file:line:column: error[rule-id]: message`",
            Format::Json => "One JSON document",
            Format::JsonLines => "A JSON object a line",
            Format::Sarif => "SARIF 2.1.0, for code hosts and editors",
            Format::Github => "Workflow commands, which annotate a pull request on GitHub",
            Format::Gitlab => "A Code Quality report of GitLab",
            Format::Junit => "JUnit's XML, for CI servers",
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
        Format::JsonLines => json::lines(&findings),
        Format::Sarif => sarif::render(&findings, sources),
        Format::Github => github::render(&findings),
        Format::Gitlab => gitlab::render(&findings),
        Format::Junit => junit::render(&findings),
    }
}
