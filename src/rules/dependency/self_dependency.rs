use crate::diag::{Code, Level, Suite};
use crate::rules::declared::dependencies;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "self-dependency",
        summary: "a bundle depends on its own package or API",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("self_dependency.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let package = view.bundle.package();
    for dependency in dependencies(view) {
        let Some(value) = dependency.get("value") else { continue };
        let is_own = match dependency.text(&["type"]) {
            "olm.package" => !package.is_empty() && value.text(&["packageName"]) == package,
            "olm.gvk" => view.contents.crd_descriptions("owned").any(|owned| {
                let group = owned.text(&["name"]).split_once('.').map_or("", |(_, group)| group);
                (group, owned.text(&["version"]), owned.text(&["kind"]))
                    == (value.text(&["group"]), value.text(&["version"]), value.text(&["kind"]))
            }),
            _ => false,
        };
        if is_own {
            let finding = out.report(value.place(), "the bundle depends on what it brings itself");
            finding.help("remove the dependency");
        }
    }
}
