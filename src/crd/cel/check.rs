//! Follows an expression through its types: every name must be known, every function must take its
//! arguments.

use std::ops::Range;
use std::sync::Arc;

use super::functions::{self, Overload};
use super::macros::MACROS;
use super::syntax::parse;
use super::tree::{Expr, Function, Link, Literal, Node};
use super::types::Type;
use super::{Kind, Problem};
use crate::text::nearest;

/// The more there are, the less they say.
const MOST: usize = 20;

/// The names of types.
pub(super) const TYPES: [&str; 13] = [
    "bool",
    "bytes",
    "double",
    "dyn",
    "int",
    "list",
    "map",
    "null_type",
    "optional_type",
    "string",
    "type",
    "uint",
    "timestamp",
];

/// Returns what is wrong with the rule of a constraint of OLM v0 (`pkg/constraints/cel.go` of
/// operator-framework/api).
pub fn constraint(rule: &str) -> Vec<Problem> {
    let property = Type::Map(Arc::new(Type::Str), Arc::new(Type::Dyn));
    let mut checker = Checker::new(vec![("properties", Type::List(Arc::new(property)))], false);
    match parse(rule) {
        Ok(expr) => checker.expect(&expr, &Type::Bool, "a constraint"),
        Err(problem) => checker.problems.push(problem),
    }
    checker.problems
}

/// An expression that is being followed.
pub(super) struct Checker<'t, 's> {
    pub(super) variables: Vec<(String, Type<'t, 's>)>,
    is_kubernetes: bool,
    pub(super) problems: Vec<Problem>,
    /// Whether `oldSelf` is in it.
    pub(super) uses_old: bool,
}

impl<'t, 's> Checker<'t, 's> {
    /// Makes the checker of an expression with some variables.
    pub(super) fn new(variables: Vec<(&str, Type<'t, 's>)>, is_kubernetes: bool) -> Self {
        let variables = variables.into_iter().map(|(name, kind)| (name.to_owned(), kind)).collect();
        Checker { variables, is_kubernetes, problems: Vec::new(), uses_old: false }
    }

    /// Checks a whole expression and its type.
    pub(super) fn expect(&mut self, expr: &Expr, wanted: &Type<'t, 's>, what: &str) {
        let found = self.check(expr);
        if !found.fits(wanted) {
            self.report(expr.span.clone(), format!("{what} must be `{wanted}`, and this is `{found}`"), "");
        }
    }

    pub(super) fn push(&mut self, problem: Problem) {
        if self.problems.len() < MOST {
            self.problems.push(problem);
        }
    }

    pub(super) fn report(&mut self, range: Range<usize>, message: String, help: &str) {
        self.push(Problem::syntax(range, message).help(help));
    }

    /// Says that something is not known to every version.
    pub(super) fn since(&mut self, minor: u32, range: Range<usize>, what: &str) {
        if !self.is_kubernetes {
            return self.report(range, format!("OLM does not know {what}"), "");
        }
        let message = format!("{what} is known since Kubernetes 1.{minor}");
        self.push(Problem::new(Kind::Since(minor), range, message));
    }

    pub(super) fn variable(&self, name: &str) -> Option<&Type<'t, 's>> {
        self.variables.iter().rev().find(|(known, _)| known == name).map(|(_, kind)| kind)
    }

    /// Returns the type of an expression; of one that has faults, what it would have without.
    pub(super) fn check(&mut self, expr: &Expr) -> Type<'t, 's> {
        match &expr.node {
            Node::Literal(literal) => match literal {
                Literal::Null => Type::Null,
                Literal::Bool => Type::Bool,
                Literal::Int => Type::Int,
                Literal::Uint => Type::Uint,
                Literal::Double => Type::Double,
                Literal::Str(_) => Type::Str,
                Literal::Bytes => Type::Bytes,
            },
            Node::Name(name) => self.name(name, &expr.span),
            Node::Unary(sign, operand) => {
                let operand = self.check(operand);
                self.operator(sign, &[operand], expr.span.clone())
            }
            Node::Chain(first, rest) => {
                let mut left = self.check(first);
                for (sign, operand) in rest {
                    let right = self.check(operand);
                    left = self.operator(sign, &[left, right], first.span.start..operand.span.end);
                }
                left
            }
            Node::Choice(parts) => {
                let [condition, then, otherwise] = &**parts;
                self.expect(condition, &Type::Bool, "the condition of `?`");
                let (left, right) = (self.check(then), self.check(otherwise));
                let span = then.span.start..otherwise.span.end;
                self.same_type(&left, &right, span, "both sides of `:` must be of one type");
                if left.fits(&right) { left } else { Type::Dyn }
            }
            Node::Member(base, links) => self.member(base, links),
            Node::Call(function) => self.call(function, &expr.span),
            Node::List(elements) => self.list(elements, false),
            Node::Map(entries) => {
                let (mut keys, mut values) = (Vec::new(), Vec::new());
                for (key, value) in entries {
                    keys.push((self.check(key), key.span.clone()));
                    values.push((self.check(value), value.span.clone()));
                }
                let (keys, values) = (self.common(keys, false), self.common(values, false));
                Type::Map(Arc::new(keys), Arc::new(values))
            }
            Node::Message => Type::Dyn,
        }
    }

    fn same_type(
        &mut self,
        left: &Type<'t, 's>,
        right: &Type<'t, 's>,
        span: Range<usize>,
        rule: &str,
    ) -> bool {
        let differ = left.is_basic() && right.is_basic() && !left.fits(right);
        if differ {
            self.report(span, format!("{rule}, not `{left}` and `{right}`"), "");
        }
        !differ
    }

    pub(super) fn list(&mut self, elements: &[(bool, Expr)], may_be_mixed: bool) -> Type<'t, 's> {
        let mut types = Vec::new();
        for (is_optional, element) in elements {
            if *is_optional {
                self.since(29, element.span.clone(), "an optional element");
            }
            let found = self.check(element);
            types.push((if *is_optional { found.unwrapped().clone() } else { found }, element.span.clone()));
        }
        Type::List(Arc::new(self.common(types, may_be_mixed)))
    }

    /// Returns the type that all have.
    fn common(&mut self, types: Vec<(Type<'t, 's>, Range<usize>)>, may_be_mixed: bool) -> Type<'t, 's> {
        let mut types = types.into_iter();
        let Some((mut common, _)) = types.next() else { return Type::Dyn };
        for (other, span) in types {
            let rule = "the elements of a list or map must be of one type";
            let is_same = may_be_mixed || !self.is_kubernetes || self.same_type(&common, &other, span, rule);
            if !is_same {
                return Type::Dyn;
            }
            if !common.fits(&other) || matches!(other, Type::Dyn) {
                common = Type::Dyn;
            }
        }
        common
    }

    pub(super) fn name(&mut self, name: &str, span: &Range<usize>) -> Type<'t, 's> {
        self.uses_old |= name == "oldSelf";
        if let Some(kind) = self.variable(name) {
            return kind.clone();
        }
        if TYPES.contains(&name) {
            return Type::Kind;
        }
        let help = match nearest(name, self.variables.iter().map(|(known, _)| known.as_str())) {
            Some(known) => format!("did you mean `{known}`?"),
            None if self.is_kubernetes => {
                format!("write `self.{name}` for a field, and `'{name}'` for a text")
            }
            None => "write a text in quotes; the properties of a bundle are in `properties`".to_owned(),
        };
        self.report(span.clone(), format!("there is no variable `{name}`"), &help);
        Type::Dyn
    }

    /// Returns the signatures that the expression may use.
    pub(super) fn overloads(
        &self,
        name: &str,
        is_member: bool,
    ) -> impl Iterator<Item = &'static Overload> + use<'t, 's> {
        let is_kubernetes = self.is_kubernetes;
        functions::overloads(name, is_member).iter().filter(move |overload| match overload.library {
            "standard" => true,
            library => is_kubernetes == (library != "olm"),
        })
    }

    fn operator(&mut self, sign: &str, operands: &[Type<'t, 's>], span: Range<usize>) -> Type<'t, 's> {
        let found = self.choose(sign, None, operands);
        let is_logical = matches!(sign, "!" | "&&" | "||" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "in");
        match found {
            Some((result, 0)) => result,
            Some((result, minor)) => {
                let names: Vec<_> = operands.iter().map(|operand| format!("`{operand}`")).collect();
                self.since(minor, span, &format!("`{sign}` of {}", names.join(" and ")));
                result
            }
            None => {
                let names: Vec<_> = operands.iter().map(|operand| format!("`{operand}`")).collect();
                let message = format!("`{sign}` does not take {}", names.join(" and "));
                self.report(span, message, help_for(operands));
                if is_logical { Type::Bool } else { Type::Dyn }
            }
        }
    }

    /// Returns the type of a call, and since when it is known; none if no signature takes the arguments.
    fn choose(
        &self,
        name: &str,
        receiver: Option<&Type<'t, 's>>,
        arguments: &[Type<'t, 's>],
    ) -> Option<(Type<'t, 's>, u32)> {
        let mut chosen: Option<(Type<'t, 's>, u32)> = None;
        for overload in self.overloads(name, receiver.is_some()) {
            let Some(result) = overload.call(receiver, arguments) else { continue };
            chosen = Some(match chosen {
                None => (result, overload.since),
                Some((before, since)) => {
                    let is_same = std::mem::discriminant(&before) == std::mem::discriminant(&result);
                    (
                        if is_same && before.fits(&result) { before } else { Type::Dyn },
                        since.min(overload.since),
                    )
                }
            });
        }
        chosen
    }

    fn call(&mut self, function: &Function, span: &Range<usize>) -> Type<'t, 's> {
        let Function { name, arguments, .. } = function;
        if name != "has" || arguments.len() != 1 {
            let arguments: Vec<_> = arguments.iter().map(|argument| self.check(argument)).collect();
            return self.function(name, &function.span, None, &arguments, span.clone());
        }
        let argument = &arguments[0];
        let is_field = match &argument.node {
            Node::Member(_, links) => matches!(links.last(), Some(Link::Field { is_optional: false, .. })),
            _ => false,
        };
        if !is_field {
            let help = "write `has(self.field)`; for a key of a map write `'key' in self.map`";
            self.report(argument.span.clone(), "`has` takes a field".to_owned(), help);
        }
        self.check(argument);
        Type::Bool
    }

    /// Checks the call of a function that is no macro.
    pub(super) fn function(
        &mut self,
        name: &str,
        place: &Range<usize>,
        receiver: Option<&Type<'t, 's>>,
        arguments: &[Type<'t, 's>],
        span: Range<usize>,
    ) -> Type<'t, 's> {
        if let Some((result, since)) = self.choose(name, receiver, arguments) {
            if since > 0 {
                self.since(since, place.clone(), &format!("`{name}`"));
            }
            return result;
        }
        let is_known = self.overloads(name, receiver.is_some()).next().is_some();
        if is_known {
            let names: Vec<_> = arguments.iter().map(|argument| format!("`{argument}`")).collect();
            let of = receiver.map(|receiver| format!(" of `{receiver}`")).unwrap_or_default();
            let taken = if names.is_empty() { "no arguments".to_owned() } else { names.join(", ") };
            let message = match receiver {
                Some(_) if names.is_empty() => format!("there is no `{name}`{of}"),
                _ => format!("`{name}`{of} does not take {taken}"),
            };
            self.report(span, message, "");
            return Type::Dyn;
        }
        let is_member = receiver.is_some();
        let help = if self.overloads(name, !is_member).next().is_some() {
            if is_member { format!("write `{name}(...)`") } else { format!("write `value.{name}(...)`") }
        } else {
            let likely = match name {
                "len" | "length" | "count" => Some("size"),
                "toLowerCase" | "lower" => Some("lowerAscii"),
                "toUpperCase" | "upper" => Some("upperAscii"),
                _ => nearest(
                    name,
                    functions::names(is_member).chain(is_member.then_some(MACROS).into_iter().flatten()),
                ),
            };
            likely.map(|likely| format!("did you mean `{likely}`?")).unwrap_or_default()
        };
        self.report(place.clone(), format!("there is no function `{name}`"), &help);
        Type::Dyn
    }
}

/// Returns the remedy for operands that do not go together.
fn help_for(operands: &[Type<'_, '_>]) -> &'static str {
    let has = |wanted: fn(&Type<'_, '_>) -> bool| operands.iter().any(wanted);
    if has(|operand| matches!(operand, Type::Null)) {
        "ask with `has(self.field)` whether a field is there"
    } else if has(|operand| matches!(operand, Type::Double)) && has(|operand| matches!(operand, Type::Int)) {
        "write the number with a decimal point, as in `1.0`"
    } else if has(|operand| matches!(operand, Type::Optional(_))) {
        "take the value out with `orValue`"
    } else if has(|operand| matches!(operand, Type::Str)) && has(|operand| matches!(operand, Type::Int)) {
        "convert one of them with `string` or `int`"
    } else if has(|operand| matches!(operand, Type::Str))
        && has(|operand| matches!(operand, Type::Timestamp | Type::Duration))
    {
        "convert the text with `duration` or `timestamp`"
    } else {
        ""
    }
}
