use crate::bundle::At;
use crate::diag::{Code, Level, Suite};
use crate::rules::declared::dependencies;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "repeated-dependency",
        summary: "a bundle has a dependency twice",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("repeated_dependency.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let all: Vec<_> = dependencies(view).collect();
    for (index, dependency) in all.iter().enumerate() {
        let same = |other: &&At<'_>| {
            let keys = ["group", "kind", "version", "packageName", "label"];
            dependency.text(&["type"]) == other.text(&["type"])
                && dependency.text(&["type"]) != "olm.constraint"
                && keys.iter().any(|key| !dependency.text(&["value", key]).is_empty())
                && keys.iter().all(|key| dependency.text(&["value", key]) == other.text(&["value", key]))
        };
        if let Some(first) = all[..index].iter().find(same) {
            let finding = out.report(dependency.place(), "this dependency is declared twice");
            finding.label(first.place(), "the first time").help("remove one of them");
        }
    }
}
