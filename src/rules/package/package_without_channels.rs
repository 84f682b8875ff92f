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
    if view.channels().is_empty() && view.catalog.lost_channels().is_empty() {
        let message = format!("package `{}` has no channels", view.package.name);
        out.report(view.place().key("name"), message)
            .help("add an `olm.channel` blob, or remove the package");
    }
}
