//! What files bring.

pub mod item_rows;
pub mod purchase_rows;
mod read_bins;
pub mod sale_rows;
pub mod stock_rows;
pub mod supplier_rows;
mod undo_item_row;
mod undo_purchase_row;
mod undo_sale_row;
mod undo_stock_row;
mod undo_supplier_row;

use crate::domain::item::Item;
use crate::domain::sku::Sku;
use crate::domain::stock::Level;
use crate::error::Error;
use crate::permissions::{STOCK_ADJUST, STOCK_RECEIVE};
use crate::service::ledger::hold::hold;
use crate::store;
use data::{AuditEntry, Unit};
use inventory_contract::ItemId;
use kernel::{Ctx, FieldError, Quantity};
use module::{BatchOf, RowFault};
use serde_json::Value;
use std::collections::BTreeSet;

/// The items with these SKUs, and their levels. Items are found by what they were called, and read anew once they are
/// held, so that nothing is older than the lock.
async fn held(unit: &mut Unit, ctx: &Ctx, skus: &BTreeSet<String>) -> Result<(Vec<Item>, Vec<Level>), Error> {
    let skus: Vec<Sku> = skus.iter().filter_map(|sku| sku.parse().ok()).collect();
    let found = store::item::ids_with_skus(unit, &skus).await?;
    let levels = hold(unit, ctx, &found).await?;
    let ids: Vec<ItemId> = levels.iter().map(|level| level.item).collect();
    Ok((store::item::with_ids(unit, &ids).await?, levels))
}

/// Why whoever undoes a row may not move so much stock back, where they may not: to bring some takes what receiving it
/// does, to take some away what adjusting it does.
fn not_permitted(ctx: &Ctx, field: &str, quantity: Quantity) -> Option<RowFault> {
    let permission = if quantity.is_positive() { &STOCK_RECEIVE } else { &STOCK_ADJUST };
    if ctx.may(permission).is_ok() {
        return None;
    }
    let name = permission.name;
    let detail =
        format!("moving its stock back takes `{name}`: have somebody who has that change it by hand");
    Some(RowFault { field: field.to_owned(), rule: "not_permitted".to_owned(), detail })
}

fn row_fault(error: &FieldError) -> RowFault {
    RowFault {
        field: error.pointer.trim_start_matches('/').to_owned(),
        rule: error.code.to_string(),
        detail: error.detail.clone(),
    }
}

/// Why a row is not undone.
fn built_upon(field: &str, detail: &str) -> RowFault {
    RowFault { field: field.to_owned(), rule: "built_upon".to_owned(), detail: detail.to_owned() }
}

/// What is told of a batch in the log.
fn of_import(action: &'static str, batch: BatchOf, before: Option<Value>, after: Value) -> AuditEntry {
    let (resource, resource_id) = ("import", batch.import.uuid());
    AuditEntry { action, resource, resource_id, before, after: Some(after) }
}
