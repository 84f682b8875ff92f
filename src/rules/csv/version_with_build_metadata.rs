use crate::catalog::version::Version;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "version-with-build-metadata",
        summary: "the version of a CSV has build metadata",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("version_with_build_metadata.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(csv) = &view.contents.csv else { return };
    let text = csv.text(&["spec", "version"]);
    if Version::parse(text).is_ok_and(|version| !version.build().is_empty()) {
        let finding = out.report(
            csv.place().key("spec").key("version"),
            format!("`{text}` has build metadata, which no order knows"),
        );
        finding.help("use `spec.release` for a rebuild, or raise the patch number");
    }
}
