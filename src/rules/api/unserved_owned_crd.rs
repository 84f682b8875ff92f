use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Value;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unserved-owned-crd",
        summary: "the CSV owns a version of a CRD that is not served",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unserved_owned_crd.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for owned in view.contents.crd_descriptions("owned") {
        let (name, version) = (owned.text(&["name"]), owned.text(&["version"]));
        let Some(crd) = view.contents.crd(name) else { continue };
        let Some(found) = crd.versions().find(|known| known.text(&["name"]) == version) else { continue };
        if found.value.get("served").and_then(Value::bool) == Some(false) {
            let finding = out.report(owned.place_of("version"), format!("`{name}` does not serve {version}"));
            finding
                .label(found.place_of("served"), "not served")
                .help("own a version that is served, or serve this one");
        }
    }
}
