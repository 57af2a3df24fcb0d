//! What to order: the items that are due, each with as much as is missing beside what is on order already, and as
//! sales orders wait for.

use crate::App;
use crate::domain::item::Item;
use crate::domain::reorder::{Policy, here_on, to_order};
use crate::domain::stock::Level;
use crate::error::Error;
use crate::service::ledger::stock_now::stock_now;
use crate::store;
use crate::store::stock_level::Due;
use chrono::{DateTime, NaiveDate, Utc};
use data::Tx;
use inventory_contract::ItemId;
use kernel::{Ctx, Money, Page, PageRequest, Quantity};
use std::collections::BTreeMap;
use uuid::Uuid;

pub struct Suggestion {
    pub id: Uuid,
    pub item: ItemId,
    pub sku: String,
    pub name: String,
    pub unit: String,
    pub unit_cost: Option<Money>,
    pub available: Quantity,
    pub on_order: Quantity,
    /// What confirmed sales orders wait for.
    pub backordered: Quantity,
    pub minimum: Quantity,
    pub maximum: Option<Quantity>,
    /// What to order. Nothing where what is on order is enough.
    pub quantity: Quantity,
    pub lead_time_days: Option<i64>,
    /// When it would be here, ordered today.
    pub needed_by: Option<NaiveDate>,
    pub due_since: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

pub async fn list_reorder_suggestions(
    app: &App,
    ctx: &Ctx,
    request: &PageRequest,
) -> Result<Page<Suggestion>, Error> {
    let tx = app.databases.read(ctx).await?;
    let Page { data, next_cursor } = store::stock_level::due_page(&tx, request).await?;
    Ok(Page { data: suggestions(&tx, ctx, data).await?, next_cursor })
}

/// Of these balances that are due.
pub async fn suggestions(tx: &Tx, ctx: &Ctx, mut due: Vec<Due>) -> Result<Vec<Suggestion>, Error> {
    let mut levels: Vec<&mut Level> = due.iter_mut().map(|due| &mut due.level).collect();
    stock_now(tx, ctx, &mut levels).await?;
    let items: Vec<ItemId> = due.iter().map(|due| due.level.item).collect();
    let on_order = store::purchase_order_line::on_order(tx, &items).await?;
    let backordered = backordered(tx, &due).await?;
    let found = store::item::with_ids(tx, &items).await?;
    let found: BTreeMap<ItemId, Item> = found.into_iter().map(|item| (item.id, item)).collect();
    let suggestions = due.into_iter().filter_map(|due| {
        let Level { item, reorder_at, reorder_due_since, .. } = due.level;
        let fields = found.get(&item)?.fields.clone();
        let policy = Policy { minimum: reorder_at?, maximum: fields.reorder_up_to };
        let (available, on_order) = (due.level.available(), on_order.get(&item).copied().unwrap_or_default());
        let backordered = backordered.get(&item).copied().unwrap_or_default();
        Some(Suggestion {
            id: due.id,
            item,
            sku: fields.sku.to_string(),
            name: fields.name,
            unit: fields.unit,
            unit_cost: fields.unit_cost,
            available,
            on_order,
            backordered,
            minimum: policy.minimum,
            maximum: policy.maximum,
            quantity: to_order(policy, available.saturating_sub(backordered), on_order),
            lead_time_days: fields.lead_time_days,
            needed_by: here_on(ctx.now().date_naive(), fields.lead_time_days),
            due_since: reorder_due_since?,
            created_at: due.created_at,
            updated_at: due.updated_at,
        })
    });
    Ok(suggestions.collect())
}

/// What of these is waited for, where anything is.
async fn backordered(tx: &Tx, due: &[Due]) -> Result<BTreeMap<ItemId, Quantity>, data::Error> {
    let made = || due.iter().filter(|due| due.level.awaited).map(|due| due.created_at);
    let (Some(first), Some(last)) = (made().min(), made().max()) else { return Ok(BTreeMap::new()) };
    store::sales_order_line::waiting_of_due(tx, first, last).await
}
