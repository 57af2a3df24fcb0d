//! A transfer of which nothing has left will not be.

use crate::App;
use crate::domain::transfer::{TransferDetail, TransferStep};
use crate::error::Error;
use crate::service::places::transfers::moved;
use crate::store;
use crate::store::transfer::Progress;
use data::AuditEntry;
use inventory_contract::{TransferCancelled, TransferId};
use kernel::Ctx;
use serde_json::json;

pub async fn cancel_transfer(app: &App, ctx: &Ctx, id: TransferId) -> Result<TransferDetail, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = store::transfer::find_to_change(&unit, id).await?.ok_or(Error::TransferNotFound)?;
    let TransferDetail { transfer, lines } = before;
    let status = transfer.status.after(TransferStep::Cancel);
    let status = status.ok_or(Error::TransferState { status: transfer.status })?;
    let progress = Progress { status, transit: None, shipped_at: None, completed_at: None };
    let cancelled = store::transfer::advance(&unit, id, progress).await?;
    unit.publish(&TransferCancelled {
        transfer: id,
        from_warehouse: cancelled.from.warehouse,
        to_warehouse: cancelled.to.warehouse,
        reference: cancelled.reference.clone(),
        lines: lines.iter().map(|line| moved(line, line.quantity)).collect(),
    })?;
    unit.audit(AuditEntry {
        action: "inventory.transfer.cancel",
        resource: "transfer",
        resource_id: id.uuid(),
        before: Some(json!({ "status": transfer.status })),
        after: Some(json!({ "status": cancelled.status })),
    })?;
    Ok(unit.commit(TransferDetail { transfer: cancelled, lines }).await?)
}
