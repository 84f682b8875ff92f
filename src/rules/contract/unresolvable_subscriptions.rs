use crate::diag::{Code, Level, Suite};
use crate::resolve::apply;
use crate::resolve::v0::{Outcome, Plan, resolve};
use crate::rules::{Check, ContractView, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unresolvable-subscriptions",
        summary: "the packages that the installer puts into one namespace do not go together",
        suite: Suite::Percona,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unresolvable_subscriptions.md"),
    },
    check: Check::Contract(check),
};

/// All that is in one namespace is one problem: an API that two provide, or a package that another one brought
/// along before its turn, fails every Subscription.
fn check(view: &ContractView<'_>, out: &mut Findings<'_>) {
    let subscribed: Vec<&str> = view.subscribed().map(|subscribed| subscribed.package).collect();
    for (at, namespace) in view.contract.namespaces.iter().enumerate() {
        let packages: Vec<&str> =
            namespace.packages.iter().map(String::as_str).filter(|name| subscribed.contains(name)).collect();
        let chosen = |plan: &Plan, package: usize| {
            plan.steps.iter().find(|step| step.subscription == Some(package)).map(|step| step.name.clone())
        };
        // What one package cannot have alone is not for this rule.
        let alone = |package: &str| match resolve(&view.sources, &view.namespace(namespace, [package])) {
            Ok(Outcome::Plan(plan)) => chosen(&plan, 0),
            _ => None,
        };
        let mut state = view.namespace(namespace, []);
        for (number, &package) in packages.iter().enumerate() {
            let Some(wanted) = alone(package) else { break };
            let next = view.namespace(namespace, [package]).subscriptions.pop();
            // What OLM made for a dependency stands among those of the installer.
            let own = state.subscriptions.len();
            state.subscriptions.extend(next);
            let fault = match resolve(&view.sources, &state) {
                Err(failure) => Some(failure.message),
                Ok(Outcome::Plan(plan)) => {
                    let got = chosen(&plan, own);
                    apply(&view.sources, &mut state, &plan);
                    (got.as_ref() != Some(&wanted)).then(|| match got {
                        Some(got) => format!("it gets `{got}` beside the others, and `{wanted}` alone"),
                        None => format!("`{wanted}` is not chosen beside the others"),
                    })
                }
                Ok(Outcome::Nothing | Outcome::Waiting) => None,
            };
            let Some(fault) = fault else { continue };
            let listed = namespace.packages.iter().position(|name| name == package).unwrap_or(number);
            let place = view.origin.key("namespaces").index(at).key("packages").index(listed);
            let others =
                packages[..number].iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let message = format!(
                "in namespace `{}`, package `{package}` does not go with {others}: {fault}",
                namespace.name
            );
            let finding = out.of(package, "").report(place, message);
            finding
                .help("let no two heads provide one API, and let each need only what is installed before it");
            break;
        }
    }
}
