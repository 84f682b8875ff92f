//! The language of findings: what every diagnostic has, whoever makes it and however it is printed.
//!
//! A diagnostic is about the user's files; an error ([`Error`]) is about what we could not do.

pub mod codes;
mod error;
mod fingerprint;
mod fix;
mod platform;
mod report;

pub use error::Error;
pub use fingerprint::Fingerprints;
pub use fix::{Mended, mend};
pub use platform::{Applies, Minor, Minors, Platform};
pub use report::Report;

use std::fmt;
use std::ops::Range;

use crate::text::{Duplicate, Edit, Fault, FileId, Place};

/// How much a diagnostic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Not reported.
    Allow,
    /// Reported; the run is still clean.
    Warn,
    /// Reported; the run ends with findings.
    Error,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Level::Allow => "allow",
            Level::Warn => "warning",
            Level::Error => "error",
        })
    }
}

/// For whom a rule matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Suite {
    /// OLM or opm refuses what breaks it; its level cannot be lowered.
    Required,
    /// What operatorhub.io wants of a bundle to show it.
    OperatorHub,
    /// What the repositories of community operators refuse in a pull request.
    Community,
    /// What OpenShift and its certification want.
    OpenShift,
    /// What the installer of the database platform expects (`olm-consumer` contract).
    Percona,
    /// Good practice: it works, and will hurt somebody.
    GoodPractices,
}

impl Suite {
    /// Every suite, in the order of the help text.
    pub const ALL: [Suite; 6] = [
        Suite::Required,
        Suite::OperatorHub,
        Suite::Community,
        Suite::OpenShift,
        Suite::Percona,
        Suite::GoodPractices,
    ];

    /// Returns whether the suite counts when nobody says which do: the others are the wishes of catalogs
    /// that not everybody publishes to.
    pub fn is_usual(self) -> bool {
        matches!(self, Suite::Required | Suite::Percona | Suite::GoodPractices)
    }

    /// The suites that count unless somebody asks for others.
    pub const USUAL: [Suite; 3] = [Suite::Required, Suite::Percona, Suite::GoodPractices];

    /// Returns the name that settings and command lines use.
    pub fn name(self) -> &'static str {
        match self {
            Suite::Required => "required",
            Suite::OperatorHub => "operatorhub",
            Suite::Community => "community",
            Suite::OpenShift => "openshift",
            Suite::Percona => "percona",
            Suite::GoodPractices => "good-practices",
        }
    }
}

/// The identity of a kind of diagnostic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// Kebab-case, the bad thing, to be read after "allow".
    pub id: &'static str,
    /// One line: what is wrong when it fires.
    pub summary: &'static str,
    /// For whom it matters.
    pub suite: Suite,
    /// The level unless settings say otherwise.
    pub level: Level,
    /// The version of olmcat that brought it.
    pub since: &'static str,
    /// The document, Markdown: what `explain` prints and what the tests run.
    pub docs: &'static str,
}

/// A second place that helps to understand the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What is to be seen there, a phrase.
    pub message: String,
}

/// Whom a finding is about, for exceptions: a package, and of it a version where there is one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subject {
    /// The package; empty for the catalog as a whole.
    pub package: String,
    /// The version; empty for the package as a whole.
    pub version: String,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind.
    pub code: &'static Code,
    /// How much it matters in this run.
    pub level: Level,
    /// Whom it is about.
    pub subject: Subject,
    /// The guilty place.
    pub place: Place,
    /// A phrase, lower-case start, no full stop, the user's names in backticks.
    pub message: String,
    /// Related places, such as the other end of a conflict.
    pub labels: Vec<Label>,
    /// What to do, in the imperative.
    pub help: Option<String>,
    /// The edits that mend it without asking, all in its file; none where somebody has to decide.
    pub fix: Vec<Edit>,
}

impl Diagnostic {
    /// Makes a diagnostic at the code's own level.
    pub fn new(code: &'static Code, place: Place, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            level: code.level,
            subject: Subject::default(),
            place,
            message: message.into(),
            labels: Vec::new(),
            help: None,
            fix: Vec::new(),
        }
    }

    /// Makes a diagnostic of a text that cannot be read.
    pub fn from_fault(code: &'static Code, file: FileId, fault: Fault) -> Self {
        let mut diagnostic = Diagnostic::new(code, Place::bytes(file, fault.span), fault.message);
        let help = fault.help.map(str::to_owned);
        diagnostic.help(help.unwrap_or_else(|| format!("see `olmcat explain {}`", code.id)));
        diagnostic
    }

    /// Makes the diagnostic of a text that is not UTF-8 from this offset on.
    pub fn invalid_utf8(file: FileId, offset: usize) -> Self {
        let place = Place::bytes(file, offset..offset + 1);
        let mut diagnostic = Diagnostic::new(&codes::INVALID_UTF8, place, "not UTF-8 from here on");
        diagnostic.help("save the file as UTF-8, for example with `iconv -f latin1 -t utf-8`");
        diagnostic
    }

    /// Makes the diagnostic of a key given twice.
    pub fn duplicate_key(file: FileId, duplicate: &Duplicate) -> Self {
        let place = Place::bytes(file, duplicate.second.clone());
        let message = format!("`{}` is given twice, and the first value is lost", duplicate.key);
        let mut diagnostic = Diagnostic::new(&codes::DUPLICATE_KEY, place, message);
        let first = Place::bytes(file, duplicate.first.clone());
        diagnostic.label(first, "given here first").help("remove one of the two");
        diagnostic
    }

    /// Makes the diagnostic of a line behind the only document that is read of a file.
    pub fn unread_document(file: FileId, line: Range<usize>) -> Self {
        let message = "only the first document of this file is read";
        let mut diagnostic = Diagnostic::new(&codes::UNREAD_DOCUMENT, Place::bytes(file, line), message);
        diagnostic.help("remove the `---` before it, or what stands behind it");
        diagnostic
    }

    /// Adds the remedy.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// Adds an edit that mends it. All of them together must leave nothing to decide.
    pub fn fix(&mut self, edit: Edit) -> &mut Self {
        self.fix.push(edit);
        self
    }

    /// Adds a related place.
    pub fn label(&mut self, place: Place, message: impl Into<String>) -> &mut Self {
        self.labels.push(Label { place, message: message.into() });
        self
    }
}
