//! Drafts a purchase order of items that are due, with as much of each as is suggested where nobody says otherwise.

use crate::App;
use crate::domain::buying::{LineInput, OrderFields, PurchaseOrderDetail};
use crate::error::Error;
use crate::service::buying::create_purchase_order::{CreatePurchaseOrder, create_purchase_order};
use crate::service::reordering::suggest_orders::{Suggestion, suggestions};
use crate::store;
use inventory_contract::{ItemId, PurchaseOrderId, SupplierId};
use kernel::{Ctx, Faults, Money, Quantity};
use std::collections::BTreeMap;

/// Of one order.
pub const MAX_SUGGESTED: usize = 100;

pub struct OrderSuggested {
    /// The caller's own, if it has one.
    pub id: Option<PurchaseOrderId>,
    pub supplier: SupplierId,
    pub fields: OrderFields,
    pub lines: Vec<SuggestedLine>,
}

pub struct SuggestedLine {
    pub item: ItemId,
    /// As suggested where nothing is said.
    pub quantity: Option<Quantity>,
    /// The item's where nothing is said.
    pub unit_cost: Option<Money>,
}

/// What was suggested may be another a moment later: a draft is for a person to look at.
pub async fn order_suggested(
    app: &App,
    ctx: &Ctx,
    command: OrderSuggested,
) -> Result<PurchaseOrderDetail, Error> {
    let OrderSuggested { id, supplier, mut fields, lines } = command;
    let allowed = (1..=MAX_SUGGESTED).contains(&lines.len());
    let mut faults = Faults::new();
    faults.require(allowed, "/lines", "out_of_range", &format!("must have from 1 to {MAX_SUGGESTED} lines"));
    faults.finish(()).map_err(Error::invalid)?;
    let suggested = suggested(app, ctx, &lines).await?;
    let needed_by = lines.iter().filter_map(|line| suggested.get(&line.item)?.needed_by).max();
    fields.expected_on = fields.expected_on.or(needed_by);
    let lines = inputs(lines, &suggested)?;
    create_purchase_order(app, ctx, CreatePurchaseOrder { id, supplier, fields, lines }).await
}

async fn suggested(
    app: &App,
    ctx: &Ctx,
    lines: &[SuggestedLine],
) -> Result<BTreeMap<ItemId, Suggestion>, Error> {
    let items: Vec<ItemId> = lines.iter().map(|line| line.item).collect();
    let tx = app.databases.read(ctx).await?;
    let due = store::stock_level::due_of(&tx, &items).await?;
    let suggestions = suggestions(&tx, ctx, due).await?;
    Ok(suggestions.into_iter().map(|suggestion| (suggestion.item, suggestion)).collect())
}

fn inputs(
    lines: Vec<SuggestedLine>,
    suggested: &BTreeMap<ItemId, Suggestion>,
) -> Result<Vec<LineInput>, Error> {
    let mut faults = Faults::new();
    let mut inputs = Vec::with_capacity(lines.len());
    for (at, line) in lines.into_iter().enumerate() {
        let Some(suggestion) = suggested.get(&line.item) else {
            faults.add(format!("/lines/{at}/item_id"), "not_due", "is no item that is due to be ordered");
            continue;
        };
        let quantity = line.quantity.unwrap_or(suggestion.quantity);
        if line.quantity.is_none() && quantity == Quantity::ZERO {
            let detail = "is required: nothing is suggested beside what is on order";
            faults.add(format!("/lines/{at}/quantity"), "required", detail);
        }
        let Some(unit_cost) = line.unit_cost.or(suggestion.unit_cost) else {
            faults.add(format!("/lines/{at}/unit_cost"), "required", "is required: the item has no cost");
            continue;
        };
        inputs.push(LineInput { item: line.item, quantity, unit: None, unit_cost });
    }
    faults.finish(inputs).map_err(Error::invalid)
}
