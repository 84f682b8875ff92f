use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-csv",
        summary: "a bundle has no ClusterServiceVersion",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("missing_csv.md"),
    },
    check: Check::Bundle(check),
};

/// `opm render` fails with "no csv in bundle", and OLM has nothing to install.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    if view.bundle.csv_manifest().is_none() {
        let finding = out.report(view.home(), "no manifest of this bundle is a ClusterServiceVersion");
        finding.help("put the CSV into `manifests`; a file that cannot be read does not count");
    }
}
