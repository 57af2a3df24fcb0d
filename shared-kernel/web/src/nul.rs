//! U+0000, which PostgreSQL keeps in no text and no JSON: refused at the door, wherever in a request it stands, so that
//! no domain has to think of it.

use crate::json::{escape, not_json};
use crate::query::pairs;
use actix_web::HttpRequest;
use kernel::problem::MALFORMED;
use kernel::{FieldError, Problem};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// In JSON it can only stand escaped, and most bodies do not even hold what looks like it.
pub(crate) fn refuse_in_json(bytes: &[u8]) -> Result<(), Problem> {
    const ESCAPED: &[u8] = b"\\u0000";
    if !bytes.windows(ESCAPED.len()).any(|window| window == ESCAPED) {
        return Ok(());
    }
    let (mut pointer, mut found) = (String::new(), false);
    let search = Search { pointer: &mut pointer, found: &mut found };
    match search.deserialize(&mut serde_json::Deserializer::from_slice(bytes)) {
        Ok(()) => Ok(()),
        Err(_) if found => Err(refusal(pointer)),
        Err(error) => Err(not_json(&error)),
    }
}

/// In the query and in the parameters of the path.
pub(crate) fn refuse_in_target(req: &HttpRequest) -> Result<(), Problem> {
    let held =
        |(name, value): (&str, &str)| (name.contains('\0') || value.contains('\0')).then(|| escape(name));
    let in_path = req.match_info().iter().find_map(held);
    let name = match in_path {
        Some(name) => Some(name),
        None => pairs(req)?.iter().find_map(|(name, value)| held((name, value))),
    };
    name.map_or(Ok(()), |name| Err(refusal(format!("/{name}"))))
}

fn refusal(pointer: String) -> Problem {
    let detail = "must not hold the character U+0000".to_owned();
    let text = format!("{pointer}: {detail}");
    let fault = FieldError { pointer, code: Cow::Borrowed("nul_character"), detail };
    Problem::new(MALFORMED, text).with_errors(vec![fault])
}

/// Goes through any JSON and stops where the character stands, in a name or in a value.
struct Search<'a> {
    pointer: &'a mut String,
    found: &'a mut bool,
}

impl Search<'_> {
    fn look<E: Error>(&mut self, text: &str) -> Result<(), E> {
        if !text.contains('\0') {
            return Ok(());
        }
        *self.found = true;
        Err(E::custom("U+0000"))
    }

    fn at(&mut self, segment: &str) -> usize {
        let above = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(segment);
        above
    }

    fn deeper(&mut self) -> Search<'_> {
        Search { pointer: self.pointer, found: self.found }
    }
}

impl<'de> DeserializeSeed<'de> for Search<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Search<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_str<E: Error>(mut self, text: &str) -> Result<(), E> {
        self.look(text)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            let above = self.at(&escape(&name));
            self.look(&name)?;
            map.next_value_seed(self.deeper())?;
            self.pointer.truncate(above);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        let mut index = 0_usize;
        loop {
            let above = self.at(&index.to_string());
            let more = list.next_element_seed(self.deeper())?.is_some();
            self.pointer.truncate(above);
            if !more {
                return Ok(());
            }
            index += 1;
        }
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: Option<&str>) {
        let refused = refuse_in_json(json.as_bytes()).err();
        let pointer = refused.as_ref().and_then(|problem| Some(problem.errors.first()?.pointer.as_str()));
        assert_eq!(pointer, expected, "{json}");
    }

    #[test]
    fn it_is_found_wherever_it_stands() {
        check(r#"{"a": "\u0000"}"#, Some("/a"));
        check(r#"{"a": "b\u0000c", "d": "\u0000"}"#, Some("/a"));
        check(r#"{"a/b": {"c": [1, -1, 1.5, true, null, {}, [], ["\u0000"]]}}"#, Some("/a~1b/c/7/0"));
        check(r#"{"a": {"b\u0000": 1}}"#, Some("/a/b\0"));
        check(r#"{"a": "\u0000", "a": "b"}"#, Some("/a"));
        check(r#"["x", "\u0000"]"#, Some("/1"));
        check(r#""\u0000""#, Some(""));
        check(r#"{"a": "\\u0000", "b": "\u0001", "c": "0000"}"#, None);
        check("{}", None);
    }

    #[test]
    fn what_cannot_be_gone_through_is_refused_too() {
        check(r#"{"a": 1e999, "b": "\u0000"}"#, None);
        for broken in [r#"{"a": 1e999, "b": "\u0000"}"#, r#"{"a": "\ud800", "b": "\u0000"}"#] {
            assert!(refuse_in_json(broken.as_bytes()).is_err(), "{broken}");
        }
    }
}
