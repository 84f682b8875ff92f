use crate::bundle::At;
use crate::crd::cel;
use crate::diag::{Code, Level, Suite};
use crate::rules::cel_faults::place;
use crate::rules::declared::dependencies;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-cel-constraint",
        summary: "the rule of a constraint is none that the resolver can compile",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_cel_constraint.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for dependency in dependencies(view).filter(|dependency| dependency.text(&["type"]) == "olm.constraint") {
        if let Some(value) = dependency.get("value") {
            constraint(&value, 0, out);
        }
    }
}

/// How deep constraints are followed; what is deeper is `invalid-constraint`.
const DEPTH: usize = 100;

fn constraint(value: &At<'_>, depth: usize, out: &mut Findings<'_>) {
    if depth > DEPTH {
        return;
    }
    let rule = value.at(&["cel", "rule"]);
    let rule = rule.and_then(|at| Some((at.place(), at.value.str().filter(|text| !text.trim().is_empty())?)));
    if let Some((expression, text)) = rule {
        for problem in cel::constraint(text) {
            let finding = out.report(place(&expression, &problem), problem.message.clone());
            if !problem.help.is_empty() {
                finding.help(problem.help);
            }
        }
    }
    for form in ["all", "any", "not"] {
        value.list(&[form, "constraints"]).for_each(|member| constraint(&member, depth + 1, out));
    }
}
