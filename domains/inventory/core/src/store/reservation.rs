//! The table `reservations`.

use crate::domain::reservation::{Reservation, ReservationStatus};
use crate::error::Error;
use data::{Tx, Unit};
use inventory_contract::{ItemId, ReservationId};
use kernel::{Page, PageRequest, Quantity, TenantId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "reservations")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: ReservationId,
    pub item_id: ItemId,
    pub quantity: Quantity,
    pub status: String,
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
    item: Option<ItemId>,
    status: Option<ReservationStatus>,
    request: &PageRequest,
) -> Result<Page<Reservation>, data::Error> {
    let mut reservations = tx.find::<Entity>();
    if let Some(item) = item {
        reservations = reservations.filter(Column::ItemId.eq(item));
    }
    if let Some(status) = status {
        reservations = reservations.filter(Column::Status.eq(status.name()));
    }
    let page = reservations.page(request).await?;
    let data = page.data.into_iter().map(Reservation::try_from).collect::<Result<_, _>>()?;
    Ok(Page { data, next_cursor: page.next_cursor })
}

pub async fn insert(
    unit: &Unit,
    id: ReservationId,
    item: ItemId,
    quantity: Quantity,
    reference: Option<String>,
) -> Result<Reservation, Error> {
    let row = ActiveModel {
        public_id: Set(id),
        item_id: Set(item),
        quantity: Set(quantity),
        status: Set(ReservationStatus::Active.name().to_owned()),
        reference: Set(reference),
        ..Default::default()
    };
    match unit.insert(row).await {
        Ok(row) => Ok(row.try_into()?),
        Err(error) if error.is_unique("reservations_public_id", "reservations.public_id") => {
            Err(Error::ReservationExists { id })
        }
        Err(error) => Err(error.into()),
    }
}

/// `None` when it was not active any more, or never was.
pub async fn settle(
    unit: &Unit,
    id: ReservationId,
    status: ReservationStatus,
) -> Result<Option<Reservation>, data::Error> {
    let settle = unit
        .update::<Entity>()
        .set(Column::Status, status.name())
        .filter(Column::PublicId.eq(id))
        .filter(Column::Status.eq(ReservationStatus::Active.name()));
    settle.returning().await?.into_iter().next().map(Reservation::try_from).transpose()
}

impl TryFrom<Model> for Reservation {
    type Error = data::Error;
    fn try_from(row: Model) -> Result<Self, data::Error> {
        let status = ReservationStatus::parse(&row.status);
        Ok(Self {
            id: row.public_id,
            item: row.item_id,
            quantity: row.quantity,
            status: status
                .ok_or_else(|| data::Error::internal(format!("a reservation is {}", row.status)))?,
            reference: row.reference,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
