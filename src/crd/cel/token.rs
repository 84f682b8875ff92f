//! The words of CEL (<https://github.com/google/cel-spec/blob/master/doc/langdef.md>, as cel-go reads it).

use std::ops::Range;

use super::Problem;

/// A word of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name, or one of `true`, `false`, `null` and `in`.
    Name,
    Int(u64),
    Uint,
    Double,
    /// A string and its value.
    Str(String),
    Bytes,
    /// Anything else, by its spelling.
    Sign(&'static str),
    /// The end of the text.
    End,
}

/// A word with its place.
pub(super) type Spot = (Token, Range<usize>);

/// Longer ones first, where one begins like another.
const SIGNS: [&str; 24] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "-", "+", "*", "/", "%", "?", ":", ".", ",", "[", "]",
    "(", ")", "{", "}",
];

/// Splits an expression into its words; the last is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Spot>, Problem> {
    let mut reader = Reader { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        reader.skip_blanks();
        let start = reader.at;
        let token = reader.token()?;
        let is_end = token == Token::End;
        tokens.push((token, start..reader.at));
        if is_end {
            return Ok(tokens);
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or_default()
    }

    fn skip_while(&mut self, is_wanted: impl Fn(u8) -> bool) {
        while self.at < self.text.len() && is_wanted(self.byte(0)) {
            self.at += 1;
        }
    }

    fn skip_blanks(&mut self) {
        loop {
            self.skip_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c));
            if !self.rest().starts_with("//") {
                return;
            }
            self.skip_while(|byte| byte != b'\n');
        }
    }

    fn token(&mut self) -> Result<Token, Problem> {
        let Some(first) = self.rest().chars().next() else { return Ok(Token::End) };
        let is_fraction = first == '.' && self.byte(1).is_ascii_digit();
        if first.is_ascii_digit() || is_fraction {
            return self.number();
        }
        if let Some(prefix) = self.prefix() {
            return self.string(prefix);
        }
        if first.is_ascii_alphabetic() || first == '_' {
            self.skip_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            return Ok(Token::Name);
        }
        if let Some(sign) = SIGNS.iter().find(|sign| self.rest().starts_with(**sign)) {
            self.at += sign.len();
            return Ok(Token::Sign(sign));
        }
        let problem = Problem::syntax(self.at..self.at + first.len_utf8(), format!("`{first}` is no CEL"));
        Err(match first {
            '=' => problem.help("write `==` to compare"),
            '&' => problem.help("write `&&`"),
            '|' => problem.help("write `||`"),
            '`' => problem.help("write the escaped name, as in `self.x__dash__prop`"),
            _ => problem,
        })
    }

    /// Returns what stands before a string, if one begins here.
    fn prefix(&self) -> Option<usize> {
        let letters =
            self.rest().bytes().take_while(|byte| matches!(byte, b'r' | b'R' | b'b' | b'B')).count();
        let is_prefix = match letters {
            0 | 1 => true,
            // Bytes may be raw, but not the other way round.
            2 => matches!(self.byte(0), b'b' | b'B') && matches!(self.byte(1), b'r' | b'R'),
            _ => false,
        };
        (is_prefix && matches!(self.byte(letters), b'\'' | b'"')).then_some(letters)
    }

    fn number(&mut self) -> Result<Token, Problem> {
        let start = self.at;
        let is_hexadecimal = self.rest().starts_with("0x") && self.byte(2).is_ascii_hexdigit();
        let mut is_double = false;
        if is_hexadecimal {
            self.at += 2;
            self.skip_while(|byte| byte.is_ascii_hexdigit());
        } else {
            self.skip_while(|byte| byte.is_ascii_digit());
            if self.byte(0) == b'.' && self.byte(1).is_ascii_digit() {
                is_double = true;
                self.at += 1;
                self.skip_while(|byte| byte.is_ascii_digit());
            }
            let sign = usize::from(matches!(self.byte(1), b'+' | b'-'));
            if matches!(self.byte(0), b'e' | b'E') && self.byte(1 + sign).is_ascii_digit() {
                is_double = true;
                self.at += 1 + sign;
                self.skip_while(|byte| byte.is_ascii_digit());
            }
        }
        let digits = &self.text[start..self.at];
        let parsed = match digits.strip_prefix("0x") {
            Some(hexadecimal) => u64::from_str_radix(hexadecimal, 16),
            None => digits.parse(),
        };
        if is_double {
            return Ok(Token::Double);
        }
        let is_unsigned = matches!(self.byte(0), b'u' | b'U');
        self.at += usize::from(is_unsigned);
        // The least integer is written as a minus before what is one more than the greatest.
        let limit = if is_unsigned { u64::MAX } else { 1 << 63 };
        match parsed.ok().filter(|number| *number <= limit) {
            Some(_) if is_unsigned => Ok(Token::Uint),
            Some(number) => Ok(Token::Int(number)),
            None => Err(Problem::syntax(start..self.at, "a number of more than 64 bits")),
        }
    }

    fn string(&mut self, prefix: usize) -> Result<Token, Problem> {
        let start = self.at;
        let letters = &self.text[start..start + prefix];
        let (is_raw, is_bytes) = (letters.contains(['r', 'R']), letters.contains(['b', 'B']));
        self.at += prefix;
        let quote = &self.text[self.at..self.at + 1];
        let quote =
            if self.rest().starts_with(&quote.repeat(3)) { quote.repeat(3) } else { quote.to_owned() };
        self.at += quote.len();
        let mut value = String::new();
        loop {
            if self.rest().starts_with(&quote) {
                self.at += quote.len();
                return Ok(if is_bytes { Token::Bytes } else { Token::Str(value) });
            }
            match self.rest().chars().next() {
                Some('\\') if !is_raw => value.extend(self.escape(is_bytes)?),
                Some(c) if quote.len() == 3 || !matches!(c, '\n' | '\r') => {
                    value.push(c);
                    self.at += c.len_utf8();
                }
                _ => {
                    let end = start + prefix + quote.len();
                    return Err(Problem::syntax(start..end, "a string that does not end")
                        .help("close it by the quote that it begins with"));
                }
            }
        }
    }

    /// Reads an escape; of bytes, which need not be characters, nothing is returned.
    fn escape(&mut self, is_bytes: bool) -> Result<Option<char>, Problem> {
        let start = self.at;
        self.at += 1;
        let Some(letter) = self.rest().chars().next() else {
            return Err(Problem::syntax(start..self.at, "an escape that does not end"));
        };
        self.at += letter.len_utf8();
        let (digits, radix) = match letter {
            'a' => return Ok(Some('\u{7}')),
            'b' => return Ok(Some('\u{8}')),
            'f' => return Ok(Some('\u{c}')),
            'n' => return Ok(Some('\n')),
            'r' => return Ok(Some('\r')),
            't' => return Ok(Some('\t')),
            'v' => return Ok(Some('\u{b}')),
            '\\' | '?' | '"' | '\'' | '`' => return Ok(Some(letter)),
            'x' | 'X' => (2, 16),
            'u' if !is_bytes => (4, 16),
            'U' if !is_bytes => (8, 16),
            '0'..='3' => {
                self.at -= 1;
                (3, 8)
            }
            _ => (0, 0),
        };
        let code = self.text.get(self.at..self.at + digits).filter(|_| digits > 0);
        let code = code.filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = code.and_then(|code| u32::from_str_radix(code, radix).ok());
        self.at = (self.at + digits).min(self.text.len());
        match code {
            Some(code) if is_bytes => Ok(char::from_u32(code).filter(char::is_ascii)),
            Some(code) if char::from_u32(code).is_some() => Ok(char::from_u32(code)),
            _ => {
                let spelled: String = self.text[start..].chars().take(2 + digits).collect();
                let finding = Problem::syntax(
                    start..start + 1 + letter.len_utf8(),
                    format!("`{spelled}` is no escape"),
                );
                Err(finding.help(format!("write `\\\\{letter}`, or the string with an `r` before it")))
            }
        }
    }
}
