use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, EdgeView, Findings, Rule, names};
use crate::text::Value;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "shrunk-install-modes",
        summary: "an install mode is not supported any more",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("shrunk_install_modes.md"),
    },
    check: Check::Edge(check),
};

/// OLM fails a CSV whose modes do not fit its OperatorGroup, after the older one is gone from its mind.
fn check(view: &EdgeView<'_>, out: &mut Findings<'_>) {
    let (Some((old, _)), Some((new, place))) =
        (view.upgrade.from.field("installModes"), view.upgrade.to.field("installModes"))
    else {
        return;
    };
    let new = supported(new);
    let lost: Vec<&str> = supported(old).into_iter().filter(|mode| !new.contains(mode)).collect();
    if !lost.is_empty() {
        let message = format!("install mode {} is not supported any more", names::list(lost));
        out.report(place, message)
            .help("support it still: clusters that use it cannot choose another without a new install");
    }
}

fn supported<'t>(modes: Value<'t, '_>) -> Vec<&'t str> {
    let is_supported = |mode: &Value<'_, '_>| mode.get("supported").and_then(Value::bool) == Some(true);
    modes.items().filter(is_supported).filter_map(|mode| mode.get("type")?.str()).collect()
}
