use crate::diag::{Code, Level, Suite};
use crate::resolve::v0::{Outcome, resolve};
use crate::resolve::{Namespace, Subscription};
use crate::rules::{Check, ContractView, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unreachable-head",
        summary: "a new installation gets another bundle than the head of its channel",
        suite: Suite::Percona,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unreachable_head.md"),
    },
    check: Check::Contract(check),
};

/// OLM passes over a head that is prohibited, or whose dependencies are not there, without a word.
fn check(view: &ContractView<'_>, out: &mut Findings<'_>) {
    for subscribed in view.subscribed().filter(|subscribed| !view.choosable[subscribed.head]) {
        let (index, package) = (view.index(), subscribed.package);
        let head = &index.offered(subscribed.head).blob.name;
        let source = &view.contract.catalog_source.name;
        let mut subscription = Subscription::new(source, package, subscribed.lane.name);
        let namespace =
            |subscription| Namespace { subscriptions: vec![subscription], ..Namespace::default() };
        let gets = match resolve(&view.sources, &namespace(subscription.clone())) {
            Ok(Outcome::Plan(plan)) => {
                plan.steps.into_iter().find(|step| step.subscription.is_some()).map(|step| step.name)
            }
            _ => None,
        };
        subscription.starting_csv = head.to_string();
        let why = resolve(&view.sources, &namespace(subscription)).err().map(|failure| failure.message);
        let message = match gets {
            Some(gets) => format!(
                "{} gets `{gets}`, not the head `{head}` of channel `{}`",
                view.contract.installer, subscribed.lane.name
            ),
            None => format!(
                "{} gets nothing from channel `{}`: `{head}` cannot be installed",
                view.contract.installer, subscribed.lane.name
            ),
        };
        let finding = out.of(package, "").report(subscribed.channel.origin.clone(), message);
        let blob = index.offered(subscribed.head).blob;
        let why = why.unwrap_or_default();
        let why = why.trim_start_matches("constraints not satisfiable: ").to_owned();
        finding.label(blob.origin.clone(), why);
        finding.help("drop `olm.deprecated` from the head, or add what it needs to the catalog");
    }
}
