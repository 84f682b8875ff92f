use crate::catalog::version::Version;
use crate::diag::{Code, Level, Suite};
use crate::resolve::Terms;
use crate::rules::{Check, ContractView, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unsupported-kubernetes",
        summary: "the head of a channel needs a newer Kubernetes than the installer installs on",
        suite: Suite::Percona,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unsupported_kubernetes.md"),
    },
    check: Check::Contract(check),
};

/// On an older cluster the CSV waits for ever (`RequirementsNotMet`).
fn check(view: &ContractView<'_>, out: &mut Findings<'_>) {
    let Ok(oldest) = Version::parse_tolerant(&view.contract.oldest_kubernetes) else { return };
    for subscribed in view.subscribed() {
        let blob = view.index().offered(subscribed.head).blob;
        let Some(why) = Terms::read(blob).and_then(|terms| terms.too_old(&oldest)) else { continue };
        let (name, installer) = (&blob.name, &view.contract.installer);
        let message = format!("bundle `{name}` does not run on the oldest cluster of {installer}: {why}");
        let finding = out.of(subscribed.package, "").report(blob.origin.clone(), message);
        finding.label(view.origin.key("oldestKubernetes"), "the contract says so here");
        finding.help("lower `minKubeVersion`, or give up older clusters in the contract");
    }
}
