//! From the text of a rule to a tree.

use crate::error::{ErrorKind, Result};

const MOST_SIGNS: usize = 10_000;
const MOST_PARTS: usize = 500;
const DEEPEST: usize = 64;

/// A rule as a tree. Types are not known yet.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    Number(f64),
    Text(String),
    Truth(bool),
    Column(String),
    Negative(Box<Tree>),
    Arithmetic(char, Box<Tree>, Box<Tree>),
    Compare(Compare, Box<Tree>, Box<Tree>),
    IsMissing(Box<Tree>),
    In(Box<Tree>, Vec<Tree>),
    And(Box<Tree>, Box<Tree>),
    Or(Box<Tree>, Box<Tree>),
    Not(Box<Tree>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compare {
    Equal,
    NotEqual,
    Less,
    AtMost,
    More,
    AtLeast,
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(f64),
    Text(String),
    Quoted(String),
    Word(String),
    Sign(&'static str),
}

/// Reads a rule.
pub(super) fn parse(rule: &str) -> Result<Tree> {
    if rule.chars().nth(MOST_SIGNS).is_some() {
        return refuse("must be at most 10,000 signs long", "a longer one");
    }
    let tokens = tokens(rule)?;
    let mut parser = Parser { tokens: &tokens, at: 0, parts: 0, depth: 0 };
    let tree = parser.either()?;
    match parser.peek() {
        None => Ok(tree),
        Some(token) => refuse("must end or go on with an operator", &shown(token)),
    }
}

pub(super) fn refuse<T>(rule: &str, found: &str) -> Result<T> {
    let found = found.chars().take(80).map(|c| if c.is_control() { '?' } else { c }).collect();
    Err(ErrorKind::Malformed { place: "rule".into(), rule: rule.into(), found }.into())
}

const SIGNS: [&str; 15] = ["==", "!=", "<>", "<=", ">=", "=", "<", ">", "+", "-", "*", "/", "(", ")", ","];

fn tokens(rule: &str) -> Result<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = rule.trim_start();
    while let Some(first) = rest.chars().next() {
        let token = match first {
            '\'' => Token::Text(quoted(&mut rest, '\'')?),
            '`' => Token::Quoted(quoted(&mut rest, '`')?),
            c if c.is_ascii_digit() || c == '.' => Token::Number(number(&mut rest)?),
            c if c.is_alphabetic() || c == '_' => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                let (word, after) = rest.split_at(end);
                rest = after;
                Token::Word(word.to_owned())
            }
            c => match SIGNS.iter().find_map(|sign| Some((*sign, rest.strip_prefix(sign)?))) {
                Some((sign, after)) => {
                    rest = after;
                    Token::Sign(sign)
                }
                None => return refuse("may hold names, numbers, texts and operators", &format!("{c:?}")),
            },
        };
        tokens.push(token);
        rest = rest.trim_start();
    }
    Ok(tokens)
}

/// What stands between quotes; a doubled quote is one of the text.
fn quoted(rest: &mut &str, quote: char) -> Result<String> {
    let mut text = String::new();
    let mut signs = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = signs.next() {
        if c != quote {
            text.push(c);
        } else if signs.peek().is_some_and(|&(_, next)| next == quote) {
            signs.next();
            text.push(quote);
        } else {
            *rest = rest.get(at + c.len_utf8()..).unwrap_or_default();
            return Ok(text);
        }
    }
    refuse("must close its quotes", rest)
}

fn number(rest: &mut &str) -> Result<f64> {
    let bytes = rest.as_bytes();
    let mut end = 0;
    while let Some(&b) = bytes.get(end) {
        let exponent_sign = matches!(b, b'+' | b'-')
            && matches!(end.checked_sub(1).and_then(|before| bytes.get(before)), Some(b'e' | b'E'));
        if !(b.is_ascii_alphanumeric() || b == b'.' || exponent_sign) {
            break;
        }
        end += 1;
    }
    let (text, after) = rest.split_at(end);
    *rest = after;
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ => refuse("must hold numbers such as 12 or 1.5e3", text),
    }
}

fn shown(token: &Token) -> String {
    match token {
        Token::Number(value) => value.to_string(),
        Token::Text(_) => "a text".into(),
        Token::Quoted(name) | Token::Word(name) => name.clone(),
        Token::Sign(sign) => (*sign).into(),
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    parts: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(other)) if other.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    fn sign(&mut self, signs: &[&'static str]) -> Option<&'static str> {
        let Some(&Token::Sign(sign)) = self.peek() else { return None };
        let found = signs.contains(&sign).then_some(sign);
        self.at += usize::from(found.is_some());
        found
    }

    fn part(&mut self, tree: Tree) -> Result<Tree> {
        self.parts += 1;
        if self.parts > MOST_PARTS {
            return refuse("must have at most 500 parts", "more");
        }
        Ok(tree)
    }

    /// One level down: brackets, `not` and `-` may be piled up by whoever wrote the rule.
    fn deeper(&mut self, of: impl FnOnce(&mut Self) -> Result<Tree>) -> Result<Tree> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return refuse("must be at most 64 deep", "a deeper one");
        }
        let tree = of(self);
        self.depth -= 1;
        tree
    }

    fn either(&mut self) -> Result<Tree> {
        let mut left = self.both()?;
        while self.word("or") {
            let right = self.both()?;
            left = self.part(Tree::Or(left.into(), right.into()))?;
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Tree> {
        let mut left = self.negation()?;
        while self.word("and") {
            let right = self.negation()?;
            left = self.part(Tree::And(left.into(), right.into()))?;
        }
        Ok(left)
    }

    fn negation(&mut self) -> Result<Tree> {
        if self.word("not") {
            let tree = self.deeper(Parser::negation)?;
            return self.part(Tree::Not(tree.into()));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Tree> {
        let left = self.sum()?;
        if self.word("is") {
            let not = self.word("not");
            if !self.word("missing") {
                return refuse("must say `is missing` or `is not missing`", "`is` without it");
            }
            return self.negated(not, Tree::IsMissing(left.into()));
        }
        let not = self.word("not");
        if self.word("in") {
            let choices = self.choices()?;
            return self.negated(not, Tree::In(left.into(), choices));
        }
        if not {
            return refuse("must say `not in` behind a value", "`not` alone");
        }
        let compare = match self.sign(&["==", "=", "!=", "<>", "<=", ">=", "<", ">"]) {
            None => return Ok(left),
            Some("==" | "=") => Compare::Equal,
            Some("!=" | "<>") => Compare::NotEqual,
            Some("<=") => Compare::AtMost,
            Some(">=") => Compare::AtLeast,
            Some("<") => Compare::Less,
            Some(_) => Compare::More,
        };
        let right = self.sum()?;
        self.part(Tree::Compare(compare, left.into(), right.into()))
    }

    fn negated(&mut self, not: bool, tree: Tree) -> Result<Tree> {
        let tree = self.part(tree)?;
        if not { self.part(Tree::Not(tree.into())) } else { Ok(tree) }
    }

    fn choices(&mut self) -> Result<Vec<Tree>> {
        if self.sign(&["("]).is_none() {
            return refuse("must open a bracket behind `in`", "none");
        }
        let mut choices = Vec::new();
        loop {
            let choice = self.factor()?;
            choices.push(choice);
            match self.sign(&[",", ")"]) {
                Some(",") => {}
                Some(_) => return Ok(choices),
                None => return refuse("must close the bracket behind `in`", "an open one"),
            }
        }
    }

    fn sum(&mut self) -> Result<Tree> {
        let mut left = self.product()?;
        while let Some(sign) = self.sign(&["+", "-"]) {
            let right = self.product()?;
            left =
                self.part(Tree::Arithmetic(if sign == "+" { '+' } else { '-' }, left.into(), right.into()))?;
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Tree> {
        let mut left = self.factor()?;
        while let Some(sign) = self.sign(&["*", "/"]) {
            let right = self.factor()?;
            left =
                self.part(Tree::Arithmetic(if sign == "*" { '*' } else { '/' }, left.into(), right.into()))?;
        }
        Ok(left)
    }

    fn factor(&mut self) -> Result<Tree> {
        if self.sign(&["-"]).is_some() {
            let tree = self.deeper(Parser::factor)?;
            return self.part(Tree::Negative(tree.into()));
        }
        if self.sign(&["("]).is_some() {
            let tree = self.deeper(Parser::either)?;
            return match self.sign(&[")"]) {
                Some(_) => Ok(tree),
                None => refuse("must close its brackets", "an open one"),
            };
        }
        let tree = match self.peek() {
            Some(Token::Number(value)) => Tree::Number(*value),
            Some(Token::Text(text)) => Tree::Text(text.clone()),
            Some(Token::Quoted(name)) => Tree::Column(name.clone()),
            Some(Token::Word(word)) if is_keyword(word) => {
                return refuse("must have a value at each place for one", word);
            }
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("true") => Tree::Truth(true),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("false") => Tree::Truth(false),
            Some(Token::Word(word)) => Tree::Column(word.clone()),
            Some(token) => return refuse("must have a value at each place for one", &shown(token)),
            None => return refuse("must have a value at each place for one", "its end"),
        };
        self.at += 1;
        self.part(tree)
    }
}

fn is_keyword(word: &str) -> bool {
    ["and", "or", "not", "in", "is", "missing"].iter().any(|keyword| keyword.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binds_as_in_sql() {
        let same = |a: &str, b: &str| assert_eq!(parse(a).unwrap(), parse(b).unwrap(), "{a}");
        same("a = 1 or b = 2 and not c = 3", "(a = 1) or ((b = 2) and (not (c = 3)))");
        same("a + b * -2 >= 1e3", "(a + (b * (-2))) >= 1000");
        same("a - b - c > 0", "((a - b) - c) > 0");
        same(
            "x IS NOT MISSING AND y NOT IN ('it''s', 'b')",
            "not (x is missing) and not (y in ('it''s','b'))",
        );
        assert_eq!(parse("`Unit Price`").unwrap(), Tree::Column("Unit Price".into()));
    }

    #[test]
    fn refuses_what_is_no_rule() {
        for rule in [
            "",
            "a >",
            "a b",
            "(a = 1",
            "'open",
            "a = 1 = 2",
            "1x = 2",
            "a in (1",
            "a is 3",
            "a $ b",
            "and",
            "in",
        ] {
            assert!(matches!(parse(rule).unwrap_err().kind(), ErrorKind::Malformed { .. }), "{rule}");
        }
        for long in ["(".repeat(9000), "not ".repeat(2000), "-".repeat(9000) + "a", "a+".repeat(4000) + "a"] {
            assert!(parse(&long).is_err());
        }
        assert!(parse(&"é".repeat(20_000)).is_err());
    }
}
