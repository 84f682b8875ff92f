use crate::bundle::{MANIFESTS_ANNOTATION, METADATA_ANNOTATION};
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "misnamed-bundle-folder",
        summary: "an annotation points at another folder than the bundle has",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("misnamed_bundle_folder.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for (name, folder) in [(MANIFESTS_ANNOTATION, "manifests"), (METADATA_ANNOTATION, "metadata")] {
        let Some(at) = view.annotation(name) else { continue };
        let value = at.value.text();
        let value = value.trim_start_matches("./").trim_matches('/');
        if !value.is_empty() && value != folder {
            let finding =
                out.report(at.place(), format!("the {folder} are in `{folder}/`, not in `{value}`"));
            finding.help(format!("write `{folder}/`"));
        }
    }
}
