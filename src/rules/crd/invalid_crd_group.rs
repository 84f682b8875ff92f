use crate::diag::{Code, Level, Suite};
use crate::rules::kubernetes::is_subdomain;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-crd-group",
        summary: "the group of a CRD is no domain",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_crd_group.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for crd in &view.contents.crds {
        let group = crd.spec.text(&["group"]);
        if !is_subdomain(group) || !group.contains('.') {
            let message = if group.is_empty() {
                "this CRD has no group".to_owned()
            } else {
                format!("`{group}` is no domain with a dot")
            };
            out.report(crd.spec.place_of("group"), message)
                .help("use a domain that is yours, as in `demo.example.org`");
        }
    }
}
