use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "substituting-release",
        summary: "a CSV has a release, and substitutes another",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("substituting_release.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(csv) = &view.contents.csv else { return };
    let Some(release) = csv.at(&["spec", "release"]).filter(|release| !release.value.text().is_empty())
    else {
        return;
    };
    if let Some(substitutes) = view.contents.annotation("olm.substitutesFor") {
        let finding = out.report(release.place(), "a bundle with a release substitutes for no other");
        finding.label(substitutes.place(), "the older way to say the same");
        finding.help("remove the annotation `olm.substitutesFor`");
    }
}
