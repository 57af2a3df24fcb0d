//! What a tenant or a person of theirs takes along: one row for each time it was asked for, while its file is there.

use crate::domain::DataExportId;
use crate::domain::leaving::ExportStatus;
use crate::store::unknown;
use chrono::{DateTime, Utc};
use data::{PlatformEntity, System, Tx, Unit, Update, tenant_entity};
use kernel::{Ctx, TenantId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "data_exports")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: DataExportId,
    /// `None`: of the whole tenant.
    pub of_person: Option<UserId>,
    pub requested_by: UserId,
    pub status: String,
    pub rows_written: i64,
    pub size_bytes: Option<i64>,
    pub failure_detail: Option<String>,
    pub expires_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

tenant_entity!(resource);

impl PlatformEntity for Entity {
    const REASON: &'static str = "files are deleted when their time is over, whosever they are";
}

impl Model {
    pub fn status(&self) -> Result<ExportStatus, data::Error> {
        ExportStatus::parse(&self.status).ok_or_else(|| unknown("status of an export", &self.status))
    }
}

pub struct NewExport {
    pub id: DataExportId,
    pub of_person: Option<UserId>,
    pub requested_by: UserId,
    pub expires_at: DateTime<Utc>,
}

pub async fn insert(unit: &Unit, new: NewExport) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(new.id),
        of_person: Set(new.of_person),
        requested_by: Set(new.requested_by),
        status: Set(ExportStatus::Queued.name().to_owned()),
        rows_written: Set(0),
        expires_at: Set(new.expires_at),
        ..Default::default()
    };
    unit.insert(row).await
}

/// Whether the client's own id is taken.
pub fn is_taken(error: &data::Error) -> bool {
    error.is_unique("data_exports_public_id", "data_exports.public_id")
}

/// Of the tenant or of this person, as whoever asks says.
pub async fn find(
    tx: &Tx,
    id: DataExportId,
    of_person: Option<UserId>,
) -> Result<Option<Model>, data::Error> {
    let found = tx.by_id::<Entity, _>(id).one().await?;
    Ok(found.filter(|found| found.of_person == of_person))
}

pub async fn by_id(tx: &Tx, id: DataExportId) -> Result<Option<Model>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await
}

/// Of this person; at most so many.
pub async fn of_person(tx: &Tx, person: UserId, limit: u64) -> Result<Vec<Model>, data::Error> {
    tx.find::<Entity>().with_deleted().filter(Column::OfPerson.eq(person)).limit(limit).all().await
}

/// How many are being written, of the tenant or of this person.
pub async fn under_way(unit: &Unit, of_person: Option<UserId>) -> Result<u64, data::Error> {
    let under_way = [ExportStatus::Queued.name(), ExportStatus::Running.name()];
    let found = unit.find::<Entity>().filter(Column::Status.is_in(under_way));
    let found = match of_person {
        Some(person) => found.filter(Column::OfPerson.eq(person)),
        None => found.filter(Column::OfPerson.is_null()),
    };
    found.count().await
}

/// From the first row on; `None` when it has ended.
pub async fn begin(unit: &Unit, id: DataExportId) -> Result<Option<Model>, data::Error> {
    let update = unended(unit, id).set(Column::Status, ExportStatus::Running.name());
    Ok(update.set(Column::RowsWritten, 0_i64).returning().await?.pop())
}

/// `false` when it has ended, so that whoever writes it stops.
pub async fn progress(unit: &Unit, id: DataExportId, rows: u64) -> Result<bool, data::Error> {
    Ok(unended(unit, id).set(Column::RowsWritten, stored(rows)).exec().await? > 0)
}

/// `None` when it had ended before.
pub async fn complete(
    unit: &Unit,
    ctx: &Ctx,
    id: DataExportId,
    rows: u64,
    size_bytes: u64,
) -> Result<Option<Model>, data::Error> {
    let update = unended(unit, id)
        .set(Column::Status, ExportStatus::Ready.name())
        .set(Column::RowsWritten, stored(rows))
        .set(Column::SizeBytes, stored(size_bytes))
        .set(Column::FinishedAt, ctx.now());
    Ok(update.returning().await?.pop())
}

pub async fn fail(
    unit: &Unit,
    ctx: &Ctx,
    id: DataExportId,
    detail: &str,
) -> Result<Option<Model>, data::Error> {
    let update = unended(unit, id)
        .set(Column::Status, ExportStatus::Failed.name())
        .set(Column::FailureDetail, detail)
        .set(Column::FinishedAt, ctx.now());
    Ok(update.returning().await?.pop())
}

/// Whose time is over, of all tenants.
pub async fn expired(system: &System, now: DateTime<Utc>, limit: u64) -> Result<Vec<Model>, data::Error> {
    let select = Entity::find().filter(Column::ExpiresAt.lt(now)).filter(Column::DeletedAt.is_null());
    system.all(select.order_by_asc(Column::ExpiresAt).limit(limit)).await
}

/// Its file is gone.
pub async fn remove(system: &System, of: &Model) -> Result<(), data::Error> {
    let sql = "DELETE FROM data_exports WHERE tenant_id = $1 AND public_id = $2";
    system.execute(sql, vec![of.tenant_id.into(), of.public_id.into()]).await?;
    Ok(())
}

fn unended(unit: &Unit, id: DataExportId) -> Update<'_, Entity> {
    let under_way = [ExportStatus::Queued.name(), ExportStatus::Running.name()];
    unit.update::<Entity>().filter(Column::PublicId.eq(id)).filter(Column::Status.is_in(under_way))
}

fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
