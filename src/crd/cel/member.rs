//! The steps from a value to its parts: fields, indices and calls.

use std::ops::Range;
use std::sync::Arc;

use super::check::{Checker, TYPES};
use super::functions;
use super::tree::{Expr, Function, Link, Node};
use super::types::{Field, Type};
use super::{Kind, Problem};
use crate::text::nearest;

/// The first part of qualified names of types.
const PACKAGES: [&str; 3] = ["google", "kubernetes", "net"];

impl<'t, 's> Checker<'t, 's> {
    /// Checks a value and the way from it.
    pub(super) fn member(&mut self, base: &Expr, links: &[Link]) -> Type<'t, 's> {
        let mut rest = links;
        let mut found = match (&base.node, links) {
            (Node::Name(name), _) if self.variable(name).is_some() => self.check(base),
            (Node::Name(name), [Link::Call(function, end), after @ ..])
                if !TYPES.contains(&name.as_str()) =>
            {
                rest = after;
                self.qualified(name, function, base.span.start..*end)
            }
            (Node::Name(name), [Link::Call(function, end), after @ ..])
                if !functions::overloads(&format!("{name}.{}", function.name), false).is_empty() =>
            {
                rest = after;
                self.qualified(name, function, base.span.start..*end)
            }
            (Node::Name(name), _) if PACKAGES.contains(&name.as_str()) => return Type::Dyn,
            _ => self.check(base),
        };
        for link in rest {
            let span = base.span.start..link.end();
            found = match link {
                Link::Field { name, span: place, is_optional } => {
                    if *is_optional {
                        self.since(29, place.clone(), &format!("`.?{name}`"));
                    }
                    self.select(&found, name, place, *is_optional)
                }
                Link::Index { index, is_optional, .. } => {
                    if *is_optional {
                        self.since(29, index.span.clone(), "`[?...]`");
                    }
                    let index_type = self.check(index);
                    self.index(&found, &index_type, span, *is_optional)
                }
                Link::Call(function, _) => match self.comprehension(&found, function, &span) {
                    Some(result) => result,
                    None => self.method(&found, function, span),
                },
            };
        }
        found
    }

    /// Checks a call such as `sets.contains(a, b)`, whose first word is no variable.
    fn qualified(&mut self, package: &str, function: &Function, span: Range<usize>) -> Type<'t, 's> {
        let name = format!("{package}.{}", function.name);
        let arguments: Vec<_> = function.arguments.iter().map(|argument| self.check(argument)).collect();
        if functions::overloads(&name, false).is_empty()
            && self.overloads(&function.name, true).next().is_some()
        {
            // A function of a value, whose variable is not there.
            let start = span.start;
            return self.name(package, &(start..start + package.len()));
        }
        self.function(&name, &(span.start..function.span.end), None, &arguments, span)
    }

    fn method(&mut self, receiver: &Type<'t, 's>, function: &Function, span: Range<usize>) -> Type<'t, 's> {
        let is_format = function.name == "format";
        let mut arguments = Vec::new();
        for argument in &function.arguments {
            arguments.push(match &argument.node {
                // What is formatted may be of any types.
                Node::List(elements) if is_format => self.list(elements, true),
                _ => self.check(argument),
            });
        }
        self.function(&function.name, &function.span, Some(receiver), &arguments, span)
    }

    fn select(
        &mut self,
        of: &Type<'t, 's>,
        name: &str,
        place: &Range<usize>,
        is_optional: bool,
    ) -> Type<'t, 's> {
        let is_wrapped = is_optional || matches!(of, Type::Optional(_));
        let found = match of.unwrapped() {
            Type::Object(object) => match object.field(name) {
                Field::Known(kind) => kind,
                Field::Unescaped(kind) => {
                    self.since(32, place.clone(), &format!("`{name}` without escape"));
                    if let Some(problem) = self.problems.last_mut().filter(|problem| problem.help.is_empty())
                    {
                        problem.help = format!("write `__{name}__`, which every version knows");
                    }
                    kind
                }
                Field::Untyped => {
                    let message = format!("rules cannot reach `{name}`, since the schema says no type of it");
                    self.push(
                        Problem::new(Kind::UnknownField, place.clone(), message)
                            .help("give the field a `type`, or leave it out of the rule"),
                    );
                    Type::Dyn
                }
                Field::Unknown => {
                    let names = object.names();
                    let help = match nearest(name, names.iter().map(String::as_str)) {
                        Some(known) => format!("did you mean `{known}`?"),
                        None if object.is_metadata() => "rules see `name` and `generateName` only".to_owned(),
                        None if object.keeps_unknown_fields() => {
                            "describe the field in the schema; rules see no other".to_owned()
                        }
                        None => "write the name of a field of the schema".to_owned(),
                    };
                    let message = format!("the schema has no field `{name}` here");
                    self.push(Problem::new(Kind::UnknownField, place.clone(), message).help(help));
                    Type::Dyn
                }
            },
            Type::Map(_, value) => (**value).clone(),
            Type::Dyn => Type::Dyn,
            other => {
                let help = match other {
                    Type::List(_) => {
                        "name one of the elements, as in `self.list[0]`, or all of them, as in `self.list.all(e, ...)`"
                    }
                    _ => "",
                };
                self.report(place.clone(), format!("`{other}` has no fields, and so no `{name}`"), help);
                Type::Dyn
            }
        };
        if is_wrapped { Type::Optional(Arc::new(found.unwrapped().clone())) } else { found }
    }

    fn index(
        &mut self,
        of: &Type<'t, 's>,
        index: &Type<'t, 's>,
        span: Range<usize>,
        is_optional: bool,
    ) -> Type<'t, 's> {
        let is_wrapped = is_optional || matches!(of, Type::Optional(_));
        let found = match of.unwrapped() {
            Type::List(element) if index.fits(&Type::Int) => (**element).clone(),
            Type::Map(key, value) if index.fits(key) => (**value).clone(),
            Type::Dyn => Type::Dyn,
            other => {
                let help = match other {
                    Type::Object(_) => "write `.field` for a field of an object",
                    _ => "",
                };
                self.report(span, format!("`[]` of `{other}` does not take `{index}`"), help);
                Type::Dyn
            }
        };
        if is_wrapped { Type::Optional(Arc::new(found.unwrapped().clone())) } else { found }
    }
}
