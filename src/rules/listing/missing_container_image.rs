use crate::catalog::check_image_reference;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-container-image",
        summary: "a CSV does not say which image is the operator",
        suite: Suite::Community,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("missing_container_image.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(csv) = &view.contents.csv else { return };
    let image = view.contents.annotation("containerImage").map(|at| at.value.text()).unwrap_or_default();
    if image.is_empty() || check_image_reference(image).is_err() {
        let place = csv.place().key("metadata").key("annotations").key("containerImage");
        let message = if image.is_empty() {
            "no annotation `containerImage`".to_owned()
        } else {
            format!("`{image}` is no reference of an image")
        };
        out.report(place, message).help("write the reference of the operator's own image");
    }
}
