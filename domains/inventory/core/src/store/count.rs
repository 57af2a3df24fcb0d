//! The table `counts`. Whoever changes a count, its lines or its holds holds its row first.

use crate::domain::count::{Count, Totals, name_of, status_named};
use crate::error::Error;
use chrono::{DateTime, Utc};
use data::{Tx, Unit};
use inventory_contract::{CountId, CountStatus, LocationId, WarehouseId};
use kernel::{Page, PageRequest, TenantId, UserId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "counts")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: CountId,
    pub warehouse_id: WarehouseId,
    pub location_id: Option<LocationId>,
    pub status: String,
    pub blind: bool,
    pub reason: String,
    pub reference: Option<String>,
    pub line_count: i64,
    pub counted_count: i64,
    pub variance_count: Option<i64>,
    pub submitted_by: Option<UserId>,
    pub submitted_at: Option<DateTimeUtc>,
    pub posted_at: Option<DateTimeUtc>,
    pub returned_reason: Option<String>,
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

pub async fn find(tx: &Tx, id: CountId) -> Result<Option<Count>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(Count::try_from).transpose()
}

/// As it is now, and so it stays until the transaction ends.
pub async fn find_to_change(unit: &Unit, id: CountId) -> Result<Option<Count>, data::Error> {
    unit.by_id::<Entity, _>(id).to_change().one().await?.map(Count::try_from).transpose()
}

#[derive(Clone, Copy, Debug, Default)]
pub struct CountFilter {
    pub status: Option<CountStatus>,
    pub warehouse: Option<WarehouseId>,
}

pub async fn page(tx: &Tx, filter: &CountFilter, request: &PageRequest) -> Result<Page<Count>, data::Error> {
    let mut counts = tx.find::<Entity>();
    if let Some(status) = filter.status {
        counts = counts.filter(Column::Status.eq(name_of(status)));
    }
    if let Some(warehouse) = filter.warehouse {
        counts = counts.filter(Column::WarehouseId.eq(warehouse));
    }
    counts.page(request).await?.try_map(Count::try_from)
}

pub struct NewCount {
    pub id: CountId,
    pub warehouse: WarehouseId,
    pub location: Option<LocationId>,
    pub blind: bool,
    pub reason: String,
    pub reference: Option<String>,
    pub lines: i64,
}

pub async fn insert(unit: &Unit, new: NewCount) -> Result<Count, Error> {
    let id = new.id;
    let row = ActiveModel {
        public_id: Set(id),
        warehouse_id: Set(new.warehouse),
        location_id: Set(new.location),
        status: Set(name_of(CountStatus::Open).to_owned()),
        blind: Set(new.blind),
        reason: Set(new.reason),
        reference: Set(new.reference),
        line_count: Set(new.lines),
        counted_count: Set(0),
        ..Default::default()
    };
    match unit.insert(row).await {
        Ok(row) => Ok(row.try_into()?),
        Err(error) if error.is_unique("counts_public_id", "counts.public_id") => {
            Err(Error::CountExists { id })
        }
        Err(error) => Err(error.into()),
    }
}

/// What a step makes of a count that is held.
#[derive(Clone, Debug)]
pub struct Progress {
    pub status: CountStatus,
    pub totals: Totals,
    pub submitted: Option<(Option<UserId>, DateTime<Utc>)>,
    pub posted_at: Option<DateTime<Utc>>,
    pub returned_reason: Option<String>,
}

impl Progress {
    /// As it is.
    pub fn of(count: &Count) -> Self {
        Self {
            status: count.status,
            totals: count.totals,
            submitted: count.submitted_at.map(|at| (count.submitted_by, at)),
            posted_at: count.posted_at,
            returned_reason: count.returned_reason.clone(),
        }
    }
}

pub async fn advance(unit: &Unit, id: CountId, progress: Progress) -> Result<Count, data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::Status, name_of(progress.status))
        .set(Column::LineCount, progress.totals.lines)
        .set(Column::CountedCount, progress.totals.counted)
        .set(Column::VarianceCount, progress.totals.off)
        .set(Column::SubmittedBy, progress.submitted.and_then(|(by, _)| by))
        .set(Column::SubmittedAt, progress.submitted.map(|(_, at)| at))
        .set(Column::PostedAt, progress.posted_at)
        .set(Column::ReturnedReason, progress.returned_reason)
        .filter(Column::PublicId.eq(id));
    let row = update.returning().await?.into_iter().next();
    row.ok_or_else(|| data::Error::internal("a count that is held is gone"))?.try_into()
}

impl TryFrom<Model> for Count {
    type Error = data::Error;

    fn try_from(row: Model) -> Result<Self, data::Error> {
        let status = status_named(&row.status);
        Ok(Self {
            id: row.public_id,
            warehouse: row.warehouse_id,
            location: row.location_id,
            status: status.ok_or_else(|| data::Error::internal(format!("a count is {}", row.status)))?,
            blind: row.blind,
            reason: row.reason,
            reference: row.reference,
            totals: Totals { lines: row.line_count, counted: row.counted_count, off: row.variance_count },
            submitted_by: row.submitted_by,
            submitted_at: row.submitted_at,
            posted_at: row.posted_at,
            returned_reason: row.returned_reason,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
