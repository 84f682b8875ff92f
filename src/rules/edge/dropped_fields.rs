use crate::crd::{Check as Compared, Effect};
use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, EdgeView, Findings, Rule, names};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "dropped-fields",
        summary: "a schema drops fields that objects may have",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("dropped_fields.md"),
    },
    check: Check::Edge(check),
};

fn check(view: &EdgeView<'_>, out: &mut Findings<'_>) {
    for pair in view.pairs() {
        // What a webhook converted is `lost-conversion-webhook`.
        let dropped =
            || pair.with_effect(Effect::DropsFields).filter(|change| change.check != Compared::Conversion);
        let Some(first) = dropped().next() else { continue };
        let mut fields: Vec<String> = Vec::new();
        for change in dropped() {
            let field = match (change.check, change.path.to_string()) {
                (Compared::ExistingFieldRemoval, path) => path,
                // What no schema knew.
                (_, path) if path.is_empty() => "unknown fields".to_owned(),
                (_, path) => format!("{path}.*"),
            };
            if !fields.contains(&field) {
                fields.push(field);
            }
            if fields.len() > 1000 {
                break; // nobody reads as many
            }
        }
        let message = format!(
            "`{}` drops {} of existing objects",
            pair.new.name(),
            names::list(fields.iter().map(String::as_str))
        );
        out.report(pair.place(first), message)
            .help("keep the fields, or `x-kubernetes-preserve-unknown-fields: true` where they were, until no object has them");
    }
}
