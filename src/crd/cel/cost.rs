//! What a rule may cost at most, as far as it follows from the schema: how long lists and texts may be,
//! and how often a rule runs over them (`checker/cost.go` of cel-go, `library/cost.go` of apiserver).
//!
//! Only what is certain counts: where the size of something made by the rule itself is not known, it is
//! taken for nothing. The API server's own estimate is never much less.

use super::escape::is_called;
use super::tree::{Expr, Function, Link, Literal, Node};
use super::{Kind, Problem};
use crate::crd::Schema;

/// What the API server lets a rule cost; ten times as much for all rules of a schema.
const LIMIT: u64 = 10_000_000;

/// The bytes of the largest request.
const REQUEST: u64 = 3 << 20;

/// What traversing a text costs for each byte is a tenth; of a pattern, a quarter.
const TENTH: u64 = 10;
const QUARTER: u64 = 4;

/// Returns what is wrong if a rule surely costs too much. `count` is how many of the node there may be
/// in an object, none if there is no limit.
pub(super) fn problem(expr: &Expr, schema: Schema<'_, '_>, count: Option<u64>) -> Option<Problem> {
    let node = Known { schema: Some(schema), size: most(schema) };
    let mut coster = Coster { variables: vec![("self".to_owned(), node), ("oldSelf".to_owned(), node)] };
    let (each, _) = coster.cost(expr);
    let count = count.unwrap_or_else(|| REQUEST / (least(schema, 0) + 1));
    let total = each.saturating_mul(count);
    if total <= LIMIT {
        return None;
    }
    let times = match total / LIMIT {
        0 | 1 => "more than".to_owned(),
        times if times > 100 => "more than 100 times".to_owned(),
        times => format!("about {times} times"),
    };
    let message = format!("this may cost {times} what the API server allows");
    let help = "bound the lists, maps and texts that it looks at, and those around it, by `maxItems`, \
                `maxProperties` and `maxLength`";
    Some(Problem::new(Kind::Cost, expr.span.clone(), message).help(help))
}

/// Returns how many elements or bytes there may be of a node.
pub(super) fn most(schema: Schema<'_, '_>) -> Option<u64> {
    let bound = |keyword| schema.number(keyword).map(|number| number.max(0.0) as u64);
    if schema.is_int_or_string() {
        return Some(REQUEST - 2);
    }
    match schema.kind() {
        "array" => {
            let items = schema.items()?;
            Some(bound("maxItems").unwrap_or_else(|| (REQUEST - 2) / (least(items, 0) + 1)))
        }
        "object" => {
            let values = schema.values()?;
            // A key in quotes, a colon, a comma.
            Some(bound("maxProperties").unwrap_or_else(|| (REQUEST - 2) / (least(values, 0) + 6)))
        }
        "string" => Some(match (schema.format(), bound("maxLength")) {
            ("duration" | "date" | "date-time", _) => 32,
            (_, Some(length)) => length,
            (_, None) => match schema.enumeration() {
                Some(values) => values.map(|value| value.text().len() as u64).max().unwrap_or_default(),
                None => REQUEST - 2,
            },
        }),
        _ => Some(0),
    }
}

/// Returns whether a list or map has a limit of its own.
pub(super) fn bound(schema: Schema<'_, '_>) -> Option<u64> {
    let keyword = if schema.kind() == "array" { "maxItems" } else { "maxProperties" };
    schema.number(keyword).map(|number| number.max(0.0) as u64)
}

/// Returns the bytes of the shortest value of a schema.
fn least(schema: Schema<'_, '_>, depth: usize) -> u64 {
    match schema.kind() {
        "boolean" => 4,
        "string" => match schema.format() {
            "duration" => 3,
            "date" => 12,
            "date-time" => 21,
            _ => 2,
        },
        "array" => 2,
        "object" if depth < 20 => {
            let fields = schema.required().filter_map(|name| Some((name, schema.property(name)?)));
            2 + fields.map(|(name, field)| name.len() as u64 + 4 + least(field, depth + 1)).sum::<u64>()
        }
        _ => 1,
    }
}

/// What is known of a value: where the schema describes it, and its size.
#[derive(Debug, Clone, Copy, Default)]
struct Known<'t, 's> {
    schema: Option<Schema<'t, 's>>,
    size: Option<u64>,
}

impl<'t, 's> Known<'t, 's> {
    fn of(schema: Option<Schema<'t, 's>>) -> Self {
        Known { schema, size: schema.and_then(most) }
    }

    fn sized(size: u64) -> Self {
        Known { schema: None, size: Some(size) }
    }

    fn size(self) -> u64 {
        self.size.unwrap_or_default()
    }

    fn field(self, name: &str) -> Self {
        let found = self.schema.and_then(|schema| {
            let field = || schema.properties().find(|(field, _)| is_called(field, name));
            schema.values().or_else(|| field().map(|(_, child)| child))
        });
        Known::of(found)
    }

    /// Returns what its elements are; of a map, the values.
    fn element(self) -> Self {
        Known::of(self.schema.and_then(|schema| schema.items().or_else(|| schema.values())))
    }
}

struct Coster<'t, 's> {
    variables: Vec<(String, Known<'t, 's>)>,
}

/// What it costs, and what is known of what it comes to.
type Cost<'t, 's> = (u64, Known<'t, 's>);

impl<'t, 's> Coster<'t, 's> {
    fn cost(&mut self, expr: &Expr) -> Cost<'t, 's> {
        match &expr.node {
            Node::Literal(Literal::Str(text)) => (0, Known::sized(text.len() as u64)),
            Node::Literal(_) => (0, Known::sized(1)),
            Node::Name(name) => {
                let known = self.variables.iter().rev().find(|(variable, _)| variable == name);
                (1, known.map(|(_, known)| *known).unwrap_or_default())
            }
            Node::Unary(_, operand) => (self.cost(operand).0.saturating_add(1), Known::sized(1)),
            Node::Chain(first, rest) => {
                let mut left = self.cost(first);
                for (sign, operand) in rest {
                    let right = self.cost(operand);
                    left = operator(sign, left, right);
                }
                left
            }
            Node::Choice(parts) => {
                let [condition, then, otherwise] = &**parts;
                let (condition, then, otherwise) =
                    (self.cost(condition), self.cost(then), self.cost(otherwise));
                let size = then.1.size.max(otherwise.1.size);
                (condition.0.saturating_add(then.0.max(otherwise.0)), Known { schema: None, size })
            }
            Node::Member(base, links) => {
                let mut known = self.cost(base);
                for link in links {
                    known = self.link(known, link);
                }
                known
            }
            Node::Call(function) => self.call(None, function),
            Node::List(elements) => {
                let costs = elements.iter().map(|(_, element)| self.cost(element).0);
                (costs.fold(10, u64::saturating_add), Known::sized(elements.len() as u64))
            }
            Node::Map(entries) => {
                let costs =
                    entries.iter().map(|(key, value)| self.cost(key).0.saturating_add(self.cost(value).0));
                (costs.fold(30, u64::saturating_add), Known::sized(entries.len() as u64))
            }
            Node::Message => (40, Known::default()),
        }
    }

    fn link(&mut self, (cost, known): Cost<'t, 's>, link: &Link) -> Cost<'t, 's> {
        match link {
            Link::Field { name, .. } => (cost.saturating_add(1), known.field(name)),
            Link::Index { index, .. } => {
                (cost.saturating_add(1).saturating_add(self.cost(index).0), known.element())
            }
            Link::Call(function, _) => match self.comprehension((cost, known), function) {
                Some(result) => result,
                None => self.call(Some((cost, known)), function),
            },
        }
    }

    fn comprehension(&mut self, (cost, of): Cost<'t, 's>, function: &Function) -> Option<Cost<'t, 's>> {
        // What a turn costs besides what is written in the macro, and what the whole costs besides.
        let (each, once) = match function.name.as_str() {
            "all" => (3, 1),
            "exists" => (4, 1),
            "exists_one" | "existsOne" => (2, 2),
            "map" | "transformList" => (12, 11),
            "filter" => (13, 11),
            "transformMap" | "transformMapEntry" => (2, 31),
            _ => return None,
        };
        let variables = match function.arguments.len() {
            2 => 1,
            3 if function.name != "map" => 2,
            3 => 1,
            4 => 2,
            _ => return None,
        };
        let is_map = of.schema.is_some_and(|schema| schema.values().is_some());
        let single = if is_map { Known::default() } else { of.element() };
        let bound = if variables == 2 { vec![Known::default(), of.element()] } else { vec![single] };
        let before = self.variables.len();
        for (argument, known) in function.arguments.iter().zip(bound) {
            if let Node::Name(name) = &argument.node {
                self.variables.push((name.clone(), known));
            }
        }
        let turns = function.arguments[variables..].iter().map(|part| self.cost(part).0);
        let turn = turns.fold(each, u64::saturating_add);
        self.variables.truncate(before);
        let total = cost.saturating_add(once).saturating_add(turn.saturating_mul(of.size()));
        let is_list = each > 4;
        Some((total, if is_list { Known { schema: None, size: of.size } } else { Known::sized(1) }))
    }

    fn call(&mut self, receiver: Option<Cost<'t, 's>>, function: &Function) -> Cost<'t, 's> {
        let name = function.name.as_str();
        let mut arguments: Vec<_> = function.arguments.iter().map(|argument| self.cost(argument)).collect();
        if name == "has" && receiver.is_none() {
            // To ask for a field costs what it takes to come to its object.
            return (arguments.first().map_or(0, |argument| argument.0.saturating_sub(1)), Known::sized(1));
        }
        if let Some(receiver) = receiver {
            arguments.insert(0, receiver);
        }
        let paid = arguments.iter().fold(0, |sum, argument| argument.0.saturating_add(sum));
        let size = |number: usize| arguments.get(number).map_or(0, |argument| argument.1.size());
        let (own, result) = match name {
            "startsWith" | "endsWith" => (part(size(1), TENTH), Some(1)),
            "contains" => (part(size(0), TENTH).saturating_mul(part(size(1), TENTH)), Some(1)),
            "matches" | "find" | "findAll" => {
                (part(size(0).saturating_add(1), TENTH).saturating_mul(part(size(1), QUARTER)), None)
            }
            "url" | "lowerAscii" | "upperAscii" | "substring" | "trim" => {
                (part(size(0), TENTH), Some(size(0)))
            }
            "replace" | "split" => (part(size(0), TENTH / 2), None),
            "isSorted" | "sum" | "max" | "min" | "indexOf" | "lastIndexOf" => {
                let is_text = arguments
                    .first()
                    .and_then(|first| first.1.schema)
                    .is_some_and(|schema| schema.kind() == "string");
                (if is_text { part(size(0), TENTH) } else { size(0) }, Some(1))
            }
            _ => (1, None),
        };
        (paid.saturating_add(own), Known { schema: None, size: result })
    }
}

fn part(size: u64, divisor: u64) -> u64 {
    size.div_ceil(divisor)
}

fn operator<'t, 's>(sign: &str, (left, l): Cost<'t, 's>, (right, r): Cost<'t, 's>) -> Cost<'t, 's> {
    let paid = left.saturating_add(right);
    let (own, size) = match sign {
        "&&" | "||" => (0, 1),
        "==" | "!=" => (part(l.size().min(r.size()), TENTH), 1),
        "<" | "<=" | ">" | ">=" => (part(l.size().min(r.size()), TENTH).max(1), 1),
        "in" => {
            let is_map = r.schema.is_some_and(|schema| schema.values().is_some());
            (if is_map { 1 } else { r.size() }, 1)
        }
        "+" => {
            let size = l.size().saturating_add(r.size());
            (1, size)
        }
        _ => (1, 1),
    };
    (paid.saturating_add(own), Known::sized(size))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crd::cel::syntax::parse;
    use crate::text::yaml;

    #[test]
    fn costs_are_those_of_cel_go() {
        // From the tests of apiserver's schemas: the most elements that one request may hold.
        let lengths = [
            ("{type: array, items: {type: boolean}}", 629_145),
            ("{type: array, items: {type: string, format: duration}}", 786_431),
            ("{type: array, items: {type: string, format: date-time}}", 142_987),
            ("{type: array, items: {type: string, format: date}}", 241_978),
            ("{type: array, items: {type: integer}}", 1_572_863),
            ("{type: array, maxItems: 7, items: {type: integer}}", 7),
        ];
        for (schema, expected) in lengths {
            let tree = yaml::read(schema, 0..schema.len()).unwrap();
            assert_eq!(most(Schema::new(tree.root().unwrap())), Some(expected), "{schema}");
        }
        let schema = "{type: object, properties: {a: {type: string, maxLength: 100}, n: {type: integer}, \
                      l: {type: array, maxItems: 50, items: {type: string, maxLength: 100}}}}";
        let costs = [
            ("self.n > 1", 3),
            ("self.a == 'abcdefghijkl'", 4),
            ("has(self.a)", 1),
            ("self.a.startsWith('abcdefghijkl')", 4),
            ("self.a.matches('abcdefgh')", 24),
            ("self.l.all(e, e == 'a')", 253),
            ("self.l.all(e, self.l.exists(f, e == f))", 40_303),
            ("self.l[0] in ['a', 'b']", 15),
        ];
        let tree = yaml::read(schema, 0..schema.len()).unwrap();
        let node = Known::of(Some(Schema::new(tree.root().unwrap())));
        for (rule, expected) in costs {
            let mut coster = Coster { variables: vec![("self".to_owned(), node)] };
            assert_eq!(coster.cost(&parse(rule).unwrap()).0, expected, "{rule}");
        }
    }
}
