//! The rules of a CRD: every element of every `x-kubernetes-validations`, judged as the API server does
//! when it takes the CRD.

use std::ops::Range;
use std::sync::Arc;

use super::check::Checker;
use super::syntax::parse;
use super::types::Type;
use super::{Kind, Problem, cost, field_path};
use crate::crd::{Crd, Link, Path, Schema, Version};
use crate::text::{Kind as NodeKind, Route, Value, nearest};

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The way from the root of the manifest to the value at fault.
    pub route: Route,
    /// What is wrong with it; the range is that of the value's text.
    pub problem: Problem,
}

/// The more there are, the less they say; and what is meant instead takes time to find.
const MOST: usize = 1000;

/// The reasons that the API server knows.
const REASONS: [&str; 4] =
    ["FieldValueInvalid", "FieldValueForbidden", "FieldValueRequired", "FieldValueDuplicate"];

/// Returns what is wrong with the rules of a CRD. Version v1beta1 does not know them.
pub fn faults(crd: Crd<'_, '_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    if crd.is_v1beta1() {
        return faults;
    }
    for version in crd.versions() {
        let Some(schema) = version.schema else { continue };
        let mut nodes = Nodes { version: &version, links: Vec::new(), faults: &mut faults };
        nodes.visit(schema, true, &Above { uncorrelated: None, count: Some(1) });
    }
    faults
}

/// What the nodes above say of one.
#[derive(Clone)]
struct Above {
    /// The list whose elements of one object cannot be found again in its next version.
    uncorrelated: Option<String>,
    /// How many of the node there may be in an object; none if nothing says.
    count: Option<u64>,
}

struct Nodes<'v, 't, 's> {
    version: &'v Version<'t, 's>,
    links: Vec<Link<'t>>,
    faults: &'v mut Vec<Fault>,
}

impl<'t, 's> Nodes<'_, 't, 's> {
    fn visit(&mut self, schema: Schema<'t, 's>, is_root: bool, above: &Above) {
        let list = schema.get("x-kubernetes-validations").filter(|list| list.kind() == NodeKind::List);
        if let Some(list) = list {
            self.rules(schema, list, is_root || schema.is_embedded_resource(), above);
        }
        if self.links.len() == crate::crd::DEPTH {
            return;
        }
        for (link, child) in schema.children() {
            let mut below = above.clone();
            if link == Link::Items && schema.list_type() != "map" && below.uncorrelated.is_none() {
                below.uncorrelated = Some(Path(self.links.clone()).to_string());
            }
            if matches!(link, Link::Items | Link::Values) {
                below.count = below.count.and_then(|count| Some(count.saturating_mul(cost::bound(schema)?)));
            }
            self.links.push(link);
            self.visit(child, false, &below);
            self.links.pop();
        }
    }

    fn rules(&mut self, schema: Schema<'t, 's>, list: Value<'t, 's>, is_resource: bool, above: &Above) {
        let base =
            Path(self.links.clone()).route(&self.version.schema_route()).key("x-kubernetes-validations");
        let kind = Type::of(schema, is_resource);
        if kind.is_none() && schema.preserves_unknown_fields() {
            let message = "rules are of no use here, since the schema says no type";
            let problem = Problem::new(Kind::Invalid, 0..0, message).help("add `type`, or remove the rules");
            self.faults.push(Fault { route: base, problem });
            return;
        }
        for (index, rule) in list.items().enumerate().filter(|(_, rule)| rule.kind() == NodeKind::Map) {
            let rule = Rule { value: rule, route: base.index(index), schema, above };
            if self.faults.len() >= MOST {
                return;
            }
            // Another fault of the schema makes the type unknown.
            rule.check(kind.clone().unwrap_or(Type::Dyn), self.faults);
        }
    }
}

/// An element of `x-kubernetes-validations`.
struct Rule<'a, 't, 's> {
    value: Value<'t, 's>,
    route: Route,
    schema: Schema<'t, 's>,
    above: &'a Above,
}

impl<'t, 's> Rule<'_, 't, 's> {
    fn text(&self, key: &str) -> Option<&'t str> {
        self.value.get(key).and_then(Value::str)
    }

    fn check(&self, kind: Type<'t, 's>, faults: &mut Vec<Fault>) {
        let rule = self.text("rule").unwrap_or_default();
        let old = self.value.get("optionalOldSelf").and_then(Value::bool);
        let mut problems = Vec::new();
        if rule.trim().is_empty() {
            let problem = Problem::new(Kind::Invalid, 0..rule.len(), "a rule without `rule`");
            problems.push(("rule", problem.help("write what must be true, or remove it")));
        } else {
            let (mut found, uses_old) = self.expression(rule, &kind, old, &Type::Bool, "a rule");
            if uses_old == Some(true)
                && let Some(list) = &self.above.uncorrelated
            {
                found.push(uncorrelated(rule, list));
            }
            if uses_old == Some(false) && old.is_some() {
                let message = "`optionalOldSelf` is for rules that use `oldSelf`";
                let problem = Problem::new(Kind::Transition, 0..4, message).help("remove it");
                problems.push(("optionalOldSelf", problem));
            }
            problems.extend(found.into_iter().map(|problem| ("rule", problem)));
        }
        problems.extend(self.message(rule));
        if let Some(text) = self.text("messageExpression").filter(|text| !text.is_empty()) {
            let found = if text.trim().is_empty() {
                vec![Problem::new(Kind::Message, 0..text.len(), "the expression is empty").help("remove it")]
            } else {
                self.expression(text, &kind, old, &Type::Str, "a message").0
            };
            problems.extend(found.into_iter().map(|problem| ("messageExpression", problem)));
        }
        problems.extend(self.reason());
        let fault = |(key, problem): (&str, Problem)| Fault { route: self.route.key(key), problem };
        faults.extend(problems.into_iter().map(fault));
    }

    /// Checks an expression. Also returns whether it uses the old value, if it can be read.
    fn expression(
        &self,
        text: &str,
        kind: &Type<'t, 's>,
        old: Option<bool>,
        wanted: &Type<'t, 's>,
        what: &str,
    ) -> (Vec<Problem>, Option<bool>) {
        let old = match old {
            Some(true) => Type::Optional(Arc::new(kind.clone())),
            _ => kind.clone(),
        };
        let expr = match parse(text) {
            Ok(expr) => expr,
            Err(problem) => return (vec![problem], None),
        };
        let mut checker = Checker::new(vec![("self", kind.clone()), ("oldSelf", old)], true);
        checker.expect(&expr, wanted, what);
        let uses_old = checker.uses_old;
        let mut problems = checker.problems;
        let is_sound = problems.iter().all(|problem| matches!(problem.kind, Kind::Since(_)));
        if is_sound && let Some(problem) = cost::problem(&expr, self.schema, self.above.count) {
            problems.push(problem);
        }
        (problems, Some(uses_old))
    }

    fn message(&self, rule: &str) -> Option<(&'static str, Problem)> {
        let message = self.text("message").unwrap_or_default();
        let new = |text: &str| Problem::new(Kind::Message, 0..message.len(), text);
        let is_broken = |text: &str| text.trim().contains(['\n', '\r']);
        let problem = if rule.trim().is_empty() {
            return None;
        } else if !message.is_empty() && message.trim().is_empty() {
            new("a message of blanks").help("write what is wrong with the object, or remove it")
        } else if is_broken(message) {
            new("a message of several lines").help("write it as one line")
        } else if is_broken(rule) && message.trim().is_empty() {
            let problem =
                Problem::new(Kind::Message, 0..rule.len(), "a rule of several lines needs a message");
            return Some(("rule", problem.help("add `message`, or write the rule as one line, with `>-`")));
        } else {
            return None;
        };
        Some(("message", problem))
    }

    fn reason(&self) -> Vec<(&'static str, Problem)> {
        let mut problems = Vec::new();
        if let Some(reason) = self.text("reason").filter(|reason| !REASONS.contains(reason)) {
            let message = format!("`{reason}` is no reason that Kubernetes knows");
            let help = match nearest(reason, REASONS) {
                Some(known) => format!("did you mean `{known}`?"),
                None => format!("use one of `{}`", REASONS.join("`, `")),
            };
            problems.push(("reason", Problem::new(Kind::Reason, 0..reason.len(), message).help(help)));
        }
        let path = self.text("fieldPath").unwrap_or_default();
        if let Some((range, message, help)) = field_path::fault(path, self.schema) {
            problems.push(("fieldPath", Problem::new(Kind::Reason, range, message).help(help)));
        }
        problems
    }
}

/// What is said of a rule that asks for the old element of a list.
fn uncorrelated(rule: &str, list: &str) -> Problem {
    let range: Range<usize> = rule.find("oldSelf").map_or(0..rule.len(), |at| at..at + "oldSelf".len());
    let message = format!("`oldSelf` is of no use in `{list}`, whose elements cannot be told apart");
    Problem::new(Kind::Transition, range, message)
        .help("make it a list of `x-kubernetes-list-type: map`, or put the rule on the list itself")
}
