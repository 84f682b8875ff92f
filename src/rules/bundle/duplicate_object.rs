use crate::bundle::Object;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "duplicate-object",
        summary: "a bundle has an object twice",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("duplicate_object.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let mut seen: HashMap<_, &Object<'_>> = HashMap::new();
    for object in &view.contents.objects {
        // Several CSVs have a rule of their own, whatever they are called.
        if object.name.is_empty() || object.kind == "ClusterServiceVersion" {
            continue;
        }
        let namespace = object.at.text(&["metadata", "namespace"]);
        let key = (object.group, object.kind, namespace, object.name);
        match seen.entry(key) {
            Entry::Vacant(vacant) => {
                vacant.insert(object);
            }
            Entry::Occupied(first) => {
                let message = format!("a second {} `{}`", object.kind, object.name);
                let finding = out.report(object.at.place().key("metadata").key("name"), message);
                finding.label(first.get().at.place().key("metadata").key("name"), "the first one");
                finding.help("keep one of them, or give them different names");
            }
        }
    }
}
