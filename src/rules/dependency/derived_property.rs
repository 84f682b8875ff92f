use crate::diag::{Code, Level, Suite};
use crate::rules::declared::properties;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "derived-property",
        summary: "a bundle declares a property that opm derives from its files",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("derived_property.md"),
    },
    check: Check::Bundle(check),
};

/// What is declared as it would be derived is dropped by opm as a duplicate.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let (package, version) = (view.bundle.package(), view.bundle.version());
    for property in properties(view) {
        let kind = property.text(&["type"]);
        let value = |key| property.text(&["value", key]);
        let is_same = match kind {
            "olm.package" => value("packageName") == package && value("version") == version,
            "olm.gvk" => is_brought(view, value("group"), value("version"), value("kind")),
            "olm.bundle.object" | "olm.csv.metadata" => false,
            _ => continue,
        };
        if !is_same {
            let finding = out.report(
                property.place_of("type"),
                format!("`{kind}` follows from the bundle's files, and not so"),
            );
            finding.help("remove the property");
        }
    }
}

/// Whether a bundle owns an API, or has it as one more version of a CRD.
fn is_brought(view: &BundleView<'_>, group: &str, version: &str, kind: &str) -> bool {
    view.contents.crd_descriptions("owned").any(|owned| {
        let own = owned.text(&["name"]).split_once('.').map_or("", |(_, group)| group);
        (own, owned.text(&["version"]), owned.text(&["kind"])) == (group, version, kind)
    }) || view.contents.crds.iter().any(|crd| {
        (crd.spec.text(&["group"]), crd.spec.text(&["names", "kind"])) == (group, kind)
            && crd.has_version(version)
    })
}
