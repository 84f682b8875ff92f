use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "wrong-marketplace-workflow",
        summary: "a marketplace annotation leads elsewhere than the marketplace expects",
        suite: Suite::OpenShift,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("wrong_marketplace_workflow.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    const HOST: &str = "https://marketplace.redhat.com/en-us/operators/";
    let package = view.bundle.package();
    for (name, end) in [
        ("marketplace.openshift.io/remote-workflow", "pricing?utm_source=openshift_console"),
        ("marketplace.openshift.io/support-workflow", "support?utm_source=openshift_console"),
    ] {
        let Some(at) = view.contents.annotation(name).filter(|_| !package.is_empty()) else { continue };
        let wanted = format!("{HOST}{package}/{end}");
        if at.value.text() != wanted {
            let finding = out.report(at.place(), format!("`{name}` leads to `{}`", at.value.text()));
            finding.help(format!("write `{wanted}`"));
        }
    }
}
