//! Takes lines that rows of a file made off their drafts again, and the draft with the last of them. A line stays where
//! its order was placed, or its lines or itself were changed since.

use crate::domain::import_purchase::{LineChange, OrderThere};
use crate::domain::unique::unique;
use crate::error::Error;
use crate::store;
use data::Unit;
use inventory_contract::PurchaseOrderId;
use kernel::Money;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

#[derive(Default)]
pub(super) struct UndoneRows {
    /// Of each row in its order, why it stays.
    pub kept: Vec<Option<&'static str>>,
    /// Orders of which no line is left.
    pub deleted: Vec<PurchaseOrderId>,
    /// What is left of the others.
    pub totals: BTreeMap<PurchaseOrderId, Money>,
}

/// In the order in which they are given, the last of the file first.
pub(super) async fn undo_purchase_rows(unit: &Unit, changes: &[&LineChange]) -> Result<UndoneRows, Error> {
    let mut orders = drafts(unit, &unique(changes.iter().map(|change| change.order))).await?;
    let ids: Vec<Uuid> = changes.iter().map(|change| change.line_id).collect();
    let lines = store::purchase_order_line::with_ids(unit, &ids).await?;
    let lines = lines.into_iter().filter_map(|line| {
        let order = orders.get(&line.order)?;
        Some((line.id, line.of(order.total.currency)))
    });
    let lines: BTreeMap<Uuid, _> = lines.collect();
    let (mut undone, mut taken) = (UndoneRows::default(), Vec::new());
    for change in changes {
        let there = orders.get(&change.order);
        let why = change.built_upon(there, lines.get(&change.line_id));
        if let (None, Some(there)) = (why, there) {
            let left = there.without(&change.line);
            let left =
                left.ok_or_else(|| data::Error::internal("a purchase order costs less than a line of it"))?;
            taken.push(change.line_id);
            orders.insert(change.order, left);
        }
        undone.kept.push(why);
    }
    let touched: BTreeSet<PurchaseOrderId> = changes
        .iter()
        .zip(&undone.kept)
        .filter(|(_, why)| why.is_none())
        .map(|(change, _)| change.order)
        .collect();
    for order in touched {
        match orders.get(&order) {
            Some(left) if left.lines > 0 => {
                undone.totals.insert(order, left.total);
                store::purchase_order::set_total(unit, order, left.total).await?;
            }
            _ => undone.deleted.push(order),
        }
    }
    store::purchase_order_line::delete_all(unit, &taken).await?;
    store::purchase_order::delete_all(unit, &undone.deleted).await?;
    Ok(undone)
}

/// Nobody else changes them until the unit ends.
async fn drafts(
    unit: &Unit,
    ids: &[PurchaseOrderId],
) -> Result<BTreeMap<PurchaseOrderId, OrderThere>, Error> {
    let mut found = BTreeMap::new();
    for order in store::purchase_order::with_ids_to_change(unit, ids).await? {
        let extent = store::purchase_order_line::extent(unit, order.id).await?;
        found.insert(order.id, OrderThere::of(order, extent.lines, extent.last));
    }
    Ok(found)
}
