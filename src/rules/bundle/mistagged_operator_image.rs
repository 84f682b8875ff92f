use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Value;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "mistagged-operator-image",
        summary: "the tag of an operator's image is not the version of the bundle",
        suite: Suite::Percona,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("mistagged_operator_image.md"),
    },
    check: Check::Bundle(check),
};

/// The installer splits the image at its colon and takes the rest for the version.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let (Some(expected), Some(manifest), Some(csv)) =
        (view.expected(), view.bundle.csv_manifest(), view.bundle.csv())
    else {
        return;
    };
    if expected.container.is_empty() {
        return;
    }
    let version = view.bundle.version();
    let tag = view.context.contract.map(|contract| contract.tag_of(&version)).unwrap_or_default();
    let deployments = manifest.place().key("spec").key("install").key("spec").key("deployments");
    for (index, deployment) in csv.deployments().enumerate() {
        if deployment.get("name").and_then(Value::str) != Some(&expected.deployment) {
            continue;
        }
        let containers =
            deployment.at(&["spec", "template", "spec", "containers"]).into_iter().flat_map(Value::items);
        for (number, container) in containers.enumerate() {
            let image = container.get("image").map(Value::text).unwrap_or_default();
            let is_operator = container.get("name").and_then(Value::str) == Some(&expected.container);
            if is_operator && image.split(':').nth(1) != Some(&tag) {
                let pod = deployments.index(index).key("spec").key("template").key("spec");
                let place = pod.key("containers").index(number).key("image");
                let finding = out.report(place, format!("version {version} runs the image `{image}`"));
                finding.help("run `<repository>:<version>`, with one colon and no digest");
            }
        }
    }
}
