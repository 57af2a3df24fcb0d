//! Drafts a purchase order: nothing of it is on order yet.

use crate::App;
use crate::domain::buying::{LineInput, OrderFields, PurchaseOrder, PurchaseOrderDetail, check_lines};
use crate::error::Error;
use crate::service::buying::find_lines::find_lines;
use crate::service::places::find_place::fault;
use crate::store;
use data::{AuditEntry, Unit};
use inventory_contract::{PurchaseOrderId, SupplierId};
use kernel::{Ctx, Faults};
use serde_json::{Value, json};

pub struct CreatePurchaseOrder {
    /// The caller's own, if it has one.
    pub id: Option<PurchaseOrderId>,
    pub supplier: SupplierId,
    pub fields: OrderFields,
    pub lines: Vec<LineInput>,
}

pub async fn create_purchase_order(
    app: &App,
    ctx: &Ctx,
    command: CreatePurchaseOrder,
) -> Result<PurchaseOrderDetail, Error> {
    let CreatePurchaseOrder { id, supplier, fields, lines } = command;
    let fields = check(fields, &lines)?;
    let id = id.unwrap_or_else(|| ctx.new_id());
    let mut unit = app.databases.write(ctx).await?;
    let detail = audited_create(&mut unit, ctx, id, supplier, &fields, lines).await?;
    Ok(unit.commit(detail).await?)
}

/// The fields as they are kept, or all that is wrong with them and the lines.
pub fn check(fields: OrderFields, lines: &[LineInput]) -> Result<OrderFields, Error> {
    let mut faults = Faults::new();
    check_lines(&mut faults, lines);
    let mut errors = faults.into_errors();
    match fields.checked() {
        Ok(fields) if errors.is_empty() => Ok(fields),
        Ok(_) => Err(Error::invalid(errors)),
        Err(of_fields) => {
            errors.extend(of_fields);
            Err(Error::invalid(errors))
        }
    }
}

/// For use cases that go on in the same unit.
pub async fn audited_create(
    unit: &mut Unit,
    ctx: &Ctx,
    id: PurchaseOrderId,
    supplier: SupplierId,
    fields: &OrderFields,
    lines: Vec<LineInput>,
) -> Result<PurchaseOrderDetail, Error> {
    require_supplier(unit, supplier).await?;
    let (lines, total) = find_lines(unit, lines).await?;
    let order = store::purchase_order::insert(unit, id, supplier, fields, total).await?;
    store::purchase_order_line::insert_all(unit, ctx, id, &lines).await?;
    let detail = PurchaseOrderDetail { order, lines };
    unit.audit(AuditEntry {
        action: "inventory.purchase_order.create",
        resource: "purchase_order",
        resource_id: id.uuid(),
        before: None,
        after: Some(json!({ "order": told(&detail.order), "lines": detail.lines })),
    })?;
    Ok(detail)
}

/// It is there until the unit ends.
pub async fn require_supplier(unit: &Unit, supplier: SupplierId) -> Result<(), Error> {
    if store::supplier::keep(unit, supplier).await? {
        return Ok(());
    }
    Err(fault("/supplier_id", "unknown", "there is no such supplier"))
}

/// As an audit entry has it.
pub fn told(order: &PurchaseOrder) -> Value {
    json!({
        "supplier": order.supplier,
        "status": order.status.name(),
        "fields": order.fields,
        "total": order.total,
    })
}
