use std::collections::{BTreeSet, HashSet};

use crate::diag::{Code, Level, Suite};
use crate::rules::examples::Example;
use crate::rules::names::list as list_of;
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::{Value, json};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "undescribed-example-field",
        summary: "a field of an example has no descriptor",
        suite: Suite::Community,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("undescribed_example_field.md"),
    },
    check: Check::Bundle(check),
};

/// operator-sdk's scorecard wants a descriptor of every field directly below `spec` and `status` that
/// an example has. Who has none wants none.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(at) = view.contents.annotation("alm-examples") else { return };
    let Ok(tree) = json::read(at.value.text()) else { return };
    for owned in view.contents.crd_descriptions("owned") {
        let lists = ["specDescriptors", "statusDescriptors", "actionDescriptors"];
        if lists.iter().all(|list| owned.list(&[list]).next().is_none()) {
            continue;
        }
        let of_owned = |example: &Value<'_, '_>| {
            Example::read(*example).is_some_and(|example| example.is_of(&owned, true))
        };
        for (list, part) in [("specDescriptors", "spec"), ("statusDescriptors", "status")] {
            let described: HashSet<&str> = owned
                .list(&[list])
                .filter_map(|descriptor| descriptor.text(&["path"]).split(['.', '[']).next())
                .collect();
            let examples = tree.root().into_iter().flat_map(Value::items).filter(of_owned);
            let fields = examples.flat_map(|example| {
                example.get(part).into_iter().flat_map(Value::entries).map(|(name, _)| name.text())
            });
            let missing: BTreeSet<_> = fields.filter(|name| !described.contains(name)).collect();
            if !missing.is_empty() {
                let message = format!(
                    "an example of `{}` has fields of `{part}` without descriptor: {}",
                    owned.text(&["kind"]),
                    list_of(missing)
                );
                out.report(owned.place_of(list), message)
                    .help(format!("add below `{list}` a `path`, a `displayName` and a `description`"));
            }
        }
    }
}
