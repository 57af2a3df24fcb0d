//! What a list is asked for, and how much of it is looked at: a page of all, or what an index finds, or so many that each can
//! be held against the filter.

use crate::domain::scim::filter::{Filter, Operator};
use crate::domain::scim::{Document, Refusal};
use crate::service::scim::version::Told;
use crate::store::scim_user::Order;
use serde_json::Value;

pub const DEFAULT_COUNT: i64 = 100;
pub const MAX_COUNT: i64 = 200;
/// Of resources that are held against a filter one by one.
pub const MAX_LOOKED_AT: i64 = 1_000;

#[derive(Clone, Debug)]
pub struct Search {
    pub filter: Option<Filter>,
    pub order: Order,
    /// From one on.
    pub start: i64,
    pub count: i64,
}

impl Search {
    pub fn offset(&self) -> i64 {
        self.start.saturating_sub(1).max(0)
    }

    /// The page of all that were found.
    pub fn page(&self, found: Vec<Told>) -> Found {
        let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
        let resources = self.slice(found);
        Found { total, resources: resources.into_iter().map(|told| told.document).collect() }
    }

    pub fn slice<T>(&self, found: Vec<T>) -> Vec<T> {
        let (skipped, wanted) = (usize::try_from(self.offset()), usize::try_from(self.count));
        found.into_iter().skip(skipped.unwrap_or(usize::MAX)).take(wanted.unwrap_or(0)).collect()
    }
}

#[derive(Clone, Debug)]
pub struct Found {
    pub total: i64,
    pub resources: Vec<Document>,
}

/// What each that is found must be equal to: the names of what is asked, and the text.
pub fn equalities(filter: &Filter) -> impl Iterator<Item = (&str, Option<&str>, &str)> {
    filter.needs().into_iter().filter_map(|filter| match filter {
        Filter::Compare(path, Operator::Equal, Value::String(text)) => {
            Some((path.name.as_str(), path.part.as_deref(), text.as_str()))
        }
        // `members[value eq "…"]`
        Filter::Within(path, inside, None) => match &**inside {
            Filter::Compare(part, Operator::Equal, Value::String(text)) if part.part.is_none() => {
                Some((path.name.as_str(), Some(part.name.as_str()), text.as_str()))
            }
            _ => None,
        },
        _ => None,
    })
}

pub fn too_many() -> Refusal {
    Refusal::TooMany(format!(
        "A filter on this attribute is for at most {MAX_LOOKED_AT} resources. Filter by an attribute that is unique, or list \
         them page by page."
    ))
}
