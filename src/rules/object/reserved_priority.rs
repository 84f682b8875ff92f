use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Value;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "reserved-priority",
        summary: "a PriorityClass takes a name or value that belongs to Kubernetes",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("reserved_priority.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for class in view.contents.of_kind("PriorityClass") {
        let value = class.at.value.get("value").and_then(Value::int).unwrap_or_default();
        if class.name.starts_with("system-") {
            let finding = out.report(
                class.at.place().key("metadata").key("name"),
                format!("`{}` is a name for Kubernetes itself", class.name),
            );
            finding.help("start the name with that of the package");
        } else if value > LIMIT {
            let finding =
                out.report(class.at.place().key("value"), format!("a priority of {value} is above {LIMIT}"));
            finding.help("use 1000000000 at most");
        }
    }
}

/// The highest priority that users may give (`HighestUserDefinablePriority` of Kubernetes).
const LIMIT: i64 = 1_000_000_000;
