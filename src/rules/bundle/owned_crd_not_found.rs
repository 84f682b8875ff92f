use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Value;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "owned-crd-not-found",
        summary: "the CSV owns a CRD that the bundle does not have",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("owned_crd_not_found.md"),
    },
    check: Check::Bundle(check),
};

/// opm compares name, group, version and kind with all versions of the CRDs, served or not.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let (Some(manifest), Some(csv)) = (view.bundle.csv_manifest(), view.bundle.csv()) else { return };
    for (index, owned) in csv.owned_crds().enumerate() {
        let text = |key| owned.get(key).map(Value::text).unwrap_or_default();
        let (name, version, kind) = (text("name"), text("version"), text("kind"));
        let is_provided = view.bundle.crds().filter_map(|crd| crd.get("spec")).any(|spec| {
            let named = |keys: &[&str]| spec.at(keys).map(Value::text).unwrap_or_default();
            let versions = spec
                .get("versions")
                .into_iter()
                .flat_map(Value::items)
                .filter_map(|version| version.get("name"));
            format!("{}.{}", named(&["names", "plural"]), named(&["group"])) == name
                && named(&["names", "kind"]) == kind
                && (versions.map(Value::text).any(|known| known == version) || named(&["version"]) == version)
        });
        if !is_provided {
            let place =
                manifest.place().key("spec").key("customresourcedefinitions").key("owned").index(index);
            let message = format!("no CRD of this bundle provides {kind} {version} as `{name}`");
            out.report(place.key("name"), message)
                .help("add the CRD to `manifests`, or mend name, version or kind");
        }
    }
}
