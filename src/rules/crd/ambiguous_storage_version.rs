use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "ambiguous-storage-version",
        summary: "a CRD does not have one version in which objects are stored",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("ambiguous_storage_version.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for crd in &view.contents.crds {
        let stored: Vec<_> = crd.versions().filter(|version| version.is_true(&["storage"])).collect();
        let is_listed = crd.versions().next().is_some();
        match stored.as_slice() {
            [] if is_listed => {
                let finding = out.report(
                    crd.spec.place_of("versions"),
                    "no version is the one that objects are stored in",
                );
                finding.help("set `storage: true` for one version");
            }
            [first, second, ..] => {
                let finding =
                    out.report(second.place_of("storage"), "a second version that objects are stored in");
                finding
                    .label(first.place_of("storage"), "the first one")
                    .help("set `storage: true` for one version");
            }
            _ => {}
        }
    }
}
