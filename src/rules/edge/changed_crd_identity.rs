use crate::crd;
use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, EdgeView, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "changed-crd-identity",
        summary: "a CRD changes its scope, group, kind or plural",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("changed_crd_identity.md"),
    },
    check: Check::Edge(check),
};

/// The API server refuses to update what objects are stored under.
fn check(view: &EdgeView<'_>, out: &mut Findings<'_>) {
    for pair in view.upgrade.pairs() {
        for change in &pair.changes {
            let key = match change.check {
                crd::Check::Scope => "scope",
                crd::Check::Names if pair.old.group() != pair.new.group() => "group",
                crd::Check::Names => "names",
                _ => continue,
            };
            let message = format!("`{}` {}, which the API server refuses", pair.new.name(), change.message);
            out.report(pair.key(key), message)
                .help("leave it as it was; what is another API needs a CRD of another name");
        }
    }
}
