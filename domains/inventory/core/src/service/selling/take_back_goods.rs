//! What a customer sends back: to be sold again, to be looked at, or to be thrown away. Never more than they
//! were sent.

use crate::App;
use crate::domain::movement::{Document, DocumentKind, MovementKind, check_happened_at};
use crate::domain::place::{LocationUse, Place};
use crate::domain::selling::{Action, LineRefusal, MAX_REFERENCE, SalesOrderDetail, check_count};
use crate::domain::{stock, text};
use crate::error::Error;
use crate::service::ledger::adjust_stock::MAX_REASON;
use crate::service::ledger::hold::hold;
use crate::service::ledger::named_lots::NamedLots;
use crate::service::ledger::post::{Posting, post};
use crate::service::places::find_place::{NamedPlace, NamedPlaces, fault};
use crate::service::selling::find_order::{
    changed, hold_order, item_of, items_of, line_part, places_of, refused,
};
use crate::store;
use chrono::{DateTime, Utc};
use data::Unit;
use inventory_contract::{
    LocationId, LotId, SalesOrderId, SalesOrderLineId, SalesOrderLineMoved, SalesOrderReturned, WarehouseId,
};
use kernel::{Ctx, Faults, Quantity};
use std::collections::BTreeMap;

pub struct TakeBackGoods {
    pub lines: Vec<ReturnLine>,
    pub happened_at: Option<DateTime<Utc>>,
    /// Of a return note.
    pub reference: Option<String>,
}

pub struct ReturnLine {
    pub line: SalesOrderLineId,
    pub quantity: Quantity,
    /// The item's own where nothing is said.
    pub unit: Option<String>,
    pub to: ReturnTo,
    /// The floor of the order's warehouse where nothing is said; one for quarantine is always named.
    pub location: Option<LocationId>,
    /// Of a tracked item always.
    pub lot: Option<String>,
    pub reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnTo {
    Stock,
    Quarantine,
    /// It comes back, and is thrown away.
    Scrap,
}

impl ReturnTo {
    fn fits(self, kind: LocationUse) -> bool {
        match self {
            Self::Stock => kind == LocationUse::Storage,
            Self::Quarantine => kind == LocationUse::Quarantine,
            Self::Scrap => true,
        }
    }
}

pub async fn take_back_goods(
    app: &App,
    ctx: &Ctx,
    id: SalesOrderId,
    command: TakeBackGoods,
) -> Result<SalesOrderDetail, Error> {
    let (happened_at, reference) = check(ctx, &command)?;
    let mut unit = app.databases.write(ctx).await?;
    let before = hold_order(&unit, id, Action::TakeBack).await?;
    let places = places_of(&before.lines, command.lines.iter().map(|line| line.line))?;
    let warehouse = before.order.fields.warehouse;
    // Before the places, as everybody does.
    let levels = hold(&mut unit, ctx, &items_of(&before.lines)).await?;
    let goods = places_for(&unit, warehouse, &command.lines).await?;
    let moving = store::item::moving(&unit, &items_of(&before.lines)).await?;
    let mut lines = before.lines.clone();
    let document = Document { kind: DocumentKind::SalesOrder, id: id.uuid() };
    let named = places.iter().zip(&command.lines);
    let named = named.filter_map(|(place, said)| Some((lines[*place].item, said.lot.as_deref()?)));
    let lots = NamedLots::read(&unit, named).await?;
    let mut out = Out::of(&unit, document, &lots).await?;
    let (mut postings, mut moved, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for (at, ((said, place), goods)) in command.lines.iter().zip(places).zip(goods).enumerate() {
        let line = &mut lines[place];
        let unit_said = said.unit.as_deref();
        let of_item = item_of(&moving, line.item, at)?;
        // It was sent before it became a kit, of which nothing is stocked: so it comes and leaves at once.
        if said.to != ReturnTo::Scrap && levels.iter().any(|level| level.item == line.item && level.kit) {
            let detail = "must be scrap: the item is a kit by now, of which nothing is stocked; receive the parts \
                          of it that are kept";
            return Err(fault(&format!("/lines/{at}/to"), "kit", detail));
        }
        let lot = lots.find(of_item, said.lot.as_deref());
        let lot = lot.map_err(|error| error.below(&format!("/lines/{at}")))?.map(|lot| lot.id);
        let share = line.coming_back(said.quantity, unit_said, lot.map(|lot| out.of_lot(lot)));
        let (part, entered) =
            line_part(&unit, &moving, line.item, share, (said.quantity, unit_said), at).await?;
        let quantity = part.quantity;
        let taken = match lot {
            Some(lot) => out.take(lot, quantity).and_then(|()| line.take_back(part)),
            None => line.take_back(part),
        };
        if let Err(refusal) = taken {
            errors.push(refused(at, refusal));
            continue;
        }
        moved.push(SalesOrderLineMoved { line: line.id, item: line.item, quantity });
        let mut faults = Faults::new();
        let reason = said.reason.as_deref();
        let reason = text::optional_line(&mut faults, &format!("/lines/{at}/reason"), reason, MAX_REASON);
        let reason = faults.finish(reason).map_err(Error::invalid)?;
        let back = Posting {
            lot,
            entered,
            happened_at,
            document: Some(document),
            reference: reference.clone().or_else(|| before.order.fields.reference.clone()),
            reason,
            ..Posting::new(ctx, line.item, goods, MovementKind::Return, quantity)
        };
        let scrap = Posting { kind: MovementKind::Scrap, quantity: -quantity, entered: None, ..back.clone() };
        postings.push(back);
        if said.to == ReturnTo::Scrap {
            postings.push(scrap);
        }
    }
    if !errors.is_empty() {
        return Err(Error::NotShipped { errors });
    }
    post(&mut unit, ctx, &postings).await?;
    for (line, _) in lines.iter().zip(&before.lines).filter(|(line, was)| line != was) {
        store::sales_order_line::write(&unit, line).await?;
    }
    let (status, confirmed_at) = (before.order.status, before.order.confirmed_at);
    let order = store::sales_order::set_status(&unit, id, status, confirmed_at).await?;
    let after = SalesOrderDetail { order, lines };
    unit.publish(&SalesOrderReturned {
        order: id,
        reference: after.order.fields.reference.clone(),
        lines: moved,
        happened_at,
    })?;
    unit.audit(changed("inventory.sales_order.return", &before, &after))?;
    Ok(unit.commit(after).await?)
}

fn check(ctx: &Ctx, command: &TakeBackGoods) -> Result<(DateTime<Utc>, Option<String>), Error> {
    let mut faults = Faults::new();
    check_count(&mut faults, command.lines.len());
    for (at, line) in command.lines.iter().enumerate() {
        stock::check_moved(&mut faults, &format!("/lines/{at}/quantity"), line.quantity);
    }
    let happened_at = check_happened_at(&mut faults, command.happened_at, ctx.now());
    let reference = command.reference.as_deref();
    let reference = text::optional_line(&mut faults, "/reference", reference, MAX_REFERENCE);
    faults.finish((happened_at, reference)).map_err(Error::invalid)
}

/// Where each goes, which is there until the unit ends.
async fn places_for(unit: &Unit, warehouse: WarehouseId, lines: &[ReturnLine]) -> Result<Vec<Place>, Error> {
    let floor = NamedPlace { warehouse: Some(warehouse), location: None };
    // One that is named may be of any warehouse.
    let named = lines.iter().filter_map(|line| line.location).map(NamedPlace::location);
    let places = NamedPlaces::read(unit, named.chain([floor])).await?;
    let of_line = |line: &ReturnLine| {
        let required = |why| Err(fault("/location_id", "required", why));
        let Some(location) = line.location else {
            if line.to == ReturnTo::Quarantine {
                return required("is required: name a location for quarantine");
            }
            return places
                .find(floor)
                .or_else(|_| required("is required: the warehouse of the order is gone"));
        };
        let place = places.find(NamedPlace::location(location))?;
        if !line.to.fits(place.kind) {
            let detail = format!("is a location for {}", place.kind.name());
            return Err(fault("/location_id", "wrong_kind", &detail));
        }
        Ok(place)
    };
    let lines = lines.iter().enumerate();
    lines.map(|(at, line)| of_line(line).map_err(|error| error.below(&format!("/lines/{at}")))).collect()
}

/// What the customer still has of each lot that comes back.
struct Out(BTreeMap<LotId, Quantity>);

impl Out {
    async fn of(unit: &Unit, order: Document, lots: &NamedLots) -> Result<Self, data::Error> {
        let nets = store::movement::nets_of_lots(unit, order, &lots.ids()).await?;
        Ok(Self(nets.into_iter().map(|(lot, net)| (lot, -net)).collect()))
    }

    fn of_lot(&self, lot: LotId) -> Quantity {
        self.0.get(&lot).copied().unwrap_or_default()
    }

    fn take(&mut self, lot: LotId, quantity: Quantity) -> Result<(), LineRefusal> {
        let out = self.of_lot(lot);
        if quantity > out {
            return Err(LineRefusal::NotShipped { wanted: quantity, out });
        }
        let left = out.checked_sub(quantity).map_err(|_| LineRefusal::TooMuch)?;
        self.0.insert(lot, left);
        Ok(())
    }
}
