//! `olmcat referrers`: what is beside an image.

use serde_json::json;

use super::beside::{SUFFIXES, Subject};
use super::list::table;
use super::registry_args::RegistryArgs;
use super::{ExitStatus, Ui};
use crate::diag::Error;
use crate::oci::{Artifact, Descriptor, Digest, Place, companion_tag};
use crate::report::Format;

/// List what refers to an image: signatures, attestations and other artifacts
///
/// Referrers of OCI 1.1 are listed, be it by the registry or by the tag `sha256-<digest>`, and what cosign keeps under
/// tags. With `--format json` a list of objects is printed, with `--print DIGEST` the document in one of them.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The image: a reference, an OCI layout or an archive.
    #[arg(value_name = "PLACE")]
    place: String,
    /// Only artifacts of this type.
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// Print the document of this one, as it is.
    #[arg(long, value_name = "DIGEST")]
    print: Option<Digest>,
    #[command(flatten)]
    registry: RegistryArgs,
}

/// Something beside an image.
struct Row {
    descriptor: Descriptor,
    kind: String,
    /// The tag by which it was found, or what its notes say it holds.
    about: String,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Error> {
    let place = Place::parse(&args.place)?;
    ui.step(format!("reading {place}"));
    let subject = Subject::find(&place, &args.registry)?;
    let mut rows = rows(&subject)?;
    rows.retain(|row| args.kind.as_ref().is_none_or(|kind| *kind == row.kind));
    if let Some(digest) = args.print {
        let found = rows.iter().find(|row| row.descriptor.digest == digest).ok_or_else(|| {
            Error::new(format!("{digest} does not refer to {place}"))
                .hint("`olmcat referrers` lists what does")
        })?;
        let text = document(&subject, found)?;
        ui.print(&text)?;
        return Ok(ExitStatus::Clean);
    }
    let text = match ui.format() {
        Format::Json => {
            let row = |row: &Row| {
                json!({
                    "digest": row.descriptor.digest, "type": row.kind, "size": row.descriptor.size,
                    "annotations": row.descriptor.annotations, "about": row.about,
                })
            };
            format!("{:#}\n", rows.iter().map(row).collect::<serde_json::Value>())
        }
        _ => {
            let row =
                |row: &Row| vec![row.descriptor.digest.to_string(), row.kind.clone(), row.about.clone()];
            table(&["digest", "type", "about"], &rows.iter().map(row).collect::<Vec<_>>())
        }
    };
    ui.print(&text)?;
    Ok(ExitStatus::Clean)
}

fn rows(subject: &Subject) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    for suffix in SUFFIXES {
        let tag = companion_tag(subject.digest(), suffix);
        if let Some(image) = subject.repository.tagged(&tag)? {
            for layer in image.layers() {
                let descriptor = layer.descriptor();
                let about = descriptor.annotations.get("predicateType").cloned();
                rows.push(Row {
                    descriptor: descriptor.clone(),
                    kind: tame(&descriptor.media_type),
                    about: tame(&about.unwrap_or_else(|| suffix.to_owned())),
                });
            }
        }
    }
    for descriptor in subject.repository.referrers(subject.digest())? {
        let note = |key: &str| descriptor.annotations.get(key).cloned();
        let about =
            note("dev.sigstore.bundle.predicateType").or_else(|| note("org.opencontainers.image.title"));
        rows.push(Row {
            kind: tame(descriptor.artifact_type.as_deref().unwrap_or(&descriptor.media_type)),
            about: tame(&about.unwrap_or_default()),
            descriptor,
        });
    }
    rows.sort_by(|a, b| (&a.kind, a.descriptor.digest).cmp(&(&b.kind, b.descriptor.digest)));
    Ok(rows)
}

/// The first document of an artifact, or one under a tag.
fn document(subject: &Subject, row: &Row) -> Result<String, Error> {
    let none = || Error::new(format!("{} holds no document", row.descriptor.digest));
    let bytes = match SUFFIXES.iter().find_map(|suffix| {
        let tag = companion_tag(subject.digest(), suffix);
        let documents = subject.repository.tagged(&tag).ok()??.documents().ok()?;
        documents.into_iter().find(|(found, _)| found.digest == row.descriptor.digest)
    }) {
        Some((_, bytes)) => bytes,
        None => match subject.repository.artifact(&row.descriptor)? {
            Artifact::Image(image) => image.documents()?.into_iter().next().ok_or_else(none)?.1,
            Artifact::Index(_) => return Err(none()),
        },
    };
    String::from_utf8(bytes).map_err(|_| {
        Error::new(format!("{} is not text", row.descriptor.digest)).hint("pull it with `oras pull`")
    })
}

/// What strangers wrote, on one line and without controls.
fn tame(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}
