use crate::diag::{Code, Level, Suite};
use crate::rules::kubernetes::is_dns_1035_label;
use crate::rules::{BundleView, Check, Findings, Rule};

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
    for owned in view.contents.crd_descriptions("owned") {
        let text = |key| owned.text(&[key]);
        let (name, version, kind) = (text("name"), text("version"), text("kind"));
        let crds = &view.contents.crds;
        let found = crds.iter().find(|crd| crd.full_name() == name);
        // A file that is no object, which has a finding of its own, may be the CRD.
        let is_explained = view.bundle.manifests.iter().any(|manifest| manifest.kind().is_none())
            || view.contents.objects.iter().any(|object| {
                let is_crd = object.kind == "CustomResourceDefinition";
                let is_group = object.group == "apiextensions.k8s.io";
                object.version.is_empty() || (is_crd != is_group)
            });
        let Some(crd) = found.or_else(|| crds.iter().find(|crd| crd.name == name)) else {
            if is_explained {
                continue;
            }
            let message = format!("no CRD of this bundle provides {kind} {version} as `{name}`");
            out.report(owned.place_of("name"), message)
                .help("add the CRD to `manifests`, or mend name, version or kind");
            continue;
        };
        let named = crd.spec.text(&["names", "kind"]);
        if named != kind && is_dns_1035_label(&named.to_lowercase()) {
            let finding = out.report(owned.place_of("kind"), format!("`{name}` is a {named}, not a {kind}"));
            finding.label(crd.spec.place().key("names").key("kind"), "the kind of the CRD");
            finding.help(format!("write `kind: {named}`, or mend the CRD"));
        }
        // A CRD without versions, or with one whose name cannot be, has a finding of its own.
        let has_versions = (crd.versions().next().is_some() || !crd.old_version().is_empty())
            && crd.versions().all(|version| is_dns_1035_label(version.text(&["name"])));
        if has_versions && !crd.has_version(version) {
            let finding =
                out.report(owned.place_of("version"), format!("`{name}` has no version `{version}`"));
            finding.label(crd.spec.place_of("versions"), "the versions of the CRD");
            finding.help("own a version that the CRD has");
        }
    }
}
