use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "miscased-annotation",
        summary: "an annotation of OLM is written in the wrong case",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("miscased_annotation.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for object in &view.contents.objects {
        for (name, _) in object.at.map(&["metadata", "annotations"]) {
            let known = KEYS.iter().find(|key| **key != name && key.eq_ignore_ascii_case(name));
            if let Some(known) = known {
                let place = object.at.place().key("metadata").key("annotations").name(name);
                out.report(place, format!("`{name}` is not `{known}`, and OLM does not read it"))
                    .help(format!("write `{known}`"));
            }
        }
    }
}

/// The annotations that OLM reads by name (`operatorgroup.go` and `csv.go` of operator-framework/api).
const KEYS: &[&str] = &[
    "olm.operatorGroup",
    "olm.operatorNamespace",
    "olm.providedAPIs",
    "olm.skipRange",
    "olm.targetNamespaces",
];
