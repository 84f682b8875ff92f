use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unnamed-crd",
        summary: "a CSV has no display name for a CRD",
        suite: Suite::OperatorHub,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unnamed_crd.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for crd in view.contents.crd_descriptions("owned") {
        if crd.text(&["displayName"]).trim().is_empty() {
            let finding = out.report(
                crd.place_of("displayName"),
                format!("`{}` has no display name", crd.text(&["name"])),
            );
            finding.help("add `displayName`, what people call an object of it");
        }
    }
}
