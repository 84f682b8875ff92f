use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "multiple-csvs",
        summary: "a bundle has more than one ClusterServiceVersion",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("multiple_csvs.md"),
    },
    check: Check::Bundle(check),
};

/// opm takes the first by file name and drops the others in silence.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let mut csvs =
        view.bundle.manifests.iter().filter(|manifest| manifest.kind() == Some("ClusterServiceVersion"));
    let Some(first) = csvs.next() else { return };
    for csv in csvs {
        let finding = out.report(csv.place().key("kind"), "a second ClusterServiceVersion");
        finding.label(first.place().key("kind"), "the first one, which counts");
        finding.help("keep one: a bundle is one version of one package");
    }
}
