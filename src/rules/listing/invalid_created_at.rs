use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-created-at",
        summary: "a CSV does not say when it was made",
        suite: Suite::Community,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("invalid_created_at.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(csv) = &view.contents.csv else { return };
    let text = view.contents.annotation("createdAt").map(|at| at.value.text()).unwrap_or_default();
    let mut date = text.splitn(3, '-').map(|part| part.chars().take_while(char::is_ascii_digit).count());
    let is_date = (date.next(), date.next(), date.next()) == (Some(4), Some(2), Some(2));
    if !is_date {
        let place = csv.place().key("metadata").key("annotations").key("createdAt");
        let message = if text.is_empty() {
            "no annotation `createdAt`".to_owned()
        } else {
            format!("`{text}` is no date")
        };
        out.report(place, message).help("write the date as in `2026-01-31T12:00:00Z`");
    }
}
