//! What a list is asked for, in the query or in the body of a `.search`; and which attributes, and of which version.

use crate::domain::scim::path::AttributePath;
use crate::domain::scim::projection::Projection;
use crate::domain::scim::{Filter, Refusal};
use crate::service::scim::search::{DEFAULT_COUNT, MAX_COUNT, Search};
use crate::service::scim::version::Seen;
use crate::store::scim_user::Order;
use actix_web::HttpRequest;
use actix_web::http::header::IF_MATCH;
use actix_web::web::Query;
use serde::Deserialize;
use serde_json::Value;

/// What else stands in a query is for others: Entra, for one, has flags there.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Asked {
    filter: Option<String>,
    start_index: Option<String>,
    count: Option<String>,
    sort_by: Option<String>,
    sort_order: Option<String>,
    attributes: Option<String>,
    excluded_attributes: Option<String>,
}

impl Asked {
    pub fn in_query(req: &HttpRequest) -> Result<Self, Refusal> {
        let asked = Query::<Self>::from_query(req.query_string());
        let asked = asked.map_err(|_| Refusal::InvalidSyntax("The query cannot be read.".to_owned()))?;
        Ok(asked.into_inner())
    }

    pub fn in_body(body: &Value) -> Result<Self, Refusal> {
        let Value::Object(fields) = body else {
            return Err(Refusal::InvalidSyntax("A search is an object.".to_owned()));
        };
        let text = |name: &str| {
            let value = fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?.1;
            match value {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                Value::Array(all) => Some(all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")),
                _ => None,
            }
        };
        Ok(Self {
            filter: text("filter"),
            start_index: text("startIndex"),
            count: text("count"),
            sort_by: text("sortBy"),
            sort_order: text("sortOrder"),
            attributes: text("attributes"),
            excluded_attributes: text("excludedAttributes"),
        })
    }

    pub fn search(&self) -> Result<Search, Refusal> {
        let filter = self.filter.as_deref().filter(|text| !text.trim().is_empty());
        let filter = filter.map(Filter::parse).transpose()?;
        let start = number("startIndex", self.start_index.as_deref(), 1)?.max(1);
        let count = number("count", self.count.as_deref(), DEFAULT_COUNT)?.clamp(0, MAX_COUNT);
        Ok(Search { filter, order: self.order(), start, count })
    }

    pub fn projection(&self) -> Result<Projection, Refusal> {
        let (attributes, excluded) = (&self.attributes, &self.excluded_attributes);
        Projection::of(&[attributes.as_deref().unwrap_or("")], &[excluded.as_deref().unwrap_or("")])
    }

    /// By anything else than the name they are not sorted.
    fn order(&self) -> Order {
        let by = self.sort_by.as_deref().and_then(AttributePath::parse);
        if !by.is_some_and(|by| by.is("userName", None)) {
            return Order::Oldest;
        }
        match self.sort_order.as_deref() {
            Some(order) if order.eq_ignore_ascii_case("descending") => Order::ByNameBackwards,
            _ => Order::ByName,
        }
    }
}

fn number(name: &str, text: Option<&str>, otherwise: i64) -> Result<i64, Refusal> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(otherwise) };
    text.parse().map_err(|_| Refusal::InvalidValue(format!("{name} must be a whole number.")))
}

pub fn seen(req: &HttpRequest) -> Seen {
    if !req.headers().contains_key(IF_MATCH) {
        return Seen(None);
    }
    let values = req.headers().get_all(IF_MATCH).filter_map(|value| value.to_str().ok());
    Seen(Some(values.flat_map(|value| value.split(',')).map(|tag| tag.trim().to_owned()).collect()))
}
