//! `/units`, and what an item's conversions add to them.

use crate::App;
use crate::domain::units::{Dimension, Entered, Equation, Unit};
use crate::service;
use crate::service::catalogue::convert_quantity::{Conversion, ConvertQuantity};
use crate::service::catalogue::get_item_conversions::OfItem;
use crate::service::catalogue::put_item_conversions::EquationInput;
use inventory_contract::{ItemId, ItemKind};
use kernel::Quantity;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{
    Answer, Body, Caller, IfMatch, Listing, OwnOrder, PageQuery, PathId, Query, Rendered, State, respond,
    wire_enum,
};

/// A unit of UNECE Recommendation 20, or a package of Recommendation 21
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "code": "LBR", "name": "pound", "dimension": "mass", "base": "KGM", "ratio": "45359237/100000000",
}))]
pub struct UnitDto {
    #[schema(example = "LBR")]
    code: &'static str,
    #[schema(example = "pound")]
    name: &'static str,
    dimension: DimensionDto,
    /// The unit that the ratio is to
    #[schema(example = "KGM")]
    base: &'static str,
    /// How many of the base it is, as an exact fraction; `null` of a package, which holds what an item's conversion says
    #[schema(required, example = "45359237/100000000")]
    ratio: Option<String>,
}

wire_enum! {
    DimensionDto = Dimension {
        Count,
        Mass,
        Volume,
        Length,
        Area,
        Time,
    }
}

impl From<Unit> for UnitDto {
    fn from(unit: Unit) -> Self {
        Self {
            code: unit.code(),
            name: unit.name(),
            dimension: unit.dimension().into(),
            base: unit.dimension().base_code(),
            ratio: unit.ratio().map(|ratio| ratio.to_string()),
        }
    }
}

/// So much of a unit
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"quantity": "1", "unit": "CS"}))]
pub struct AmountDto {
    quantity: Quantity,
    /// A code of `GET /units` in any letter case, or a word of the tenant's own
    #[schema(example = "CS", min_length = 1, max_length = 64, pattern = r"\S")]
    unit: String,
}

impl From<&Entered> for AmountDto {
    fn from(entered: &Entered) -> Self {
        Self { quantity: entered.quantity, unit: entered.unit.to_string() }
    }
}

/// So much of the one is so much of the other
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "from": {"quantity": "1", "unit": "CS"}, "to": {"quantity": "12", "unit": "EA"},
}))]
pub struct EquationDto {
    from: AmountDto,
    to: AmountDto,
}

impl From<&Equation> for EquationDto {
    fn from(equation: &Equation) -> Self {
        Self { from: (&equation.from).into(), to: (&equation.to).into() }
    }
}

impl From<EquationDto> for EquationInput {
    fn from(EquationDto { from, to }: EquationDto) -> Self {
        Self { from: (from.quantity, from.unit), to: (to.quantity, to.unit) }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "conversions": [{"from": {"quantity": "1", "unit": "CS"}, "to": {"quantity": "12", "unit": "EA"}}],
}))]
pub struct ItemConversionsDto {
    item_id: ItemId,
    conversions: Vec<EquationDto>,
}

impl From<&OfItem> for ItemConversionsDto {
    fn from(of: &OfItem) -> Self {
        let conversions = of.conversions.as_slice().iter().map(Into::into).collect();
        Self { item_id: of.item, conversions }
    }
}

/// All of them: what is left out is no more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "conversions": [{"from": {"quantity": "1", "unit": "CS"}, "to": {"quantity": "12", "unit": "EA"}}],
}))]
pub struct PutItemConversionsDto {
    #[schema(max_items = 16)]
    conversions: Vec<EquationDto>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "from": {"quantity": "1", "unit": "LBR"}, "to": {"quantity": "0.453592", "unit": "KGM"},
    "exact": false, "rounding": "37/100",
}))]
pub struct ConversionDto {
    from: AmountDto,
    /// To the nearest millionth, a tie to the even one
    to: AmountDto,
    exact: bool,
    /// The exact quantity less the one that is told, in millionths of its unit; `null` when it is exact
    #[schema(required, example = "37/100")]
    rounding: Option<String>,
}

impl From<&Conversion> for ConversionDto {
    fn from(Conversion { from, to, converted }: &Conversion) -> Self {
        Self {
            from: from.into(),
            to: AmountDto { quantity: converted.quantity, unit: to.to_string() },
            exact: converted.is_exact(),
            rounding: converted.rounding(),
        }
    }
}

#[derive(Deserialize, IntoParams)]
pub struct UnitParams {
    /// Units of this dimension
    #[param(inline)]
    dimension: Option<DimensionDto>,
}

#[derive(Deserialize, IntoParams)]
pub struct ConversionParams {
    /// How much
    quantity: Quantity,
    /// Of which unit
    #[param(example = "LBR", min_length = 1, max_length = 64)]
    from: String,
    /// In which unit
    #[param(example = "KGM", min_length = 1, max_length = 64)]
    to: String,
    /// The item whose conversions count beside the standard's
    item_id: Option<ItemId>,
}

/// Lists units of measure
#[utoipa::path(get, path = "/units", responses((status = 200, body = Listing<UnitDto>)))]
pub async fn list_units(_caller: Caller, query: Query<UnitParams>, page: PageQuery<OwnOrder>) -> Answer {
    let dimension = query.dimension.map(Into::into);
    Ok(page.render(service::catalogue::list_units::list_units(dimension, page.request()).map(UnitDto::from)))
}

/// Converts a quantity
#[utoipa::path(
    get, path = "/units/convert",
    responses((status = 200, body = ConversionDto), (status = 404, description = "There is no such item"))
)]
pub async fn convert_quantity(app: State<App>, caller: Caller, query: Query<ConversionParams>) -> Answer {
    let ConversionParams { quantity, from, to, item_id } = query.0;
    let question = ConvertQuantity { quantity, from, to, item: item_id };
    let found = service::catalogue::convert_quantity::convert_quantity(&app, &caller, question).await?;
    Ok(Rendered::ok(&ConversionDto::from(&found)).etag_of_body())
}

fn shown(of: &OfItem) -> Rendered {
    Rendered::ok(&ItemConversionsDto::from(of)).etag(of.version)
}

/// Shows the conversions of an item
#[utoipa::path(get, path = "/items/{id}/conversions", responses((status = 200, body = ItemConversionsDto)))]
pub async fn get_item_conversions(app: State<App>, caller: Caller, id: PathId<ItemKind>) -> Answer {
    let found =
        service::catalogue::get_item_conversions::get_item_conversions(&app, &caller, id.id()).await?;
    Ok(shown(&found))
}

/// Replaces the conversions of an item
#[utoipa::path(put, path = "/items/{id}/conversions", responses((status = 200, body = ItemConversionsDto)))]
pub async fn put_item_conversions(
    app: State<App>,
    caller: Caller,
    id: PathId<ItemKind>,
    if_match: IfMatch,
    body: Body<PutItemConversionsDto>,
) -> Answer {
    let equations: Vec<EquationInput> = body.into_inner().conversions.into_iter().map(Into::into).collect();
    let expected = if_match.expected();
    respond(
        &caller,
        async |ctx| {
            let put = service::catalogue::put_item_conversions::put_item_conversions;
            put(&app, ctx, id.id(), expected, equations).await
        },
        shown,
    )
    .await
}
