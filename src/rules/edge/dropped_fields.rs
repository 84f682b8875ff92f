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
    // That a CRD keeps no unknown fields any more mostly holds for all of a bundle.
    let mut pruned =
        view.upgrade.pairs().iter().filter(|pair| pair.has(Compared::PreserveUnknownFields)).peekable();
    if let Some(first) = pruned.peek() {
        let place = first.key("preserveUnknownFields");
        let message = format!(
            "fields that the schema does not know are dropped from objects of {}",
            names::list(pruned.map(|pair| pair.new.name()))
        );
        out.report(place, message).help("let the schema know all fields that objects may have");
    }
    for pair in view.upgrade.pairs() {
        let dropped = || {
            // What a webhook converted is `lost-conversion-webhook`.
            let elsewhere = [Compared::Conversion, Compared::PreserveUnknownFields];
            pair.with_effect(Effect::DropsFields).filter(move |change| !elsewhere.contains(&change.check))
        };
        let Some(first) = dropped().next() else { continue };
        let mut fields: Vec<String> = Vec::new();
        for change in dropped().take(1000) {
            let field = match (change.check, change.path.to_string()) {
                (Compared::ExistingFieldRemoval, path) => path,
                // What no schema knew.
                (_, path) if path.is_empty() => "*".to_owned(),
                (_, path) => format!("{path}.*"),
            };
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
        let fields = names::list(fields.iter().map(String::as_str));
        out.report(pair.place(first), format!("`{}` drops {fields} of existing objects", pair.new.name()))
            .help("keep the fields, or `x-kubernetes-preserve-unknown-fields: true` where they were, until no object has them");
    }
}
