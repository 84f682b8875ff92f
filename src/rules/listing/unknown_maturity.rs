use crate::diag::{Code, Level, Suite};
use crate::rules::names::list;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-maturity",
        summary: "the maturity of a CSV is not a usual word",
        suite: Suite::Community,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unknown_maturity.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(spec) = view.contents.spec() else { return };
    let maturity = spec.text(&["maturity"]);
    if !WORDS.contains(&maturity) {
        let message = if maturity.is_empty() {
            "this CSV does not say how mature it is".to_owned()
        } else {
            format!("`{maturity}` is not a usual maturity")
        };
        out.report(spec.place_of("maturity"), message)
            .help(format!("use one of {}", list(WORDS.iter().copied())));
    }
}

const WORDS: &[&str] =
    &["planning", "pre-alpha", "alpha", "beta", "stable", "mature", "inactive", "deprecated"];
