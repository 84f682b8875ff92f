use crate::crd::Schema;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unvalidated-spec",
        summary: "a CRD takes anything as `spec`",
        suite: Suite::Community,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unvalidated_spec.md"),
    },
    check: Check::Bundle(check),
};

/// operator-sdk wants a schema for every field of an example.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for judged in view.crds() {
        for (version, schema) in judged.schemas() {
            let says_nothing = |schema: Schema<'_, '_>| {
                schema.properties().next().is_none() && schema.additional().is_none()
            };
            let spec = schema.property("spec");
            let is_open = match spec {
                Some(spec) => says_nothing(spec) && spec.preserves_unknown_fields(),
                None => says_nothing(schema) && schema.preserves_unknown_fields(),
            };
            if is_open {
                let route = version.schema_route().key("properties").key("spec");
                let message = format!("version `{}` takes anything as `spec`", version.name);
                out.report(judged.place(&route), message)
                    .help("describe the fields below `properties`, so that mistakes are refused");
            }
        }
    }
}
