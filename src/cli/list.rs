//! `olmcat list`: what is in a catalog, as a table or as JSON.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use super::opened::{Opened, open};
use super::pull_args::PullArgs;
use super::{ExitStatus, Ui};
use crate::catalog::{BundleBlob, Catalog, Channel, Entry, Graph};
use crate::diag::Error;
use crate::report::Format;
use crate::text::Sources;

/// List packages, channels, bundles or images of a catalog
///
/// PATH is a catalog folder, a file of FBC, an OCI layout (`DIR` or `DIR:NAME`), or else the reference of a catalog
/// image; without it, the catalog
/// of the project is listed. With `--format json` a list of objects is printed.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What to list.
    #[arg(value_enum)]
    what: What,
    /// The catalog; the project's if not given.
    path: Option<PathBuf>,
    #[command(flatten)]
    pull: PullArgs,
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
    let sources = Sources::default();
    let Some(Opened { catalog, status, .. }) = open(args.path.as_deref(), &args.pull, root, &sources, ui)?
    else {
        return Ok(ExitStatus::Findings);
    };
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
    let rows = entries(catalog).map(|(channel, entry, bundle)| {
        let property = bundle.and_then(|bundle| bundle.package_property().ok());
        vec![
            channel.package.to_string(),
            channel.name.to_string(),
            entry.name.to_string(),
            property.map(|property| property.version).unwrap_or_default(),
            entry.replaces.to_string(),
            entry.skips.join(","),
            entry.skip_range.to_string(),
            bundle.map(|bundle| bundle.image.to_string()).unwrap_or_default(),
        ]
    });
    (&["package", "channel", "bundle", "version", "replaces", "skips", "skipRange", "image"], rows.collect())
}

type Row<'c> = (&'c Channel<'c>, &'c Entry<'c>, Option<&'c BundleBlob<'c>>);

/// Every entry with its channel and its bundle.
pub(super) fn entries<'c>(catalog: &'c Catalog<'c>) -> impl Iterator<Item = Row<'c>> {
    let key = |package: &'c str, name: &'c str| (package, name);
    let bundles: HashMap<_, _> =
        catalog.bundles.iter().map(|bundle| (key(&bundle.package, &bundle.name), bundle)).collect();
    let channels = catalog.channels.iter();
    channels.flat_map(|channel| channel.entries().iter().map(move |entry| (channel, entry))).map(
        move |(channel, entry)| (channel, entry, bundles.get(&key(&channel.package, &entry.name)).copied()),
    )
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

/// A table for people: names of columns in capitals, no blanks at the end of a line.
pub(super) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let header: Vec<String> = header.iter().map(|name| name.to_uppercase()).collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    columns(&header, rows).lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// Columns two blanks apart; the last is not padded, as opm has it.
pub(super) fn columns(header: &[&str], rows: &[Vec<String>]) -> String {
    let header: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
    let mut widths = vec![0; header.len()];
    for row in rows.iter().chain([&header]) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    for row in [&header].into_iter().chain(rows) {
        for (index, (cell, width)) in row.iter().zip(&widths).enumerate() {
            out += cell;
            if index + 1 < row.len() {
                out.extend(std::iter::repeat_n(' ', width - cell.chars().count() + 2));
            }
        }
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
