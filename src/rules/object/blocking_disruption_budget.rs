use crate::bundle::{At, Deployment};
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "blocking-disruption-budget",
        summary: "a PodDisruptionBudget allows no disruption",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("blocking_disruption_budget.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for budget in view.contents.of_kind("PodDisruptionBudget").filter(|object| object.group == "policy") {
        let (max, min) =
            (budget.at.text(&["spec", "maxUnavailable"]), budget.at.text(&["spec", "minAvailable"]));
        let replicas = selected(view, &budget.at)
            .and_then(|deployment| deployment.at.text(&["spec", "replicas"]).parse::<u64>().ok());
        let (key, why) = if max == "0" || max == "0%" {
            ("maxUnavailable", format!("`maxUnavailable: {max}` allows no pod to be moved"))
        } else if min == "100%" {
            ("minAvailable", "`minAvailable: 100%` allows no pod to be moved".to_owned())
        } else if let (Ok(min), Some(replicas)) = (min.parse::<u64>(), replicas)
            && min >= replicas
        {
            (
                "minAvailable",
                format!("of {replicas} replicas at least {min} are to be there, so that none can be moved"),
            )
        } else {
            continue;
        };
        let finding = out.report(budget.at.place().key("spec").key(key), why);
        finding.help("allow one pod to be away: `maxUnavailable: 1`");
    }
}

fn selected<'v, 'c>(view: &'v BundleView<'c>, budget: &At<'c>) -> Option<&'v Deployment<'c>> {
    let selector = budget.at(&["spec", "selector", "matchLabels"])?;
    view.contents.deployments.iter().find(|deployment| deployment.is_selected(&selector))
}
