use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "no-supported-install-mode",
        summary: "a CSV supports none of its install modes",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("no_supported_install_mode.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let modes: Vec<_> = view.contents.list(&["installModes"]).collect();
    let Some(spec) = view.contents.spec().filter(|_| !modes.is_empty()) else { return };
    if !modes.iter().any(|mode| mode.is_true(&["supported"])) {
        let finding = out.report(spec.place_of("installModes"), "none of the install modes is supported");
        finding.help("set `supported: true` for one of them");
    }
}
