//! Some of what an order is promised leaves, or all of it. What expires first leaves first, unless a lot is
//! named; the ledger names the order, so that a lot tells to whom it went.

use crate::App;
use crate::domain::movement::{Document, DocumentKind, EnteredQuantity, check_happened_at};
use crate::domain::selling::{
    Action, MAX_REFERENCE, SalesOrderDetail, SalesOrderLine, SalesOrderStatus, check_count,
};
use crate::domain::share::Part;
use crate::domain::{stock, text};
use crate::error::Error;
use crate::service::ledger::hold::hold;
use crate::service::ledger::named_lots::NamedLots;
use crate::service::reservations::ship_reservation::{Parcel, ship_parcels};
use crate::service::selling::find_order::{
    changed, hold_order, item_of, items_of, line_part, places_of, refused,
};
use crate::service::selling::serve_backorders::serve_later;
use crate::store;
use chrono::{DateTime, Utc};
use data::Unit;
use inventory_contract::{
    LotId, ReservationId, SalesOrderId, SalesOrderLineId, SalesOrderLineMoved, SalesOrderShipped,
};
use kernel::{Ctx, Faults, Quantity};

pub struct ShipSalesOrder {
    /// All that is allocated where nothing is said.
    pub lines: Option<Vec<ShipLine>>,
    pub happened_at: Option<DateTime<Utc>>,
    /// Of a delivery note, a parcel.
    pub reference: Option<String>,
}

pub struct ShipLine {
    pub line: SalesOrderLineId,
    pub quantity: Quantity,
    /// The item's own where nothing is said.
    pub unit: Option<String>,
    pub lot: Option<String>,
}

/// A line's, found to be allocated.
struct Leaving {
    /// Among the order's lines.
    place: usize,
    reservation: Option<ReservationId>,
    quantity: Quantity,
    entered: Option<EnteredQuantity>,
    lot: Option<LotId>,
}

pub async fn ship_sales_order(
    app: &App,
    ctx: &Ctx,
    id: SalesOrderId,
    command: ShipSalesOrder,
) -> Result<SalesOrderDetail, Error> {
    let mut faults = Faults::new();
    if let Some(lines) = &command.lines {
        check_count(&mut faults, lines.len());
        for (at, line) in lines.iter().enumerate() {
            stock::check_moved(&mut faults, &format!("/lines/{at}/quantity"), line.quantity);
        }
    }
    let happened_at = check_happened_at(&mut faults, command.happened_at, ctx.now());
    let reference = command.reference.as_deref();
    let reference = text::optional_line(&mut faults, "/reference", reference, MAX_REFERENCE);
    let reference = faults.finish(reference).map_err(Error::invalid)?;

    let mut unit = app.databases.write(ctx).await?;
    let before = hold_order(&unit, id, Action::Ship).await?;
    let levels = hold(&mut unit, ctx, &items_of(&before.lines)).await?;
    let mut lines = before.lines.clone();
    let leaving = match &command.lines {
        Some(named) => named_lines(&unit, &mut lines, named).await?,
        None => all_lines(&mut lines)?,
    };
    let (mut moved, mut parcels) = (Vec::with_capacity(leaving.len()), Vec::with_capacity(leaving.len()));
    for part in leaving {
        let line = &lines[part.place];
        let reservation =
            part.reservation.ok_or_else(|| data::Error::internal("what is allocated is not promised"))?;
        moved.push(SalesOrderLineMoved { line: line.id, item: line.item, quantity: part.quantity });
        parcels.push(Parcel {
            reservation,
            quantity: part.quantity,
            entered: part.entered,
            lot: part.lot,
            happened_at,
            document: Some(Document { kind: DocumentKind::SalesOrder, id: id.uuid() }),
            reference: reference.clone().or_else(|| before.order.fields.reference.clone()),
        });
    }
    ship_parcels(&mut unit, ctx, &levels, &parcels).await?;
    for (line, _) in lines.iter().zip(&before.lines).filter(|(line, was)| line != was) {
        store::sales_order_line::write(&unit, line).await?;
    }
    // Of what has serial numbers a line may wait for more than one promise is of, and that may be there.
    for level in levels.iter().filter(|level| level.tracked) {
        let mut left = lines.iter().zip(&before.lines).filter(|(line, was)| line != was);
        if left.any(|(line, _)| line.item == level.item && line.waits_since.is_some()) {
            serve_later(&mut unit, level)?;
        }
    }
    let status = SalesOrderStatus::of(&lines);
    let order = store::sales_order::set_status(&unit, id, status, before.order.confirmed_at).await?;
    let after = SalesOrderDetail { order, lines };
    unit.publish(&SalesOrderShipped {
        order: id,
        reference: after.order.fields.reference.clone(),
        lines: moved,
        complete: status == SalesOrderStatus::Shipped,
        happened_at,
    })?;
    unit.audit(changed("inventory.sales_order.ship", &before, &after))?;
    Ok(unit.commit(after).await?)
}

async fn named_lines(
    unit: &Unit,
    lines: &mut [SalesOrderLine],
    named: &[ShipLine],
) -> Result<Vec<Leaving>, Error> {
    let places = places_of(lines, named.iter().map(|line| line.line))?;
    let moving = store::item::moving(unit, &items_of(lines)).await?;
    let of_lots = places.iter().zip(named);
    let of_lots = of_lots.filter_map(|(place, said)| Some((lines[*place].item, said.lot.as_deref()?)));
    let lots = NamedLots::read(unit, of_lots).await?;
    let (mut leaving, mut errors) = (Vec::with_capacity(named.len()), Vec::new());
    for (at, (place, said)) in places.into_iter().zip(named).enumerate() {
        let line = &mut lines[place];
        let unit_said = said.unit.as_deref();
        let share = line.leaving(said.quantity, unit_said);
        let (part, entered) =
            line_part(unit, &moving, line.item, share, (said.quantity, unit_said), at).await?;
        let quantity = part.quantity;
        let of_item = item_of(&moving, line.item, at)?;
        let lot = said.lot.as_deref().map(|code| lots.find_named(of_item, code)).transpose();
        let lot = lot.map_err(|error| error.below(&format!("/lines/{at}")))?.map(|lot| lot.id);
        let reservation = line.reservation;
        match line.ship(part) {
            Ok(()) => leaving.push(Leaving { place, reservation, quantity, entered, lot }),
            Err(refusal) => errors.push(refused(at, refusal)),
        }
    }
    if errors.is_empty() { Ok(leaving) } else { Err(Error::NotAllocated { errors }) }
}

fn all_lines(lines: &mut [SalesOrderLine]) -> Result<Vec<Leaving>, Error> {
    let mut leaving = Vec::new();
    for (place, line) in lines.iter_mut().enumerate().filter(|(_, line)| line.allocated.is_positive()) {
        let (reservation, quantity) = (line.reservation, line.allocated);
        if line.ship(Part::of_item(quantity)).is_ok() {
            leaving.push(Leaving { place, reservation, quantity, entered: None, lot: None });
        }
    }
    if leaving.is_empty() { Err(Error::NothingAllocated) } else { Ok(leaving) }
}
