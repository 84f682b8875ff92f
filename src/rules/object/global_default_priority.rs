use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "global-default-priority",
        summary: "a PriorityClass becomes the default of the whole cluster",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("global_default_priority.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for class in view.contents.of_kind("PriorityClass").filter(|class| class.at.is_true(&["globalDefault"])) {
        let finding = out.report(
            class.at.place().key("globalDefault"),
            format!("`{}` becomes the priority of every pod in the cluster", class.name),
        );
        finding.help("write `globalDefault: false`, and name the class in the operator's pods");
    }
}
