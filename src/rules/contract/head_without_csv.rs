use crate::diag::{Code, Level, Suite};
use crate::resolve::Terms;
use crate::rules::{Check, ContractView, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "head-without-csv",
        summary: "the head of a channel carries nothing of its CSV",
        suite: Suite::Percona,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("head_without_csv.md"),
    },
    check: Check::Contract(check),
};

/// The package server leaves out a channel whose head has no CSV, and a package without channels.
fn check(view: &ContractView<'_>, out: &mut Findings<'_>) {
    for subscribed in view.subscribed() {
        let blob = view.index().offered(subscribed.head).blob;
        if Terms::read(blob).is_none() {
            let message = format!(
                "bundle `{}`, the head of channel `{}`, carries nothing of its CSV",
                blob.name, subscribed.lane.name
            );
            let finding = out.of(subscribed.package, "").report(blob.origin.clone(), message);
            finding.help("render the bundle with `olm.bundle.object` or `olm.csv.metadata` properties");
        }
    }
}
