use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "reserved-openshift-group",
        summary: "a CRD is in a group that belongs to OpenShift",
        suite: Suite::OpenShift,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("reserved_openshift_group.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for crd in &view.contents.crds {
        let group = crd.spec.text(&["group"]);
        if group.ends_with(".openshift.io") {
            let finding = out.report(crd.spec.place_of("group"), format!("`{group}` belongs to OpenShift"));
            finding.help("use a group of your own, unless this is an operator of Red Hat");
        }
    }
}
