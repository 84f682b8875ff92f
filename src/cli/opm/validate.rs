//! `opm validate`.

use std::path::{Path, PathBuf};

use super::Stop;
use super::source;
use crate::cli::large::Large;
use crate::cli::{ExitStatus, Ui};
use crate::diag::{Error, Report, codes};
use crate::load;
use crate::report;
use crate::rules;
use crate::text::Sources;

/// Check a file-based catalog
///
/// Passes what opm passes. The findings name file and line, and are printed on standard error.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[arg(value_name = "DIRECTORY")]
    directory: PathBuf,
    /// Print the result as json or yaml, too.
    #[arg(long, short, default_value = "")]
    output: String,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Stop> {
    if !["", "json", "yaml"].contains(&args.output.as_str()) {
        super::format(&args.output)?;
    }
    let sources = Sources::default();
    let report = check(&args.directory, &sources)?;
    let is_clean = report.diagnostics().is_empty();
    if args.output.is_empty() {
        source::stop(report, &sources, ui)?;
    } else {
        ui.print(&result(report, &sources, &args.output))?;
    }
    Ok(if is_clean { ExitStatus::Clean } else { ExitStatus::Findings })
}

/// Checks as opm does: what it passes over is no finding.
fn check(folder: &Path, sources: &Sources) -> Result<Report, Error> {
    let metadata = std::fs::metadata(folder).map_err(|cause| Error::io("read", folder, &cause))?;
    if !metadata.is_dir() {
        return Err(Error::new(format!("{} is not a folder", folder.display()))
            .hint("name the folder that holds the catalog"));
    }
    let mut report = Report::default();
    if Large::of(folder).is_some_and(|large| large.is_clean()) {
        return Ok(report);
    }
    let catalog = load::catalog(folder, sources, &mut report)?;
    let mut left = source::passed_over(&codes::DUPLICATE_KEY, report);
    // Rules would echo what could not be read.
    if !left.has_errors() {
        left.append(rules::check_catalog(&catalog));
    }
    Ok(left)
}

/// opm's structured result. Its message is made of our findings, a line each.
fn result(mut report: Report, sources: &Sources, output: &str) -> String {
    report.sort(sources);
    let message = report::render(&report, sources, report::Format::Concise, false);
    let message = message.trim_end();
    let is_clean = message.is_empty();
    match output {
        "json" if is_clean => "{\n  \"passed\": true\n}\n".to_owned(),
        "json" => {
            let escaped = serde_json::to_string(message).expect("a text is JSON");
            let escaped = escaped.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
            format!("{{\n  \"passed\": false,\n  \"error\": {{\n    \"message\": {escaped}\n  }}\n}}\n")
        }
        _ if is_clean => "passed: true\n\n".to_owned(),
        _ => {
            let mut to = crate::text::Builder::default();
            to.open_map();
            to.str("error");
            to.open_map();
            to.field("message", message);
            to.close();
            to.str("passed");
            to.bool(false);
            to.close();
            let mut out = String::new();
            to.finish().root().into_iter().for_each(|root| crate::text::yaml::write(root, &mut out));
            out + "\n"
        }
    }
}
