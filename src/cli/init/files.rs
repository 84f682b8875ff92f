//! The files of a new catalog repository.

use clap::ValueEnum;

use crate::cli::schema::{Schema, schemas};

/// Where jobs run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Ci {
    /// `.github/workflows/catalog.yml`.
    Github,
    /// `.gitlab-ci.yml`.
    Gitlab,
    /// Nowhere.
    None,
}

/// What the repository is to have.
pub(super) struct Choice<'a> {
    /// The repository of the catalog image.
    pub(super) image: Option<&'a str>,
    pub(super) has_contract: bool,
    pub(super) ci: &'a [Ci],
}

/// Returns the files by their paths.
pub(super) fn files(choice: &Choice<'_>) -> Vec<(String, String)> {
    let mut files = vec![
        (".gitignore".to_owned(), "# What `olmcat build` writes.\n/target\n".to_owned()),
        ("catalog/.indexignore".to_owned(), include_str!("indexignore").to_owned()),
        ("catalog/olmcat.yaml".to_owned(), settings(choice)),
    ];
    if choice.has_contract {
        let text = Schema::Contract.directive(0) + include_str!("contract.yaml");
        files.push(("catalog/contract.yaml".to_owned(), text));
    }
    files.extend(schemas().into_iter().map(|(name, text)| (format!("catalog/{name}"), text)));
    files.push((".pre-commit-config.yaml".to_owned(), include_str!("pre-commit.yaml").to_owned()));
    if choice.ci.contains(&Ci::Github) {
        files.push((".github/workflows/catalog.yml".to_owned(), include_str!("github.yaml").to_owned()));
    }
    if choice.ci.contains(&Ci::Gitlab) {
        files.push((".gitlab-ci.yml".to_owned(), include_str!("gitlab.yaml").to_owned()));
    }
    files
}

fn settings(choice: &Choice<'_>) -> String {
    let image =
        choice.image.map_or("# image: quay.io/team/catalog".to_owned(), |image| format!("image: {image}"));
    // The rules about what an installer expects are in a suite of their own.
    let suites = if choice.has_contract { "percona, good-practices" } else { "good-practices" };
    format!(
        "{}\n# The repository of the catalog image, which `olmcat push` pushes to.\n{image}\n\n\
         # The rules that count beside what OLM itself refuses; `olmcat explain` lists them.\n\
         suites: [{suites}]\n\n\
         # Where the images of the bundles are, by package; `olmcat bundle add` adds to it.\n",
        Schema::Olmcat.directive(0)
    )
}
