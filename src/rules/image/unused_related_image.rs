use crate::diag::{Code, Level, Suite};
use crate::rules::images::{full_name, used};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unused-related-image",
        summary: "a related image is used nowhere in the bundle",
        suite: Suite::OpenShift,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unused_related_image.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let used: Vec<_> = used(view)
        .into_iter()
        .filter(|(at, _)| !at.is_related)
        .map(|(_, reference)| full_name(reference))
        .collect();
    for image in view.contents.list(&["relatedImages"]) {
        let reference = image.text(&["image"]);
        let elsewhere = view.contents.containers().any(|(_, container)| {
            container.list(&["env"]).any(|variable| variable.text(&["value"]).contains(reference))
        });
        if !reference.is_empty() && !used.contains(&full_name(reference)) && !elsewhere {
            let finding =
                out.report(image.place_of("image"), format!("nothing in this bundle uses `{reference}`"));
            finding.help("remove it, unless the operator knows of it by other means");
        }
    }
}
