use crate::diag::{Code, Level, Suite};
use crate::rules::kubernetes::is_dns_1035_label;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-crd-version",
        summary: "a version of a CRD has no name, the name of another, or one that Kubernetes refuses",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_crd_version.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for crd in &view.contents.crds {
        let versions: Vec<_> = crd.versions().collect();
        for (index, version) in versions.iter().enumerate() {
            let name = version.text(&["name"]);
            let first = versions[..index].iter().find(|first| first.text(&["name"]) == name);
            let place = version.place_of("name");
            if let Some(first) = first {
                let finding = out.report(place, format!("a second version `{name}`"));
                finding
                    .label(first.place_of("name"), "the first one")
                    .help("remove one of the two, or rename it");
            } else if !is_dns_1035_label(name) {
                let message = if name.is_empty() {
                    "a version without name".to_owned()
                } else {
                    format!("no version can be named `{name}`")
                };
                out.report(place, message).help("use lower-case letters and digits, as in `v1alpha1`");
            }
        }
    }
}
