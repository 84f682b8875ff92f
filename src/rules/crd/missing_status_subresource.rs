use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-status-subresource",
        summary: "a CRD describes `status` and has no subresource for it",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("missing_status_subresource.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for judged in view.crds() {
        for (version, schema) in judged.schemas() {
            if schema.property("status").is_some() && !version.has_status() {
                let message =
                    format!("version `{}` describes `status` and has no subresource for it", version.name);
                let route = version.schema_route().key("properties");
                let mut place = judged.place(&route);
                place = place.name("status");
                out.report(place, message).help("add `subresources: {status: {}}` to the version");
            }
        }
    }
}
