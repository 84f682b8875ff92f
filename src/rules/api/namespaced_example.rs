use crate::diag::{Code, Level, Suite};
use crate::rules::examples::examples;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "namespaced-example",
        summary: "an example of a cluster-wide kind names a namespace",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("namespaced_example.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(examples) = examples(view) else { return };
    for example in examples.list.iter().flatten().filter(|example| !example.namespace.is_empty()) {
        let is_cluster_wide = view.contents.crds.iter().any(|crd| {
            crd.spec.text(&["names", "kind"]) == example.kind && crd.spec.text(&["scope"]) == "Cluster"
        });
        if is_cluster_wide {
            let finding = out.report(
                examples.at.place(),
                format!("{} is not in any namespace, but its example is", example.kind),
            );
            finding.help("remove `metadata.namespace` from the example");
        }
    }
}
