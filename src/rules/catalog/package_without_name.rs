use crate::diag::{Code, Level, Suite};
use crate::rules::{CatalogView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "package-without-name",
        summary: "a package has no name",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("package_without_name.md"),
    },
    check: Check::Catalog(check),
};

/// `opm` refuses the catalog at the first package without a name.
fn check(view: &CatalogView<'_>, out: &mut Findings<'_>) {
    for package in view.catalog.packages.iter().filter(|package| package.name.is_empty()) {
        let mut channels = view.catalog.channels.iter().map(|channel| &channel.package);
        let name = channels.find(|name| !name.is_empty() && view.package(name).is_none());
        out.report(package.origin.clone(), "a package has no name").help(match name {
            Some(name) => format!("name it `{name}`, as its channels do"),
            None => "add `name`".to_owned(),
        });
    }
}
