use crate::diag::{Code, Level, Suite};
use crate::rules::openshift_versions::max_openshift_versions;
use crate::rules::removals::removed_objects;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-max-openshift-version",
        summary: "nothing keeps a cluster from an upgrade that breaks the bundle",
        suite: Suite::OpenShift,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("missing_max_openshift_version.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some((object, removal)) = removed_objects(view).min_by_key(|(_, removal)| removal.minor) else {
        return;
    };
    let last = removal.minor.saturating_sub(14);
    let limits: Vec<_> =
        max_openshift_versions(view).filter_map(|(place, limit)| Some((place, limit.ok()?))).collect();
    let message = format!(
        "OpenShift 4.{} has no {} of `{}` any more",
        last + 1,
        object.kind,
        object.at.text(&["apiVersion"])
    );
    match limits.first() {
        Some((_, limit)) if *limit <= last => {}
        Some((place, limit)) => {
            let finding = out.report(place.clone(), format!("{message}, and the limit is 4.{limit}"));
            finding
                .label(object.at.place().key("apiVersion"), "this object")
                .help(format!("write `\"4.{last}\"`"));
        }
        None => {
            let finding = out.report(
                object.at.place().key("apiVersion"),
                format!("{message}, and nothing stops the upgrade"),
            );
            finding.help(format!("add the property `olm.maxOpenShiftVersion` with the value `\"4.{last}\"`"));
        }
    }
}
