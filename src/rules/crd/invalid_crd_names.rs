use crate::diag::{Code, Level, Suite};
use crate::rules::kubernetes::is_dns_1035_label;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-crd-names",
        summary: "a CRD has names that Kubernetes refuses",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_crd_names.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for crd in &view.contents.crds {
        let names = crd.spec.place().key("names");
        let check = |key: &'static str, name: &str, out: &mut Findings<'_>| {
            let is_kind = key == "kind" || key == "listKind";
            let is_valid =
                if is_kind { is_dns_1035_label(&name.to_lowercase()) } else { is_dns_1035_label(name) };
            if !is_valid {
                let finding = out.report(names.key(key), format!("no CRD can have the {key} `{name}`"));
                finding.help(if is_kind {
                    "use letters and digits, as in `Demo`"
                } else {
                    "use lower-case letters, digits and inner hyphens"
                });
            }
        };
        for key in ["plural", "singular", "kind", "listKind"] {
            let name = crd.spec.text(&["names", key]);
            match name {
                "" if key == "plural" || key == "kind" => {
                    out.report(names.key(key), format!("this CRD has no {key}"))
                        .help(format!("add `names.{key}`"));
                }
                "" => {}
                name => check(key, name, out),
            }
        }
        for name in ["shortNames", "categories"].iter().flat_map(|key| crd.spec.texts(&["names", key])) {
            check("shortNames", name, out);
        }
        let (kind, list) = (crd.spec.text(&["names", "kind"]), crd.spec.text(&["names", "listKind"]));
        if !kind.is_empty() && kind == list {
            out.report(names.key("listKind"), format!("`{kind}` is both the kind and the kind of lists"))
                .help(format!("write `listKind: {kind}List`"));
        }
    }
}
