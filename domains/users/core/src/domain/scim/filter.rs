//! Filters (RFC 7644 §3.4.2.2): read with bounds, and asked of a resource.

use crate::domain::scim::Document;
use crate::domain::scim::path::AttributePath;
use crate::domain::scim::reader::Reader;
use crate::domain::scim::refusal::Refusal;
use crate::domain::scim::schema::{Attribute, Kind, Resource};
use chrono::DateTime;
use serde_json::Value;
use std::cmp::Ordering;

const MAX_BYTES: usize = 4_096;

#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Not(Box<Filter>),
    Present(AttributePath),
    Compare(AttributePath, Operator, Value),
    /// One of the values meets both: the filter in brackets, and what is asked of a part of it after them.
    Within(AttributePath, Box<Filter>, Option<Box<Filter>>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Equal,
    NotEqual,
    Contains,
    StartsWith,
    EndsWith,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Operator {
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "eq" => Self::Equal,
            "ne" => Self::NotEqual,
            "co" => Self::Contains,
            "sw" => Self::StartsWith,
            "ew" => Self::EndsWith,
            "gt" => Self::Greater,
            "ge" => Self::GreaterOrEqual,
            "lt" => Self::Less,
            "le" => Self::LessOrEqual,
            _ => return None,
        })
    }
}

impl Filter {
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.len() > MAX_BYTES {
            return Err(Refusal::InvalidFilter(format!("A filter has at most {MAX_BYTES} bytes.")));
        }
        Reader::new(text).whole()
    }

    /// What must be so of all that it lets through: itself, or what it joins by `and`.
    pub fn needs(&self) -> Vec<&Self> {
        match self {
            Self::And(all) => all.iter().flat_map(Self::needs).collect(),
            other => vec![other],
        }
    }

    /// How much is compared of each value that it is asked of.
    pub fn terms(&self) -> usize {
        match self {
            Self::And(all) | Self::Or(all) => all.iter().map(Self::terms).sum(),
            Self::Not(filter) => filter.terms(),
            Self::Present(_) | Self::Compare(..) => 1,
            Self::Within(_, inside, after) => inside.terms() + after.as_deref().map_or(0, Self::terms),
        }
    }

    /// Whether it depends on this attribute.
    pub fn asks_for(&self, name: &str) -> bool {
        match self {
            Self::And(all) | Self::Or(all) => all.iter().any(|filter| filter.asks_for(name)),
            Self::Not(filter) => filter.asks_for(name),
            Self::Present(path) | Self::Compare(path, ..) | Self::Within(path, ..) => {
                path.name.eq_ignore_ascii_case(name)
            }
        }
    }

    pub fn matches(&self, resource: &Resource, document: &Document) -> bool {
        match self {
            Self::And(all) => all.iter().all(|filter| filter.matches(resource, document)),
            Self::Or(all) => all.iter().any(|filter| filter.matches(resource, document)),
            Self::Not(filter) => !filter.matches(resource, document),
            Self::Present(path) => {
                found(resource, document, path).is_some_and(|found| found.values.into_iter().any(is_present))
            }
            Self::Compare(path, operator, value) => match found(resource, document, path) {
                Some(Found { attribute, values }) => any(attribute, &values, *operator, value),
                None => *operator == Operator::NotEqual,
            },
            Self::Within(path, inside, after) => {
                let Some(Found { attribute, values }) = found(resource, document, path) else { return false };
                values.into_iter().any(|value| {
                    inside.matches_value(attribute, value)
                        && after.as_ref().is_none_or(|after| after.matches_value(attribute, value))
                })
            }
        }
    }

    /// Of one value of a complex attribute, whose parts the filter names.
    pub fn matches_value(&self, attribute: &Attribute, value: &Value) -> bool {
        let part = |path: &AttributePath| {
            let part = attribute.part(&path.name).filter(|_| path.part.is_none())?;
            Some((part, value.get(part.name)))
        };
        match self {
            Self::And(all) => all.iter().all(|filter| filter.matches_value(attribute, value)),
            Self::Or(all) => all.iter().any(|filter| filter.matches_value(attribute, value)),
            Self::Not(filter) => !filter.matches_value(attribute, value),
            Self::Present(path) => part(path).and_then(|(_, value)| value).is_some_and(is_present),
            Self::Compare(path, operator, wanted) => match part(path) {
                Some((part, value)) => any(part, &Vec::from_iter(value), *operator, wanted),
                None => *operator == Operator::NotEqual,
            },
            Self::Within(..) => false,
        }
    }

    /// The parts that a value must have to be let through, where equality alone is asked for.
    pub fn equalities(&self) -> Option<Vec<(&str, &Value)>> {
        let all = self.needs().into_iter().map(|filter| match filter {
            Self::Compare(path, Operator::Equal, value) if path.part.is_none() => {
                Some((path.name.as_str(), value))
            }
            _ => None,
        });
        all.collect()
    }
}

struct Found<'a> {
    attribute: &'static Attribute,
    values: Vec<&'a Value>,
}

/// The values that a path names; of a complex attribute with many, its `value` where no part is named.
fn found<'a>(resource: &Resource, document: &'a Document, path: &AttributePath) -> Option<Found<'a>> {
    let place = path.place(resource)?;
    let attribute = place.attribute;
    let held = match place.extension {
        Some(extension) => document.get(extension.urn).and_then(|held| held.get(attribute.name)),
        None => document.get(attribute.name),
    };
    let values: Vec<&Value> = match held {
        Some(Value::Array(all)) => all.iter().collect(),
        one => one.into_iter().collect(),
    };
    let Some(part) = &path.part else { return Some(Found { attribute, values }) };
    let part = attribute.part(part)?;
    Some(Found {
        attribute: part,
        values: values.into_iter().filter_map(|value| value.get(part.name)).collect(),
    })
}

fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(all) => !all.is_empty(),
        Value::Object(parts) => !parts.is_empty(),
        _ => true,
    }
}

fn any(attribute: &Attribute, values: &[&Value], operator: Operator, wanted: &Value) -> bool {
    if operator == Operator::NotEqual {
        return !any(attribute, values, Operator::Equal, wanted);
    }
    if wanted.is_null() {
        return operator == Operator::Equal && !values.iter().any(|value| is_present(value));
    }
    let part = attribute.part("value").filter(|_| attribute.kind == Kind::Complex);
    let attribute = part.unwrap_or(attribute);
    let mut compared = values.iter().filter_map(|value| match part {
        Some(part) => value.get(part.name),
        None => Some(*value),
    });
    compared.any(|value| holds(attribute, value, operator, wanted))
}

fn holds(attribute: &Attribute, value: &Value, operator: Operator, wanted: &Value) -> bool {
    let (value, wanted) = match (value, wanted) {
        // Some write "True".
        (Value::Bool(value), Value::String(wanted)) => {
            return operator == Operator::Equal && wanted.eq_ignore_ascii_case(&value.to_string());
        }
        (Value::String(value), Value::String(wanted)) => (value.as_str(), wanted.as_str()),
        (value, wanted) => return operator == Operator::Equal && value == wanted,
    };
    if attribute.kind == Kind::DateTime
        && let (Ok(value), Ok(wanted)) =
            (DateTime::parse_from_rfc3339(value), DateTime::parse_from_rfc3339(wanted))
    {
        return ordered(value.cmp(&wanted), operator);
    }
    let lowered = |text: &str| if attribute.exact_case { text.to_owned() } else { text.to_lowercase() };
    let (value, wanted) = (lowered(value), lowered(wanted));
    match operator {
        Operator::Contains => value.contains(&wanted),
        Operator::StartsWith => value.starts_with(&wanted),
        Operator::EndsWith => value.ends_with(&wanted),
        _ => ordered(value.cmp(&wanted), operator),
    }
}

fn ordered(order: Ordering, operator: Operator) -> bool {
    match operator {
        Operator::Equal => order.is_eq(),
        Operator::Greater => order.is_gt(),
        Operator::GreaterOrEqual => order.is_ge(),
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scim::schema::USERS;
    use serde_json::json;

    fn ada() -> Document {
        let document = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "id": "2819c223", "userName": "Ada@Example.com", "externalId": "Ada-1", "active": true,
            "name": { "givenName": "Ada", "familyName": "O'Malley" },
            "emails": [
                { "value": "ada@example.com", "type": "work", "primary": true },
                { "value": "ada@example.org", "type": "home" },
            ],
            "meta": { "resourceType": "User", "lastModified": "2011-05-13T04:42:34Z" },
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "manager": { "value": "26118915" } },
        });
        document.as_object().unwrap().clone()
    }

    fn check(filter: &str, expected: bool) {
        let parsed = Filter::parse(filter).unwrap_or_else(|refusal| panic!("{filter}: {refusal}"));
        assert_eq!(parsed.matches(&USERS, &ada()), expected, "{filter}");
    }

    /// Those of RFC 7644 §3.4.2.2 (figure 2), on this person.
    #[test]
    fn the_examples_of_the_standard() {
        check("userName Eq \"ada@example.COM\"", true);
        check("userName eq \"bjensen\"", false);
        check("name.familyName co \"O'Malley\"", true);
        check("userName sw \"A\"", true);
        check("urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"J\"", false);
        check("title pr", false);
        check("meta.lastModified gt \"2011-05-13T04:42:34Z\"", false);
        check("meta.lastModified ge \"2011-05-13T06:42:34+02:00\"", true);
        check("meta.lastModified lt \"2012-01-01T00:00:00Z\"", true);
        check("title pr and userType eq \"Employee\"", false);
        check("title pr or userType eq \"Intern\"", false);
        check("schemas eq \"urn:ietf:params:scim:schemas:core:2.0:User\"", true);
        check(
            "userType eq \"Employee\" and (emails co \"example.com\" or emails.value co \"example.org\")",
            false,
        );
        check("userName pr and (emails co \"example.com\" or emails.value co \"example.org\")", true);
        check(
            "userType ne \"Employee\" and not (emails co \"example.com\" or emails.value co \"example.org\")",
            false,
        );
        check("emails[type eq \"work\" and value co \"@example.com\"]", true);
        check("emails[type eq \"home\" and value co \"@example.com\"]", false);
        check(
            "emails[type eq \"work\" and value co \"@x\"] or ims[type eq \"xmpp\" and value co \"@foo.com\"]",
            false,
        );
    }

    #[test]
    fn as_directories_write_them() {
        // https://learn.microsoft.com/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups
        check("userName eq \"Test_User_dfeef4c5\"", false);
        check("externalId eq \"ada-1\"", false);
        check("externalId eq \"Ada-1\"", true);
        check("emails[type eq \"work\"].value eq \"ADA@example.com\"", true);
        check("emails[type eq \"other\"].value eq \"ada@example.com\"", false);
        check("id eq \"2819c223\" and manager eq \"26118915\"", true);
        check(
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq \"26118915\"",
            true,
        );
        check("active eq \"True\"", true);
        // https://developer.okta.com/docs/api/openapi/okta-scim/guides/scim-20
        check("userName eq \"test.user@okta.local\"", false);
        check("ACTIVE EQ true", true);
        check("active ne false", true);
        check("displayName eq null", true);
        check("name.givenName eq \"\\u0041da\"", true);
        check("not(active eq false)and(id pr)", true);
        check("active gt true", false);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let deep = format!("{}id pr{}", "(".repeat(40), ")".repeat(40));
        let long = vec!["id pr"; 200].join(" or ");
        let large = format!("id eq \"{}\"", "a".repeat(5_000));
        for broken in [
            "",
            " ",
            "id",
            "id eq",
            "id eq abc",
            "id eq \"abc",
            "id eq \"a\\",
            "id xx \"a\"",
            "id pr and",
            "and id pr",
            "id pr id pr",
            "(id pr",
            "id pr)",
            "emails[type eq \"a\"",
            "emails[]",
            "[id pr]",
            "not id pr",
            "id eq {}",
            "id eq [1]",
            "1 eq 1",
            "id eq 01",
            "ä eq \"a\"",
            &deep,
            &long,
            &large,
        ] {
            assert!(matches!(Filter::parse(broken), Err(Refusal::InvalidFilter(_))), "{broken}");
        }
    }

    #[test]
    fn what_it_asks_for_is_known() {
        let check = |filter: &str, terms: usize, members: bool| {
            let filter = Filter::parse(filter).unwrap();
            assert_eq!((filter.terms(), filter.asks_for("members")), (terms, members), "{filter:?}");
        };
        check("displayName sw \"a\"", 1, false);
        check("displayName pr and not (id eq \"1\" or MEMBERS pr)", 3, true);
        check("members[value eq \"1\" or type eq \"User\"]", 2, true);
        check("emails[type eq \"work\"].value ew \"members\"", 2, false);
    }

    /// Texts made of the pieces of filters, in any order: none makes it panic, and what is read again is the same.
    #[test]
    fn nothing_makes_it_panic() {
        const PIECES: [&str; 28] = [
            "userName",
            "emails",
            "urn:",
            "urn:ietf:params:scim:schemas:core:2.0:User",
            ":",
            ".",
            "[",
            "]",
            "(",
            ")",
            " ",
            " eq ",
            " pr",
            " and ",
            " or ",
            "not ",
            "\"",
            "\\",
            "\"a\"",
            "true",
            "null",
            "-1.5e3",
            "ä",
            "\u{1F600}",
            "$ref",
            "value",
            "\0",
            "%",
        ];
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % 1_000_003).unwrap()
        };
        let mut read = 0;
        for _ in 0..50_000 {
            let text: String = (0..next() % 12).map(|_| PIECES[next() % PIECES.len()]).collect();
            let parsed = Filter::parse(&text);
            if let Ok(filter) = &parsed {
                read += 1;
                let _ = filter.matches(&USERS, &ada());
            }
            assert_eq!(parsed, Filter::parse(&text));
        }
        assert!(read > 0, "the pieces make no filter at all");
    }
}
