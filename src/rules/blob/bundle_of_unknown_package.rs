use crate::diag::{Code, Level, Suite};
use crate::rules::{BlobView, Check, Findings, Rule, names};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "bundle-of-unknown-package",
        summary: "a bundle belongs to a package that is not defined",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("bundle_of_unknown_package.md"),
    },
    check: Check::Blob(check),
};

/// Reported once per unknown package, at its first bundle, and not beside a channel of it.
fn check(view: &BlobView<'_>, out: &mut Findings<'_>) {
    let package: &str = &view.blob.package;
    let bundles = view.catalog.bundles(package);
    let is_first = bundles.first().is_some_and(|first| std::ptr::eq(*first, view.blob));
    let has_channels = !view.catalog.channels(package).is_empty(); // `channel-of-unknown-package`
    if package.is_empty() || !view.catalog.is_unknown(package) || !is_first || has_channels {
        return;
    }
    let message = match bundles.len() - 1 {
        0 => format!("{} is of package `{package}`, which is not in the catalog", view.title()),
        more => format!(
            "{} and {more} more are of package `{package}`, which is not in the catalog",
            view.title()
        ),
    };
    let finding = out.report(view.place().key("package"), message);
    finding.help(match names::nearest(package, view.catalog.package_names()) {
        Some(name) => format!("write `{name}`, if that package is meant"),
        None => "add an `olm.package` blob".to_owned(),
    });
}
