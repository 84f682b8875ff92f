use crate::diag::{Code, Level, Suite};
use crate::rules::declared::properties;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-property",
        summary: "an entry of `properties.yaml` is no property",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_property.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for property in properties(view) {
        if property.text(&["type"]).is_empty() {
            let finding = out.report(property.place_of("type"), "a property without type");
            finding.help("add `type`, a string");
        } else if property.get("value").is_none_or(|value| value.value.is_null()) {
            let message = format!("property `{}` has no value", property.text(&["type"]));
            let finding = out.report(property.place_of("value"), message);
            finding.help("add `value`; every type has one");
        }
    }
}
