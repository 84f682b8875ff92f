//! The grammar of CEL: text becomes a tree whose nodes know their place.
//!
//! Operators and links of one rank stand side by side in one node, so that the tree is only as deep as
//! brackets are, and [`DEPTH`] bounds the stack of all that walks it.

use std::ops::Range;

use super::Problem;
use super::escape::is_reserved;
use super::token::{Spot, Token, tokens};
use super::tree::{Expr, Function, Link, Literal, Node};

/// How deep brackets may be nested: less than in cel-go, which stops at 250, and more than anybody reads.
pub(super) const DEPTH: usize = 100;

/// How many characters an expression may have; the same in cel-go.
const LIMIT: usize = 100_000;

/// Reads an expression.
pub(super) fn parse(text: &str) -> Result<Expr, Problem> {
    if text.chars().nth(LIMIT).is_some() {
        let message = format!("an expression of more than {LIMIT} characters");
        return Err(Problem::syntax(0..text.len(), message).help("split it into several rules"));
    }
    let mut parser = Parser { text, tokens: tokens(text)?, at: 0, depth: 0 };
    let expr = parser.expr()?;
    match parser.peek() {
        Token::End => Ok(expr),
        _ => Err(parser.unexpected("an operator")),
    }
}

/// The binary operators, the weakest first.
const RANKS: [&[&str]; 5] =
    [&["||"], &["&&"], &["<", "<=", ">", ">=", "==", "!=", "in"], &["+", "-"], &["*", "/", "%"]];

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<Spot>,
    at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn span(&self) -> Range<usize> {
        self.tokens[self.at].1.clone()
    }

    /// Returns the end of what was read last.
    fn end(&self) -> usize {
        self.at.checked_sub(1).map_or(0, |last| self.tokens[last].1.end)
    }

    /// Goes on to the next word; there is always one, since the end is never passed.
    fn next(&mut self) {
        self.at = (self.at + 1).min(self.tokens.len() - 1);
    }

    fn word(&self) -> &'t str {
        &self.text[self.span()]
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.peek(), Token::Sign(found) if *found == sign)
    }

    fn takes(&mut self, sign: &str) -> bool {
        let is_there = self.is(sign);
        if is_there {
            self.next();
        }
        is_there
    }

    fn expect(&mut self, sign: &str) -> Result<(), Problem> {
        if self.takes(sign) { Ok(()) } else { Err(self.unexpected(&format!("`{sign}`"))) }
    }

    fn unexpected(&self, wanted: &str) -> Problem {
        let span = self.span();
        if *self.peek() == Token::End {
            // What is missing has no place; the last word before it has one.
            let last = self.tokens[self.at.saturating_sub(1)].1.clone();
            let message = format!("the expression ends where {wanted} should follow");
            return Problem::syntax(if last.is_empty() { 0..self.text.len() } else { last }, message);
        }
        let found = self.word();
        let problem = Problem::syntax(span, format!("found `{found}` where {wanted} should stand"));
        match found {
            "and" | "AND" => problem.help("write `&&`"),
            "or" | "OR" => problem.help("write `||`"),
            "not" | "NOT" => problem.help("write `!`"),
            _ => problem,
        }
    }

    fn expr(&mut self) -> Result<Expr, Problem> {
        if self.depth == DEPTH {
            let message = format!("brackets are nested deeper than {DEPTH}");
            return Err(Problem::syntax(self.span(), message).help("split it into several rules"));
        }
        self.depth += 1;
        let condition = self.chain()?;
        let expr = if self.takes("?") {
            let then = self.chain()?;
            self.expect(":")?;
            let span = condition.span.start;
            let otherwise = self.expr()?;
            let span = span..otherwise.span.end;
            Expr { node: Node::Choice(Box::new([condition, then, otherwise])), span }
        } else {
            condition
        };
        self.depth -= 1;
        Ok(expr)
    }

    /// Returns the operator that stands here, and its rank.
    fn operator(&self) -> Option<(usize, &'static str)> {
        let sign = match self.peek() {
            Token::Sign(sign) => sign,
            Token::Name => self.word(),
            _ => return None,
        };
        let ranked = |(rank, signs): (usize, &&[&'static str])| {
            signs.iter().find(|operator| **operator == sign).map(|operator| (rank, *operator))
        };
        RANKS.iter().enumerate().find_map(ranked)
    }

    /// Reads operands and operators in a row, and only then joins them, the strongest first: recursion
    /// through the ranks would take many times the stack.
    fn chain(&mut self) -> Result<Expr, Problem> {
        let first = self.unary()?;
        let mut rest = Vec::new();
        while let Some((rank, operator)) = self.operator() {
            self.next();
            rest.push((rank, operator, self.unary()?));
        }
        Ok((0..RANKS.len()).rev().fold((first, rest), join).0)
    }

    fn unary(&mut self) -> Result<Expr, Problem> {
        let start = self.span().start;
        for sign in ["!", "-"] {
            if !self.is(sign) {
                continue;
            }
            while self.takes(sign) {}
            let operand = self.member()?;
            let span = start..operand.span.end;
            return Ok(Expr { node: Node::Unary(sign, Box::new(operand)), span });
        }
        self.member()
    }

    fn member(&mut self) -> Result<Expr, Problem> {
        let base = self.primary()?;
        let mut links = Vec::new();
        loop {
            if self.takes(".") {
                let is_optional = self.takes("?");
                let (name, span) = self.selector()?;
                if !is_optional && self.takes("(") {
                    let arguments = self.list(")")?;
                    let function = Function { name, span, arguments };
                    links.push(Link::Call(function, self.end()));
                } else {
                    links.push(Link::Field { name, span, is_optional });
                }
            } else if self.takes("[") {
                let is_optional = self.takes("?");
                let index = Box::new(self.expr()?);
                self.expect("]")?;
                links.push(Link::Index { index, is_optional, end: self.end() });
            } else if self.is("{") && matches!(base.node, Node::Name(_)) {
                return self.message(base);
            } else {
                break;
            }
        }
        Ok(match links.last() {
            None => base,
            Some(last) => {
                let span = base.span.start..last.end();
                Expr { node: Node::Member(Box::new(base), links), span }
            }
        })
    }

    /// Reads the name behind a dot, which may be a word that no variable may have.
    fn selector(&mut self) -> Result<(String, Range<usize>), Problem> {
        let (span, word) = (self.span(), self.word());
        if *self.peek() != Token::Name {
            return Err(self.unexpected("a name"));
        }
        if matches!(word, "true" | "false" | "null" | "in") {
            let problem = Problem::syntax(span, format!("`{word}` cannot stand behind a dot"));
            return Err(problem.help(format!("write `__{word}__` for the field `{word}`")));
        }
        self.next();
        Ok((word.to_owned(), span))
    }

    fn message(&mut self, name: Expr) -> Result<Expr, Problem> {
        self.expect("{")?;
        while !self.is("}") {
            self.takes("?");
            self.selector()?;
            self.expect(":")?;
            self.expr()?;
            if !self.takes(",") {
                break;
            }
        }
        self.expect("}")?;
        Ok(Expr { node: Node::Message, span: name.span.start..self.end() })
    }

    /// Reads expressions up to a closing bracket.
    fn list(&mut self, end: &str) -> Result<Vec<Expr>, Problem> {
        let mut list = Vec::new();
        if self.takes(end) {
            return Ok(list);
        }
        loop {
            list.push(self.expr()?);
            if !self.takes(",") {
                self.expect(end)?;
                return Ok(list);
            }
        }
    }

    fn primary(&mut self) -> Result<Expr, Problem> {
        let span = self.span();
        let literal = match self.peek() {
            Token::Int(number) => {
                // Only behind a minus is this one in range.
                let is_negative = self.at > 0 && self.tokens[self.at - 1].0 == Token::Sign("-");
                if *number > i64::MAX as u64 && !is_negative {
                    return Err(Problem::syntax(span, "a number of more than 64 bits"));
                }
                Literal::Int
            }
            Token::Uint => Literal::Uint,
            Token::Double => Literal::Double,
            Token::Str(value) => Literal::Str(value.clone()),
            Token::Bytes => Literal::Bytes,
            Token::Name => return self.name(),
            Token::Sign("(") => {
                self.next();
                let inner = self.expr()?;
                self.expect(")")?;
                // The brackets belong to what is underlined.
                return Ok(Expr { node: inner.node, span: span.start..self.end() });
            }
            Token::Sign("[") => return self.elements(),
            Token::Sign("{") => return self.entries(),
            Token::Sign(".") => {
                self.next();
                return self.name();
            }
            Token::Sign(_) | Token::End => return Err(self.unexpected("a value")),
        };
        self.next();
        Ok(Expr { node: Node::Literal(literal), span })
    }

    fn name(&mut self) -> Result<Expr, Problem> {
        let (span, word) = (self.span(), self.word());
        if *self.peek() != Token::Name {
            return Err(self.unexpected("a name"));
        }
        let literal = match word {
            "true" | "false" => Some(Literal::Bool),
            "null" => Some(Literal::Null),
            "in" => return Err(self.unexpected("a value")),
            _ => None,
        };
        if literal.is_none() && is_reserved(word) {
            let problem = Problem::syntax(span, format!("`{word}` is a word that CEL keeps for itself"));
            return Err(problem.help(format!("write `self.__{word}__` for the field `{word}`")));
        }
        self.next();
        let node = match literal {
            Some(literal) => Node::Literal(literal),
            None if self.takes("(") => {
                let arguments = self.list(")")?;
                Node::Call(Function { name: word.to_owned(), span: span.clone(), arguments })
            }
            None => Node::Name(word.to_owned()),
        };
        Ok(Expr { node, span: span.start..self.end() })
    }

    fn elements(&mut self) -> Result<Expr, Problem> {
        let start = self.span().start;
        self.expect("[")?;
        let mut elements = Vec::new();
        while !self.is("]") {
            let is_optional = self.takes("?");
            elements.push((is_optional, self.expr()?));
            if !self.takes(",") {
                break;
            }
        }
        self.expect("]")?;
        Ok(Expr { node: Node::List(elements), span: start..self.end() })
    }

    fn entries(&mut self) -> Result<Expr, Problem> {
        let start = self.span().start;
        self.expect("{")?;
        let mut entries = Vec::new();
        while !self.is("}") {
            self.takes("?");
            let key = self.expr()?;
            self.expect(":")?;
            entries.push((key, self.expr()?));
            if !self.takes(",") {
                break;
            }
        }
        self.expect("}")?;
        Ok(Expr { node: Node::Map(entries), span: start..self.end() })
    }
}

/// An operator with its rank and the operand behind it.
type Behind = (usize, &'static str, Expr);

/// An operand, and what is behind it.
type Row = (Expr, Vec<Behind>);

/// Makes one operand of those that operators of a rank stand between.
fn join((first, rest): Row, rank: usize) -> Row {
    let mut joined: Vec<Behind> = Vec::new();
    let mut head = first;
    let mut open: Option<(usize, &'static str)> = None;
    let mut tail: Vec<(&'static str, Expr)> = Vec::new();
    let mut start = None;
    for (found, operator, operand) in rest {
        if found == rank {
            tail.push((operator, operand));
            continue;
        }
        let done = chained(std::mem::replace(&mut head, operand), std::mem::take(&mut tail));
        match open.replace((found, operator)) {
            Some((rank, operator)) => joined.push((rank, operator, done)),
            None => start = Some(done),
        }
    }
    let done = chained(head, tail);
    match (open, start) {
        (Some((rank, operator)), Some(start)) => {
            joined.push((rank, operator, done));
            (start, joined)
        }
        _ => (done, joined),
    }
}

fn chained(first: Expr, rest: Vec<(&'static str, Expr)>) -> Expr {
    match rest.last() {
        None => first,
        Some((_, last)) => {
            let span = first.span.start..last.span.end;
            Expr { node: Node::Chain(Box::new(first), rest), span }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_cel_is_found_at_its_place() {
        let table = [
            ("", "", "the expression ends where a value should follow"),
            ("self.a = 1", "=", "`=` is no CEL"),
            ("self.a ==", "==", "the expression ends where a value should follow"),
            ("self.a and self.b", "and", "found `and` where an operator should stand"),
            ("(self.a", "a", "the expression ends where `)` should follow"),
            ("self.a)", ")", "found `)` where an operator should stand"),
            ("self.in", "in", "`in` cannot stand behind a dot"),
            ("namespace == 'a'", "namespace", "`namespace` is a word that CEL keeps for itself"),
            ("'a", "'", "a string that does not end"),
            ("'\\d'", "\\d", "`\\d` is no escape"),
            ("9223372036854775808", "9223372036854775808", "a number of more than 64 bits"),
            ("a ? b", "b", "the expression ends where `:` should follow"),
            ("a[", "[", "the expression ends where a value should follow"),
            ("f(a b)", "b", "found `b` where `)` should stand"),
            ("x é", "é", "`é` is no CEL"),
        ];
        for (text, guilty, message) in table {
            let problem = parse(text).expect_err(text);
            assert_eq!((&text[problem.range.clone()], problem.message.as_str()), (guilty, message), "{text}");
        }
    }

    #[test]
    fn what_cel_go_reads_is_read() {
        let table = [
            "a.b[0].c(1, 'x')[?'k'].?d.e",
            "!!!a && - -1 < 2.5e-3 || 0xFFu == 1u",
            "-9223372036854775808 < 0",
            "a ? b : c ? d : e",
            "[1, ?a, 2,] + [] == [[]]",
            "{'a': 1, ?'b': c,}",
            "r'\\d+' + \"\"\"a\n'b\"\"\" + b'\\xff\\377' + bR\"\\\" + '\\u00e9\\U0001F600\\\"'",
            "x in [1] // why\n && .5 > .y",
            "google.protobuf.Timestamp{seconds: 1}",
            "self.a.namespace",
            "size (a) == a . size ( )",
        ];
        for text in table {
            if let Err(problem) = parse(text) {
                panic!("{text}: {} at {:?}", problem.message, problem.range);
            }
        }
    }

    #[test]
    fn operators_are_joined_by_rank() {
        fn shown(expr: &Expr, text: &str) -> String {
            match &expr.node {
                Node::Chain(first, rest) => {
                    let rest = rest.iter().map(|(sign, operand)| format!(" {sign} {}", shown(operand, text)));
                    format!("({}{})", shown(first, text), rest.collect::<String>())
                }
                _ => text[expr.span.clone()].to_owned(),
            }
        }
        let table = [
            ("a || b && c || d", "(a || (b && c) || d)"),
            ("a + b * c - d == e && f", "(((a + (b * c) - d) == e) && f)"),
            ("a * b / c % d", "(a * b / c % d)"),
            ("a in b || (c == d) == e", "((a in b) || ((c == d) == e))"),
        ];
        for (text, expected) in table {
            assert_eq!(shown(&parse(text).unwrap(), text), expected);
        }
    }

    #[test]
    fn depth_is_bounded_and_length_is_not() {
        for (open, close) in
            [("(", ")"), ("[", "]"), ("f(", ")"), ("a[", "]"), ("{1:", "}"), ("a ? b : ", "c")]
        {
            let text = open.repeat(10_000) + "1" + &close.repeat(10_000);
            let problem = parse(&text).expect_err(open);
            assert_eq!(problem.message, "brackets are nested deeper than 100", "{open}");
            assert!(
                parse(&(open.repeat(90) + "1" + &close.repeat(if close == "c" { 0 } else { 90 }))).is_ok()
            );
        }
        for link in [" && a", ".a", "[0]", " + a", " == a", ".f()"] {
            assert!(parse(&("a".to_owned() + &link.repeat(10_000))).is_ok(), "{link}");
        }
        assert!(parse(&("!".repeat(10_000) + "a")).is_ok());
        assert!(parse(&"a".repeat(LIMIT + 1)).is_err());
    }
}
