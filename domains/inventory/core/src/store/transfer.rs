//! The table `transfers`. Whoever ships, receives or cancels one holds its row first.

use crate::domain::transfer::{Spot, Transfer, TransferDetail, TransferStatus};
use crate::error::Error;
use crate::store::transfer_line;
use chrono::{DateTime, Utc};
use data::{Tx, Unit};
use inventory_contract::{LocationId, TransferId, WarehouseId};
use kernel::{Page, PageRequest, TenantId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "transfers")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: TransferId,
    pub from_warehouse_id: WarehouseId,
    pub from_location_id: LocationId,
    pub to_warehouse_id: WarehouseId,
    pub to_location_id: LocationId,
    pub transit_location_id: Option<LocationId>,
    pub status: String,
    pub reference: Option<String>,
    pub shipped_at: Option<DateTimeUtc>,
    pub completed_at: Option<DateTimeUtc>,
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

pub async fn find(tx: &Tx, id: TransferId) -> Result<Option<Transfer>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(Transfer::try_from).transpose()
}

/// As it is now, and so it stays until the transaction ends.
pub async fn find_to_change(unit: &Unit, id: TransferId) -> Result<Option<TransferDetail>, data::Error> {
    let held = unit.by_id::<Entity, _>(id).to_change().one().await?.map(Transfer::try_from).transpose()?;
    let Some(transfer) = held else { return Ok(None) };
    let lines = transfer_line::of(unit, id).await?;
    Ok(Some(TransferDetail { transfer, lines }))
}

#[derive(Clone, Copy, Debug, Default)]
pub struct TransferFilter {
    pub status: Option<TransferStatus>,
    pub from_warehouse: Option<WarehouseId>,
    pub to_warehouse: Option<WarehouseId>,
}

pub async fn page(
    tx: &Tx,
    filter: &TransferFilter,
    request: &PageRequest,
) -> Result<Page<Transfer>, data::Error> {
    let mut transfers = tx.find::<Entity>();
    if let Some(status) = filter.status {
        transfers = transfers.filter(Column::Status.eq(status.name()));
    }
    if let Some(warehouse) = filter.from_warehouse {
        transfers = transfers.filter(Column::FromWarehouseId.eq(warehouse));
    }
    if let Some(warehouse) = filter.to_warehouse {
        transfers = transfers.filter(Column::ToWarehouseId.eq(warehouse));
    }
    transfers.page(request).await?.try_map(Transfer::try_from)
}

pub struct NewTransfer {
    pub id: TransferId,
    pub from: Spot,
    pub to: Spot,
    pub reference: Option<String>,
}

pub async fn insert(unit: &Unit, new: NewTransfer) -> Result<Transfer, Error> {
    let id = new.id;
    let row = ActiveModel {
        public_id: Set(id),
        from_warehouse_id: Set(new.from.warehouse),
        from_location_id: Set(new.from.location),
        to_warehouse_id: Set(new.to.warehouse),
        to_location_id: Set(new.to.location),
        status: Set(TransferStatus::Requested.name().to_owned()),
        reference: Set(new.reference),
        ..Default::default()
    };
    match unit.insert(row).await {
        Ok(row) => Ok(row.try_into()?),
        Err(error) if error.is_unique("transfers_public_id", "transfers.public_id") => {
            Err(Error::TransferExists { id })
        }
        Err(error) => Err(error.into()),
    }
}

/// What a step makes of a transfer that is held.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    pub status: TransferStatus,
    pub transit: Option<LocationId>,
    pub shipped_at: Option<DateTime<Utc>>,
    pub completed_at: Option<DateTime<Utc>>,
}

pub async fn advance(unit: &Unit, id: TransferId, progress: Progress) -> Result<Transfer, data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::Status, progress.status.name())
        .set(Column::TransitLocationId, progress.transit)
        .set(Column::ShippedAt, progress.shipped_at)
        .set(Column::CompletedAt, progress.completed_at)
        .filter(Column::PublicId.eq(id));
    let row = update.returning().await?.into_iter().next();
    row.ok_or_else(|| data::Error::internal("a transfer that is held is gone"))?.try_into()
}

impl TryFrom<Model> for Transfer {
    type Error = data::Error;

    fn try_from(row: Model) -> Result<Self, data::Error> {
        let status = TransferStatus::parse(&row.status);
        Ok(Self {
            id: row.public_id,
            from: Spot { warehouse: row.from_warehouse_id, location: row.from_location_id },
            to: Spot { warehouse: row.to_warehouse_id, location: row.to_location_id },
            transit: row.transit_location_id,
            status: status.ok_or_else(|| data::Error::internal(format!("a transfer is {}", row.status)))?,
            reference: row.reference,
            shipped_at: row.shipped_at,
            completed_at: row.completed_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
