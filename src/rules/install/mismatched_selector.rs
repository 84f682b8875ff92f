use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "mismatched-selector",
        summary: "a Deployment does not select its own pods",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("mismatched_selector.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for deployment in &view.contents.deployments {
        let Some(spec) = deployment.at.get("spec") else { continue };
        // Without pods, of which another rule speaks, there is nothing to select.
        if spec.get("template").is_none_or(|template| template.value.is_null()) {
            continue;
        }
        let labels = spec.at(&["selector", "matchLabels"]);
        let has_expressions = spec.list(&["selector", "matchExpressions"]).next().is_some();
        let name = deployment.name;
        match labels.filter(|labels| labels.entries().next().is_some()) {
            None if has_expressions => {}
            None => {
                let finding =
                    out.report(spec.place().key("selector"), format!("Deployment `{name}` selects no pods"));
                finding.help("write into `selector.matchLabels` the labels of the pod template");
            }
            Some(labels) if deployment.is_selected(&labels) => {}
            Some(labels) => {
                let finding =
                    out.report(labels.place(), format!("Deployment `{name}` does not select its own pods"));
                finding.label(
                    spec.place().key("template").key("metadata").key("labels"),
                    "the labels of its pods",
                );
                finding.help("let `selector.matchLabels` and the labels of the template agree");
            }
        }
    }
}
