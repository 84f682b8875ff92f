//! `opm alpha render-template` and `opm alpha convert-template`.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};

use super::source::Opener;
use super::source::{self, Source};
use super::{Stop, format, help, print};
use crate::catalog::{self, BundleBlob, Drawing};
use crate::cli::project::SMALL;
use crate::cli::render::draw;
use crate::cli::{ExitStatus, Ui};
use crate::diag::{Error, Report, codes};
use crate::load::LIMIT;
use crate::render as rendering;
use crate::rules;
use crate::template::{self, Conversion, Template};
use crate::text::{FileId, Sources};

/// Render a template
///
/// TYPE is basic, semver or substitutes; without it, the template says so itself. FILE `-`, or none, is
/// standard input.
#[derive(Debug, clap::Args)]
pub(super) struct Render {
    #[arg(value_name = "TYPE|FILE")]
    first: Option<String>,
    #[arg(value_name = "FILE")]
    second: Option<String>,
    /// The notation: json, yaml or mermaid.
    #[arg(long, short, default_value = "json")]
    output: String,
    /// The last migration to run: none, bundle-object-to-csv-metadata or all.
    #[arg(long, default_value = "")]
    migrate_level: String,
}

const TYPES: [&str; 3] = ["basic", "semver", "substitutes"];

pub(super) fn render(args: &Render, opener: &Opener, ui: &Ui) -> Result<ExitStatus, Stop> {
    let format = if args.output == "mermaid" { None } else { Some(mermaid_or(&args.output)?) };
    let migrates = super::render::migrates(&args.migrate_level)?;
    let (wanted, input) = match (args.first.as_deref(), args.second.as_deref()) {
        (Some(kind), Some(file)) if TYPES.contains(&kind) => (Some(kind), file),
        (Some(kind), Some(_)) => {
            return Err(Error::new(format!("invalid template type \"{kind}\""))
                .hint(format!("write one of: {}", TYPES.join(", ")))
                .into());
        }
        (Some(kind), None) if TYPES.contains(&kind) => (Some(kind), "-"),
        (Some(file), None) => (None, file),
        (None, _) => (None, "-"),
    };
    let (sources, mut report) = (Sources::default(), Report::default());
    let file = read(input, SMALL, &sources)?;
    let template = Template::read(&sources, file, &mut report);
    source::stop(source::passed_over(&codes::UNREAD_DOCUMENT, report), &sources, ui)?;
    let template = template.ok_or_else(|| Error::new(format!("{input} is no template")))?;
    if let Some(wanted) = wanted
        && !template.schema().ends_with(&format!(".{wanted}"))
    {
        return Err(Error::new(format!("{input} is a template `{}`, and not `{wanted}`", template.schema()))
            .hint("leave the type out, and the template says it itself")
            .into());
    }
    if let Some(given) = template.given() {
        source::stop(rules::check_catalog(given), &sources, ui)?;
    }
    let is_checked = template.given().is_some();
    let references: Vec<String> =
        template.references().into_iter().map(|reference| reference.image).collect();
    let mut bundles: HashMap<String, BundleBlob<'_>> = HashMap::new();
    for (opened, reference) in opener.open(&references, &sources, ui)?.into_iter().zip(references) {
        let mut blob = bundle(opened, &reference)?;
        if migrates {
            rendering::migrate_bundle(&mut blob);
        }
        bundles.insert(reference, blob);
    }
    let mut report = Report::default();
    let catalog = template.expand(bundles, &mut report);
    source::stop(report, &sources, ui)?;
    if is_checked {
        source::stop(rules::check_catalog(&catalog), &sources, ui)?;
    }
    match format {
        Some(format) => print(&catalog, format, ui),
        None => Ok(draw(&catalog, Drawing { v0: true, ..Drawing::default() }, ui)?),
    }
}

fn mermaid_or(output: &str) -> Result<catalog::Format, Error> {
    format(output).map_err(|_| {
        Error::new(format!("invalid --output value \"{output}\", expected (json|yaml|mermaid)"))
            .hint("write `-o yaml`")
    })
}

/// Renders the bundle that a template names, which is an image, and never a folder.
fn bundle<'s>(opened: Source<'s>, reference: &str) -> Result<BundleBlob<'s>, Error> {
    match opened {
        Source::Bundle(bundle, _, true) => {
            let mut blob = super::render::blob(&bundle, reference)?;
            rendering::tidy(&mut blob);
            Ok(blob)
        }
        Source::Bundle(_, _, false) => Err(Error::new(format!("{reference} is a folder, and not an image"))
            .hint("opm's templates name images; those of `olmcat render` may name folders, too")),
        Source::Catalog(_) => Err(Error::new(format!("{reference} is a catalog, and not a bundle"))
            .hint("list bundle images in the template")),
    }
}

/// Reads a file, or standard input.
fn read(input: &str, limit: u64, sources: &Sources) -> Result<FileId, Error> {
    let (name, input): (&str, Box<dyn io::Read>) = if input == "-" {
        ("<stdin>", Box::new(io::stdin().lock()))
    } else {
        let path = std::path::Path::new(input);
        (input, Box::new(File::open(path).map_err(|cause| Error::io("read", path, &cause))?))
    };
    let mut bytes = Vec::new();
    input
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|cause| Error::io("read", std::path::Path::new(name), &cause))?;
    if bytes.len() as u64 > limit {
        return Err(
            Error::new(format!("{name} has more than {} MiB", limit >> 20)).hint("is it the right file?")
        );
    }
    Ok(sources.add(name, bytes))
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum Convert {
    /// Make an `olm.template.basic` template.
    Basic(ConvertArgs),
    /// Make an `olm.template.substitutes` template.
    Substitutes(ConvertArgs),
    #[command(external_subcommand)]
    Unknown(#[expect(dead_code, reason = "whatever it is, the help is printed")] Vec<OsString>),
}

#[derive(Debug, clap::Args)]
pub(super) struct ConvertArgs {
    #[arg(value_name = "FBC_FILE", default_value = "-")]
    file: String,
    /// The notation: json or yaml.
    #[arg(long, short, default_value = "json")]
    output: String,
}

pub(super) fn convert(command: Convert, ui: &Ui) -> Result<ExitStatus, Stop> {
    let (args, conversion) = match command {
        Convert::Basic(args) => (args, Conversion::Basic),
        Convert::Substitutes(args) => (args, Conversion::Substitutes),
        Convert::Unknown(_) => return help(&["alpha", "convert-template"], ui),
    };
    let format = format(&args.output)?;
    let (sources, mut report) = (Sources::default(), Report::default());
    let file = read(&args.file, LIMIT, &sources)?;
    let catalog = catalog::read(&sources, file, &mut report);
    source::stop(source::passed_over(&codes::DUPLICATE_KEY, report), &sources, ui)?;
    ui.print(&template::convert(&catalog, conversion, format))?;
    Ok(ExitStatus::Clean)
}
