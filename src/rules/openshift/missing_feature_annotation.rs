use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-feature-annotation",
        summary: "a CSV does not say whether it has a feature that OpenShift asks for",
        suite: Suite::OpenShift,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("missing_feature_annotation.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(csv) = &view.contents.csv else { return };
    for name in REQUIRED.iter().chain(OPTIONAL) {
        let full = format!("{PREFIX}{name}");
        let annotations = csv.at(&["metadata", "annotations"]);
        let found = annotations.and_then(|all| all.entries().find(|(key, _)| *key == full).map(|(_, at)| at));
        match found {
            None if REQUIRED.contains(name) => {
                let place = csv.place().key("metadata").key("annotations").key(full.as_str());
                out.report(place, format!("no annotation `{full}`"))
                    .help("add it, `\"true\"` or `\"false\"`");
            }
            Some(at) if at.value.str().is_some_and(|text| !["true", "false"].contains(&text)) => {
                let finding = out.report(at.place(), format!("`{full}` is neither `true` nor `false`"));
                finding.help("write `\"true\"` or `\"false\"`");
            }
            _ => {}
        }
    }
}

const PREFIX: &str = "features.operators.openshift.io/";
/// The features that every CSV must speak of.
const REQUIRED: &[&str] = &[
    "disconnected",
    "fips-compliant",
    "proxy-aware",
    "tls-profiles",
    "token-auth-aws",
    "token-auth-azure",
    "token-auth-gcp",
];
/// The features that a CSV may speak of.
const OPTIONAL: &[&str] = &["cnf", "cni", "csi"];
