use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "odd-display-name",
        summary: "the display name of a CSV is very short or long",
        suite: Suite::Community,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("odd_display_name.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(name) = view.contents.spec().and_then(|spec| spec.get("displayName")) else { return };
    let count = name.value.text().trim().chars().count();
    if count > 0 && !(3..=50).contains(&count) {
        let finding = out.report(name.place(), format!("a display name of {count} characters"));
        finding.help("use 3 to 50 characters");
    }
}
