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

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    const DERIVED: &[&str] = &["olm.bundle.object", "olm.csv.metadata", "olm.gvk", "olm.package"];
    for property in properties(view) {
        let kind = property.text(&["type"]);
        if DERIVED.contains(&kind) {
            let finding =
                out.report(property.place_of("type"), format!("`{kind}` follows from the bundle's files"));
            finding.help("remove the property");
        }
    }
}
