use crate::diag::{Code, Level, Suite};
use crate::rules::bindings::bindings;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-binding-subject",
        summary: "a binding is for a service account that nobody makes, or for one in a fixed namespace",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unknown_binding_subject.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for (binding, subject) in bindings(view) {
        let (name, namespace) = (subject.text(&["name"]), subject.text(&["namespace"]));
        let is_made = view.contents.permissions.iter().any(|permission| permission.account == name)
            || view.contents.deployments.iter().any(|deployment| deployment.account() == name)
            || view.contents.of_kind("ServiceAccount").any(|object| object.name == name);
        if !namespace.is_empty() && is_made {
            let message = format!(
                "{} `{}` is for `{name}` in namespace `{namespace}`, whatever the operator's is",
                binding.kind, binding.name
            );
            let finding = out.report(subject.place_of("namespace"), message);
            finding.help("give the permissions in the CSV, for which OLM knows the namespace");
        } else if !is_made && namespace.is_empty() {
            let finding =
                out.report(subject.place_of("name"), format!("nobody makes the service account `{name}`"));
            finding.help("mend the name, or bring the ServiceAccount");
        }
    }
}
