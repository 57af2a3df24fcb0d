//! Makes an item of its parts, or takes it apart into them: one document, of which all moves or nothing.

use crate::App;
use crate::domain::item::Moving;
use crate::domain::kit::{Assembly, BillKind, Bills, Direction, MAX_COMPONENTS, taken};
use crate::domain::ledger::{Pick, Refusal, pick};
use crate::domain::lot::{Lot, LotInput};
use crate::domain::movement::{Document, DocumentKind, MovementKind, check_happened_at};
use crate::domain::place::{LocationUse, Place};
use crate::domain::{stock, text};
use crate::error::Error;
use crate::service::kits::pick_parts::{NamedPart, Parts, Portion};
use crate::service::kits::read_bills::hold_bill;
use crate::service::kits::reserve_kit::{Short, parts_short};
use crate::service::ledger::named_lots::NamedLots;
use crate::service::ledger::post::{Posting, Refused, post_or_refuse};
use crate::service::ledger::receive_stock::{MAX_REFERENCE, in_item_unit};
use crate::service::places::find_place::find_place;
use crate::store;
use crate::store::bin::{MAX_PICKS, Wanted};
use chrono::{DateTime, NaiveDate, Utc};
use data::{AuditEntry, Unit};
use inventory_contract::{Assembled, ItemId, LocationId, WarehouseId};
use kernel::{Ctx, Faults, Quantity};
use serde_json::json;
use std::collections::BTreeMap;

pub struct Assemble {
    pub item: ItemId,
    pub quantity: Quantity,
    /// The item's own where nothing is said.
    pub unit: Option<String>,
    /// Of the parts too. The main one where nothing is said.
    pub warehouse: Option<WarehouseId>,
    /// Of what is made, or taken apart.
    pub location: Option<LocationId>,
    pub lot: Option<LotInput>,
    /// What nobody names is taken first from what expires first.
    pub parts: Vec<NamedPart>,
    pub happened_at: Option<DateTime<Utc>>,
    pub reference: Option<String>,
}

pub async fn assemble(
    app: &App,
    ctx: &Ctx,
    direction: Direction,
    command: Assemble,
) -> Result<Assembly, Error> {
    let item = command.item;
    let (happened_at, reference) = check(ctx, &command)?;
    let mut unit = app.databases.write(ctx).await?;
    let (levels, bills) = hold_bill(&mut unit, ctx, item).await?;
    let items: Vec<ItemId> = levels.keys().copied().collect();
    let moving = store::item::moving(&unit, &items).await?;
    let whole = moving.get(&item).ok_or(Error::ItemNotFound)?;
    let (quantity, entered) = in_item_unit(&unit, whole, command.quantity, command.unit.as_deref()).await?;
    let needed = parts_of_assembly(&bills, item, quantity)?;
    let parts = Parts { needed: &needed, levels: &levels, moving: &moving, named: &command.parts };
    parts.check_named()?;
    let place = find_place(&unit, command.warehouse, command.location).await?;
    let assembly = Assembly {
        id: ctx.new_id(),
        item,
        warehouse: place.warehouse,
        direction,
        quantity,
        entered,
        happened_at,
        reference,
        actor: ctx.actor().to_string(),
        created_at: ctx.now(),
    };
    let code = command.lot.as_ref().map(|lot| lot.code.as_str());
    let mut lots = NamedLots::read(&unit, code.map(|code| (item, code))).await?;
    let postings = match direction {
        Direction::Made => {
            let taken = parts.take(&unit, ctx, place.warehouse).await?;
            let lot = lots.find_or_make(ctx, whole, command.lot.as_ref())?.map(|lot| lot.id);
            lots.insert_made(&mut unit).await?;
            let made = Portion { item, place, lot, quantity };
            let taken = taken.into_iter().map(|part| posting(ctx, &assembly, part, -part.quantity));
            // Last: what it is worth is what its parts were.
            taken.chain([posting(ctx, &assembly, made, quantity)]).collect::<Vec<_>>()
        }
        Direction::TakenApart => {
            let taken =
                taken_apart(&unit, ctx, whole, place, lots.find(whole, code)?, &command, quantity).await?;
            let back = parts.put_back(&mut unit, ctx, place).await?;
            let taken = taken.into_iter().map(|of| posting(ctx, &assembly, of, -of.quantity));
            // Last: what they are worth is of what was taken apart.
            taken.chain(back.into_iter().map(|part| posting(ctx, &assembly, part, part.quantity))).collect()
        }
    };
    let posted = match post_or_refuse(&mut unit, ctx, &postings).await? {
        Ok(posted) => posted,
        Err(refused) => return Err(not_moved(&unit, item, &postings, refused).await?),
    };
    store::assembly::insert(&unit, &assembly).await?;
    let by = if direction == Direction::Made { quantity } else { -quantity };
    unit.publish(&Assembled {
        item,
        assembly: assembly.id,
        warehouse: assembly.warehouse,
        quantity: by,
        happened_at,
        reference: assembly.reference.clone(),
    })?;
    let on_hand = posted.levels.get(&item).map(|level| level.on_hand).unwrap_or_default();
    unit.audit(AuditEntry {
        action: "inventory.stock.assemble",
        resource: "item",
        resource_id: item.uuid(),
        before: Some(json!({ "on_hand": on_hand.saturating_sub(by) })),
        after: Some(json!({
            "assembly": assembly.id, "direction": direction.name(), "quantity": quantity, "on_hand": on_hand,
        })),
    })?;
    Ok(unit.commit(assembly).await?)
}

fn check(ctx: &Ctx, command: &Assemble) -> Result<(DateTime<Utc>, Option<String>), Error> {
    let mut faults = Faults::new();
    stock::check_moved(&mut faults, "/quantity", command.quantity);
    if command.parts.len() > MAX_COMPONENTS {
        faults.add("/parts", "too_many", format!("must be at most {MAX_COMPONENTS}"));
    }
    for (at, part) in command.parts.iter().take(MAX_COMPONENTS).enumerate() {
        stock::check_moved(&mut faults, &format!("/parts/{at}/quantity"), part.quantity);
    }
    let happened_at = check_happened_at(&mut faults, command.happened_at, ctx.now());
    let reference = command.reference.as_deref();
    let reference = text::optional_line(&mut faults, "/reference", reference, MAX_REFERENCE);
    faults.finish((happened_at, reference)).map_err(Error::invalid)
}

/// Each part once, with all of it; of a kit among them its parts.
fn parts_of_assembly(
    bills: &Bills,
    item: ItemId,
    quantity: Quantity,
) -> Result<BTreeMap<ItemId, Quantity>, Error> {
    if bills.kind(item) != Some(BillKind::Assembly) {
        return Err(Error::NotAnAssembly);
    }
    let parts = bills.for_one(item).map_err(|_| Error::BillTooLarge)?;
    taken(&parts, quantity).map_err(|_| Error::BillTooLarge)
}

/// Where what is taken apart lies; also what has expired, where its lot is named.
async fn taken_apart(
    unit: &Unit,
    ctx: &Ctx,
    whole: &Moving,
    place: Place,
    lot: Option<&Lot>,
    command: &Assemble,
    quantity: Quantity,
) -> Result<Vec<Portion>, Error> {
    if command.location.is_some() {
        return Ok(vec![Portion { item: whole.id, place, lot: lot.map(|lot| lot.id), quantity }]);
    }
    let today = if lot.is_some() { NaiveDate::default() } else { ctx.now().date_naive() };
    let lot = lot.map(|lot| lot.id);
    let (item, warehouse) = (whole.id, place.warehouse);
    let wanted = Wanted { item, warehouse, lot, today, unpromised_at: None };
    let offered = store::bin::to_pick(unit, wanted, MAX_PICKS).await?;
    // What is not there is for the floor to owe, or to refuse.
    let picks = pick(offered, quantity);
    let picks = picks.unwrap_or_else(|_| vec![Pick { location: place.location, lot, quantity }]);
    let portions = picks.into_iter().map(|Pick { location, lot, quantity }| {
        let place = Place { warehouse: place.warehouse, location, kind: LocationUse::Storage };
        Portion { item: whole.id, place, lot, quantity }
    });
    Ok(portions.collect())
}

fn posting(ctx: &Ctx, assembly: &Assembly, portion: Portion, quantity: Quantity) -> Posting {
    let Portion { item, place, lot, .. } = portion;
    Posting {
        lot,
        entered: assembly
            .entered
            .clone()
            .filter(|_| item == assembly.item && portion.quantity == assembly.quantity),
        happened_at: assembly.happened_at,
        document: Some(Document { kind: DocumentKind::Assembly, id: assembly.id.uuid() }),
        reference: assembly.reference.clone(),
        ..Posting::new(ctx, item, place, MovementKind::Assembly, quantity)
    }
}

/// Of a part, it is told which.
async fn not_moved(
    unit: &Unit,
    whole: ItemId,
    postings: &[Posting],
    refused: Refused,
) -> Result<Error, Error> {
    let Refused { index, refusal } = refused;
    let part = postings.get(index).map(|posting| posting.item).filter(|part| *part != whole);
    match (part, refusal) {
        (
            Some(part),
            Refusal::NotThere { wanted, there: available } | Refusal::Promised { wanted, available },
        ) => parts_short(unit, vec![Short { part, wanted, available }]).await,
        (_, refusal) => Ok(Error::refused(refusal)),
    }
}
