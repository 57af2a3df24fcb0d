//! `/families`

use crate::App;
use crate::domain::cost::Costing;
use crate::domain::family::{
    Family, FamilyFields, FamilyOption, MAX_OPTION_NAME, MAX_OPTION_VALUE, MAX_OPTIONS, MAX_VALUES,
};
use crate::domain::item::{ItemInput, StockedItem};
use crate::domain::lot::Tracking;
use crate::error::Error;
use crate::http::items::ItemDto;
use crate::http::stock_rules::{CostingDto, TrackingDto};
use crate::service::catalogue::make_variants::MakeVariants;
use crate::service::catalogue::patch_family::PatchFamily;
use crate::service::catalogue::{
    create_family, delete_family, make_variants, patch_family, restore_family, show_families,
};
use chrono::{DateTime, Utc};
use inventory_contract::{FamilyId, FamilyKind};
use kernel::reference::MetadataSchema;
use kernel::{Faults, Metadata, Money, Quantity};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use web::{
    Answer, Body, Caller, IfMatch, IncludeDeleted, Listing, PageQuery, PathId, Rendered, State, no_content,
    nullable, respond,
};

fn text(most: usize) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(most))
}

fn by_option() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Object).property_names(Some(text(MAX_OPTION_NAME)))
}

/// Of an item's options, which are a map and so have no schema of their own.
pub struct OptionsSchema;

impl PartialSchema for OptionsSchema {
    fn schema() -> RefOr<Schema> {
        by_option()
            .additional_properties(Some(text(MAX_OPTION_VALUE)))
            .max_properties(Some(MAX_OPTIONS))
            .description(Some("The value of each option of the item's family"))
            .examples([serde_json::json!({"Size": "L", "Colour": "Red"})])
            .into()
    }
}
impl ToSchema for OptionsSchema {
    fn name() -> Cow<'static, str> {
        "ItemOptions".into()
    }
}

/// The same of the values that variants are to be made of.
pub struct ChoicesSchema;

impl PartialSchema for ChoicesSchema {
    fn schema() -> RefOr<Schema> {
        let values = ArrayBuilder::new().items(text(MAX_OPTION_VALUE));
        by_option()
            .additional_properties(Some(values.min_items(Some(1)).max_items(Some(MAX_VALUES))))
            .max_properties(Some(MAX_OPTIONS))
            .description(Some("Some of the values of an option"))
            .examples([serde_json::json!({"Size": ["M", "L"]})])
            .into()
    }
}
impl ToSchema for ChoicesSchema {
    fn name() -> Cow<'static, str> {
        "OptionChoices".into()
    }
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Size", "values": ["S", "M", "L"]}))]
pub struct FamilyOptionDto {
    #[schema(example = "Size", min_length = 1, max_length = 40, pattern = r"\S")]
    name: String,
    /// In the order in which they are shown, each of at most 60 characters
    #[schema(min_items = 1, max_items = 100)]
    values: Vec<String>,
}

impl From<FamilyOptionDto> for FamilyOption {
    fn from(FamilyOptionDto { name, values }: FamilyOptionDto) -> Self {
        Self { name, values }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "name": "Shirt",
    "options": [{"name": "Size", "values": ["S", "M", "L"]}, {"name": "Colour", "values": ["Red", "Blue"]}],
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z", "deleted_at": null,
}))]
pub struct FamilyDto {
    id: FamilyId,
    #[schema(example = "Shirt")]
    name: String,
    /// In the order in which they are shown
    options: Vec<FamilyOptionDto>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    #[schema(required)]
    deleted_at: Option<DateTime<Utc>>,
}

impl From<&Family> for FamilyDto {
    fn from(family: &Family) -> Self {
        let FamilyFields { name, options } = family.fields.clone();
        let option = |FamilyOption { name, values }| FamilyOptionDto { name, values };
        Self {
            id: family.id,
            name,
            options: options.into_iter().map(option).collect(),
            created_at: family.created_at,
            updated_at: family.updated_at,
            deleted_at: family.deleted_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Shirt",
    "options": [{"name": "Size", "values": ["S", "M", "L"]}, {"name": "Colour", "values": ["Red", "Blue"]}],
}))]
pub struct CreateFamilyDto {
    /// The caller's own, if it has one
    id: Option<FamilyId>,
    #[schema(example = "Shirt", min_length = 1, max_length = 200, pattern = r"\S")]
    name: String,
    #[schema(min_items = 1, max_items = 5)]
    options: Vec<FamilyOptionDto>,
}

/// What is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"options": [{"name": "Size", "values": ["S", "M", "L", "XL"]}]}))]
pub struct PatchFamilyDto {
    #[serde(default, deserialize_with = "nullable")]
    #[schema(
        value_type = Option<String>, nullable = false,
        min_length = 1, max_length = 200, pattern = r"\S"
    )]
    name: Option<Option<String>>,
    /// All of them. What a variant has stays
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Vec<FamilyOptionDto>>, nullable = false, min_items = 1, max_items = 5)]
    options: Option<Option<Vec<FamilyOptionDto>>>,
}

impl PatchFamilyDto {
    fn command(self, expected: Option<i64>) -> Result<PatchFamily, Error> {
        let mut faults = Faults::new();
        faults.require(self.name != Some(None), "/name", "null", "must not be null");
        let is_null = matches!(self.options, Some(None));
        faults.require(!is_null, "/options", "null", "must not be null");
        let options = self.options.flatten();
        let options = options.map(|options| options.into_iter().map(FamilyOption::from).collect());
        let command = PatchFamily { expected, name: self.name.flatten(), options };
        faults.finish(command).map_err(Error::invalid)
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "sku": "SHIRT-{Size}-{Colour}", "name": "Shirt, {Size}, {Colour}", "options": {"Size": ["M", "L"]},
    "category": "Clothes", "unit": "each", "unit_cost": {"amount": 900, "currency": "USD"},
    "reorder_level": "5",
}))]
pub struct MakeVariantsDto {
    /// Each name of an option in braces becomes the value. It names all options or none: then the values come after
    /// it, as in `SHIRT-L-RED`
    #[schema(example = "SHIRT-{Size}-{Colour}", min_length = 1, max_length = 400, pattern = r"\S")]
    sku: String,
    /// The same, and need not name every option. The family's name and the values when left out
    #[schema(min_length = 1, max_length = 400, pattern = r"\S")]
    name: Option<String>,
    /// Of these options those values alone; of the others all
    #[serde(default)]
    #[schema(value_type = ChoicesSchema)]
    options: BTreeMap<String, Vec<String>>,
    #[schema(max_length = 4000)]
    description: Option<String>,
    #[schema(max_length = 100)]
    category: Option<String>,
    /// What they are counted in; `each` when left out
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    unit: Option<String>,
    unit_cost: Option<Money>,
    tracking: Option<TrackingDto>,
    costing: Option<CostingDto>,
    may_be_negative: Option<bool>,
    reorder_level: Option<Quantity>,
    reorder_up_to: Option<Quantity>,
    #[schema(minimum = 0, maximum = 3650)]
    lead_time_days: Option<i64>,
    #[serde(default)]
    #[schema(value_type = MetadataSchema)]
    metadata: Metadata,
}

/// The longest pattern; what it makes is held to the bounds of an item.
const MAX_PATTERN: usize = 400;

impl MakeVariantsDto {
    fn command(self) -> Result<MakeVariants, Error> {
        let mut faults = Faults::new();
        let sku = faults.text("/sku", &self.sku, MAX_PATTERN);
        let name = self.name.map(|name| faults.text("/name", &name, MAX_PATTERN));
        let like = ItemInput {
            sku,
            description: self.description,
            category: self.category,
            unit: self.unit,
            unit_cost: self.unit_cost,
            tracking: self.tracking.map(Tracking::from),
            costing: self.costing.map(Costing::from),
            may_be_negative: self.may_be_negative,
            reorder_level: self.reorder_level,
            reorder_up_to: self.reorder_up_to,
            lead_time_days: self.lead_time_days,
            metadata: self.metadata,
            ..ItemInput::default()
        };
        faults.finish(MakeVariants { like, name, of: self.options }).map_err(Error::invalid)
    }
}

/// What was made, in the order of the family's options; nothing where nothing was missing.
#[derive(Serialize, ToSchema)]
pub struct VariantsDto {
    #[schema(max_items = 250)]
    data: Vec<ItemDto>,
}

fn created(family: &Family) -> Rendered {
    let location = format!("/api/v1/inventory/families/{}", family.id);
    Rendered::created(location, &FamilyDto::from(family)).etag(family.version)
}

fn shown(family: &Family) -> Rendered {
    Rendered::ok(&FamilyDto::from(family)).etag(family.version)
}

/// Lists families
#[utoipa::path(get, path = "/families", responses((status = 200, body = Listing<FamilyDto>)))]
pub async fn list_families(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    let found = show_families::list_families(&app, &caller, page.request()).await?;
    Ok(page.render(found.map(|family| FamilyDto::from(&family))))
}

/// Shows a family
///
/// Its variants are listed by `GET /items?family_id=`.
#[utoipa::path(get, path = "/families/{id}", responses((status = 200, body = FamilyDto)))]
pub async fn get_family(
    app: State<App>,
    caller: Caller,
    id: PathId<FamilyKind>,
    include_deleted: IncludeDeleted,
) -> Answer {
    let family = if *include_deleted {
        show_families::get_family_deleted_too(&app, &caller, id.id()).await?
    } else {
        show_families::get_family(&app, &caller, id.id()).await?
    };
    Ok(shown(&family))
}

/// Makes a family of items that differ by their options
#[utoipa::path(post, path = "/families", responses((status = 201, body = FamilyDto)))]
pub async fn create_family(app: State<App>, caller: Caller, body: Body<CreateFamilyDto>) -> Answer {
    let CreateFamilyDto { id, name, options } = body.into_inner();
    let fields = FamilyFields { name, options: options.into_iter().map(FamilyOption::from).collect() };
    respond(&caller, async |ctx| create_family::create_family(&app, ctx, id, fields).await, created).await
}

/// Changes a family's name or options
///
/// A value that a variant has is not taken away, and no option is added while there are variants.
#[utoipa::path(patch, path = "/families/{id}", responses((status = 200, body = FamilyDto)))]
pub async fn patch_family(
    app: State<App>,
    caller: Caller,
    id: PathId<FamilyKind>,
    if_match: IfMatch,
    body: Body<PatchFamilyDto>,
) -> Answer {
    let change = body.into_inner().command(if_match.expected())?;
    respond(&caller, async |ctx| patch_family::patch_family(&app, ctx, id.id(), change).await, shown).await
}

/// Deletes a family that has no variants
#[utoipa::path(
    delete,
    path = "/families/{id}",
    responses((status = 204, description = "It is deleted, and can be restored"))
)]
pub async fn delete_family(app: State<App>, caller: Caller, id: PathId<FamilyKind>) -> Answer {
    respond(&caller, async |ctx| delete_family::delete_family(&app, ctx, id.id()).await, no_content).await
}

/// Brings a deleted family back
#[utoipa::path(post, path = "/families/{id}/restore", responses((status = 200, body = FamilyDto)))]
pub async fn restore_family(app: State<App>, caller: Caller, id: PathId<FamilyKind>) -> Answer {
    respond(&caller, async |ctx| restore_family::restore_family(&app, ctx, id.id()).await, shown).await
}

/// Makes the variants that a family lacks
///
/// One item for each combination of the options that no item has yet, at most 250 in one call: all of them or none.
/// Another call makes none of them again.
#[utoipa::path(post, path = "/families/{id}/variants", responses((status = 200, body = VariantsDto)))]
pub async fn make_variants(
    app: State<App>,
    caller: Caller,
    id: PathId<FamilyKind>,
    body: Body<MakeVariantsDto>,
) -> Answer {
    let command = body.into_inner().command()?;
    respond(
        &caller,
        async |ctx| make_variants::make_variants(&app, ctx, id.id(), command).await,
        |made: &Vec<StockedItem>| {
            Rendered::ok(&VariantsDto { data: made.iter().map(ItemDto::from).collect() })
        },
    )
    .await
}
