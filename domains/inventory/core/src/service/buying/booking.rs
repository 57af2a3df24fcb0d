//! What comes of a purchase order or goes back: the order is held, then its items, and from each line that is
//! named a posting is made. All of it is booked or nothing.

use crate::domain::buying::{
    Line, MAX_LINES, MAX_REFERENCE, PurchaseOrder, PurchaseOrderDetail, PurchaseStatus, Step,
};
use crate::domain::item::Moving;
use crate::domain::lot::LotInput;
use crate::domain::movement::{
    Document, DocumentKind, EnteredQuantity, Movement, MovementKind, check_happened_at,
};
use crate::domain::share::{NoShare, Part, Whole};
use crate::domain::unique::unique;
use crate::domain::units::UnitName;
use crate::domain::{stock, text};
use crate::error::Error;
use crate::service::buying::brought::Brought;
use crate::service::buying::line_faults::{LineFaults, not_moved, not_received, over_receipt, stands};
use crate::service::buying::receipts::Receipts;
use crate::service::buying::show_purchase_orders::with_lines;
use crate::service::ledger::named_lots::NamedLots;
use crate::service::ledger::post::{Held, Posting, post_held};
use crate::service::ledger::receive_stock::in_item_unit;
use crate::service::places::find_place::{NamedPlace, NamedPlaces, fault};
use crate::store;
use chrono::{DateTime, Utc};
use data::Unit;
use inventory_contract::{ItemId, LotId, MovementId, PurchaseMovement, PurchaseOrderId};
use kernel::{Ctx, Faults, Quantity};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Some of a line of the order. Several may name the same one: each lot, and each place, is said by itself.
#[derive(Clone, Debug)]
pub struct MovedLine {
    /// Its number.
    pub line: i64,
    pub quantity: Quantity,
    /// The line's where nothing is said.
    pub unit: Option<String>,
    pub place: NamedPlace,
    pub lot: Option<LotInput>,
}

pub struct ReturnedLine {
    pub moved: MovedLine,
    /// Whether it is expected to come again.
    pub replaced: bool,
}

/// What was recorded as received of a line of the order, and did not come.
#[derive(Clone, Copy, Debug)]
pub struct WrongLine {
    /// Its number.
    pub line: i64,
    /// By which it was received.
    pub movement: MovementId,
    /// Of the item's unit; all of it where nothing is said.
    pub quantity: Option<Quantity>,
}

/// What a receipt and a return say of themselves.
#[derive(Clone, Debug)]
pub struct Slip {
    pub happened_at: DateTime<Utc>,
    pub reference: Option<String>,
    pub reason: Option<String>,
}

/// What can be said before anything is looked up. The reason is checked by who has one.
pub fn check<'a>(
    faults: &mut Faults,
    ctx: &Ctx,
    happened_at: Option<DateTime<Utc>>,
    reference: Option<&str>,
    lines: impl ExactSizeIterator<Item = &'a MovedLine>,
) -> Slip {
    let allowed = (1..=MAX_LINES).contains(&lines.len());
    faults.require(allowed, "/lines", "out_of_range", "must have from 1 to 500 lines");
    for (at, line) in lines.take(MAX_LINES).enumerate() {
        stock::check_moved(faults, &format!("/lines/{at}/quantity"), line.quantity);
    }
    let happened_at = check_happened_at(faults, happened_at, ctx.now());
    let reference = text::optional_line(faults, "/reference", reference, MAX_REFERENCE);
    Slip { happened_at, reference, reason: None }
}

pub struct Booking {
    pub order: PurchaseOrder,
    lines: Vec<Line>,
    before: Value,
    held: Held,
    slip: Slip,
    postings: Vec<(i64, Posting)>,
    faults: LineFaults,
}

/// Those that the lines name, read at once.
pub struct PlacesAndLots {
    places: NamedPlaces,
    pub lots: NamedLots,
}

/// What was booked.
pub struct Booked {
    pub detail: PurchaseOrderDetail,
    pub movements: Vec<PurchaseMovement>,
    /// For the audit entry.
    pub before: Value,
    pub after: Value,
}

impl Booking {
    pub async fn begin(
        unit: &mut Unit,
        ctx: &Ctx,
        id: PurchaseOrderId,
        step: Step,
        slip: Slip,
        named: &BTreeSet<i64>,
    ) -> Result<Self, Error> {
        let order = store::purchase_order::find_to_change(unit, id).await?;
        let order = order.ok_or(Error::PurchaseOrderNotFound)?;
        order.status.after(step)?;
        let lines = store::purchase_order_line::of(unit, &order).await?;
        let items = lines.iter().filter(|line| named.contains(&line.number)).map(|line| line.item);
        let held = Held::read(unit, ctx, &unique(items)).await?;
        Ok(Self {
            before: told(&order, lines.iter().filter(|line| named.contains(&line.number))),
            order,
            lines,
            held,
            slip,
            postings: Vec::new(),
            faults: LineFaults::default(),
        })
    }

    /// By what comes or goes back.
    pub async fn read_named<'a>(
        &self,
        unit: &Unit,
        moved: impl Iterator<Item = &'a MovedLine> + Clone,
    ) -> Result<PlacesAndLots, Error> {
        let items: BTreeMap<i64, ItemId> = self.lines.iter().map(|line| (line.number, line.item)).collect();
        let lots = moved.clone().filter_map(|moved| {
            let lot = moved.lot.as_ref()?;
            Some((*items.get(&moved.line)?, lot.code.as_str()))
        });
        let lots = NamedLots::read(unit, lots).await?;
        Ok(PlacesAndLots { places: NamedPlaces::read(unit, moved.map(|moved| moved.place)).await?, lots })
    }

    pub async fn read_brought(&self, unit: &Unit, lots: &[LotId]) -> Result<Brought, Error> {
        Ok(Brought::read(unit, document(&self.order), lots).await?)
    }

    pub async fn come(
        &mut self,
        unit: &Unit,
        ctx: &Ctx,
        at: usize,
        moved: &MovedLine,
        named: &mut PlacesAndLots,
    ) -> Result<(), Error> {
        match self.coming(unit, ctx, moved, named).await {
            Ok(posting) => self.postings.push((moved.line, posting)),
            Err(error) => self.faults.take(at, error)?,
        }
        Ok(())
    }

    async fn coming(
        &mut self,
        unit: &Unit,
        ctx: &Ctx,
        moved: &MovedLine,
        named: &mut PlacesAndLots,
    ) -> Result<Posting, Error> {
        let percent = self.order.fields.over_receipt_percent;
        let (line, moving) = find_line(&mut self.lines, &self.held.moving, moved.line)?;
        let (part, entered) = part(unit, moving, line, moved, Line::coming).await?;
        let cost = line.receive(part, percent).map_err(|over| over_receipt(line.number, over))?;
        let cost = cost.ok_or_else(|| fault("/quantity", "too_large", "costs more than can be kept"))?;
        let place = named.places.find(moved.place)?;
        let lot = named.lots.find_or_make(ctx, moving, moved.lot.as_ref())?;
        Ok(Posting {
            lot: lot.map(|lot| lot.id),
            entered,
            happened_at: self.slip.happened_at,
            document: Some(document(&self.order)),
            // Of a case of 12 at 10.00 there is no cost of one.
            unit_cost: line.unit.is_none().then_some(line.unit_cost),
            total_cost: Some(cost),
            reference: self.slip.reference.clone(),
            ..Posting::new(ctx, line.item, place, MovementKind::Receipt, part.quantity)
        })
    }

    pub async fn go_back(
        &mut self,
        unit: &Unit,
        ctx: &Ctx,
        at: usize,
        returned: &ReturnedLine,
        named: &PlacesAndLots,
        brought: &mut Brought,
    ) -> Result<(), Error> {
        match self.going(unit, ctx, returned, named, brought).await {
            Ok(posting) => self.postings.push((returned.moved.line, posting)),
            Err(error) => self.faults.take(at, error)?,
        }
        Ok(())
    }

    async fn going(
        &mut self,
        unit: &Unit,
        ctx: &Ctx,
        ReturnedLine { moved, replaced }: &ReturnedLine,
        named: &PlacesAndLots,
        brought: &mut Brought,
    ) -> Result<Posting, Error> {
        let nothing_comes = self.order.status.after(Step::Receive { rest: true }).is_err();
        let document = document(&self.order);
        let (line, moving) = find_line(&mut self.lines, &self.held.moving, moved.line)?;
        if *replaced && nothing_comes {
            return Err(fault("/replaced", "closed", "must be false: nothing more comes of a closed order"));
        }
        let (part, entered) = part(unit, moving, line, moved, Line::going).await?;
        line.give_back(part, *replaced).map_err(|not| not_received(line.number, not))?;
        let place = named.places.find(moved.place)?;
        let lot = named.lots.find(moving, moved.lot.as_ref().map(|lot| lot.code.as_str()))?;
        if let Some(lot) = lot {
            brought.take(lot, part.quantity)?;
        }
        Ok(Posting {
            lot: lot.map(|lot| lot.id),
            entered: entered.map(|entered| entered.negated()),
            happened_at: self.slip.happened_at,
            document: Some(document),
            reference: self.slip.reference.clone(),
            reason: self.slip.reason.clone(),
            ..Posting::new(ctx, line.item, place, MovementKind::Return, -part.quantity)
        })
    }

    /// What did not come after all. Of a closed order it is not expected either.
    pub fn take_back(
        &mut self,
        ctx: &Ctx,
        at: usize,
        wrong: &WrongLine,
        receipts: &Receipts,
        brought: &mut Brought,
    ) -> Result<(), Error> {
        match self.taking_back(ctx, wrong, receipts, brought) {
            Ok(posting) => self.postings.push((wrong.line, posting)),
            Err(error) => self.faults.take(at, error)?,
        }
        Ok(())
    }

    fn taking_back(
        &mut self,
        ctx: &Ctx,
        wrong: &WrongLine,
        receipts: &Receipts,
        brought: &mut Brought,
    ) -> Result<Posting, Error> {
        let document = document(&self.order);
        let (line, moving) = find_line(&mut self.lines, &self.held.moving, wrong.line)?;
        let (receipt, place) = receipts.find(wrong.movement, document)?;
        if receipt.item != line.item {
            return Err(fault("/line", "other_item", "is of another item than the receipt"));
        }
        let quantity = wrong.quantity.unwrap_or(receipt.quantity);
        if quantity > receipt.quantity {
            let detail =
                format!("the receipt brought {}, and {quantity} would be taken back", receipt.quantity);
            return Err(stands("/quantity", "not_received", detail));
        }
        let part = Part { quantity, entered: said_of(line, moving, receipt, quantity) };
        line.take_back(part).map_err(|not| not_received(line.number, not))?;
        // What another order brought of it stays.
        if let Some(lot) = receipts.lot_of(receipt) {
            brought.take(lot, quantity)?;
        }
        if self.order.status == PurchaseStatus::Closed {
            line.cancel_rest();
        }
        let entered = receipt.entered.as_ref().filter(|_| quantity == receipt.quantity);
        Ok(Posting {
            lot: receipt.lot,
            entered: entered.map(EnteredQuantity::negated),
            happened_at: receipt.happened_at,
            document: Some(document),
            reverses: Some(receipt.id),
            reference: receipt.reference.clone(),
            reason: self.slip.reason.clone(),
            ..Posting::new(ctx, line.item, place, MovementKind::Receipt, -quantity)
        })
    }

    /// Whether anything is recorded as received, after what was taken back so far.
    pub fn came(&self) -> bool {
        self.lines.iter().any(|line| line.received.is_positive())
    }

    /// `step` is told whether anything is expected afterwards.
    pub async fn book(
        self,
        unit: &mut Unit,
        ctx: &Ctx,
        step: impl Fn(bool) -> Step,
    ) -> Result<Booked, Error> {
        let Self { order, lines, before, held, postings, faults, .. } = self;
        faults.finish()?;
        let (numbers, postings): (Vec<i64>, Vec<Posting>) = postings.into_iter().unzip();
        let rest = lines.iter().any(|line| line.due().is_positive());
        let status = order.status.after(step(rest))?;
        let named: BTreeSet<i64> = numbers.iter().copied().collect();
        let moved = lines.iter().filter(|line| named.contains(&line.number));
        // Before the ledger: whoever hears of the stock finds it on order no more.
        for line in moved.clone() {
            store::purchase_order_line::write(unit, order.id, line, status).await?;
        }
        let movements = match post_held(unit, ctx, held, &postings).await? {
            Ok(posted) => posted.movements,
            Err(refused) => {
                let mut faults = LineFaults::default();
                faults.take(refused.index, not_moved(refused.refusal))?;
                faults.finish()?;
                return Err(Error::refused(refused.refusal));
            }
        };
        let order = store::purchase_order::set_status(unit, order.id, status, order.ordered_at).await?;
        let mut after = told(&order, moved);
        after["movements"] = movements.iter().map(|movement| json!(movement.id)).collect();
        let movements = numbers.iter().zip(&movements).map(|(line, movement)| told_of(*line, movement));
        let movements = movements.collect();
        let detail = with_lines(unit, order).await?;
        Ok(Booked { detail, movements, before, after })
    }
}

fn document(order: &PurchaseOrder) -> Document {
    Document { kind: DocumentKind::PurchaseOrder, id: order.id.uuid() }
}

fn find_line<'a>(
    lines: &'a mut [Line],
    moving: &'a BTreeMap<ItemId, Moving>,
    number: i64,
) -> Result<(&'a mut Line, &'a Moving), Error> {
    let line = lines.iter_mut().find(|line| line.number == number);
    let line = line.ok_or_else(|| fault("/line", "unknown", "the order has no such line"))?;
    let moving = moving.get(&line.item);
    let moving =
        moving.ok_or_else(|| fault("/line", "item_deleted", "its item is deleted; restore it first"))?;
    Ok((line, moving))
}

/// How much of a receipt that is, as it was said; none where that was not in the line's unit.
fn said_of(line: &Line, moving: &Moving, receipt: &Movement, quantity: Quantity) -> Quantity {
    let own = UnitName::of(line.unit.as_deref().unwrap_or(&moving.unit));
    match &receipt.entered {
        Some(entered) if UnitName::of(&entered.unit) == own => {
            let whole = Whole { quantity: entered.quantity, entered: receipt.quantity, rounding: None };
            whole.part(Quantity::ZERO, quantity, Quantity::ZERO).unwrap_or(entered.quantity)
        }
        None if line.unit.is_none() => quantity,
        _ => Quantity::ZERO,
    }
}

/// In the item's unit, beside what was said in another. What is said in the line's unit is its share of the
/// line.
async fn part(
    unit: &Unit,
    moving: &Moving,
    line: &Line,
    moved: &MovedLine,
    share: impl Fn(&Line, Quantity) -> Option<Part>,
) -> Result<(Part, Option<EnteredQuantity>), Error> {
    let own = UnitName::of(line.unit.as_deref().unwrap_or(&moving.unit));
    if let Some(said) = &moved.unit
        && UnitName::of(said) != own
    {
        let (quantity, entered) = in_item_unit(unit, moving, moved.quantity, Some(said)).await?;
        return Ok((Part::of_item(quantity), entered));
    }
    let part = share(line, moved.quantity);
    let no_share = |no: NoShare| fault("/quantity", no.code(), &no.to_string());
    let part = part.ok_or_else(|| no_share(NoShare::TooLarge))?;
    if !part.quantity.is_positive() {
        return Err(no_share(NoShare::TooSmall));
    }
    let was_said = line.unit.is_some() || moved.unit.is_some();
    let entered = was_said.then(|| EnteredQuantity {
        quantity: moved.quantity,
        unit: own.to_string(),
        rounding: line.whole().rounding(part),
    });
    Ok((part, entered))
}

/// As an audit entry has it.
fn told<'a>(order: &PurchaseOrder, lines: impl Iterator<Item = &'a Line>) -> Value {
    let line = |line: &Line| {
        json!({
            "line": line.number,
            "received": line.received,
            "returned": line.returned,
            "cancelled": line.cancelled,
        })
    };
    json!({ "status": order.status.name(), "lines": lines.map(line).collect::<Vec<_>>() })
}

fn told_of(line: i64, movement: &Movement) -> PurchaseMovement {
    let out = movement.quantity < Quantity::ZERO;
    let quantity = if out { -movement.quantity } else { movement.quantity };
    PurchaseMovement { line, item: movement.item, movement: movement.id, lot: movement.lot, quantity }
}
