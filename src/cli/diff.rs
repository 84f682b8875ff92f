//! `olmcat diff`: what differs between two catalogs, and who is left behind.

use std::path::{Path, PathBuf};

use super::opened::{open, uncompared};
use super::pull_args::PullArgs;
use super::{ExitStatus, Ui};
use crate::compare::{self, BlobDifference, Difference, Topic, groups};
use crate::diag::Error;
use crate::report::{Format, code};
use crate::text::{Sources, clean};

/// Compare two catalogs: what comes, what goes, and which versions are stranded by it
///
/// OLD and NEW are catalog folders, files of FBC, OCI layouts (`DIR` or `DIR:NAME`), or else references of catalog
/// images; without NEW, the catalog of the project is compared. Of a bundle that differs under the same name the fields
/// are told. What cannot be read whole is not compared: the findings are printed (exit code 1), and no difference, since
/// what is missing would be taken for removed.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The catalog as it was.
    old: PathBuf,
    /// The catalog as it will be; the project's if not given.
    new: Option<PathBuf>,
    /// Findings (exit code 1) if there are differences of these kinds.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "KINDS")]
    fail_on: Vec<Kind>,
    /// Print Markdown, for a pull request.
    #[arg(long)]
    markdown: bool,
    #[command(flatten)]
    pull: PullArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// Versions that could reach the head of their channel, and cannot any more.
    Stranded,
    /// Upgrades that do more harm to the objects of CRDs than before.
    Incompatible,
    /// Packages, channels or bundles that go.
    Removed,
    /// Bundles with another content under the same name.
    Changed,
    /// Deprecations that come, go or have another message.
    Deprecated,
    /// Default channels that moved.
    Default,
    /// Heads that moved.
    Head,
    /// Packages, channels or bundles that come.
    Added,
}

impl From<Kind> for Topic {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Stranded => Topic::Stranded,
            Kind::Incompatible => Topic::Incompatible,
            Kind::Removed => Topic::Removed,
            Kind::Changed => Topic::Changed,
            Kind::Deprecated => Topic::Deprecated,
            Kind::Default => Topic::Default,
            Kind::Head => Topic::Head,
            Kind::Added => Topic::Added,
        }
    }
}

pub(super) fn run(args: &Args, root: &Path, ui: &mut Ui) -> Result<ExitStatus, Error> {
    ui.can_print(args.markdown)?;
    let sources = Sources::default();
    let open = |path: Option<&Path>| open(path, &args.pull, root, &sources, ui);
    let (old, new) = (open(Some(&args.old))?, open(args.new.as_deref())?);
    let (old, new) = match (old, new.filter(|new| new.is_whole)) {
        (Some(old), Some(new)) => (old, new),
        (old, _) => {
            let why = uncompared(if old.is_none() { Some(&args.old) } else { args.new.as_deref() });
            if args.markdown && ui.format() != Format::Json {
                ui.print(&format!("{HEADING}\nThey {why}.\n"))?;
            }
            ui.note(&format!("the catalogs {why}"));
            return Ok(ExitStatus::Findings);
        }
    };
    ui.step("comparing");
    let difference = compare::catalogs(&old.catalog, &new.catalog);
    ui.print(&match (ui.format(), args.markdown) {
        (Format::Json, _) => json(&difference),
        (_, true) => markdown(&difference),
        _ => text(&difference),
    })?;
    let fails = args.fail_on.iter().any(|&kind| difference.count(kind.into()) > 0);
    Ok(if fails { ExitStatus::Findings } else { new.status })
}

const HEADING: &str = "## Changes of the catalog\n";

fn text(difference: &Difference) -> String {
    let mut out = String::new();
    for (heading, lines) in groups(difference, &|text| clean(text).into_owned()) {
        out += &format!("{heading}\n");
        lines.iter().for_each(|line| out += &format!("  {line}\n"));
    }
    out
}

fn markdown(difference: &Difference) -> String {
    let mut out = String::from(HEADING);
    if difference.is_empty() {
        out += "\nNone.\n";
    }
    for (heading, lines) in groups(difference, &code) {
        out += &format!("\n### {heading}\n\n");
        lines.iter().for_each(|line| out += &format!("- {line}\n"));
    }
    out
}

fn json(difference: &Difference) -> String {
    use serde_json::{Value, json};
    let list = |values: Vec<Value>| Value::Array(values);
    // `what` is the key that a name stands under.
    let blobs = |blobs: &[BlobDifference], what: &str| {
        let blob = |blob: &BlobDifference| {
            json!({
                "package": blob.package, what: blob.name, "change": blob.change.to_string(), "fields": blob.fields,
            })
        };
        list(blobs.iter().map(blob).collect())
    };
    let deprecations = difference.deprecations.iter().map(|one| {
        json!({
            "package": one.package, "schema": one.schema, "name": one.name, "message": one.message,
            "change": one.change.to_string(),
        })
    });
    let defaults = difference
        .defaults
        .iter()
        .map(|(package, old, new)| json!({"package": package, "old": old, "new": new}));
    let heads = difference.heads.iter().map(
        |(package, channel, old, new)| json!({"package": package, "channel": channel, "old": old, "new": new}),
    );
    let stranded = difference.stranded.iter().map(|one| {
        json!({"package": one.package, "channel": one.channel, "bundle": one.name, "why": one.why.to_string()})
    });
    let worse = difference.worse.iter().map(|one| {
        let harm = &one.harm;
        json!({
            "package": one.package, "from": one.from, "to": one.to, "crd": harm.crd,
            "effect": harm.effect.name(), "before": one.before.name(), "what": harm.what, "more": harm.more,
        })
    });
    let counts: serde_json::Map<String, Value> = Topic::ALL
        .into_iter()
        .map(|topic| (topic.name().to_owned(), difference.count(topic).into()))
        .collect();
    let value = json!({
        "counts": counts, "packages": blobs(&difference.packages, "package"),
        "channels": blobs(&difference.channels, "channel"), "bundles": blobs(&difference.bundles, "bundle"),
        "others": blobs(&difference.others, "schema"), "deprecations": list(deprecations.collect()),
        "defaultChannels": list(defaults.collect()), "heads": list(heads.collect()),
        "stranded": list(stranded.collect()),
        "incompatible": list(worse.collect()),
    });
    serde_json::to_string_pretty(&value).expect("a value of strings is JSON") + "\n"
}
