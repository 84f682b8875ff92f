//! The macros that run over a list, a map or an optional value, and give each element a name.

use std::ops::Range;
use std::sync::Arc;

use super::check::Checker;
use super::tree::{Function, Node};
use super::types::Type;

/// The names of macros that a slip of the keyboard may have meant.
pub(super) const MACROS: [&str; 9] =
    ["all", "exists", "exists_one", "filter", "map", "optMap", "optFlatMap", "transformList", "transformMap"];

impl<'t, 's> Checker<'t, 's> {
    /// Checks a macro that runs over the elements of its receiver; none if this is none.
    pub(super) fn comprehension(
        &mut self,
        of: &Type<'t, 's>,
        function: &Function,
        span: &Range<usize>,
    ) -> Option<Type<'t, 's>> {
        let Function { name, arguments, .. } = function;
        let count = arguments.len();
        let variables = match (name.as_str(), count) {
            (
                "all" | "exists" | "exists_one" | "existsOne" | "filter" | "map" | "optMap" | "optFlatMap",
                2,
            )
            | ("map", 3) => 1,
            (
                "all" | "exists" | "exists_one" | "existsOne" | "transformList" | "transformMap"
                | "transformMapEntry",
                3,
            )
            | ("transformList" | "transformMap" | "transformMapEntry", 4) => 2,
            (name, _) if MACROS.contains(&name) => {
                let message = format!("`{name}` takes the name of a variable and an expression");
                self.report(function.span.clone(), message, "write it as in `self.list.all(e, e > 0)`");
                return Some(Type::Dyn);
            }
            _ => return None,
        };
        let is_optional = name.starts_with("opt");
        if variables == 2 || is_optional {
            let (minor, what) = if is_optional {
                (29, format!("`{name}`"))
            } else {
                (33, format!("`{name}` with two variables"))
            };
            self.since(minor, function.span.clone(), &what);
        }
        let (keys, values) = match of {
            Type::Optional(inner) if is_optional => (Type::Int, (**inner).clone()),
            Type::List(element) if !is_optional => (Type::Int, (**element).clone()),
            Type::Map(key, value) if !is_optional => ((**key).clone(), (**value).clone()),
            Type::Dyn => (Type::Dyn, Type::Dyn),
            other => {
                let wanted = if is_optional { "an optional value" } else { "a list or a map" };
                let message = format!("`{name}` is for {wanted}, and this is `{other}`");
                self.report(
                    span.start..function.span.start.saturating_sub(1).max(span.start + 1),
                    message,
                    "",
                );
                (Type::Dyn, Type::Dyn)
            }
        };
        let single = if matches!(of, Type::Map(..)) { keys.clone() } else { values.clone() };
        let bound = if variables == 2 { vec![keys.clone(), values] } else { vec![single.clone()] };
        let before = self.variables.len();
        for (argument, kind) in arguments.iter().zip(bound) {
            match &argument.node {
                Node::Name(variable) => self.variables.push((variable.clone(), kind)),
                _ => {
                    let message = format!("`{name}` takes the name of a variable here");
                    self.report(argument.span.clone(), message, "write one as in `self.list.all(e, e > 0)`");
                }
            }
        }
        let (last, conditions) = arguments[variables..].split_last()?;
        for condition in conditions {
            self.expect(condition, &Type::Bool, &format!("the condition of `{name}`"));
        }
        let result = if matches!(name.as_str(), "all" | "exists" | "exists_one" | "existsOne" | "filter") {
            self.expect(last, &Type::Bool, &format!("the condition of `{name}`"));
            if name == "filter" { Type::List(Arc::new(single)) } else { Type::Bool }
        } else {
            let made = self.check(last);
            match name.as_str() {
                "optMap" => Type::Optional(Arc::new(made)),
                "optFlatMap" => made,
                "transformMap" => Type::Map(Arc::new(keys), Arc::new(made)),
                "transformMapEntry" => made,
                _ => Type::List(Arc::new(made)),
            }
        };
        self.variables.truncate(before);
        Some(result)
    }
}
