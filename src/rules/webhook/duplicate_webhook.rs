use crate::bundle::At;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "duplicate-webhook",
        summary: "two webhooks of one type have the same name",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("duplicate_webhook.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for (index, webhook) in view.contents.webhooks.iter().enumerate() {
        let (kind, name) = (webhook.text(&["type"]), webhook.text(&["generateName"]));
        let same = |first: &&At<'_>| first.text(&["type"]) == kind && first.text(&["generateName"]) == name;
        if let Some(first) = view.contents.webhooks[..index].iter().find(same).filter(|_| !name.is_empty()) {
            let finding = out.report(webhook.place_of("generateName"), format!("a second {kind} `{name}`"));
            finding
                .label(first.place_of("generateName"), "the first one")
                .help("name the webhooks differently");
        }
    }
}
