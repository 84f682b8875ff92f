use crate::catalog::version::Release;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Kind;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-csv-release",
        summary: "the release of a CSV cannot be read",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_csv_release.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(release) = view.contents.spec().and_then(|spec| spec.get("release")) else { return };
    match release.value.kind() {
        Kind::Null | Kind::Int => {}
        Kind::Str if release.value.text().is_empty() => {}
        Kind::Str => {
            if let Err(fault) = Release::parse(release.value.text()) {
                let message = format!("`{}` is no release: {}", release.value.text(), fault.message);
                out.report(release.place(), message)
                    .help(fault.help.unwrap_or("write a short release, such as `1`"));
            }
        }
        _ => {
            let finding = out.report(release.place(), "the release is neither a string nor an integer");
            finding.help("write a short release in quotes, such as `\"1\"`");
        }
    }
}
