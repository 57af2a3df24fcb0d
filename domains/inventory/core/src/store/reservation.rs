//! The table `reservations`.

use crate::domain::reservation::{Reservation, ReservationStatus};
use crate::error::Error;
use chrono::{DateTime, Utc};
use data::{Tx, Unit, sql};
use inventory_contract::{ItemId, LotId, ReservationId, WarehouseId};
use kernel::{Page, PageRequest, Quantity, TenantId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{Condition, FromQueryResult, Set};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "reservations")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: ReservationId,
    pub item_id: ItemId,
    pub warehouse_id: WarehouseId,
    pub lot_id: Option<LotId>,
    pub quantity: Quantity,
    pub status: String,
    pub expires_at: Option<DateTimeUtc>,
    pub reference: Option<String>,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(resource);

pub async fn find(tx: &Tx, id: ReservationId) -> Result<Option<Reservation>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(Reservation::try_from).transpose()
}

pub async fn page(
    tx: &Tx,
    now: DateTime<Utc>,
    item: Option<ItemId>,
    status: Option<ReservationStatus>,
    request: &PageRequest,
) -> Result<Page<Reservation>, data::Error> {
    let mut reservations = tx.find::<Entity>();
    if let Some(item) = item {
        reservations = reservations.filter(Column::ItemId.eq(item));
    }
    if let Some(status) = status {
        reservations = reservations.filter(is(status, now));
    }
    reservations.page(request).await?.try_map(Reservation::try_from)
}

/// One whose time has passed is active no more, whatever its row says yet. It is found as expired once that is written
/// down, since no index finds both.
fn is(status: ReservationStatus, now: DateTime<Utc>) -> Condition {
    let active = Column::Status.eq(ReservationStatus::Active.name());
    match status {
        ReservationStatus::Active => Condition::all()
            .add(active)
            .add(Condition::any().add(Column::ExpiresAt.is_null()).add(Column::ExpiresAt.gt(now))),
        settled => Condition::all().add(Column::Status.eq(settled.name())),
    }
}

/// What is promised, of what, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReservation {
    pub id: ReservationId,
    pub item: ItemId,
    pub warehouse: WarehouseId,
    pub lot: Option<LotId>,
    pub quantity: Quantity,
    pub expires_at: Option<DateTime<Utc>>,
    pub reference: Option<String>,
}

pub async fn insert(unit: &Unit, new: NewReservation) -> Result<Reservation, Error> {
    let id = new.id;
    let row = ActiveModel {
        public_id: Set(id),
        item_id: Set(new.item),
        warehouse_id: Set(new.warehouse),
        lot_id: Set(new.lot),
        quantity: Set(new.quantity),
        status: Set(ReservationStatus::Active.name().to_owned()),
        expires_at: Set(new.expires_at),
        reference: Set(new.reference),
        ..Default::default()
    };
    match unit.insert(row).await {
        Ok(row) => Ok(row.try_into()?),
        Err(error) if error.is_unique("reservations_id", "reservations.public_id") => {
            Err(Error::ReservationExists { id })
        }
        Err(error) => Err(error.into()),
    }
}

/// `None` when it is not active any more, which includes one whose time has passed.
pub async fn settle(
    unit: &Unit,
    now: DateTime<Utc>,
    id: ReservationId,
    status: ReservationStatus,
) -> Result<Option<Reservation>, data::Error> {
    let settle = unit
        .update::<Entity>()
        .set(Column::Status, status.name())
        .filter(Column::PublicId.eq(id))
        .filter(is(ReservationStatus::Active, now));
    settle.returning().await?.into_iter().next().map(Reservation::try_from).transpose()
}

/// `None` when it is not active any more.
pub async fn extend(
    unit: &Unit,
    now: DateTime<Utc>,
    id: ReservationId,
    expires_at: Option<DateTime<Utc>>,
) -> Result<Option<Reservation>, data::Error> {
    let extend = unit
        .update::<Entity>()
        .set(Column::ExpiresAt, expires_at)
        .filter(Column::PublicId.eq(id))
        .filter(is(ReservationStatus::Active, now));
    extend.returning().await?.into_iter().next().map(Reservation::try_from).transpose()
}

/// Promises more, or less, by the same reservation: `None` when it is not active any more. The caller holds the item and
/// changes its balances.
pub async fn change(
    unit: &Unit,
    now: DateTime<Utc>,
    id: ReservationId,
    difference: Quantity,
) -> Result<Option<Reservation>, data::Error> {
    let change = unit
        .update::<Entity>()
        .set_expr(Column::Quantity, Expr::col(Column::Quantity).add(difference))
        .filter(Column::PublicId.eq(id))
        .filter(is(ReservationStatus::Active, now));
    change.returning().await?.into_iter().next().map(Reservation::try_from).transpose()
}

/// Marks those of the item whose time has passed. The caller holds the item and takes them off its balances.
pub async fn expire(unit: &Unit, now: DateTime<Utc>, item: ItemId) -> Result<Vec<Reservation>, data::Error> {
    let expire = unit
        .update::<Entity>()
        .set(Column::Status, ReservationStatus::Expired.name())
        .filter(Column::ItemId.eq(item))
        .filter(Column::Status.eq(ReservationStatus::Active.name()))
        .filter(Column::ExpiresAt.lte(now));
    expire.returning().await?.into_iter().map(Reservation::try_from).collect()
}

/// When the first of the item's promises lapses.
pub async fn next_expiry(unit: &Unit, item: ItemId) -> Result<Option<DateTime<Utc>>, data::Error> {
    let next = unit
        .find::<Entity>()
        .filter(Column::ItemId.eq(item))
        .filter(Column::Status.eq(ReservationStatus::Active.name()))
        .filter(Column::ExpiresAt.is_not_null())
        .order_by_asc(Column::ExpiresAt);
    Ok(next.limit(1).one().await?.and_then(|row| row.expires_at))
}

/// What is still counted as promised and is not any more, of these items: a row for each promise.
pub async fn lapsed_of(
    tx: &Tx,
    now: DateTime<Utc>,
    items: &[ItemId],
) -> Result<Vec<Reservation>, data::Error> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let lapsed = tx
        .find::<Entity>()
        .filter(Column::ItemId.is_in(items.iter().copied()))
        .filter(Column::Status.eq(ReservationStatus::Active.name()))
        .filter(Column::ExpiresAt.lte(now));
    lapsed.limit(MOST).all().await?.into_iter().map(Reservation::try_from).collect()
}

/// More promises than lapse before their jobs have run.
const MOST: u64 = 100_000;

#[derive(FromQueryResult)]
pub struct OfLot {
    pub warehouse_id: WarehouseId,
    pub lot_id: LotId,
    pub quantity: Quantity,
}

/// What is promised of each of the item's lots by name.
pub async fn of_lots(tx: &Tx, now: DateTime<Utc>, item: ItemId) -> Result<Vec<OfLot>, data::Error> {
    let promised = tx.sql(sql!(
        "SELECT warehouse_id, lot_id, CAST(SUM(quantity) AS BIGINT) AS quantity FROM reservations \
         WHERE tenant_id = $1 AND item_id = $2 AND status = 'active' AND lot_id IS NOT NULL \
         AND (expires_at IS NULL OR expires_at > $3) AND deleted_at IS NULL \
         GROUP BY warehouse_id, lot_id LIMIT 100000"
    ));
    promised.bind(item).bind(now).all().await
}

impl TryFrom<Model> for Reservation {
    type Error = data::Error;
    fn try_from(row: Model) -> Result<Self, data::Error> {
        let status = ReservationStatus::parse(&row.status);
        Ok(Self {
            id: row.public_id,
            item: row.item_id,
            warehouse: row.warehouse_id,
            lot: row.lot_id,
            quantity: row.quantity,
            expires_at: row.expires_at,
            status: status
                .ok_or_else(|| data::Error::internal(format!("a reservation is {}", row.status)))?,
            reference: row.reference,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
