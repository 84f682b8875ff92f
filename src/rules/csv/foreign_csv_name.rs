use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "foreign-csv-name",
        summary: "a CSV is not named after its package",
        suite: Suite::Community,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("foreign_csv_name.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(csv) = &view.contents.csv else { return };
    let (name, package) = (csv.text(&["metadata", "name"]), view.bundle.package());
    let Some((prefix, _)) = name.split_once(".v").filter(|_| view.expected().is_none()) else { return };
    if !package.is_empty() && prefix != package {
        let finding = out.report(
            csv.place().key("metadata").key("name"),
            format!("`{name}` is a bundle of package `{package}`"),
        );
        finding
            .help(format!("name a new operator's CSV `{package}.v<version>`; published names cannot change"));
    }
}
