//! Who supplied what a purchase order brought, for the trace of a lot. It reads the tables of buying.

use crate::store::{purchase_order, supplier};
use data::{Error, Tx};
use inventory_contract::{PurchaseOrderId, SupplierId};
use sea_orm::entity::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub order_reference: Option<String>,
    /// Also of one that was deleted since.
    pub supplier_name: Option<String>,
}

pub async fn of_orders(tx: &Tx, ids: &[PurchaseOrderId]) -> Result<BTreeMap<PurchaseOrderId, Source>, Error> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let wanted = purchase_order::Column::PublicId.is_in(ids.iter().copied());
    let orders = tx.find::<purchase_order::Entity>().filter(wanted).limit(ids.len() as u64).all().await?;
    let suppliers: BTreeSet<SupplierId> = orders.iter().map(|order| order.supplier_id).collect();
    let wanted = supplier::Column::PublicId.is_in(suppliers.iter().copied());
    let found = tx.find::<supplier::Entity>().with_deleted().filter(wanted).limit(ids.len() as u64);
    let found = found.all().await?;
    let names: BTreeMap<_, _> = found.into_iter().map(|found| (found.public_id, found.name)).collect();
    Ok(orders
        .into_iter()
        .map(|order| {
            let supplier_name = names.get(&order.supplier_id).cloned();
            (order.public_id, Source { order_reference: order.reference, supplier_name })
        })
        .collect())
}
