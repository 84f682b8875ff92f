use crate::diag::{Code, Level, Suite};
use crate::rules::kubernetes::minor;
use crate::rules::removals::{latest, removed_objects};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "expiring-api",
        summary: "a bundle has an object of an API that newer clusters do not have",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("expiring_api.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let needed = minor(view.contents.text(&["minKubeVersion"])).unwrap_or_default();
    for (object, removal) in removed_objects(view).filter(|(_, removal)| removal.minor > needed) {
        if latest(view).is_some_and(|latest| latest < removal.minor) {
            continue;
        }
        let message = format!(
            "{} of `{}` is gone since Kubernetes 1.{}",
            object.kind,
            object.at.text(&["apiVersion"]),
            removal.minor
        );
        let finding = out.report(object.at.place().key("apiVersion"), message);
        finding.help(format!(
            "write `apiVersion: {}`, or say for which OpenShift the bundle is",
            removal.successor
        ));
    }
}
