use crate::diag::{Code, Level, Suite};
use crate::rules::csv_annotations::INSTALL_MODES;
use crate::rules::names::list;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unlisted-install-mode",
        summary: "a CSV does not say whether it supports an install mode",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unlisted_install_mode.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let modes: Vec<_> = view.contents.list(&["installModes"]).map(|mode| mode.text(&["type"])).collect();
    let Some(spec) = view.contents.spec().filter(|_| !modes.is_empty()) else { return };
    let missing: Vec<_> = INSTALL_MODES.into_iter().filter(|mode| !modes.contains(mode)).collect();
    // A mode that is misspelt, of which another rule speaks, may be the one.
    if !missing.is_empty() && modes.iter().all(|mode| INSTALL_MODES.contains(mode)) {
        let finding =
            out.report(spec.place_of("installModes"), format!("nothing is said of {}", list(missing)));
        finding.help("list all four modes, each with `supported`");
    }
}
