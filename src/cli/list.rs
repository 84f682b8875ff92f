//! `olmcat list`: what is in a catalog, as a table or as JSON.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use super::opened::{Opened, open};
use super::pull_args::PullArgs;
use super::{ExitStatus, Ui};
use crate::catalog::{self, BundleBlob, Catalog, Channel, Entry, Graph, Needed};
use crate::diag::Error;
use crate::report::Format;
use crate::resolve::Index;
use crate::text::{Sources, clean};

/// List packages, channels, bundles or images of a catalog
///
/// PATH is a catalog folder, a file of FBC, an OCI layout or archive (`DIR` or `DIR:NAME`), or else the reference of a
/// catalog image; without it, the catalog of the project is listed. With `--format json` a list of objects is printed.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What to list.
    #[arg(value_enum)]
    what: What,
    /// The catalog; the project's if not given.
    path: Option<PathBuf>,
    /// List what this package has or needs.
    #[arg(long, value_name = "NAME")]
    package: Option<String>,
    /// List what channels of this name have or need; not for packages.
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
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
    /// Every image that a mirror of the catalog needs, once, with the packages and channels that need it.
    Images,
}

pub(super) fn run(args: &Args, root: &Path, ui: &mut Ui) -> Result<ExitStatus, Error> {
    let sources = Sources::default();
    let Some(Opened { catalog, status, .. }) = open(args.path.as_deref(), &args.pull, root, &sources, ui)?
    else {
        return Ok(ExitStatus::Findings);
    };
    let (package, channel) = (args.package.as_deref(), args.channel.as_deref());
    if matches!(args.what, What::Packages) && channel.is_some() {
        return Err(Error::new("packages are in no channel").hint("leave out `--channel`"));
    }
    known(&catalog, package, channel)?;
    if let What::Images = args.what {
        let images = catalog::images(&catalog, package, channel);
        ui.print(&if ui.format() == Format::Json { images_json(&images) } else { images_table(&images) })?;
        return Ok(status);
    }
    let (header, mut rows) = match args.what {
        What::Packages => packages(&catalog),
        What::Channels => channels(&catalog),
        What::Bundles | What::Images => bundles(&catalog),
    };
    let holds = |row: &Vec<String>| {
        package.is_none_or(|name| row[0] == name) && channel.is_none_or(|name| row[1] == name)
    };
    rows.retain(holds);
    rows.sort();
    let text = if ui.format() == Format::Json { json(header, &rows) } else { table(header, &rows) };
    ui.print(&text)?;
    Ok(status)
}

/// Refuses names that nothing has: an empty list would say that nothing is needed.
pub(super) fn known(
    catalog: &Catalog<'_>,
    package: Option<&str>,
    channel: Option<&str>,
) -> Result<(), Error> {
    if let Some(name) = package.filter(|name| !catalog.packages.iter().any(|package| package.name == *name)) {
        let names: Vec<&str> = catalog.packages.iter().map(|package| package.name.as_ref()).collect();
        return Err(Error::new(format!("no package is called `{name}`"))
            .hint(format!("there are: {}", names.join(", "))));
    }
    let is_meant = |found: &&Channel<'_>| package.is_none_or(|name| found.package == name);
    let mut known = catalog.channels.iter().filter(is_meant);
    match (channel.filter(|name| !known.any(|found| found.name == *name)), package) {
        (None, _) => Ok(()),
        (Some(name), Some(package)) => Err(no_channel(&Index::new([catalog]), package, name)),
        (Some(name), None) => {
            Err(Error::new(format!("no channel is called `{name}`"))
                .hint("`olmcat list channels` names them"))
        }
    }
}

/// Says that a package has no such channel, and which it has.
pub(super) fn no_channel(index: &Index<'_>, package: &str, channel: &str) -> Error {
    let lanes = index.lanes(package);
    let names: Vec<&str> = lanes.into_iter().map(|lane| index.channels[lane].name).collect();
    Error::new(format!("package `{package}` has no channel `{channel}`")).hint(one_of(&names))
}

/// Names what can be chosen, or the first of it.
pub(super) fn one_of(names: &[&str]) -> String {
    const SHOWN: usize = 20;
    match (names.len(), &names[..names.len().min(SHOWN)]) {
        (0, _) => "there is none".to_owned(),
        (all, shown) if all > SHOWN => {
            format!("choose one of: {} and {} more", shown.join(", "), all - SHOWN)
        }
        (_, shown) => format!("choose one of: {}", shown.join(", ")),
    }
}

fn images_table(images: &BTreeMap<String, Needed>) -> String {
    let join = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(",");
    let row = |(image, needed): (&String, &Needed)| {
        let kind = if needed.is_bundle { "bundle" } else { "related" };
        vec![image.clone(), kind.to_owned(), join(&needed.packages), join(&needed.channels)]
    };
    table(&["image", "kind", "packages", "channels"], &images.iter().map(row).collect::<Vec<_>>())
}

fn images_json(images: &BTreeMap<String, Needed>) -> String {
    let object = |(image, needed): (&String, &Needed)| {
        let kind = if needed.is_bundle { "bundle" } else { "related" };
        serde_json::json!({
            "image": image, "kind": kind, "packages": needed.packages, "channels": needed.channels,
        })
    };
    format!("{:#}\n", serde_json::Value::Array(images.iter().map(object).collect()))
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

/// A table for people: names of columns in capitals, no blanks at the end of a line, nothing that a terminal obeys.
pub(super) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let clean = |row: &Vec<String>| row.iter().map(|cell| clean(cell).into_owned()).collect();
    let rows: Vec<Vec<String>> = rows.iter().map(clean).collect();
    let header: Vec<String> = header.iter().map(|name| name.to_uppercase()).collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    columns(&header, &rows).lines().map(|line| format!("{}\n", line.trim_end())).collect()
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
