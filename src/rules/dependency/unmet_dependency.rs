use crate::diag::{Applies, Code, Level, Suite};
use crate::rules::declared::{dependencies, properties};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unmet-dependency",
        summary: "a bundle depends on another, which OLM v1 does not install for it",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unmet_dependency.md"),
    },
    check: Check::On(Applies::OLM_V1_ALONE, &Check::Bundle(check)),
};

/// The properties that say it.
const PROPERTIES: [&str; 3] = ["olm.constraint", "olm.gvk.required", "olm.package.required"];

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let required = properties(view).filter(|property| PROPERTIES.contains(&property.text(&["type"])));
    let listed = dependencies(view).chain(required);
    // The render of a bundle makes `olm.gvk.required` of these.
    let apis = ["customresourcedefinitions", "apiservicedefinitions"].into_iter();
    let apis = apis.flat_map(|list| view.contents.list(&[list, "required"]));
    for dependency in listed.chain(apis) {
        let finding = out.report(dependency.place(), "OLM v1 installs nothing that a bundle depends on");
        finding.help("let people install it by themselves, or leave OLM v1 out of the targets");
    }
}
