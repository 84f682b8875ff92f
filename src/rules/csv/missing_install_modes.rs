use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-install-modes",
        summary: "a CSV does not say how it can be installed",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("missing_install_modes.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(spec) = view.contents.spec() else { return };
    if spec.list(&["installModes"]).next().is_none() {
        let finding = out.report(spec.place_of("installModes"), "this CSV has no install modes");
        finding.help("list `OwnNamespace`, `SingleNamespace`, `MultiNamespace` and `AllNamespaces`, each with `supported`");
    }
}
