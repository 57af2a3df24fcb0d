//! The codes of items: all of a tenant's, those of one item, or one.

use crate::App;
use crate::domain::barcode::{ItemBarcode, candidates};
use crate::error::Error;
use crate::store;
use inventory_contract::{BarcodeId, ItemId};
use kernel::{Ctx, Page, PageRequest};

/// `code` may be written in any of its forms.
pub async fn list_barcodes(
    app: &App,
    ctx: &Ctx,
    code: Option<&str>,
    request: &PageRequest,
) -> Result<Page<ItemBarcode>, Error> {
    let code = match code.map(candidates) {
        None => None,
        Some(codes) => match codes.into_iter().next() {
            // What is no code is nobody's.
            None => return Ok(Page { data: Vec::new(), next_cursor: None }),
            known => known,
        },
    };
    let tx = app.databases.read(ctx).await?;
    Ok(store::item_barcode::page(&tx, code.as_deref(), request).await?)
}

pub async fn list_barcodes_of_item(
    app: &App,
    ctx: &Ctx,
    item: ItemId,
    request: &PageRequest,
) -> Result<Page<ItemBarcode>, Error> {
    let tx = app.databases.read(ctx).await?;
    store::item::find(&tx, item).await?.ok_or(Error::ItemNotFound)?;
    Ok(store::item_barcode::page_of_item(&tx, item, request).await?)
}

pub async fn get_barcode(app: &App, ctx: &Ctx, id: BarcodeId) -> Result<ItemBarcode, Error> {
    let tx = app.databases.read(ctx).await?;
    store::item_barcode::find(&tx, id).await?.ok_or(Error::BarcodeNotFound)
}
