//! `olmcat schema`: the JSON Schemas of the files that people write, for editors.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::project::{SETTINGS, below, no_project};
use super::{ExitStatus, Ui, files};
use crate::catalog;
use crate::diag::Error;
use crate::load;
use crate::settings;
use crate::template;

/// Print the JSON Schema of a file that people write, for editors
///
/// With `--write` all of them are written to `catalog/<NAME>.schema.json` of the project, or brought up to date there.
/// A comment in a file tells editors its schema: `# yaml-language-server: $schema=../template.schema.json`.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub(super) struct Args {
    /// The file.
    #[arg(value_enum, required_unless_present = "write")]
    name: Option<Schema>,
    /// Write all schemas to the project.
    #[arg(long, conflicts_with = "name")]
    write: bool,
}

/// A file that people write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Schema {
    /// The settings: `catalog/olmcat.yaml`.
    Olmcat,
    /// What an installer expects: `catalog/contract.yaml`.
    Contract,
    /// The versions of a package: `catalog/<package>/template.yaml`.
    Template,
    /// What is deprecated: `catalog/<package>/deprecations.yaml`.
    Deprecations,
    /// A catalog that is written by hand: `catalog/<package>/catalog.yaml`.
    Catalog,
}

impl Schema {
    /// Returns the name of the schema's file, which stands in `catalog`.
    pub(super) fn file(self) -> String {
        let name = self.to_possible_value().map(|value| value.get_name().to_owned());
        format!("{}.schema.json", name.unwrap_or_default())
    }

    /// Returns the schema.
    pub(super) fn text(self) -> String {
        match self {
            Schema::Olmcat => settings::schema(),
            Schema::Contract => settings::contract_schema(),
            Schema::Template => template::JSON_SCHEMA.to_owned(),
            Schema::Deprecations => template::DEPRECATIONS_JSON_SCHEMA.to_owned(),
            Schema::Catalog => catalog::JSON_SCHEMA.to_owned(),
        }
    }

    /// Returns the comment that tells editors the schema of a file so many folders below `catalog`.
    pub(super) fn directive(self, depth: usize) -> String {
        format!("# yaml-language-server: $schema={}{}\n", "../".repeat(depth), self.file())
    }
}

/// Returns the JSON Schemas of all files that people write, by the names of their files.
pub fn schemas() -> Vec<(String, String)> {
    Schema::value_variants().iter().map(|schema| (schema.file(), schema.text())).collect()
}

pub(super) fn run(args: &Args, root: &Path, ui: &Ui) -> Result<ExitStatus, Error> {
    if let Some(schema) = args.name {
        ui.print(&schema.text())?;
        return Ok(ExitStatus::Clean);
    }
    if !load::exists(&below(root, SETTINGS)) {
        return Err(no_project(root));
    }
    let path = |file: &str| below(root, "catalog").join(file);
    let is_stale = |path: &PathBuf, text: &str| !std::fs::read(path).is_ok_and(|old| old == text.as_bytes());
    let all = schemas().into_iter().map(|(file, text)| (path(&file), text));
    let stale: Vec<_> = all.filter(|(path, text)| is_stale(path, text)).collect();
    files::write(&stale, ui)?;
    Ok(ExitStatus::Clean)
}
