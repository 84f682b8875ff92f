//! `opm alpha render-graph`.

use super::Stop;
use super::source::Opener;
use crate::catalog::{Catalog, Drawing};
use crate::cli::render::draw;
use crate::cli::{ExitStatus, Ui};
use crate::text::Sources;

/// Draw the upgrade graphs of a catalog as mermaid text
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[arg(required = true, value_name = "INDEX")]
    indexes: Vec<String>,
    /// Only what upgrades from this bundle, or is newer.
    #[arg(long, default_value = "", value_name = "BUNDLE")]
    minimum_edge: String,
    /// Only this package.
    #[arg(long, short, default_value = "", value_name = "PACKAGE")]
    package_name: String,
    /// Mark what OLM v0 does not install any more.
    #[arg(long)]
    draw_v0_semantics: bool,
}

pub(super) fn run(args: &Args, opener: &Opener, ui: &Ui) -> Result<ExitStatus, Stop> {
    let sources = Sources::default();
    let mut whole = Catalog::default();
    for index in &args.indexes {
        whole.append(opener.catalog(index, &sources, ui)?);
    }
    let given = |text: &'_ str| (!text.is_empty()).then_some(text.to_owned());
    let (package, minimum) = (given(&args.package_name), given(&args.minimum_edge));
    let drawing =
        Drawing { package: package.as_deref(), minimum_edge: minimum.as_deref(), v0: args.draw_v0_semantics };
    Ok(draw(&whole, drawing, ui)?)
}
