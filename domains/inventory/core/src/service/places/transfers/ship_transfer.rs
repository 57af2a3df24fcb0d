//! All of a transfer leaves its place. What is promised there stays: the ledger refuses to let it go.

use crate::App;
use crate::domain::place::Place;
use crate::domain::transfer::{TransferDetail, TransferLine, TransferStep};
use crate::error::Error;
use crate::service::ledger::post::{Held, Posting, post_held};
use crate::service::places::transfers::find_transit::find_transit;
use crate::service::places::transfers::{items_of, line_of, moved, postings};
use crate::store;
use crate::store::transfer::Progress;
use data::{AuditEntry, Unit};
use inventory_contract::{LocationId, TransferId, TransferShipped};
use kernel::Ctx;
use serde_json::json;

pub async fn ship_transfer(app: &App, ctx: &Ctx, id: TransferId) -> Result<TransferDetail, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = store::transfer::find_to_change(&unit, id).await?.ok_or(Error::TransferNotFound)?;
    let TransferDetail { transfer, lines } = before;
    let status = transfer.status.after(TransferStep::Ship);
    let status = status.ok_or(Error::TransferState { status: transfer.status })?;
    let held = Held::read(&mut unit, ctx, &items_of(&lines)).await?;
    let transit = find_transit(&mut unit, ctx, transfer.to.warehouse).await?;
    let [from, transit, _] =
        places(&unit, [transfer.from.location, transit.id, transfer.to.location]).await?;
    let of_line = |line: &TransferLine| {
        let said = (line.quantity, line.entered.as_ref());
        postings(ctx, id, &held.moving, line, (from, transit), said)
            .map(|posting| Posting { reference: transfer.reference.clone(), ..posting })
    };
    let all: Vec<Posting> = lines.iter().flat_map(of_line).collect();
    if let Err(refused) = post_held(&mut unit, ctx, held, &all).await? {
        return Err(Error::refused_line(line_of(refused.index), refused.refusal));
    }
    let progress =
        Progress { status, transit: Some(transit.location), shipped_at: Some(ctx.now()), completed_at: None };
    let shipped = store::transfer::advance(&unit, id, progress).await?;
    unit.publish(&TransferShipped {
        transfer: id,
        from_warehouse: shipped.from.warehouse,
        to_warehouse: shipped.to.warehouse,
        reference: shipped.reference.clone(),
        lines: lines.iter().map(|line| moved(line, line.quantity)).collect(),
    })?;
    unit.audit(AuditEntry {
        action: "inventory.transfer.ship",
        resource: "transfer",
        resource_id: id.uuid(),
        before: Some(json!({ "status": transfer.status })),
        after: Some(json!({ "status": shipped.status, "transit": shipped.transit })),
    })?;
    Ok(unit.commit(TransferDetail { transfer: shipped, lines }).await?)
}

/// None of which is taken away until the transaction ends.
async fn places<const N: usize>(unit: &Unit, ids: [LocationId; N]) -> Result<[Place; N], Error> {
    let kept = store::location::find_to_keep(unit, &ids).await?;
    let mut places = Vec::with_capacity(N);
    for id in ids {
        let place = kept.iter().find(|location| location.id == id).ok_or(Error::TransferPlaceGone)?;
        places.push(place.place());
    }
    places.try_into().map_err(|_| Error::TransferPlaceGone)
}
