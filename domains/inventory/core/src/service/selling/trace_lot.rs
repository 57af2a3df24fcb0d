//! Where a lot came from and to whom it went: its movements, each with what is known of the order that it is
//! a line of, and with the lots that an assembly made of it, or it of.

use crate::App;
use crate::domain::movement::{DocumentKind, Movement};
use crate::domain::selling::SalesOrder;
use crate::domain::unique::unique;
use crate::error::Error;
use crate::permissions::{PURCHASES_READ, SUPPLIERS_READ};
use crate::service::selling::trace_assemblies::{Beyond, Start, trace_assemblies};
use crate::store;
use crate::store::lot_source::Source;
use crate::store::movement::MovementFilter;
use inventory_contract::{LotId, PurchaseOrderId, SalesOrderId};
use kernel::{Ctx, Page, PageRequest};
use std::collections::BTreeMap;
use uuid::Uuid;

pub struct Step {
    pub movement: Movement,
    /// Whose customer it went to or came back from.
    pub order: Option<SalesOrder>,
    /// Whom it came from, as far as the caller may see it.
    pub source: Option<Source>,
    /// Of an assembly: the lots that were made of this one, or of which it was made.
    pub beyond: Beyond,
}

pub async fn trace_lot(app: &App, ctx: &Ctx, id: LotId, request: &PageRequest) -> Result<Page<Step>, Error> {
    let tx = app.databases.read(ctx).await?;
    store::lot::find(&tx, id).await?.ok_or(Error::LotNotFound)?;
    let filter = MovementFilter { lot: Some(id), ..MovementFilter::default() };
    let page = store::movement::page(&tx, &filter, request).await?;
    let orders = unique(page.data.iter().filter_map(order_of));
    let orders = store::sales_order::find_all(&tx, &orders).await?;
    let orders: BTreeMap<_, _> = orders.into_iter().map(|order| (order.id, order)).collect();
    let bought = unique(page.data.iter().filter_map(purchase_of));
    let mut sources = store::lot_source::of_orders(&tx, &bought).await?;
    sources.values_mut().for_each(|source| show_to(ctx, source));
    let beyond = trace_assemblies(&tx, id, &page.data).await?;
    Ok(page.map(|movement| {
        let order = order_of(&movement).and_then(|id| orders.get(&id).cloned());
        let source = purchase_of(&movement).and_then(|id| sources.get(&id).cloned());
        let beyond = Start::of(&movement).and_then(|start| beyond.get(&start).cloned()).unwrap_or_default();
        Step { movement, order, source, beyond }
    }))
}

/// Who may see to whom it went need not be one who may see from whom it came.
fn show_to(ctx: &Ctx, source: &mut Source) {
    if ctx.may(&PURCHASES_READ).is_err() {
        source.order_reference = None;
    }
    if ctx.may(&SUPPLIERS_READ).is_err() {
        source.supplier_name = None;
    }
}

fn order_of(movement: &Movement) -> Option<SalesOrderId> {
    document_of(movement, DocumentKind::SalesOrder).map(SalesOrderId::from_uuid)
}

fn purchase_of(movement: &Movement) -> Option<PurchaseOrderId> {
    document_of(movement, DocumentKind::PurchaseOrder).map(PurchaseOrderId::from_uuid)
}

fn document_of(movement: &Movement, kind: DocumentKind) -> Option<Uuid> {
    movement.document.filter(|document| document.kind == kind).map(|document| document.id)
}
