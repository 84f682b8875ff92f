use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, Findings, PackageView, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "package-without-channels",
        summary: "a package has no channels",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("package_without_channels.md"),
    },
    check: Check::Package(check),
};

/// `opm` wants at least one channel in each package.
fn check(view: &PackageView<'_>, out: &mut Findings<'_>) {
    // A channel of no known package may well be meant for this one, and is reported itself.
    let is_lost = |name: &str| name.is_empty() || view.catalog.package(name).is_none();
    let has_lost = view.catalog.catalog.channels.iter().any(|channel| is_lost(&channel.package));
    if view.channels().is_empty() && !has_lost {
        let message = format!("package `{}` has no channels", view.package.name);
        out.report(view.place().key("name"), message)
            .help("add an `olm.channel` blob, or remove the package");
    }
}
