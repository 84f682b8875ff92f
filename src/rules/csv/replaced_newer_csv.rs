use crate::catalog::version::Version;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use std::cmp::Ordering;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "replaced-newer-csv",
        summary: "a CSV replaces one with a higher version",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("replaced_newer_csv.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(replaces) = view.contents.spec().and_then(|spec| spec.get("replaces")) else { return };
    let (old, own) = (replaces.value.text(), view.bundle.version());
    let old_version = old.split_once(".v").and_then(|(_, version)| Version::parse(version).ok());
    let (Some(old_version), Ok(version)) = (old_version, Version::parse(&own)) else { return };
    if old != view.bundle.name() && old_version.precedence(&version) == Ordering::Greater {
        let finding = out.report(replaces.place(), format!("version {own} replaces the newer `{old}`"));
        finding.help("replace the version before this one");
    }
}
