use crate::diag::{Code, Level, Suite};
use crate::rules::kubernetes::{is_dns_1035_label, is_subdomain};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "misnamed-crd",
        summary: "a CRD is not named `<plural>.<group>`",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("misnamed_crd.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for crd in &view.contents.crds {
        let wanted = crd.full_name();
        // Of a plural or group that cannot be other rules speak.
        let is_possible = is_dns_1035_label(crd.spec.text(&["names", "plural"]))
            && is_subdomain(&wanted)
            && crd.spec.text(&["group"]).contains('.');
        if is_possible && crd.name != wanted {
            let finding = out.report(
                crd.at.place().key("metadata").key("name"),
                format!("this CRD must be named `{wanted}`, not `{}`", crd.name),
            );
            finding
                .label(crd.spec.place().key("names").key("plural"), "the plural")
                .label(crd.spec.place_of("group"), "the group");
            finding.help("mend the name, the plural or the group");
        }
    }
}
