//! `opm migrate`.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use super::render::migrates;
use super::source::Opener;
use super::{Stop, format};
use crate::catalog::{Catalog, Format};
use crate::cli::{ExitStatus, Ui, stage};
use crate::diag::Error;
use crate::render;
use crate::text::Sources;

/// Write a catalog as one file for each package
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[arg(value_name = "INDEX")]
    index: String,
    #[arg(value_name = "OUTPUT_DIR")]
    folder: PathBuf,
    /// The notation: json or yaml.
    #[arg(long, short, default_value = "json")]
    output: String,
    /// The last migration to run: none, bundle-object-to-csv-metadata or all.
    #[arg(long, default_value = "")]
    migrate_level: String,
}

pub(super) fn run(args: &Args, opener: &Opener, ui: &Ui) -> Result<ExitStatus, Stop> {
    let format = format(&args.output)?;
    let is_migrated = migrates(&args.migrate_level)?;
    if fs::read_dir(&args.folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Error::new(format!("output dir \"{}\" must be empty", args.folder.display()))
            .hint("choose another folder; nothing was changed")
            .into());
    }
    let sources = Sources::default();
    ui.note(&format!("rendering catalog \"{}\" as file-based catalog", args.index));
    let mut catalog = opener.catalog(&args.index, &sources, ui)?;
    catalog.bundles.iter_mut().for_each(render::tidy);
    if is_migrated {
        render::migrate(&mut catalog);
    }
    let extension = if format == Format::Json { "json" } else { "yaml" };
    let mut names: BTreeSet<String> = BTreeSet::new();
    names.extend(catalog.packages.iter().map(|package| package.name.to_string()));
    names.extend(catalog.channels.iter().map(|channel| channel.package.to_string()));
    names.extend(catalog.bundles.iter().map(|bundle| bundle.package.to_string()));
    names.extend(catalog.others.iter().map(|meta| meta.package.to_string()));
    names.extend(catalog.deprecations.iter().map(|deprecations| deprecations.package.to_string()));
    for name in &names {
        if name == "." || name == ".." || name.contains(['/', '\\', '\0']) {
            return Err(Error::new(format!("package name \"{name}\" cannot name a folder"))
                .hint("rename the package")
                .into());
        }
    }
    for name in names {
        let mut part = Catalog::default();
        split(&mut catalog, &name, &mut part);
        let folder = args.folder.join(&name);
        fs::create_dir_all(&folder).map_err(|cause| Error::io("create", &folder, &cause))?;
        stage(&folder.join(format!("catalog.{extension}")), crate::catalog::write(&part, format).as_bytes())?
            .put()?;
    }
    ui.note(&format!("wrote rendered file-based catalog to \"{}\"", args.folder.display()));
    Ok(ExitStatus::Clean)
}

/// Moves the blobs of a package from one catalog to another.
fn split<'s>(from: &mut Catalog<'s>, package: &str, to: &mut Catalog<'s>) {
    to.packages.extend(from.packages.extract_if(.., |blob| blob.name == package));
    to.channels.extend(from.channels.extract_if(.., |blob| blob.package == package));
    to.bundles.extend(from.bundles.extract_if(.., |blob| blob.package == package));
    to.others.extend(from.others.extract_if(.., |blob| blob.package == package));
    to.deprecations.extend(from.deprecations.extract_if(.., |blob| blob.package == package));
}
