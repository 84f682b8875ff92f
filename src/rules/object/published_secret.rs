use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "published-secret",
        summary: "a Secret with data is in a public bundle",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("published_secret.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for secret in view.contents.of_kind("Secret").filter(|secret| secret.group.is_empty()) {
        for key in ["data", "stringData"] {
            let filled = secret.at.map(&[key]).any(|(_, value)| !value.value.text().is_empty());
            if filled {
                let finding = out.report(
                    secret.at.place().key(key),
                    format!("what is in Secret `{}` is public", secret.name),
                );
                finding.help("let the operator or the administrator create it, or use a ConfigMap");
            }
        }
    }
}
