use crate::crd::lost;
use crate::diag::{Code, Level, Suite};
use crate::rules::crd_schemas::did_you_mean;
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Value;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-printer-column-path",
        summary: "a printer column shows a field that the schema does not have",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unknown_printer_column_path.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for judged in view.crds() {
        let key = if judged.crd.is_v1beta1() { "JSONPath" } else { "jsonPath" };
        let mut seen = Vec::new();
        for (version, schema) in judged.schemas() {
            let Some((route, columns)) = judged.part(&version, "additionalPrinterColumns") else { continue };
            for (index, column) in columns.items().enumerate() {
                let path = column.get(key).map(Value::text).unwrap_or_default();
                let Some(lost) = lost(schema, path, judged.crd.preserves_unknown_fields()) else { continue };
                let route = route.index(index).key(key);
                if seen.contains(&route) {
                    continue;
                }
                let name = column.get("name").map(Value::text).unwrap_or_default();
                let message = format!(
                    "the column `{name}` shows `{path}`, but version `{}` has no `{}`",
                    version.name, lost.name
                );
                out.report(judged.place(&route), message)
                    .help(did_you_mean(&lost, "name a field of the schema, or describe this one there"));
                seen.push(route);
            }
        }
    }
}
