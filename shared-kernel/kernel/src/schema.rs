//! Our values as OpenAPI schemas.

use crate::money::CODES;
use crate::reference::{MAX_METADATA, MAX_METADATA_KEY, MAX_METADATA_VALUE};
use crate::search::{MAX_SEARCH_CHARS, MIN_SEARCH_CHARS};
use crate::{Currency, Id, Money, Quantity, Search};
use std::borrow::Cow;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, SchemaType, Type};
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
            .pattern(Some(r"^-?[0-8]?[0-9]{1,12}(\.[0-9]{1,6})?$"))
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
        string()
            .description(Some("ISO 4217 code"))
            .enum_values(Some(CODES.split(' ')))
            .examples(["EUR"])
            .into()
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

/// Of [`Metadata`](crate::Metadata), which is a map and so has no schema of its own.
pub struct MetadataSchema;

impl PartialSchema for MetadataSchema {
    fn schema() -> RefOr<Schema> {
        pairs(string())
            .description(Some("Pairs the platform only keeps"))
            .max_properties(Some(MAX_METADATA))
            .examples([serde_json::json!({"crm": "4711"})])
            .into()
    }
}
impl ToSchema for MetadataSchema {
    fn name() -> Cow<'static, str> {
        "Metadata".into()
    }
}

/// Of [`MetadataPatch`](crate::MetadataPatch).
pub struct MetadataPatchSchema;

impl PartialSchema for MetadataPatchSchema {
    fn schema() -> RefOr<Schema> {
        pairs(ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Null])))
            .description(Some("Pairs to set; a null value removes its pair"))
            .examples([serde_json::json!({"crm": "4711", "old": null})])
            .into()
    }
}
impl ToSchema for MetadataPatchSchema {
    fn name() -> Cow<'static, str> {
        "MetadataPatch".into()
    }
}

fn pairs(value: ObjectBuilder) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .property_names(Some(string().min_length(Some(1)).max_length(Some(MAX_METADATA_KEY))))
        .additional_properties(Some(value.max_length(Some(MAX_METADATA_VALUE))))
}
