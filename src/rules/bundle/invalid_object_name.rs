use crate::diag::{Code, Level, Suite};
use crate::rules::kubernetes::{is_dns_1035_label, is_path_segment, is_subdomain};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-object-name",
        summary: "an object of a bundle has no name, or one that Kubernetes refuses",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_object_name.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for object in &view.contents.objects {
        // A CSV and a CRD have stricter rules; a list has no name.
        if matches!(object.kind, "ClusterServiceVersion" | "CustomResourceDefinition")
            || object.kind.ends_with("List")
        {
            continue;
        }
        let metadata = object.at.place().key("metadata");
        if object.name.is_empty() {
            let generated = object.at.text(&["metadata", "generateName"]);
            let finding = out.report(metadata, format!("a {} without name", object.kind));
            finding.help(if generated.is_empty() {
                "add `metadata.name`"
            } else {
                "OLM finds what it installed by name: write `name` in place of `generateName`"
            });
            continue;
        }
        let is_valid = match object.kind {
            "Role" | "RoleBinding" | "ClusterRole" | "ClusterRoleBinding" => is_path_segment(object.name),
            "Service" => is_dns_1035_label(object.name),
            _ => is_subdomain(object.name),
        };
        if !is_valid {
            let message = format!("Kubernetes takes no {} named `{}`", object.kind, object.name);
            let finding = out.report(metadata.key("name"), message);
            finding.help("use lower-case letters, digits, inner hyphens and dots");
        }
    }
}
