use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-related-image-variable",
        summary: "an operator that claims to work without network does not show how it finds its images",
        suite: Suite::OpenShift,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("missing_related_image_variable.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(claim) = view.contents.annotation("features.operators.openshift.io/disconnected") else {
        return;
    };
    if claim.value.text() != "true" {
        return;
    }
    let has_images = view.contents.list(&["relatedImages"]).next().is_some();
    let has_variables = view.contents.containers().any(|(_, container)| {
        container.list(&["env"]).any(|variable| variable.text(&["name"]).starts_with("RELATED_IMAGE_"))
    });
    let what = match (has_images, has_variables) {
        (false, _) => "has no related images",
        (true, false) => "has no variable `RELATED_IMAGE_...`",
        (true, true) => return,
    };
    let finding = out.report(claim.place(), format!("an operator that works without network, but {what}"));
    finding.help(
        "list the images in `spec.relatedImages`, and hand them to the operator as `RELATED_IMAGE_...`",
    );
}
