use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Kind;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "leftover-runtime-field",
        summary: "an object was copied from a cluster",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("leftover_runtime_field.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for object in &view.contents.objects {
        for key in ["managedFields", "ownerReferences", "resourceVersion", "uid"] {
            let field = object.at.at(&["metadata", key]).filter(|field| !field.value.is_null());
            if let Some(field) = field {
                let finding =
                    out.report(field.place(), format!("`{key}` is of the cluster that this was copied from"));
                finding.help("remove it");
            }
        }
        let Some(status) = object.at.get("status") else { continue };
        let is_filled = status.entries().any(|(_, value)| match value.value.kind() {
            Kind::List => value.items().next().is_some(),
            Kind::Map => value.entries().any(|(_, value)| !value.value.text().is_empty()),
            Kind::Null => false,
            _ => !value.value.text().is_empty(),
        });
        if is_filled {
            out.report(status.place(), "`status` is what a cluster writes").help("remove it");
        }
    }
}
