use crate::diag::{Code, Level, Suite};
use crate::rules::declared::dependencies;
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Kind;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "incomplete-dependency",
        summary: "a dependency does not say what the bundle depends on",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("incomplete_dependency.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for dependency in dependencies(view) {
        let kind = dependency.text(&["type"]);
        let needed: &[&str] = match kind {
            "olm.gvk" => &["group", "kind", "version"],
            "olm.package" => &["packageName", "version"],
            "olm.label" => &["label"],
            "olm.constraint" => &[],
            _ => continue,
        };
        let Some(value) = dependency.get("value").filter(|value| value.value.kind() == Kind::Map) else {
            let is_beside = needed.iter().any(|key| dependency.get(key).is_some());
            let finding = out.report(
                dependency.place_of("value"),
                format!("a dependency of type `{kind}` without a mapping `value`"),
            );
            finding.help(if is_beside {
                "move the fields below `value`"
            } else {
                "say below `value` what is needed"
            });
            continue;
        };
        for key in needed {
            let found = value.get(key);
            if found
                .as_ref()
                .is_some_and(|found| found.value.str().is_some_and(|text| !text.trim().is_empty()))
            {
                continue;
            }
            let message = match &found {
                Some(found) if !found.value.text().is_empty() && !found.value.is_null() => {
                    format!("`{key}` of this dependency is not a string")
                }
                Some(_) => format!("`{key}` of this dependency is empty"),
                None => format!("this dependency has no `{key}`"),
            };
            let is_range = *key == "version" && value.get("versionRange").is_some();
            let finding = out.report(value.place_of(key), message);
            finding.help(match (is_range, found) {
                (true, _) => "call it `version`: `versionRange` is the name inside a constraint".to_owned(),
                (_, Some(_)) => format!("write `{key}` as a string in quotes"),
                (_, None) => format!("add `{key}`"),
            });
        }
    }
}
