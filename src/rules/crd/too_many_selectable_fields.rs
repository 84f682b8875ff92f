use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "too-many-selectable-fields",
        summary: "a version of a CRD lets users select by more than eight fields",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("too_many_selectable_fields.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for version in view.contents.crds.iter().flat_map(|crd| crd.versions()) {
        let fields: Vec<_> = version.list(&["selectableFields"]).collect();
        if let Some(ninth) = fields.get(8) {
            out.report(ninth.place(), format!("{} selectable fields are more than 8", fields.len()))
                .help("keep the eight that users filter by");
        }
        for field in fields.iter().filter(|field| !field.text(&["jsonPath"]).starts_with('.')) {
            out.report(field.place_of("jsonPath"), "a selectable field without path")
                .help("write a plain path, as in `.spec.size`");
        }
    }
}
