//! Changes a purchase order by a merge patch. Once it is placed, only by what the tenant says of it and when it is
//! expected.

use crate::App;
use crate::domain::buying::{
    LineInput, OrderFields, PurchaseOrder, PurchaseOrderDetail, PurchaseStatus, check_lines,
};
use crate::error::Error;
use crate::service::buying::create_purchase_order::{require_supplier, told};
use crate::service::buying::find_lines::find_lines;
use crate::service::buying::show_purchase_orders::with_lines;
use crate::store;
use chrono::NaiveDate;
use data::{AuditEntry, Unit};
use inventory_contract::{PurchaseOrderId, SupplierId};
use kernel::reference::patch_metadata;
use kernel::{Ctx, Faults, MetadataPatch};
use serde_json::json;

/// Absent is `None`, `null` is `Some(None)`.
#[derive(Default)]
pub struct PatchPurchaseOrder {
    pub supplier: Option<Option<SupplierId>>,
    pub reference: Option<Option<String>>,
    pub expected_on: Option<Option<NaiveDate>>,
    pub over_receipt_percent: Option<Option<i64>>,
    pub external_id: Option<Option<String>>,
    pub metadata: Option<Option<MetadataPatch>>,
    /// All of them anew.
    pub lines: Option<Option<Vec<LineInput>>>,
}

/// `expected` is the version the caller saw; none means any.
pub async fn patch_purchase_order(
    app: &App,
    ctx: &Ctx,
    id: PurchaseOrderId,
    expected: Option<i64>,
    patch: PatchPurchaseOrder,
) -> Result<PurchaseOrderDetail, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before =
        store::purchase_order::find_to_change(&unit, id).await?.ok_or(Error::PurchaseOrderNotFound)?;
    if expected.is_some_and(|expected| expected != before.version) {
        return Err(Error::stale_one());
    }
    let before = with_lines(&unit, before).await?;
    let wanted = patched(&before.order, patch)?;
    let detail = audited_change(&mut unit, ctx, before, wanted).await?;
    Ok(unit.commit(detail).await?)
}

/// What somebody wants the order to be, checked.
pub struct Wanted {
    pub supplier: SupplierId,
    pub fields: OrderFields,
    /// All of them anew; as they are where nothing is said.
    pub lines: Option<Vec<LineInput>>,
}

/// For use cases that hold the order and go on in the same unit.
pub async fn audited_change(
    unit: &mut Unit,
    ctx: &Ctx,
    before: PurchaseOrderDetail,
    wanted: Wanted,
) -> Result<PurchaseOrderDetail, Error> {
    let Wanted { supplier, fields, lines } = wanted;
    let id = before.order.id;
    if before.order.status != PurchaseStatus::Draft {
        let percent = before.order.fields.over_receipt_percent;
        let same = supplier == before.order.supplier && fields.over_receipt_percent == percent;
        if !same || lines.is_some() {
            return Err(Error::PurchaseOrderNotDraft);
        }
    }
    if supplier != before.order.supplier {
        require_supplier(unit, supplier).await?;
    }
    let (lines, total) = match lines {
        Some(lines) => find_lines(unit, lines).await?,
        None => (before.lines.clone(), before.order.total),
    };
    if lines == before.lines && supplier == before.order.supplier && fields == before.order.fields {
        return Ok(before);
    }
    let order = store::purchase_order::update(unit, id, supplier, &fields, total).await?;
    if lines != before.lines {
        store::purchase_order_line::replace(unit, ctx, id, &lines).await?;
    }
    let detail = PurchaseOrderDetail { order, lines };
    unit.audit(AuditEntry {
        action: "inventory.purchase_order.update",
        resource: "purchase_order",
        resource_id: id.uuid(),
        before: Some(json!({ "order": told(&before.order), "lines": before.lines })),
        after: Some(json!({ "order": told(&detail.order), "lines": detail.lines })),
    })?;
    Ok(detail)
}

fn patched(before: &PurchaseOrder, patch: PatchPurchaseOrder) -> Result<Wanted, Error> {
    let mut faults = Faults::new();
    faults.require(patch.supplier != Some(None), "/supplier_id", "required", "cannot be taken away");
    faults.require(!matches!(patch.lines, Some(None)), "/lines", "required", "cannot be taken away");
    let lines = patch.lines.flatten();
    if let Some(lines) = &lines {
        check_lines(&mut faults, lines);
    }
    let present = before.fields.clone();
    let fields = OrderFields {
        reference: patch.reference.unwrap_or(present.reference),
        expected_on: patch.expected_on.unwrap_or(present.expected_on),
        over_receipt_percent: patch
            .over_receipt_percent
            .map_or(present.over_receipt_percent, Option::unwrap_or_default),
        external_id: patch.external_id.unwrap_or(present.external_id),
        metadata: patch_metadata(&present.metadata, patch.metadata),
    };
    let mut errors = faults.into_errors();
    match fields.checked() {
        Ok(fields) if errors.is_empty() => {
            Ok(Wanted { supplier: patch.supplier.flatten().unwrap_or(before.supplier), fields, lines })
        }
        Ok(_) => Err(Error::invalid(errors)),
        Err(of_fields) => {
            errors.extend(of_fields);
            Err(Error::invalid(errors))
        }
    }
}
