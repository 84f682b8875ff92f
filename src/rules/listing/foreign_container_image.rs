use crate::catalog::check_image_reference;
use crate::diag::{Code, Level, Suite};
use crate::rules::images::full_name;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "foreign-container-image",
        summary: "the image that a CSV names as the operator's is in no Deployment",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("foreign_container_image.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(at) = view.contents.annotation("containerImage") else { return };
    let image = at.value.text();
    let images: Vec<_> =
        view.contents.containers().map(|(_, container)| container.text(&["image"])).collect();
    // A container without a proper image, which another rule says, may be the one.
    let is_broken = images.iter().any(|image| check_image_reference(image).is_err());
    if image.is_empty() || check_image_reference(image).is_err() || images.is_empty() || is_broken {
        return;
    }
    if !images.iter().any(|other| full_name(other) == full_name(image)) {
        let finding = out.report(at.place(), format!("no Deployment runs `{image}`"));
        finding.help("write the image that the operator's container runs");
    }
}
