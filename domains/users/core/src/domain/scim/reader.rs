//! Reads the text of a filter, by the grammar of RFC 7644 §3.4.2.2. It goes no deeper and no longer than its bounds.

use crate::domain::scim::filter::{Filter, Operator};
use crate::domain::scim::path::{AttributePath, is_name};
use crate::domain::scim::refusal::Refusal;
use serde_json::Value;

/// Of brackets in brackets.
const MAX_DEPTH: usize = 16;
/// Of comparisons.
const MAX_TERMS: usize = 50;

pub struct Reader<'a> {
    rest: &'a str,
    length: usize,
    terms: usize,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { rest: text, length: text.len(), terms: 0 }
    }

    /// All of it is one filter.
    pub fn whole(mut self) -> Result<Filter, Refusal> {
        let filter = self.either(0)?;
        self.spaces();
        if self.rest.is_empty() { Ok(filter) } else { Err(self.fault("`and` or `or`")) }
    }

    fn either(&mut self, depth: usize) -> Result<Filter, Refusal> {
        let mut all = vec![self.both(depth)?];
        while self.word("or") {
            all.push(self.both(depth)?);
        }
        Ok(one_or(all, Filter::Or))
    }

    fn both(&mut self, depth: usize) -> Result<Filter, Refusal> {
        let mut all = vec![self.term(depth)?];
        while self.word("and") {
            all.push(self.term(depth)?);
        }
        Ok(one_or(all, Filter::And))
    }

    fn term(&mut self, depth: usize) -> Result<Filter, Refusal> {
        self.terms += 1;
        if depth > MAX_DEPTH || self.terms > MAX_TERMS {
            let bounds = format!("A filter has at most {MAX_TERMS} terms, {MAX_DEPTH} brackets deep.");
            return Err(Refusal::InvalidFilter(bounds));
        }
        if self.word("not") {
            self.expect('(')?;
            let inside = self.either(depth + 1)?;
            self.expect(')')?;
            return Ok(Filter::Not(Box::new(inside)));
        }
        self.spaces();
        if self.take('(') {
            let inside = self.either(depth + 1)?;
            self.expect(')')?;
            return Ok(inside);
        }
        let path = self.path()?;
        if !self.take('[') {
            return self.asked_of(path);
        }
        let inside = self.either(depth + 1)?;
        self.expect(']')?;
        let after = match self.take('.') {
            true => {
                let part = self.path()?;
                Some(Box::new(self.asked_of(part)?))
            }
            false => None,
        };
        Ok(Filter::Within(path, Box::new(inside), after))
    }

    fn asked_of(&mut self, path: AttributePath) -> Result<Filter, Refusal> {
        self.spaces();
        let word = self.while_is(|character| character.is_ascii_alphabetic());
        if word.eq_ignore_ascii_case("pr") {
            return Ok(Filter::Present(path));
        }
        let operator =
            Operator::parse(word).ok_or_else(|| self.fault("an operator such as `eq` before this"))?;
        self.spaces();
        Ok(Filter::Compare(path, operator, self.literal()?))
    }

    fn path(&mut self) -> Result<AttributePath, Refusal> {
        let text = self.while_is(|character| is_name(character) || matches!(character, ':' | '.'));
        let path = AttributePath::parse(text).filter(|path| !path.name.is_empty());
        path.ok_or_else(|| self.fault("the name of an attribute before this"))
    }

    /// A JSON value without parts.
    fn literal(&mut self) -> Result<Value, Refusal> {
        let end = match self.rest.starts_with('"') {
            true => {
                let mut escaped = false;
                let closes = |(at, character): (usize, char)| {
                    let is_end = at > 0 && character == '"' && !escaped;
                    escaped = character == '\\' && !escaped;
                    is_end
                };
                self.rest.char_indices().position(closes).and_then(|nth| {
                    let (at, _) = self.rest.char_indices().nth(nth)?;
                    Some(at + 1)
                })
            }
            false => {
                let ends = |character: char| {
                    !(character.is_ascii_alphanumeric() || matches!(character, '+' | '-' | '.'))
                };
                Some(self.rest.find(ends).unwrap_or(self.rest.len()))
            }
        };
        let text = end.and_then(|end| self.rest.split_at_checked(end));
        let Some((text, rest)) = text else { return Err(self.fault("the end of the text that begins here")) };
        let value = serde_json::from_str::<Value>(text).or_else(|error| {
            let word = text.to_ascii_lowercase();
            if ["true", "false", "null"].contains(&word.as_str()) {
                serde_json::from_str(&word)
            } else {
                Err(error)
            }
        });
        let value = value.map_err(|_| self.fault("a value in JSON, such as \"ada\" or true"))?;
        self.rest = rest;
        Ok(value)
    }

    /// Takes this word, if it is the next.
    fn word(&mut self, word: &str) -> bool {
        let trimmed = self.rest.trim_start_matches(' ');
        let Some((head, rest)) = trimmed.split_at_checked(word.len()) else { return false };
        let ends = rest.starts_with([' ', '(']);
        if head.eq_ignore_ascii_case(word) && ends {
            self.rest = rest;
            return true;
        }
        false
    }

    fn take(&mut self, character: char) -> bool {
        let rest = self.rest.strip_prefix(character);
        if let Some(rest) = rest {
            self.rest = rest;
        }
        rest.is_some()
    }

    fn expect(&mut self, character: char) -> Result<(), Refusal> {
        self.spaces();
        if self.take(character) { Ok(()) } else { Err(self.fault(&format!("`{character}`"))) }
    }

    fn spaces(&mut self) {
        self.rest = self.rest.trim_start_matches(' ');
    }

    fn while_is(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|character| !wanted(character)).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        text
    }

    fn fault(&self, wanted: &str) -> Refusal {
        let at = self.length - self.rest.len() + 1;
        Refusal::InvalidFilter(format!("The filter cannot be read at byte {at}: there should be {wanted}."))
    }
}

fn one_or(mut all: Vec<Filter>, join: fn(Vec<Filter>) -> Filter) -> Filter {
    match all.len() {
        1 => all.remove(0),
        _ => join(all),
    }
}
