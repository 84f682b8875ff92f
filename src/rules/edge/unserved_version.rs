use crate::crd;
use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, EdgeView, Findings, Rule, names};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unserved-version",
        summary: "a version is not served any more",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unserved_version.md"),
    },
    check: Check::Edge(check),
};

/// A version that is gone while objects may be stored in it is `removed-stored-version`.
fn check(view: &EdgeView<'_>, out: &mut Findings<'_>) {
    for pair in view.upgrade.pairs() {
        let changes = pair.changes.iter().filter(|change| change.check == crd::Check::ServedVersion);
        let versions: Vec<&str> = changes.map(|change| change.version).collect();
        let Some(first) = versions.first() else { continue };
        let place = match pair.new.version(first) {
            Some(version) => pair.at(&version.route().key("served")),
            None => pair.key("versions"),
        };
        let message = format!("`{}` does not serve {} any more", pair.new.name(), names::list(versions));
        out.report(place, message)
            .help("serve it with `deprecated: true` first, and tell users when it goes");
    }
}
