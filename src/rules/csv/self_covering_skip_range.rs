use crate::catalog::version::{Range, Version};
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "self-covering-skip-range",
        summary: "the skip range of a CSV holds its own version",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("self_covering_skip_range.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(at) = view.contents.annotation("olm.skipRange") else { return };
    let (text, own) = (at.value.text(), view.bundle.version());
    let (Ok(range), Ok(version)) = (Range::parse(text), Version::parse(&own)) else { return };
    if range.contains(&version) {
        let finding = out.report(at.place(), format!("version {own} is in its own skip range `{text}`"));
        finding.help(format!("end the range with `<{own}`"));
    }
}
