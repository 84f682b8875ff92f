use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "object-with-namespace",
        summary: "an object of a bundle names a namespace",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("object_with_namespace.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for object in view.contents.objects.iter().filter(|object| object.kind != "ClusterServiceVersion") {
        let namespace = object.at.text(&["metadata", "namespace"]);
        let is_text =
            object.at.value.at(&["metadata", "namespace"]).is_some_and(|value| value.str().is_some());
        if is_text && !namespace.is_empty() {
            let message = format!("{} `{}` wants to be in namespace `{namespace}`", object.kind, object.name);
            let finding = out.report(object.at.place().key("metadata").key("namespace"), message);
            finding.help("leave `namespace` out: OLM installs into the namespace of the operator");
        }
    }
}
