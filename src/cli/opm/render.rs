//! `opm render`.

use std::path::Path;

use rayon::prelude::*;

use super::source::Opener;
use super::source::Source;
use super::{Stop, format, print};
use crate::bundle::Bundle;
use crate::catalog::{BundleBlob, Catalog};
use crate::cli::large::Large;
use crate::cli::{ExitStatus, Ui};
use crate::diag::Error;
use crate::render;
use crate::text::Sources;

/// Generate a file-based catalog from catalogs and bundles
///
/// Each argument is a bundle or a catalog, in a folder or in an image. The result is printed without
/// any check.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[arg(required = true, value_name = "REF")]
    references: Vec<String>,
    /// The notation: json or yaml.
    #[arg(long, short, default_value = "json")]
    output: String,
    /// The last migration to run: none, bundle-object-to-csv-metadata or all.
    #[arg(long, default_value = "")]
    migrate_level: String,
    /// Run all migrations.
    #[arg(long, conflicts_with = "migrate_level")]
    migrate: bool,
    /// The image of bundle folders: a text with {{.Package}}, {{.Name}} and {{.Version}}.
    #[arg(long, default_value = "", value_name = "TEMPLATE")]
    alpha_image_ref_template: String,
}

pub(super) fn run(args: &Args, opener: &Opener, ui: &Ui) -> Result<ExitStatus, Stop> {
    let format = format(&args.output)?;
    let migrates = args.migrate || migrates(&args.migrate_level)?;
    let pattern = Pattern::parse(&args.alpha_image_ref_template)?;
    if let [reference] = args.references.as_slice()
        && let Some(large) = Path::new(reference).is_dir().then(|| Large::of(Path::new(reference))).flatten()
        && let Some(printed) = large.print(migrates, format, ui)
    {
        printed?;
        return Ok(ExitStatus::Clean);
    }
    let sources = Sources::default();
    let mut whole = Catalog::default();
    for (opened, reference) in opener.open(&args.references, &sources, ui)?.into_iter().zip(&args.references)
    {
        match opened {
            Source::Catalog(catalog) => whole.append(catalog),
            Source::Bundle(mut bundle, _, is_image) => {
                if !is_image {
                    bundle.image = pattern.apply(&bundle).into();
                }
                whole.bundles.push(blob(&bundle, reference)?);
            }
        }
    }
    whole.bundles.par_iter_mut().for_each(render::tidy);
    if migrates {
        render::migrate(&mut whole);
    }
    print(&whole, format, ui)
}

/// Renders a bundle.
pub(super) fn blob<'s>(bundle: &Bundle<'s>, reference: &str) -> Result<BundleBlob<'s>, Error> {
    render::bundle(bundle).map_err(|why| {
        Error::new(format!("cannot render {reference}: {why}"))
            .hint(format!("`olmcat validate {reference}` says more"))
    })
}

/// Whether a migration level replaces manifests by `olm.csv.metadata`.
pub(super) fn migrates(level: &str) -> Result<bool, Error> {
    match level {
        "" | "none" => Ok(false),
        "bundle-object-to-csv-metadata" | "all" => Ok(true),
        _ => Err(Error::new(format!("unknown migration level \"{level}\""))
            .hint("write `none`, `bundle-object-to-csv-metadata` or `all`")),
    }
}

/// A Go template of which only fields are known: texts, and names of fields between them.
struct Pattern(Vec<Piece>);

enum Piece {
    Text(String),
    Package,
    Name,
    Version,
}

impl Pattern {
    fn parse(text: &str) -> Result<Self, Error> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let wrong = |what: &str| {
                Error::new(format!("invalid image reference template `{text}`: {what}"))
                    .hint("write fields as {{.Package}}, {{.Name}} and {{.Version}}")
            };
            let (action, after) = after.split_once("}}").ok_or_else(|| wrong("an action is not closed"))?;
            let mut before = before;
            let mut after = after;
            let mut action = action;
            if let Some(trimmed) = action.strip_prefix("- ") {
                (before, action) = (before.trim_end(), trimmed);
            }
            if let Some(trimmed) = action.strip_suffix(" -") {
                (after, action) = (after.trim_start(), trimmed);
            }
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(match action.trim() {
                ".Package" => Piece::Package,
                ".Name" => Piece::Name,
                ".Version" => Piece::Version,
                other => return Err(wrong(&format!("`{other}` is no field"))),
            });
            rest = after;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Ok(Pattern(pieces))
    }

    fn apply(&self, bundle: &Bundle<'_>) -> String {
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out += text,
                Piece::Package => out += &bundle.package(),
                Piece::Name => out += &bundle.name(),
                Piece::Version => out += &bundle.version(),
            }
        }
        out
    }
}
