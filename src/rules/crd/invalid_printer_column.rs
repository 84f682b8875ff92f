use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-printer-column",
        summary: "a printer column of a CRD is one that Kubernetes refuses",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_printer_column.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for crd in &view.contents.crds {
        let path = if crd.is_beta { "JSONPath" } else { "jsonPath" };
        let of_versions = crd.versions().flat_map(|version| version.list(&["additionalPrinterColumns"]));
        for column in of_versions.chain(crd.spec.list(&["additionalPrinterColumns"])) {
            for key in ["name", "type", path] {
                let text = column.text(&[key]);
                let why = if text.is_empty() {
                    format!("a printer column without `{key}`")
                } else if key == "type" && !["boolean", "date", "integer", "number", "string"].contains(&text)
                {
                    format!("no printer column is of type `{text}`")
                } else if key == path && !text.starts_with('.') {
                    format!("the path `{text}` does not start with a dot")
                } else {
                    continue;
                };
                let finding = out.report(column.place_of(key), why);
                finding
                    .help("write it as in `{name: Age, type: date, jsonPath: .metadata.creationTimestamp}`");
            }
        }
    }
}
