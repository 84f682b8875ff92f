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
    // A file that has a finding of its own, since it cannot be read, is no object or is of a
    // kind that there is not, is likely it.
    let is_explained = view.bundle.manifests.iter().any(|manifest| manifest.kind().is_none())
        || view.contents.objects.iter().any(|object| object.group == "operators.coreos.com");
    if view.bundle.csv_manifest().is_none() && !is_explained {
        let finding = out.report(view.home(), "no manifest of this bundle is a ClusterServiceVersion");
        finding.help("put the CSV into `manifests`");
    }
}
