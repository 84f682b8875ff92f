use crate::bundle::At;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use std::collections::HashMap;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "repeated-owned-crd",
        summary: "a CSV owns one version of a CRD twice",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("repeated_owned_crd.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let mut seen: HashMap<_, At<'_>> = HashMap::new();
    for owned in view.contents.crd_descriptions("owned") {
        let key = (owned.text(&["name"]), owned.text(&["version"]));
        if key.0.is_empty() {
            continue;
        }
        if let Some(first) = seen.get(&key) {
            let finding = out.report(owned.place_of("name"), format!("`{}` {} is owned twice", key.0, key.1));
            finding.label(first.place_of("name"), "the first time").help("remove one of the two");
        } else {
            seen.insert(key, owned);
        }
    }
}
