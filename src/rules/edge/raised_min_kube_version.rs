use std::cmp::Ordering;

use crate::catalog::version::Version;
use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, EdgeView, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "raised-min-kube-version",
        summary: "the newer bundle needs a newer Kubernetes than the installer has",
        suite: Suite::Percona,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("raised_min_kube_version.md"),
    },
    check: Check::Edge(check),
};

/// OLM leaves such a CSV pending for ever, and the older one is not brought back.
fn check(view: &EdgeView<'_>, out: &mut Findings<'_>) {
    let Some(target) = view.contract.and_then(|contract| parse(&contract.oldest_kubernetes)) else { return };
    let needed =
        |field: Option<(crate::text::Value<'_, '_>, _)>| field.and_then(|(value, _)| parse(value.str()?));
    let Some((value, place)) = view.upgrade.to.field("minKubeVersion") else { return };
    let is_past = |version: &Version| version.precedence(&target) == Ordering::Greater;
    let is_past_before =
        needed(view.upgrade.from.field("minKubeVersion")).is_some_and(|version| is_past(&version));
    if value.str().and_then(parse).is_some_and(|version| is_past(&version)) && !is_past_before {
        let message = format!("Kubernetes {} is needed, and the installer has {target}", value.text());
        out.report(place, message)
            .help("lower `minKubeVersion`, or raise `kubernetes` in `catalog/contract.yaml`");
    }
}

/// Reads a version of three numbers, or two.
fn parse(text: &str) -> Option<Version> {
    let text = text.strip_prefix('v').unwrap_or(text);
    Version::parse(text).or_else(|_| Version::parse(&format!("{text}.0"))).ok()
}
