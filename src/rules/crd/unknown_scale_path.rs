use crate::crd::lost;
use crate::diag::{Code, Level, Suite};
use crate::rules::crd_schemas::did_you_mean;
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Value;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-scale-path",
        summary: "the scale subresource reads a field that the schema does not have",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unknown_scale_path.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for judged in view.crds() {
        let mut seen = Vec::new();
        for (version, schema) in judged.schemas() {
            let Some((route, parts)) = judged.part(&version, "subresources") else { continue };
            let Some(scale) = parts.get("scale") else { continue };
            for key in ["specReplicasPath", "statusReplicasPath", "labelSelectorPath"] {
                let path = scale.get(key).map(Value::text).unwrap_or_default();
                let route = route.key("scale").key(key);
                let Some(lost) = lost(schema, path, judged.crd.preserves_unknown_fields()) else { continue };
                if path.is_empty() || seen.contains(&route) {
                    continue;
                }
                let message =
                    format!("`{key}` is `{path}`, but version `{}` has no `{}`", version.name, lost.name);
                out.report(judged.place(&route), message)
                    .help(did_you_mean(&lost, "name a field of the schema, or describe this one there"));
                seen.push(route);
            }
        }
    }
}
