use crate::crd;
use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, EdgeView, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "removed-stored-version",
        summary: "a version is gone in which objects may be stored",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("removed_stored_version.md"),
    },
    check: Check::Edge(check),
};

/// OLM v0 compares with `status.storedVersions` (`SafeStorageVersionUpgrade`), from which nothing is
/// taken by itself; OLM v1 likewise.
fn check(view: &EdgeView<'_>, out: &mut Findings<'_>) {
    for pair in view.upgrade.pairs() {
        let gone = pair.changes.iter().filter(|change| change.check == crd::Check::StoredVersionRemoval);
        for version in gone.map(|change| change.version) {
            let message =
                format!("`{}` drops version `{version}`, in which objects may be stored", pair.new.name());
            out.report(pair.key("versions"), message).help(format!(
                "list `{version}` with `served: false`, as long as a cluster may have been there"
            ));
        }
    }
}
