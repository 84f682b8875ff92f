//! `olmcat list`: what is in a catalog, as a table or as JSON.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use super::{ExitStatus, Ui, project};
use crate::catalog::{Catalog, Graph, PackageProperty};
use crate::diag::{Error, Report};
use crate::load;
use crate::report::Format;
use crate::text::Sources;

/// List packages, channels, bundles or images of a catalog
///
/// PATH is a catalog folder or a file of FBC; without it, the catalog of the project is listed. With
/// `--format json` a list of objects is printed.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What to list.
    #[arg(value_enum)]
    what: What,
    /// The catalog; the project's if not given.
    path: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum What {
    /// Name and default channel.
    Packages,
    /// Package, channel and head.
    Channels,
    /// Each entry of each channel: version, edges, image.
    Bundles,
    /// Every image that a mirror of the catalog needs, once.
    Images,
}

pub(super) fn run(args: &Args, root: &Path, ui: &mut Ui) -> Result<ExitStatus, Error> {
    let (sources, mut report) = (Sources::default(), Report::default());
    let mut catalog = Catalog::default();
    match &args.path {
        Some(path) => catalog = load::catalog(path, &sources, &mut report)?,
        None => {
            for (_, package) in project::check(root, &sources, &mut report, ui)?.packages {
                catalog.append(package);
            }
        }
    }
    let status = ui.report_aside(&mut report, &sources);
    let (header, mut rows) = match args.what {
        What::Packages => packages(&catalog),
        What::Channels => channels(&catalog),
        What::Bundles => bundles(&catalog),
        What::Images => images(&catalog),
    };
    rows.sort();
    let text = if ui.format() == Format::Json { json(header, &rows) } else { table(header, &rows) };
    ui.print(&text)?;
    Ok(status)
}

type Table = (&'static [&'static str], Vec<Vec<String>>);

fn packages(catalog: &Catalog<'_>) -> Table {
    let rows = catalog
        .packages
        .iter()
        .map(|package| vec![package.name.to_string(), package.default_channel.to_string()]);
    (&["package", "default channel"], rows.collect())
}

fn channels(catalog: &Catalog<'_>) -> Table {
    let row = |channel| {
        let heads = Graph::new(channel).heads().join(",");
        vec![channel.package.to_string(), channel.name.to_string(), heads]
    };
    (&["package", "channel", "head"], catalog.channels.iter().map(row).collect())
}

fn bundles(catalog: &Catalog<'_>) -> Table {
    let mut by_name = HashMap::new();
    for bundle in &catalog.bundles {
        by_name.entry((&bundle.package, &bundle.name)).or_insert(bundle);
    }
    let mut rows = Vec::new();
    for channel in &catalog.channels {
        for entry in channel.entries() {
            let bundle = by_name.get(&(&channel.package, &entry.name));
            let property = bundle.and_then(|bundle| {
                let property =
                    bundle.properties.iter().find(|property| property.kind == crate::catalog::PACKAGE)?;
                PackageProperty::parse(property.value.as_ref()?).ok()
            });
            rows.push(vec![
                channel.package.to_string(),
                channel.name.to_string(),
                entry.name.to_string(),
                property.map(|property| property.version).unwrap_or_default(),
                entry.replaces.to_string(),
                entry.skips.join(","),
                entry.skip_range.to_string(),
                bundle.map(|bundle| bundle.image.to_string()).unwrap_or_default(),
            ]);
        }
    }
    (&["package", "channel", "bundle", "version", "replaces", "skips", "skipRange", "image"], rows)
}

fn images(catalog: &Catalog<'_>) -> Table {
    let mut images = BTreeSet::new();
    for bundle in &catalog.bundles {
        images.insert(bundle.image.to_string());
        images.extend(bundle.related_images.iter().map(|image| image.image.to_string()));
    }
    images.remove("");
    (&["image"], images.into_iter().map(|image| vec![image]).collect())
}

/// Columns two blanks apart; the last is not padded.
fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let header: Vec<String> = header.iter().map(|name| name.to_uppercase()).collect();
    let mut widths = vec![0; header.len()];
    for row in rows.iter().chain([&header]) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    for row in [&header].into_iter().chain(rows) {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line += cell;
            line.extend(std::iter::repeat_n(' ', width - cell.chars().count() + 2));
        }
        out += line.trim_end();
        out.push('\n');
    }
    out
}

fn json(header: &[&str], rows: &[Vec<String>]) -> String {
    let object = |row: &Vec<String>| {
        header.iter().zip(row).map(|(key, cell)| ((*key).to_owned(), cell.as_str().into())).collect()
    };
    let list: Vec<serde_json::Map<String, serde_json::Value>> = rows.iter().map(object).collect();
    serde_json::to_string_pretty(&list).expect("a list of strings is JSON") + "\n"
}
