//! `olmcat bundle validate`: a bundle checked as operator-sdk does, with its flags and exit codes, for
//! pipelines that change over. `olmcat validate` says more.

use std::path::PathBuf;

use serde::Serialize;

use super::pull_args::PullArgs;
use super::{ExitStatus, Ui};
use crate::diag::{Error, Level, Minors, Report, Suite};
use crate::load::{self, Image};
use crate::rules::{self, Context, Levels};
use crate::text::{Sources, Spot, locate_all};

/// Check a bundle as `operator-sdk bundle validate` does
///
/// Takes the flags of operator-sdk, prints in its formats, and exits with 1 where a bundle has errors. What is
/// required is always checked; `--select-optional` adds suites by the names that operator-sdk gives them.
/// `olmcat validate` shows places and remedies, and knows the project.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder of a bundle, or the reference of its image.
    #[arg(required_unless_present = "list_optional")]
    bundle: Option<PathBuf>,
    /// Also check what is optional: a selector such as `suite=operatorframework` or `name=good-practices`.
    #[arg(long, value_name = "SELECTOR")]
    select_optional: Option<String>,
    /// List what is optional.
    #[arg(long)]
    list_optional: bool,
    /// Values for what is optional; `k8s-version=1.25` is known.
    #[arg(long, value_name = "KEY=VALUE", value_delimiter = ',')]
    optional_values: Vec<String>,
    /// How the result is printed.
    #[arg(long, short, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json-alpha1"])]
    output: String,
    /// Taken, and without meaning: images are pulled without any tool.
    #[arg(long, short = 'b', value_name = "TOOL")]
    image_builder: Option<String>,
    /// Taken, and without meaning.
    #[arg(long)]
    verbose: bool,
    #[command(flatten)]
    pull: PullArgs,
}

/// What operator-sdk calls an optional validator.
struct Optional {
    name: &'static str,
    /// Whether `suite=operatorframework` has it.
    is_framework: bool,
    suite: Suite,
    description: &'static str,
}

const OPTIONAL: [Optional; 7] = [
    Optional {
        name: "alpha-deprecated-apis",
        is_framework: true,
        suite: Suite::GoodPractices,
        description: "APIs that Kubernetes has removed; takes k8s-version",
    },
    Optional {
        name: "capabilities",
        is_framework: true,
        suite: Suite::OperatorHub,
        description: "What operatorhub.io wants",
    },
    Optional {
        name: "categories",
        is_framework: true,
        suite: Suite::OperatorHub,
        description: "What operatorhub.io wants",
    },
    Optional {
        name: "community",
        is_framework: false,
        suite: Suite::Community,
        description: "What the repositories of community operators want",
    },
    Optional {
        name: "good-practices",
        is_framework: true,
        suite: Suite::GoodPractices,
        description: "What works, and will hurt somebody",
    },
    Optional {
        name: "operatorhub",
        is_framework: false,
        suite: Suite::OperatorHub,
        description: "What operatorhub.io wants",
    },
    Optional {
        name: "operatorhubv2",
        is_framework: true,
        suite: Suite::OperatorHub,
        description: "What operatorhub.io wants",
    },
];

impl Optional {
    fn label(&self, key: &str) -> Option<&'static str> {
        match key {
            "name" => Some(self.name),
            "suite" => self.is_framework.then_some("operatorframework"),
            _ => None,
        }
    }
}

/// The document of `-o json-alpha1`.
#[derive(Serialize)]
struct Outcome {
    passed: bool,
    outputs: Vec<Output>,
}

#[derive(Serialize)]
struct Output {
    #[serde(rename = "type")]
    kind: &'static str,
    message: String,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Error> {
    if args.list_optional {
        ui.print(&list())?;
        return Ok(ExitStatus::Clean);
    }
    let outcome = match check(args, ui) {
        Ok(outcome) => outcome,
        Err(error) => {
            // operator-sdk knows no other exit code.
            ui.error(&error);
            return Ok(ExitStatus::Findings);
        }
    };
    ui.print(&if args.output == "text" { text(&outcome) } else { json(&outcome) })?;
    Ok(if outcome.passed { ExitStatus::Clean } else { ExitStatus::Findings })
}

fn check(args: &Args, ui: &Ui) -> Result<Outcome, Error> {
    let mut suites = vec![Suite::Required];
    if let Some(selector) = &args.select_optional {
        suites.extend(select(selector)?.iter().map(|optional| optional.suite));
    }
    let kube = kube(&args.optional_values)?;
    let context = Context { kube, ..Context::default() };

    let (sources, mut report) = (Sources::default(), Report::default());
    let paths: Vec<PathBuf> = args.bundle.iter().cloned().collect();
    let images = args.pull.images(&paths, &sources, &mut report, ui)?;
    for (path, image) in paths.iter().zip(images) {
        let bundle = match image {
            Some(Image::Bundle(bundle)) => bundle,
            Some(Image::Catalog(_)) => {
                return Err(Error::new(format!("{} is the image of a catalog", path.display()))
                    .hint("check it with `olmcat validate`"));
            }
            None => load::bundle(path, &sources, &mut report)?,
        };
        report.append(rules::check_bundle(&bundle, &context));
    }
    Levels { suites, ..Levels::default() }.apply(&context, &mut report, &sources, false);
    report.sort(&sources);
    Ok(outcome(&report, &sources))
}

/// Returns the versions of Kubernetes that `k8s-version` names.
fn kube(values: &[String]) -> Result<Option<Minors>, Error> {
    let wanted = values.iter().rev().find_map(|value| value.trim().strip_prefix("k8s-version="));
    let parse = |text: &str| {
        text.parse()
            .map_err(|fault: String| Error::new(fault).hint("write `--optional-values=k8s-version=1.25`"))
    };
    wanted.map(parse).transpose()
}

fn outcome(report: &Report, sources: &Sources) -> Outcome {
    let places: Vec<_> = report.diagnostics().iter().map(|diagnostic| &diagnostic.place).collect();
    let mut outputs = Vec::new();
    for (diagnostic, bytes) in report.diagnostics().iter().zip(locate_all(&places, sources)) {
        let source = sources.get(diagnostic.place.file);
        let position = match diagnostic.place.spot {
            Spot::File => String::new(),
            Spot::Bytes(_) | Spot::Route(..) => {
                let (line, column) = source.line_column(bytes.start);
                format!(":{line}:{column}")
            }
        };
        let kind = if diagnostic.level == Level::Error { "error" } else { "warning" };
        let message = format!("{}{position}: {} ({})", source.name(), diagnostic.message, diagnostic.code.id);
        outputs.push(Output { kind, message });
    }
    let passed = !report.has_errors();
    if passed {
        let message = "All validation tests have completed successfully".to_owned();
        outputs.push(Output { kind: "info", message });
    }
    Outcome { passed, outputs }
}

/// Returns the result as a log in the manner of logrus, without times.
fn text(outcome: &Outcome) -> String {
    outcome.outputs.iter().map(|output| format!("level={} msg={:?}\n", output.kind, output.message)).collect()
}

fn json(outcome: &Outcome) -> String {
    let mut out = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
    outcome.serialize(&mut serializer).expect("strings and booleans are always JSON");
    // As Go writes it, so that a page may hold it.
    let text = String::from_utf8(out).expect("JSON is UTF-8");
    text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026") + "\n"
}

fn list() -> String {
    let mut out = format!("{:23}{:28}{}\n", "NAME", "LABELS", "DESCRIPTION");
    for optional in &OPTIONAL {
        let label = format!("name={}", optional.name);
        out += &format!("{:23}{label:28}{}\n", optional.name, optional.description);
        if let Some(suite) = optional.label("suite") {
            out += &format!("{:23}suite={suite}\n", "");
        }
    }
    out
}

/// Returns what a label selector of Kubernetes selects.
fn select(selector: &str) -> Result<Vec<&'static Optional>, Error> {
    let requirements = requirements(selector).ok_or_else(|| {
        Error::new(format!("`{selector}` is no selector")).hint(
            "write `name=good-practices`, `suite=operatorframework` or `name in (community, categories)`",
        )
    })?;
    let fits = |optional: &&Optional| {
        requirements.iter().all(|requirement| {
            let label = optional.label(requirement.key);
            let is_in = label.is_some_and(|label| {
                requirement.values.as_ref().is_none_or(|values| values.contains(&label))
            });
            is_in != requirement.is_negated
        })
    };
    let selected: Vec<&Optional> = OPTIONAL.iter().filter(fits).collect();
    if selected.is_empty() {
        return Err(Error::new(format!("selector `{selector}` does not match any validator labels"))
            .hint("`olmcat bundle validate --list-optional` lists them"));
    }
    Ok(selected)
}

/// One condition of a selector.
struct Requirement<'s> {
    key: &'s str,
    /// None for any value at all.
    values: Option<Vec<&'s str>>,
    is_negated: bool,
}

/// Reads a selector; its conditions are separated by commas outside of parentheses.
fn requirements(selector: &str) -> Option<Vec<Requirement<'_>>> {
    let mut depth = 0_i32;
    let separates = |c: char| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        c == ',' && depth == 0
    };
    selector.split(separates).map(|part| requirement(part.trim())).collect()
}

fn requirement(text: &str) -> Option<Requirement<'_>> {
    let is_word = |word: &str| !word.is_empty() && !word.contains(|c: char| " !=()\t".contains(c));
    for (operator, is_negated) in [("!=", true), ("==", false), ("=", false)] {
        if let Some((key, value)) = text.split_once(operator) {
            let (key, value) = (key.trim(), value.trim());
            return (is_word(key) && is_word(value)).then(|| Requirement {
                key,
                values: Some(vec![value]),
                is_negated,
            });
        }
    }
    for (operator, is_negated) in [(" notin ", true), (" in ", false)] {
        if let Some((key, list)) = text.split_once(operator) {
            let list = list.trim().strip_prefix('(')?.strip_suffix(')')?;
            let values: Vec<&str> = list.split(',').map(str::trim).collect();
            return (is_word(key.trim()) && values.iter().all(|value| is_word(value))).then(|| Requirement {
                key: key.trim(),
                values: Some(values),
                is_negated,
            });
        }
    }
    let key = text.strip_prefix('!').unwrap_or(text).trim();
    is_word(key).then(|| Requirement { key, values: None, is_negated: text.starts_with('!') })
}

#[cfg(test)]
mod tests {
    use super::select;

    fn names(selector: &str) -> Vec<&'static str> {
        select(selector).map(|found| found.iter().map(|one| one.name).collect()).unwrap_or_default()
    }

    #[test]
    fn selectors_are_those_of_kubernetes() {
        assert_eq!(names("name=community"), ["community"]);
        assert_eq!(names("name == community"), ["community"]);
        assert_eq!(names("name in (community, categories)"), ["categories", "community"]);
        assert_eq!(names("suite"), names("suite=operatorframework"));
        assert_eq!(names("!suite"), ["community", "operatorhub"]);
        assert_eq!(names("suite!=operatorframework,name!=community"), ["operatorhub"]);
        assert_eq!(names("suite=operatorframework,name notin (categories,capabilities)").len(), 3);
        for wrong in ["", "name=", "=x", "name=nothing", "name in community", "name=a=b", "name in ()"] {
            assert!(names(wrong).is_empty(), "{wrong}");
        }
    }
}
