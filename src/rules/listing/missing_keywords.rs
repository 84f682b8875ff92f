use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-keywords",
        summary: "a CSV has no keywords",
        suite: Suite::Community,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("missing_keywords.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(spec) = view.contents.spec() else { return };
    if spec.list(&["keywords"]).next().is_none() {
        out.report(spec.place_of("keywords"), "this CSV has no keywords")
            .help("list words that users search for");
    }
}
