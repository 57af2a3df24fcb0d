//! `/barcodes`, `/items/{id}/barcodes` and `/scans`.

use crate::App;
use crate::domain::barcode::element_string::Element;
use crate::domain::barcode::{BarcodeInput, BarcodeKind, ItemBarcode, ReadAs};
use crate::service;
use crate::service::catalogue::add_barcode::AddBarcode;
use crate::service::catalogue::read_scan::{Scanned, ScannedItem};
use chrono::{DateTime, NaiveDate, Utc};
use inventory_contract::{BarcodeId, BarcodeIdKind, ItemId, ItemKind};
use kernel::Quantity;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{
    Answer, Body, Caller, Listing, PageQuery, PathId, Query, Rendered, State, no_content, respond, wire_enum,
};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "kind": "gtin", "code": "19506000134359", "printed": "1 9506000 13435 9", "unit": "EA", "quantity": "12",
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct BarcodeDto {
    id: BarcodeId,
    item_id: ItemId,
    kind: BarcodeKindDto,
    /// In the form that codes are compared in: a GTIN with 14 digits, an ISBN as the GTIN that it is
    #[schema(example = "19506000134359")]
    code: String,
    /// As it was entered
    printed: String,
    /// `null` is the item's unit
    #[schema(required)]
    unit: Option<String>,
    /// How many of the unit one scan means
    quantity: Quantity,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

wire_enum! {
    BarcodeKindDto = BarcodeKind {
        Gtin,
        /// A GTIN that is the number of a book
        Isbn,
        Sscc,
        Own,
    }
}

impl From<&ItemBarcode> for BarcodeDto {
    fn from(barcode: &ItemBarcode) -> Self {
        let fields = barcode.fields.clone();
        Self {
            id: barcode.id,
            item_id: barcode.item,
            kind: fields.kind.into(),
            code: fields.code,
            printed: fields.printed,
            unit: fields.unit,
            quantity: fields.quantity,
            created_at: barcode.created_at,
            updated_at: barcode.updated_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "1 9506000 13435 9", "unit": "EA", "quantity": "12"}))]
pub struct AddBarcodeDto {
    /// The caller's own, if it has one
    id: Option<BarcodeId>,
    /// A GTIN of 8, 12, 13 or 14 digits, an ISBN of 10 or 13, an SSCC, or a code of the tenant's own
    #[schema(example = "1 9506000 13435 9", min_length = 1, max_length = 100, pattern = r"\S")]
    code: String,
    /// What it is; left out, the code shows that by itself, and digits alone must be a right number
    kind: Option<ReadAsDto>,
    /// What is counted by a scan, such as `CS`; the item's unit when left out
    #[schema(example = "EA", min_length = 1, max_length = 64, pattern = r"\S")]
    unit: Option<String>,
    /// How many of the unit one scan means, as the GTIN of a case means 12 each; 1 when left out
    quantity: Option<Quantity>,
}

wire_enum! {
    ReadAsDto = ReadAs {
        Gtin,
        Isbn,
        Sscc,
        /// The eight digits below a UPC-E, kept as the UPC-A that they stand for
        UpcE,
        /// A code of the tenant's own, be it digits alone
        Own,
    }
}

#[derive(Deserialize, IntoParams)]
pub struct BarcodeParams {
    /// The barcode with this code, in any of its forms
    code: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "(01)19506000134359(17)271231(10)L-7(30)6"}))]
pub struct ScanDto {
    /// A barcode, or a GS1 element string: with its identifiers in brackets, or as a scanner gives it
    #[schema(
        example = "(01)19506000134359(17)271231(10)L-7(30)6",
        min_length = 1,
        max_length = 1024,
        pattern = r"\S"
    )]
    code: String,
}

/// What a scan says, and which item it is of
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "kind": "element_string", "code": "19506000134359", "gtin": "19506000134359", "sscc": null, "lot": "L-7",
    "serial": null, "produced_on": null, "expires_on": "2027-12-31", "best_before": null,
    "quantity": {"quantity": "6", "unit": "EA"}, "others": [],
    "item": {
        "id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f", "sku": "CHAI-10", "name": "Chai", "unit": "each",
        "barcode_id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "quantity": "6", "rounding": null,
        "unknown_because": null,
    },
}))]
pub struct ScannedDto {
    kind: ScanKindDto,
    /// What the item was looked for by
    #[schema(required)]
    code: Option<String>,
    #[schema(required)]
    gtin: Option<String>,
    /// Of a logistic unit, such as a pallet
    #[schema(required)]
    sscc: Option<String>,
    #[schema(required)]
    lot: Option<String>,
    #[schema(required)]
    serial: Option<String>,
    #[schema(required)]
    produced_on: Option<NaiveDate>,
    /// The last day of use
    #[schema(required)]
    expires_on: Option<NaiveDate>,
    #[schema(required)]
    best_before: Option<NaiveDate>,
    /// As the label tells it: a count, or a measure
    #[schema(required)]
    quantity: Option<LabelQuantityDto>,
    /// What else the label says, by application identifier
    others: Vec<ElementDto>,
    /// `null` when no item has the code
    #[schema(required)]
    item: Option<ScannedItemDto>,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScanKindDto {
    Gtin,
    Isbn,
    Sscc,
    Own,
    ElementString,
}

#[derive(Serialize, ToSchema)]
pub struct LabelQuantityDto {
    quantity: Quantity,
    /// Of UNECE Recommendation 20
    unit: &'static str,
}

#[derive(Serialize, ToSchema)]
pub struct ElementDto {
    /// The application identifier
    #[schema(example = "410")]
    ai: String,
    value: String,
}

#[derive(Serialize, ToSchema)]
pub struct ScannedItemDto {
    id: ItemId,
    sku: String,
    name: String,
    /// What it is counted in
    unit: String,
    barcode_id: BarcodeId,
    /// How much of the item the scan means, in its unit; `null` when that cannot be said
    #[schema(required)]
    quantity: Option<Quantity>,
    /// The exact quantity less the one that is told, in millionths of the unit; `null` when it is exact
    #[schema(required)]
    rounding: Option<String>,
    /// Why there is no quantity
    #[schema(required)]
    unknown_because: Option<String>,
}

impl From<Scanned> for ScannedDto {
    fn from(Scanned { kind, code, said, item }: Scanned) -> Self {
        let (mut gtin, mut sscc) =
            (said.gtin.map(|gtin| gtin.as_str().to_owned()), said.sscc.map(|sscc| sscc.as_str().to_owned()));
        let kind = match kind {
            None => ScanKindDto::ElementString,
            Some(BarcodeKind::Gtin) => ScanKindDto::Gtin,
            Some(BarcodeKind::Isbn) => ScanKindDto::Isbn,
            Some(BarcodeKind::Sscc) => ScanKindDto::Sscc,
            Some(BarcodeKind::Own) => ScanKindDto::Own,
        };
        match kind {
            ScanKindDto::Gtin | ScanKindDto::Isbn => gtin.clone_from(&code),
            ScanKindDto::Sscc => sscc.clone_from(&code),
            ScanKindDto::Own | ScanKindDto::ElementString => {}
        }
        let quantity =
            said.quantity.map(|said| LabelQuantityDto { quantity: said.quantity, unit: said.unit });
        let others = said.others.into_iter().map(|Element { ai, value }| ElementDto { ai, value }).collect();
        Self {
            kind,
            code,
            gtin,
            sscc,
            lot: said.lot,
            serial: said.serial,
            produced_on: said.produced_on,
            expires_on: said.expires_on,
            best_before: said.best_before,
            quantity,
            others,
            item: item.map(Into::into),
        }
    }
}

impl From<ScannedItem> for ScannedItemDto {
    fn from(scanned: ScannedItem) -> Self {
        let ScannedItem { item, barcode, quantity, rounding, unknown_because } = scanned;
        Self {
            id: item.id,
            sku: item.fields.sku.to_string(),
            name: item.fields.name,
            unit: item.fields.unit,
            barcode_id: barcode.id,
            quantity,
            rounding,
            unknown_because,
        }
    }
}

/// Lists barcodes
#[utoipa::path(get, path = "/barcodes", responses((status = 200, body = Listing<BarcodeDto>)))]
pub async fn list_barcodes(
    app: State<App>,
    caller: Caller,
    query: Query<BarcodeParams>,
    page: PageQuery,
) -> Answer {
    let code = query.code.as_deref();
    let found = service::catalogue::list_barcodes::list_barcodes(&app, &caller, code, page.request()).await?;
    Ok(page.render(found.map(|barcode| BarcodeDto::from(&barcode))))
}

/// Shows a barcode
#[utoipa::path(get, path = "/barcodes/{id}", responses((status = 200, body = BarcodeDto)))]
pub async fn get_barcode(app: State<App>, caller: Caller, id: PathId<BarcodeIdKind>) -> Answer {
    let barcode = service::catalogue::list_barcodes::get_barcode(&app, &caller, id.id()).await?;
    Ok(Rendered::ok(&BarcodeDto::from(&barcode)).etag(barcode.version))
}

/// Takes a barcode from its item
#[utoipa::path(delete, path = "/barcodes/{id}", responses((status = 204, description = "Another may have it")))]
pub async fn delete_barcode(app: State<App>, caller: Caller, id: PathId<BarcodeIdKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::catalogue::delete_barcode::delete_barcode(&app, ctx, id.id()).await,
        no_content,
    )
    .await
}

/// Lists the barcodes of an item
#[utoipa::path(get, path = "/items/{id}/barcodes", responses((status = 200, body = Listing<BarcodeDto>)))]
pub async fn list_barcodes_of_item(
    app: State<App>,
    caller: Caller,
    id: PathId<ItemKind>,
    page: PageQuery,
) -> Answer {
    let list = service::catalogue::list_barcodes::list_barcodes_of_item;
    let found = list(&app, &caller, id.id(), page.request()).await?;
    Ok(page.render(found.map(|barcode| BarcodeDto::from(&barcode))))
}

/// Gives an item a barcode
#[utoipa::path(post, path = "/items/{id}/barcodes", responses((status = 201, body = BarcodeDto)))]
pub async fn add_barcode(
    app: State<App>,
    caller: Caller,
    id: PathId<ItemKind>,
    body: Body<AddBarcodeDto>,
) -> Answer {
    let item = id.id();
    let AddBarcodeDto { id, code, kind, unit, quantity } = body.into_inner();
    let input = BarcodeInput { code, kind: kind.map(Into::into), unit, quantity };
    let command = AddBarcode { id, item, input };
    respond(
        &caller,
        async |ctx| service::catalogue::add_barcode::add_barcode(&app, ctx, command).await,
        |barcode: &ItemBarcode| {
            let location = format!("/api/v1/inventory/barcodes/{}", barcode.id);
            Rendered::created(location, &BarcodeDto::from(barcode)).etag(barcode.version)
        },
    )
    .await
}

/// Reads a scan
///
/// It changes nothing.
#[utoipa::path(post, path = "/scans", responses((status = 200, body = ScannedDto)))]
pub async fn read_scan(app: State<App>, caller: Caller, body: Body<ScanDto>) -> Answer {
    let ScanDto { code } = body.into_inner();
    let scanned = service::catalogue::read_scan::read_scan(&app, &caller, &code).await?;
    Ok(Rendered::ok(&ScannedDto::from(scanned)))
}
