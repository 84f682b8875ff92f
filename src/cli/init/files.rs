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

/// Stands for the repository that publishes olmcat where nobody has named it.
pub(super) const SOMEWHERE: &str = "https://github.com/OWNER/olmcat";
/// Stands for the repository of the catalog image.
const SOME_IMAGE: &str = "quay.io/team/catalog";

/// What the repository is to have.
pub(super) struct Choice<'a> {
    /// The repository of the catalog image.
    pub(super) image: Option<&'a str>,
    pub(super) has_contract: bool,
    pub(super) ci: &'a [Ci],
    /// The repository that publishes olmcat, with its action, template, hooks and releases.
    pub(super) home: &'a str,
}

/// Returns the files by their paths.
pub(super) fn files(choice: &Choice<'_>) -> Vec<(String, String)> {
    let mut files = vec![
        (".gitignore".to_owned(), "# What `olmcat build` writes.\n/target\n".to_owned()),
        ("catalog/.indexignore".to_owned(), include_str!("indexignore").to_owned()),
        ("catalog/olmcat.yaml".to_owned(), settings(choice.image)),
    ];
    if choice.has_contract {
        let text = Schema::Contract.directive(0) + include_str!("contract.yaml");
        files.push(("catalog/contract.yaml".to_owned(), text));
    }
    files.extend(schemas().into_iter().map(|(name, text)| (format!("catalog/{name}"), text)));
    let mut job = |path: &str, text: &str| files.push((path.to_owned(), filled(text, choice)));
    job(".pre-commit-config.yaml", include_str!("pre-commit.yaml"));
    if choice.ci.contains(&Ci::Github) {
        job(".github/workflows/catalog.yml", include_str!("github.yaml"));
    }
    if choice.ci.contains(&Ci::Gitlab) {
        job(".gitlab-ci.yml", include_str!("gitlab.yaml"));
    }
    files
}

fn settings(image: Option<&str>) -> String {
    let image = image.map_or(format!("# image: {SOME_IMAGE}"), |image| format!("image: {image}"));
    format!(
        "{}\n# The repository of the catalog image, which `olmcat push` pushes to.\n{image}\n\n\
         # The suites of rules that count beside what OLM itself refuses; `olmcat explain` lists the rules.\n\
         # suites: [good-practices, percona, operatorhub]\n\n\
         # Where the images of the bundles are, by package; `olmcat bundle add` adds to it.\n",
        Schema::Olmcat.directive(0)
    )
}

/// Fills in who publishes olmcat, which version it is, and where the image goes. Without a repository for the image,
/// nothing is pushed.
fn filled(text: &str, choice: &Choice<'_>) -> String {
    let home = choice.home;
    // GitHub names an action without its host.
    let action =
        home.strip_prefix("https://").and_then(|home| home.split_once('/')).map_or(home, |(_, path)| path);
    let raw =
        if home.starts_with("https://github.com/") { format!("{home}/raw") } else { format!("{home}/-/raw") };
    let values = [
        ("{home}", home),
        ("{action}", action),
        ("{raw}", &raw),
        ("{version}", concat!("v", env!("CARGO_PKG_VERSION"))),
        ("{image}", choice.image.unwrap_or(SOME_IMAGE)),
    ];
    let is_pushed = |line: &str| line.contains("push: ") || line.contains("PUSH: ");
    let lines = text.lines().map(|line| {
        let line = values.iter().fold(line.to_owned(), |line, (name, value)| line.replace(name, value));
        match choice.image.is_none() && is_pushed(&line) {
            true => {
                let start = line.len() - line.trim_start().len();
                format!("{}# {}\n", &line[..start], &line[start..])
            }
            false => line + "\n",
        }
    });
    lines.collect()
}
