//! `opm init`.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Stop, format, print};
use crate::catalog::{Catalog, Icon, Package, picture_type};
use crate::cli::project::SMALL;
use crate::cli::{ExitStatus, Ui};
use crate::diag::Error;
use crate::load;
use crate::text::{Place, Sources};

/// Generate an `olm.package` blob
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[arg(value_name = "PACKAGE")]
    package: String,
    /// The channel for users who name none.
    #[arg(long, short = 'c', default_value = "")]
    default_channel: String,
    /// A file with the description.
    #[arg(long, short, value_name = "FILE")]
    description: Option<PathBuf>,
    /// A file with the icon.
    #[arg(long, short, value_name = "FILE")]
    icon: Option<PathBuf>,
    /// The notation: json or yaml.
    #[arg(long, short, default_value = "json")]
    output: String,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Stop> {
    let format = format(&args.output)?;
    let description = match &args.description {
        None => String::new(),
        Some(path) => String::from_utf8(load::read_file(path, SMALL)?)
            .map_err(|_| Error::new(format!("{} is not UTF-8", path.display())).hint("save it as UTF-8"))?,
    };
    let icon = args.icon.as_deref().map(icon).transpose()?;
    // The blob comes from no file.
    let nowhere = Sources::default().add("<command line>", Vec::new());
    let package = Package {
        name: args.package.as_str().into(),
        default_channel: args.default_channel.as_str().into(),
        icon,
        description: description.into(),
        properties: Vec::new(),
        origin: Place::file(nowhere),
    };
    print(&Catalog { packages: vec![package], ..Catalog::default() }, format, ui)
}

fn icon(path: &Path) -> Result<Icon<'static>, Error> {
    let bytes = load::read_file(path, SMALL)?;
    let media_type = picture_type(&bytes).ok_or_else(|| {
        Error::new(format!("{} is not a picture", path.display())).hint("use an svg, png, jpg or gif file")
    })?;
    Ok(Icon { data: Some(STANDARD.encode(bytes).into()), media_type: media_type.into() })
}
