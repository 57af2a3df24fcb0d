//! The table `bins`: what an item has at each location, of each lot. Changed only under the item's lock.

use crate::domain::ledger::{Bin, Pick};
use crate::domain::reservation::MAX_PIECES;
use chrono::{DateTime, NaiveDate, Utc};
use data::{Tx, Unit, sql};
use inventory_contract::{ItemId, LocationId, LotId, WarehouseId};
use kernel::{Ctx, Id, Page, PageRequest, Quantity, TenantId};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, FromQueryResult, Set};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "bins")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: Uuid,
    pub item_id: ItemId,
    pub warehouse_id: WarehouseId,
    pub location_id: LocationId,
    pub lot_id: Option<LotId>,
    pub expires_on: Option<ChronoDate>,
    pub sellable: bool,
    pub on_hand: Quantity,
    pub may_be_negative: bool,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(record);

const MOST: u64 = 100_000;

/// Those of the items that lie at these locations without a lot, or are of these lots wherever they lie.
pub async fn touched(
    tx: &Tx,
    items: &[ItemId],
    locations: &[LocationId],
    lots: &[LotId],
) -> Result<Vec<(ItemId, Bin, Quantity)>, data::Error> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let here = Condition::all()
        .add(Column::LotId.is_null())
        .add(Column::LocationId.is_in(locations.iter().copied()));
    let mut wanted = Condition::any().add(here);
    if !lots.is_empty() {
        wanted = wanted.add(Column::LotId.is_in(lots.iter().copied()));
    }
    let found = tx.find::<Entity>().filter(Column::ItemId.is_in(items.iter().copied())).filter(wanted);
    Ok(found.limit(MOST).all().await?.iter().map(|row| (row.item_id, Bin::from(row), row.on_hand)).collect())
}

/// One that was not there.
pub struct NewBin {
    pub item: ItemId,
    pub bin: Bin,
    pub expires_on: Option<NaiveDate>,
    pub on_hand: Quantity,
    pub may_be_negative: bool,
}

pub async fn insert_all(unit: &Unit, ctx: &Ctx, bins: &[NewBin]) -> Result<(), data::Error> {
    let rows = bins.iter().map(|new| ActiveModel {
        public_id: Set(Id::<()>::new(ctx.now()).uuid()),
        item_id: Set(new.item),
        warehouse_id: Set(new.bin.warehouse),
        location_id: Set(new.bin.location),
        lot_id: Set(new.bin.lot),
        expires_on: Set(new.expires_on),
        sellable: Set(new.bin.sellable),
        on_hand: Set(new.on_hand),
        may_be_negative: Set(new.may_be_negative),
        ..Default::default()
    });
    unit.insert_all(rows.collect()).await
}

/// With its lot, whose item is held.
pub async fn set_expiry(unit: &Unit, lot: LotId, expires_on: Option<NaiveDate>) -> Result<(), data::Error> {
    let update = unit.update::<Entity>().set(Column::ExpiresOn, expires_on).filter(Column::LotId.eq(lot));
    update.exec().await.map(|_| ())
}

pub async fn write(unit: &Unit, item: ItemId, bin: &Bin, on_hand: Quantity) -> Result<(), data::Error> {
    let write = unit
        .update::<Entity>()
        .set(Column::OnHand, on_hand)
        .filter(Column::ItemId.eq(item))
        .filter(Column::LocationId.eq(bin.location))
        .filter(of_lot(bin.lot));
    write.exec().await.map(|_| ())
}

fn of_lot(lot: Option<LotId>) -> Condition {
    Condition::all().add(lot.map_or_else(|| Column::LotId.is_null(), |lot| Column::LotId.eq(lot)))
}

/// One of a lot that has left is not kept: there is no end of lots.
pub async fn remove(unit: &Unit, item: ItemId, location: LocationId, lot: LotId) -> Result<(), data::Error> {
    let remove = unit.sql(sql!(
        "DELETE FROM bins WHERE tenant_id = $1 AND item_id = $2 AND location_id = $3 AND lot_id = $4"
    ));
    remove.bind(item).bind(location).bind(lot).exec().await.map(|_| ())
}

pub async fn set_policy(unit: &Unit, item: ItemId, may_be_negative: bool) -> Result<(), data::Error> {
    let update =
        unit.update::<Entity>().set(Column::MayBeNegative, may_be_negative).filter(Column::ItemId.eq(item));
    update.exec().await.map(|_| ())
}

#[derive(FromQueryResult)]
struct Offered {
    location_id: LocationId,
    lot_id: Option<LotId>,
    quantity: Quantity,
}

/// As many bins as one pick may empty: each piece of a promise may lie in one of its own.
pub const MAX_PICKS: i64 = MAX_PIECES;

/// What somebody would take out of a warehouse.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub item: ItemId,
    pub warehouse: WarehouseId,
    /// Of this lot alone.
    pub lot: Option<LotId>,
    /// Nothing whose last day was before this one.
    pub today: NaiveDate,
    /// Nothing that is promised of a lot by name then.
    pub unpromised_at: Option<DateTime<Utc>>,
}

/// What may leave a warehouse, first what expires first, then what came first; as many bins of it. What is
/// promised of a lot by name stays where the last of it lies.
pub async fn to_pick(tx: &Tx, wanted: Wanted, most: i64) -> Result<Vec<Pick>, data::Error> {
    let Wanted { item, warehouse, lot, today, unpromised_at } = wanted;
    let offered = tx.sql(sql!(
        "SELECT location_id, lot_id, \
         CAST(CASE WHEN free < on_hand THEN free ELSE on_hand END AS BIGINT) AS quantity FROM ( \
         SELECT b.id, b.location_id, b.lot_id, b.on_hand, b.created_at, l.expires_on, \
         l.created_at AS lot_created_at, \
         CASE WHEN p.quantity IS NULL THEN b.on_hand ELSE (SELECT SUM(o.on_hand) FROM bins o \
         WHERE o.tenant_id = b.tenant_id AND o.lot_id = b.lot_id AND o.warehouse_id = b.warehouse_id \
         AND o.sellable AND o.on_hand > 0 AND (o.created_at, o.id) >= (b.created_at, b.id)) - p.quantity \
         END AS free FROM bins b \
         LEFT JOIN lots l ON l.tenant_id = b.tenant_id AND l.public_id = b.lot_id \
         LEFT JOIN (SELECT r.lot_id, SUM(r.quantity) AS quantity FROM reservations r \
         WHERE r.tenant_id = $1 AND r.item_id = $2 AND r.warehouse_id = $3 AND $4 = 1 \
         AND r.status = 'active' AND r.lot_id IS NOT NULL AND r.deleted_at IS NULL \
         AND (r.expires_at IS NULL OR r.expires_at > $5) GROUP BY r.lot_id) p ON p.lot_id = b.lot_id \
         WHERE b.tenant_id = $1 AND b.item_id = $2 AND b.warehouse_id = $3 AND b.sellable AND b.on_hand > 0 \
         AND (l.expires_on IS NULL OR l.expires_on >= $6) AND ($7 = 0 OR b.lot_id = $8)) AS offered \
         WHERE free > 0 \
         ORDER BY CASE WHEN expires_on IS NULL THEN 1 ELSE 0 END, expires_on, lot_created_at, created_at, id \
         LIMIT $9"
    ));
    let offered = offered.bind(item).bind(warehouse).bind(i64::from(unpromised_at.is_some()));
    let offered = offered.bind(unpromised_at.unwrap_or(DateTime::UNIX_EPOCH)).bind(today);
    let named = lot.unwrap_or_else(|| LotId::from_uuid(Uuid::nil()));
    let offered = offered.bind(i64::from(lot.is_some())).bind(named);
    let offered: Vec<Offered> = offered.bind(most).all().await?;
    let pick = |row: Offered| Pick { location: row.location_id, lot: row.lot_id, quantity: row.quantity };
    Ok(offered.into_iter().map(pick).collect())
}

#[derive(FromQueryResult)]
pub struct Expired {
    pub item_id: ItemId,
    pub warehouse_id: WarehouseId,
    pub quantity: Quantity,
}

/// What of these items is on hand and could be promised, were it not past its last day: the sum at
/// each warehouse.
pub async fn expired_of(tx: &Tx, items: &[ItemId], today: NaiveDate) -> Result<Vec<Expired>, data::Error> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let found = tx
        .find::<Entity>()
        .filter(Column::ItemId.is_in(items.iter().copied()))
        .filter(Column::ExpiresOn.lt(today))
        .filter(Column::Sellable.eq(true));
    found.limit(MOST).sums((Column::OnHand, "quantity"), [Column::ItemId, Column::WarehouseId]).await
}

#[derive(Clone, Copy, Debug, Default)]
pub struct BinFilter {
    pub item: Option<ItemId>,
    pub location: Option<LocationId>,
    pub lot: Option<LotId>,
}

pub async fn page(tx: &Tx, filter: &BinFilter, request: &PageRequest) -> Result<Page<Model>, data::Error> {
    let mut bins = tx.find::<Entity>();
    if let Some(item) = filter.item {
        bins = bins.filter(Column::ItemId.eq(item));
    }
    if let Some(location) = filter.location {
        bins = bins.filter(Column::LocationId.eq(location));
    }
    if let Some(lot) = filter.lot {
        bins = bins.filter(Column::LotId.eq(lot));
    }
    bins.page(request).await
}

/// What lies, or is missing, in the warehouse or at one location of it, of all items or of these, save at the locations
/// `but`.
pub async fn lying(
    tx: &Tx,
    warehouse: WarehouseId,
    location: Option<LocationId>,
    items: Option<&[ItemId]>,
    but: &[LocationId],
    most: u64,
) -> Result<Vec<(ItemId, Bin, Quantity)>, data::Error> {
    let mut found =
        tx.find::<Entity>().filter(Column::WarehouseId.eq(warehouse)).filter(Column::OnHand.ne(0));
    if let Some(location) = location {
        found = found.filter(Column::LocationId.eq(location));
    }
    if let Some(items) = items {
        found = found.filter(Column::ItemId.is_in(items.iter().copied()));
    }
    if !but.is_empty() {
        found = found.filter(Column::LocationId.is_not_in(but.iter().copied()));
    }
    Ok(found.limit(most).all().await?.iter().map(|row| (row.item_id, Bin::from(row), row.on_hand)).collect())
}

/// What lies anywhere, by the ids of the bins, those after this one.
pub async fn after(tx: &Tx, last: Option<Uuid>, most: usize) -> Result<Vec<Model>, data::Error> {
    let mut bins = tx.find::<Entity>().filter(Column::OnHand.gt(0));
    if let Some(last) = last {
        bins = bins.filter(Column::PublicId.gt(last));
    }
    bins.order_by_asc(Column::PublicId).limit(most as u64).all().await
}

/// Whether anything lies there, or is missing there.
pub async fn any_at(tx: &Tx, location: LocationId) -> Result<bool, data::Error> {
    let found = tx.find::<Entity>().filter(Column::LocationId.eq(location)).filter(Column::OnHand.ne(0));
    Ok(found.limit(1).one().await?.is_some())
}

/// Whether the item lies anywhere, or is missing anywhere.
pub async fn any_of(tx: &Tx, items: &[ItemId]) -> Result<bool, data::Error> {
    let found = tx.find::<Entity>().filter(Column::ItemId.is_in(items.iter().copied()));
    let found = found.filter(Column::OnHand.ne(0)).limit(1);
    Ok(!items.is_empty() && found.one().await?.is_some())
}

impl From<&Model> for Bin {
    fn from(row: &Model) -> Self {
        let Model { warehouse_id, location_id, sellable, lot_id, .. } = *row;
        Self { warehouse: warehouse_id, location: location_id, sellable, lot: lot_id }
    }
}
