use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-owned-crd-name",
        summary: "the name of an owned or required CRD is not `<plural>.<group>`",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_owned_crd_name.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for key in ["owned", "required"] {
        for crd in view.contents.crd_descriptions(key) {
            let name = crd.text(&["name"]);
            let parts = name.split_once('.');
            if !name.is_empty() && parts.is_none_or(|(plural, group)| plural.is_empty() || group.is_empty()) {
                let finding = out.report(crd.place_of("name"), format!("`{name}` is not `<plural>.<group>`"));
                finding.help("write the name of the CRD, as in `demos.demo.example`");
            }
        }
    }
}
