use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "crd-without-resources",
        summary: "a CSV does not say what objects a CRD makes",
        suite: Suite::Community,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("crd_without_resources.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for crd in view.contents.crd_descriptions("owned") {
        if crd.list(&["resources"]).next().is_none() {
            let finding = out.report(
                crd.place_of("resources"),
                format!("nothing is said of what `{}` makes", crd.text(&["name"])),
            );
            finding.help("list below `resources` the kinds that the operator makes for it");
        }
    }
}
