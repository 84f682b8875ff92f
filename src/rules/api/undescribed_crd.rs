use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "undescribed-crd",
        summary: "a CSV does not say what a CRD is for",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("undescribed_crd.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for key in ["owned", "required"] {
        for crd in view.contents.crd_descriptions(key) {
            if crd.text(&["description"]).trim().is_empty() {
                let finding = out.report(
                    crd.place_of("description"),
                    format!("`{}` has no description", crd.text(&["name"])),
                );
                finding.help("say in a sentence what an object of it stands for");
            }
        }
    }
}
