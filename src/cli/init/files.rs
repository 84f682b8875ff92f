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
pub(super) const GITHUB_JOB: &str = ".github/workflows/catalog.yml";
pub(super) const GITLAB_JOB: &str = ".gitlab-ci.yml";
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

/// The code host of a repository, by whose rules its files and releases have addresses.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Host {
    Github,
    /// Also one of somebody's own, under any name.
    Gitlab,
}

impl Host {
    fn of(home: &str) -> Self {
        if home.starts_with(GITHUB) { Host::Github } else { Host::Gitlab }
    }
}

/// Where GitHub takes actions from, whatever stands before their names.
const GITHUB: &str = "https://github.com/";

/// Says whether GitHub can run the action of a repository.
pub(super) fn has_action(home: &str) -> bool {
    Host::of(home) == Host::Github
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
    let mut job = |path: &str, text: &str, home: &str| {
        files.push((path.to_owned(), filled(text, home, choice.image)));
    };
    job(".pre-commit-config.yaml", include_str!("pre-commit.yaml"), choice.home);
    if choice.ci.contains(&Ci::Github) {
        // The same name on GitHub may be that of a stranger, who would get the password of the registry.
        let home = if has_action(choice.home) { choice.home } else { SOMEWHERE };
        job(GITHUB_JOB, include_str!("github.yaml"), home);
    }
    if choice.ci.contains(&Ci::Gitlab) {
        job(GITLAB_JOB, include_str!("gitlab.yaml"), choice.home);
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
fn filled(text: &str, home: &str, image: Option<&str>) -> String {
    let version = concat!("v", env!("CARGO_PKG_VERSION"));
    let (raw, release) = match Host::of(home) {
        Host::Github => (format!("{home}/raw/{version}"), format!("{home}/releases/download/{version}")),
        Host::Gitlab => (format!("{home}/-/raw/{version}"), format!("{home}/-/releases/{version}/downloads")),
    };
    let values = [
        ("{home}", home),
        // GitHub names an action without its host.
        ("{action}", home.strip_prefix(GITHUB).unwrap_or(home)),
        ("{raw}", &raw),
        ("{release}", &release),
        ("{version}", version),
        ("{image}", image.unwrap_or(SOME_IMAGE)),
    ];
    let is_pushed = |line: &str| line.contains("push: ") || line.contains("PUSH: ");
    let lines = text.lines().map(|line| {
        let line = values.iter().fold(line.to_owned(), |line, (name, value)| line.replace(name, value));
        match image.is_none() && is_pushed(&line) {
            true => {
                let start = line.len() - line.trim_start().len();
                format!("{}# {}\n", &line[..start], &line[start..])
            }
            false => line + "\n",
        }
    });
    lines.collect()
}
