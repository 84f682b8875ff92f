use crate::diag::{Code, Level, Suite};
use crate::resolve::plan_bytes;
use crate::rules::{Check, ContractView, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "oversized-install-plan",
        summary: "the plan of the installer's bundles without image is larger than etcd takes",
        suite: Suite::Percona,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("oversized_install_plan.md"),
    },
    check: Check::Contract(check),
};

/// A bundle without image is in the plan with all its manifests, and one plan can have all heads of a namespace.
fn check(view: &ContractView<'_>, out: &mut Findings<'_>) {
    for (at, namespace) in view.contract.namespaces.iter().enumerate() {
        let heads =
            view.subscribed().filter(|head| namespace.packages.iter().any(|name| name == head.package));
        let blobs = heads.map(|head| view.index().offered(head.head).blob);
        let bytes: usize = blobs.filter(|blob| blob.image.is_empty()).map(plan_bytes).sum();
        let limit = view.contract.largest_plan;
        if bytes > limit {
            let message = format!(
                "the heads for namespace `{}` that have no image take {bytes} bytes of one plan, more than {limit}",
                namespace.name
            );
            let place = view.origin.key("namespaces").index(at).key("packages");
            out.report(place, message).help("give the bundles an image, from which OLM takes the manifests");
        }
    }
}
