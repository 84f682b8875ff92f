use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-scale-path",
        summary: "the scale subresource of a CRD is one that Kubernetes refuses",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_scale_path.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for crd in &view.contents.crds {
        let of_versions = crd.versions().filter_map(|version| version.at(&["subresources", "scale"]));
        for scale in of_versions.chain(crd.spec.at(&["subresources", "scale"])) {
            for (key, above) in [
                ("specReplicasPath", ".spec."),
                ("statusReplicasPath", ".status."),
                ("labelSelectorPath", ""),
            ] {
                let path = scale.text(&[key]);
                let is_optional = key == "labelSelectorPath";
                let is_valid = if is_optional {
                    path.is_empty() || path.starts_with(".spec.") || path.starts_with(".status.")
                } else {
                    path.starts_with(above)
                };
                if !is_valid || path.contains('[') {
                    let message = if path.is_empty() {
                        format!("the scale subresource has no `{key}`")
                    } else {
                        format!("`{key}` cannot be `{path}`")
                    };
                    let finding = out.report(scale.place_of(key), message);
                    finding.help("write a plain path, as in `.spec.replicas` and `.status.replicas`");
                }
            }
        }
    }
}
