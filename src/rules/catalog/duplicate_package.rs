use crate::diag::{Code, Level, Suite};
use crate::rules::{CatalogView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "duplicate-package",
        summary: "a package is defined more than once",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("duplicate_package.md"),
    },
    check: Check::Catalog(check),
};

/// `opm` refuses a second package of the same name.
fn check(view: &CatalogView<'_>, out: &mut Findings<'_>) {
    for package in &view.catalog.packages {
        let Some(first) = view.package(&package.name).filter(|first| !std::ptr::eq(*first, package)) else {
            continue;
        };
        if package.name.is_empty() {
            continue; // `package-without-name`
        }
        let message = format!("package `{}` is defined more than once", package.name);
        out.report(package.origin.key("name"), message)
            .label(first.origin.key("name"), "first defined here")
            .help("keep one `olm.package` blob per package");
    }
}
