use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "csv-replacing-itself",
        summary: "a CSV replaces or skips itself",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("csv_replacing_itself.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(csv) = &view.contents.csv else { return };
    let name = csv.text(&["metadata", "name"]);
    let replaces = csv.at(&["spec", "replaces"]);
    for (at, what) in replaces
        .map(|at| (at, "replaces"))
        .into_iter()
        .chain(csv.list(&["spec", "skips"]).map(|at| (at, "skips")))
    {
        if !name.is_empty() && at.value.text() == name {
            let finding = out.report(at.place(), format!("`{name}` {what} itself"));
            finding.help("name the version before it, or remove the line");
        }
    }
}
