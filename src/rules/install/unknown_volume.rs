use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-volume",
        summary: "a container mounts a volume that its pod does not have",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unknown_volume.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for (deployment, container) in view.contents.containers() {
        let Some(pod) = &deployment.pod else { continue };
        for mount in container.list(&["volumeMounts"]) {
            let name = mount.text(&["name"]);
            // OLM adds the two volumes with the certificates of webhooks.
            let is_known = ["apiservice-cert", "webhook-cert"].contains(&name)
                || pod.list(&["volumes"]).any(|volume| volume.text(&["name"]) == name);
            if !is_known && !name.is_empty() {
                let finding = out.report(
                    mount.place_of("name"),
                    format!("Deployment `{}` has no volume `{name}`", deployment.name),
                );
                finding
                    .label(pod.place().key("volumes"), "its volumes")
                    .help("add the volume, or remove the mount");
            }
        }
    }
}
