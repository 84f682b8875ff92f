//! `olmcat attach`: files go beside an image, as an artifact that refers to it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::beside::Subject;
use super::notation_args::pair;
use super::registry_args::RegistryArgs;
use super::{ExitStatus, Ui};
use crate::diag::Error;
use crate::load;
use crate::oci::{Blob, Place};

/// The largest file that is attached, in bytes.
const LIMIT: u64 = 32 << 20;

/// Attach files to an image as a referrer
///
/// The artifact refers to the image as OCI 1.1 has it. In registries that do not list referrers by themselves, the tag
/// `sha256-<digest>` lists them. The digest of the artifact is printed.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The image: a reference, an OCI layout or an archive.
    #[arg(value_name = "PLACE")]
    place: String,
    /// The files.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// What the artifact is: a media type, such as `application/spdx+json`.
    #[arg(long = "type", value_name = "TYPE", value_parser = media_type)]
    kind: String,
    /// The media type of the files; if not given, that of the artifact.
    #[arg(long, value_name = "TYPE", value_parser = media_type)]
    file_type: Option<String>,
    /// An annotation of the artifact.
    #[arg(long = "annotation", value_name = "KEY=VALUE", value_parser = pair)]
    annotations: Vec<(String, String)>,
    #[command(flatten)]
    registry: RegistryArgs,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Error> {
    let place = Place::parse(&args.place)?;
    let file_type = args.file_type.as_ref().unwrap_or(&args.kind);
    let mut documents = Vec::new();
    for path in &args.files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // So oras names the files that it pulls.
        let notes = BTreeMap::from([("org.opencontainers.image.title".to_owned(), name)]);
        documents.push((Blob::new(file_type, load::read_file(path, LIMIT)?), notes));
    }
    ui.step(format!("attaching to {place}"));
    let subject = Subject::find(&place, &args.registry)?;
    let annotations = args.annotations.iter().cloned().collect();
    let digest = subject.attach(&args.kind, &documents, &annotations)?;
    ui.print(&format!("{digest}\n"))?;
    Ok(ExitStatus::Clean)
}

/// Reads a media type (RFC 6838).
fn media_type(text: &str) -> Result<String, String> {
    let is_name = |part: &str| {
        part.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    match text.split_once('/') {
        Some((kind, name)) if is_name(kind) && is_name(name) && text.len() < 256 => Ok(text.to_owned()),
        _ => Err(format!("`{text}` is not a media type, such as `application/spdx+json`")),
    }
}
