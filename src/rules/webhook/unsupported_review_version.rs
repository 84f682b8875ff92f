use crate::diag::{Code, Level, Suite};
use crate::rules::names::list;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unsupported-review-version",
        summary: "a webhook understands no review that Kubernetes sends",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unsupported_review_version.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for webhook in &view.contents.webhooks {
        let versions: Vec<_> = webhook.texts(&["admissionReviewVersions"]).collect();
        let place = webhook.place_of("admissionReviewVersions");
        if versions.is_empty() || versions.contains(&"v1") {
            continue;
        }
        let finding = out.report(place, format!("Kubernetes sends reviews of v1, not {}", list(versions)));
        finding.help("add `v1`, and let the operator answer it");
    }
}
