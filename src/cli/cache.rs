//! `olmcat cache`: what pulled images take up, and an end of it.

use serde_json::json;

use super::pull_args::CacheArgs;
use super::{ExitStatus, Ui};
use crate::diag::Error;
use crate::report::Format;

/// Show or clear the cache of pulled images
///
/// Images are kept by digest: what a digest names is never asked for twice, and of a tag only whether it has
/// moved. Clearing is safe while other commands run: they pull again what they miss.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Remove everything in it.
    #[arg(long)]
    clear: bool,
    #[command(flatten)]
    cache: CacheArgs,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Error> {
    let cache = args.cache.open()?;
    let usage = if args.clear { cache.clear()? } else { cache.usage()? };
    let folder = cache.folder().display().to_string();
    let text = if ui.format() == Format::Json {
        let mut object = json!({
            "folder": folder,
            "bytes": usage.bytes,
            "limit": cache.limit(),
            "blobs": usage.blobs,
            "images": usage.images,
            "references": usage.references,
        });
        object["cleared"] = args.clear.into();
        format!("{object:#}\n")
    } else if args.clear {
        format!("removed {} in {} blobs from {folder}\n", size(usage.bytes), usage.blobs)
    } else {
        format!(
            "folder  {folder}\nsize    {} of {}\nblobs   {}\nimages  {}\n",
            size(usage.bytes),
            size(cache.limit()),
            usage.blobs,
            usage.images
        )
    };
    ui.print(&text)?;
    Ok(ExitStatus::Clean)
}

/// A number of bytes as people read it.
fn size(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    let power = (1..=4).rev().find(|power| bytes >= 1 << (10 * power));
    match power {
        Some(power) => {
            let tenths = bytes / ((1 << (10 * power)) / 10);
            match tenths % 10 {
                0 => format!("{} {}", tenths / 10, units[power - 1]),
                rest => format!("{}.{rest} {}", tenths / 10, units[power - 1]),
            }
        }
        None => format!("{bytes} bytes"),
    }
}
