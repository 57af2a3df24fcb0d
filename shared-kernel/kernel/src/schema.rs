//! Our values as OpenAPI schemas.

use crate::search::{MAX_SEARCH_CHARS, MIN_SEARCH_CHARS};
use crate::{Currency, Id, Money, Quantity, Search};
use std::borrow::Cow;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

impl<K> PartialSchema for Id<K> {
    fn schema() -> RefOr<Schema> {
        string().format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))).into()
    }
}
impl<K> ToSchema for Id<K> {
    fn name() -> Cow<'static, str> {
        "Id".into()
    }
}

impl PartialSchema for Search {
    fn schema() -> RefOr<Schema> {
        string()
            .min_length(Some(MIN_SEARCH_CHARS))
            .max_length(Some(MAX_SEARCH_CHARS))
            .examples(["chai"])
            .into()
    }
}
impl ToSchema for Search {
    fn name() -> Cow<'static, str> {
        "Search".into()
    }
}

impl PartialSchema for Quantity {
    fn schema() -> RefOr<Schema> {
        string()
            .description(Some("A decimal number of at most six decimals"))
            .pattern(Some(r"^-?\d+(\.\d{1,6})?$"))
            .max_length(Some(21))
            .examples(["2.5"])
            .into()
    }
}
impl ToSchema for Quantity {
    fn name() -> Cow<'static, str> {
        "Quantity".into()
    }
}

impl PartialSchema for Currency {
    fn schema() -> RefOr<Schema> {
        string().description(Some("ISO 4217 code")).pattern(Some("^[A-Z]{3}$")).examples(["EUR"]).into()
    }
}
impl ToSchema for Currency {
    fn name() -> Cow<'static, str> {
        "Currency".into()
    }
}

impl PartialSchema for Money {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some("Money in minor units of an ISO 4217 currency: 9900 USD is 99.00"))
            .property(
                "amount",
                ObjectBuilder::new()
                    .schema_type(Type::Integer)
                    .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64))),
            )
            .required("amount")
            .property("currency", Currency::schema())
            .required("currency")
            .additional_properties(Some(utoipa::openapi::schema::AdditionalProperties::FreeForm(false)))
            .examples([serde_json::json!({"amount": 9900, "currency": "USD"})])
            .into()
    }
}
impl ToSchema for Money {
    fn name() -> Cow<'static, str> {
        "Money".into()
    }
}
