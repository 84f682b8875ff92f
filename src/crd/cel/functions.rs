//! The functions and operators that rules may use, from a table: those of CEL itself and those of
//! Kubernetes' libraries, with the version that brought them; and which of them takes some arguments.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use super::types::Type;

/// One signature of a function.
#[derive(Debug)]
pub(super) struct Overload {
    /// The library that it belongs to.
    pub(super) library: &'static str,
    /// The Kubernetes 1.x that brought it; 0 if all have it that know rules.
    pub(super) since: u32,
    receiver: Option<Type<'static, 'static>>,
    parameters: Vec<Type<'static, 'static>>,
    result: Type<'static, 'static>,
}

/// Functions by name.
type Named = HashMap<&'static str, Vec<Overload>>;

/// All of them: those that stand alone, and those that are members of their first argument.
#[derive(Default)]
struct Table {
    alone: Named,
    members: Named,
}

impl Table {
    fn of(&self, is_member: bool) -> &Named {
        if is_member { &self.members } else { &self.alone }
    }
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::default();
    for line in include_str!("functions.csv").lines().skip(1) {
        let cells: Vec<&'static str> = line.split(',').collect();
        let [library, since, receiver, name, parameters, result] = cells[..] else { continue };
        let receiver = (!receiver.is_empty()).then(|| read(receiver));
        let named = if receiver.is_some() { &mut table.members } else { &mut table.alone };
        let parameters = parameters.split(' ').filter(|cell| !cell.is_empty()).map(read).collect();
        let since = since.parse().unwrap_or_default();
        named.entry(name).or_default().push(Overload {
            library,
            since,
            receiver,
            parameters,
            result: read(result),
        });
    }
    // The operators that compare for order take the same.
    for sign in ["<=", ">", ">="] {
        let same = table.alone["<"].iter().map(|less| Overload {
            parameters: less.parameters.clone(),
            result: Type::Bool,
            receiver: None,
            ..*less
        });
        let same = same.collect();
        table.alone.insert(sign, same);
    }
    table
});

/// Reads the name of a type, as the table has it.
fn read(text: &'static str) -> Type<'static, 'static> {
    if let Some((outer, inner)) = text.strip_suffix(']').and_then(|text| text.split_once('[')) {
        return match (outer, inner.split_once(':')) {
            ("map", Some((key, value))) => Type::Map(Arc::new(read(key)), Arc::new(read(value))),
            ("optional", _) => Type::Optional(Arc::new(read(inner))),
            _ => Type::List(Arc::new(read(inner))),
        };
    }
    match text {
        "dyn" => Type::Dyn,
        "bool" => Type::Bool,
        "int" => Type::Int,
        "uint" => Type::Uint,
        "double" => Type::Double,
        "string" => Type::Str,
        "bytes" => Type::Bytes,
        "duration" => Type::Duration,
        "timestamp" => Type::Timestamp,
        "type" => Type::Kind,
        "A" => Type::Parameter(0),
        "B" => Type::Parameter(1),
        name => Type::Opaque(name),
    }
}

/// Returns the signatures of a function.
pub(super) fn overloads(name: &str, is_member: bool) -> &'static [Overload] {
    TABLE.of(is_member).get(name).map_or(&[], Vec::as_slice)
}

/// Returns the names of all functions, members or not; operators are left out.
pub(super) fn names(is_member: bool) -> impl Iterator<Item = &'static str> {
    TABLE.of(is_member).keys().copied().filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
}

impl Overload {
    /// Returns the type of a call with some arguments; none if it does not take them.
    pub(super) fn call<'t, 's>(
        &self,
        receiver: Option<&Type<'t, 's>>,
        arguments: &[Type<'t, 's>],
    ) -> Option<Type<'t, 's>> {
        if self.parameters.len() != arguments.len() {
            return None;
        }
        let mut bound = [None, None];
        let wanted = self.receiver.iter().chain(&self.parameters);
        let given = receiver.into_iter().chain(arguments);
        for (wanted, given) in wanted.zip(given) {
            if !takes(wanted, given, &mut bound) {
                return None;
            }
        }
        Some(fill(&self.result, &bound))
    }
}

type Bound<'t, 's> = [Option<Type<'t, 's>>; 2];

/// Whether a parameter takes an argument; what stands for any type is bound on the way.
fn takes<'t, 's>(wanted: &Type<'static, 'static>, given: &Type<'t, 's>, bound: &mut Bound<'t, 's>) -> bool {
    match (wanted, given) {
        (Type::Parameter(number), _) => match &bound[*number] {
            Some(Type::Dyn) | None => {
                bound[*number] = Some(given.clone());
                true
            }
            Some(before) => before.fits(given),
        },
        (Type::Dyn, _) | (_, Type::Dyn) => true,
        (Type::List(wanted), Type::List(given)) | (Type::Optional(wanted), Type::Optional(given)) => {
            takes(wanted, given, bound)
        }
        (Type::Map(key, value), Type::Map(given_key, given_value)) => {
            takes(key, given_key, bound) && takes(value, given_value, bound)
        }
        (wanted, given) => wanted.fits(given),
    }
}

fn fill<'t, 's>(result: &Type<'static, 'static>, bound: &Bound<'t, 's>) -> Type<'t, 's> {
    match result {
        Type::Parameter(number) => bound[*number].clone().unwrap_or(Type::Dyn),
        Type::List(inner) => Type::List(Arc::new(fill(inner, bound))),
        Type::Optional(inner) => Type::Optional(Arc::new(fill(inner, bound))),
        Type::Map(key, value) => Type::Map(Arc::new(fill(key, bound)), Arc::new(fill(value, bound))),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_to_its_last_line() {
        let lines = include_str!("functions.csv").lines().skip(1).count();
        let known: usize = TABLE.alone.values().chain(TABLE.members.values()).map(Vec::len).sum();
        assert_eq!(known, lines + 3 * overloads("<", false).len());
        assert!(overloads("isSemver", false).len() == 2 && overloads("isSemver", true).is_empty());
        assert!(names(true).any(|name| name == "startsWith") && names(false).all(|name| name != "=="));
    }
}
