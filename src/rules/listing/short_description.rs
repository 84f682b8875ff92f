use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "short-description",
        summary: "a CSV says hardly anything about the operator",
        suite: Suite::Community,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("short_description.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(spec) = view.contents.spec() else { return };
    if spec.text(&["description"]).trim().chars().count() < 20 {
        out.report(spec.place_of("description"), "the description says hardly anything")
            .help("describe what the operator does, in Markdown");
    }
    let Some(csv) = &view.contents.csv else { return };
    if view.contents.annotation("description").is_none_or(|at| at.value.text().trim().chars().count() < 10) {
        let finding = out.report(
            csv.place().key("metadata").key("annotations").key("description"),
            "the annotation `description` says hardly anything",
        );
        finding.help("describe the operator in a sentence; hubs show it on its tile");
    }
}
