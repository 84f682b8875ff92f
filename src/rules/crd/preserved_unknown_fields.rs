use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "preserved-unknown-fields",
        summary: "a CRD of v1 keeps unknown fields",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("preserved_unknown_fields.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for crd in
        view.contents.crds.iter().filter(|crd| !crd.is_beta && crd.spec.is_true(&["preserveUnknownFields"]))
    {
        let finding = out
            .report(crd.spec.place_of("preserveUnknownFields"), "a CRD of v1 cannot keep all unknown fields");
        finding.help("remove it, and set `x-kubernetes-preserve-unknown-fields: true` in the schema where it is needed");
    }
}
