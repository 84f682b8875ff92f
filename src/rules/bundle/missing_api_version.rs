use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-api-version",
        summary: "an object of a bundle has no `apiVersion`",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("missing_api_version.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for object in &view.contents.objects {
        if object.version.is_empty() {
            let finding = out.report(
                object.at.place().key("apiVersion"),
                format!("a {} without `apiVersion`", object.kind),
            );
            finding.help("add `apiVersion`, as in `apiVersion: v1`");
        }
    }
}
