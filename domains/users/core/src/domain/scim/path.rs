//! The name of an attribute as filters, PATCH and projections have it: a schema before it, or none, and a part after it, or
//! none (RFC 7644 §3.10).

use crate::domain::scim::schema::{Place, RESOURCES, Resource};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributePath {
    pub schema: Option<String>,
    /// Empty where the path names a schema alone.
    pub name: String,
    pub part: Option<String>,
}

/// What a name may consist of; a schema's has colons and dots besides.
pub fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '$')
}

impl AttributePath {
    /// `None`: it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (schema, rest) = match text.get(..4) {
            Some(urn) if urn.eq_ignore_ascii_case("urn:") => split_schema(text)?,
            _ => (None, text),
        };
        if rest.is_empty() && schema.is_some() && !text.ends_with(':') {
            return Some(Self { schema, name: String::new(), part: None });
        }
        let (name, part) = match rest.split_once('.') {
            Some((name, part)) => (name, Some(part)),
            None => (rest, None),
        };
        let is_word = |word: &str| {
            word.chars().all(is_name)
                && word.starts_with(|first: char| first.is_ascii_alphabetic() || first == '$')
        };
        let well_formed = is_word(name) && part.is_none_or(is_word);
        well_formed.then(|| Self { schema, name: name.to_owned(), part: part.map(str::to_owned) })
    }

    pub fn place(&self, resource: &Resource) -> Option<Place> {
        resource.place(self.schema.as_deref(), &self.name)
    }

    /// Whether it names this attribute, in whichever case.
    pub fn is(&self, name: &str, part: Option<&str>) -> bool {
        let part = match (&self.part, part) {
            (None, None) => true,
            (Some(own), Some(part)) => own.eq_ignore_ascii_case(part),
            _ => false,
        };
        part && self.name.eq_ignore_ascii_case(name)
    }
}

/// The schema, and what is after its colon. Of one that is not known the last colon ends it.
fn split_schema(text: &str) -> Option<(Option<String>, &str)> {
    let known = RESOURCES.iter().flat_map(|resource| resource.schemas()).map(|schema| schema.urn);
    // The longest first: one schema's name might begin with another's.
    let mut known: Vec<&str> = known.collect();
    known.sort_by_key(|urn| std::cmp::Reverse(urn.len()));
    for urn in known {
        let Some((head, rest)) = text.split_at_checked(urn.len()) else { continue };
        if !head.eq_ignore_ascii_case(urn) {
            continue;
        }
        if rest.is_empty() {
            return Some((Some(head.to_owned()), rest));
        }
        // Some have a point there.
        if let Some(rest) = rest.strip_prefix([':', '.']) {
            return Some((Some(head.to_owned()), rest));
        }
    }
    let (urn, rest) = text.rsplit_once(':')?;
    Some((Some(urn.to_owned()), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scim::schema::{ENTERPRISE, USER};

    fn check(text: &str, expected: Option<(Option<&str>, &str, Option<&str>)>) {
        let found = AttributePath::parse(text);
        let found =
            found.as_ref().map(|path| (path.schema.as_deref(), path.name.as_str(), path.part.as_deref()));
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn names_have_a_schema_and_a_part_or_none() {
        check("userName", Some((None, "userName", None)));
        check("name.givenName", Some((None, "name", Some("givenName"))));
        check("members.$ref", Some((None, "members", Some("$ref"))));
        check(&format!("{USER}:name.givenName"), Some((Some(USER), "name", Some("givenName"))));
        check(&format!("{ENTERPRISE}:manager"), Some((Some(ENTERPRISE), "manager", None)));
        check(&format!("{ENTERPRISE}.manager"), Some((Some(ENTERPRISE), "manager", None)));
        check(ENTERPRISE, Some((Some(ENTERPRISE), "", None)));
        check(
            "urn:example:other:2.0:Thing:colour",
            Some((Some("urn:example:other:2.0:Thing"), "colour", None)),
        );
        for broken in ["", ".", "a.", ".a", "a.b.c", "1a", "a b", "urn:", "ä", "a[b", "urn:x:ä"] {
            check(broken, None);
        }
    }
}
