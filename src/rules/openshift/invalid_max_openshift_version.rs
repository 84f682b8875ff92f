use crate::diag::{Code, Level, Suite};
use crate::rules::openshift_versions::max_openshift_versions;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-max-openshift-version",
        summary: "the last OpenShift that a bundle is for cannot be read",
        suite: Suite::OpenShift,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_max_openshift_version.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let limits: Vec<_> = max_openshift_versions(view).collect();
    if let Some((second, _)) = limits.get(1) {
        let finding = out.report(second.clone(), "a second `olm.maxOpenShiftVersion`");
        finding.label(limits[0].0.clone(), "the first one").help("keep one of them");
        return;
    }
    for (place, limit) in limits {
        if let Err(why) = limit {
            out.report(place, why).help("write major and minor in quotes, as in `\"4.16\"`");
        }
    }
}
