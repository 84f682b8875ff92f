use crate::bundle::At;
use crate::diag::{Applies, Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-all-namespaces-mode",
        summary: "an operator cannot watch all namespaces, as OLM v1 has it do",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("missing_all_namespaces_mode.md"),
    },
    check: Check::On(Applies::OLM_V1_ALONE, &Check::Bundle(check)),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let mut modes = view.contents.list(&["installModes"]);
    let Some(spec) = view.contents.spec() else { return };
    let is_supported =
        |name: &str, mode: &At<'_>| mode.text(&["type"]) == name && mode.is_true(&["supported"]);
    if !modes.any(|mode| is_supported("AllNamespaces", &mode)) {
        let finding = out.report(spec.place_of("installModes"), "OLM v1 installs for all namespaces only");
        finding.help("support the install mode `AllNamespaces`, or leave OLM v1 out of the targets");
    }
}
