//! The table `import_batches`: what each batch of an import came to, so that it is done once.

use crate::import_target::ImportId;
use data::{Tx, Unit};
use kernel::{Ctx, TenantId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import_batches")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: Uuid,
    pub import_id: ImportId,
    pub batch: i64,
    pub outcome: String,
    pub created_at: DateTimeUtc,
}

impl Model {
    fn outcome<T: DeserializeOwned>(&self) -> Result<T, data::Error> {
        serde_json::from_str(&self.outcome).map_err(data::Error::internal)
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(ledger);

pub async fn recorded<T: DeserializeOwned>(
    tx: &Tx,
    import: ImportId,
    batch: u32,
) -> Result<Option<T>, data::Error> {
    let recorded = tx
        .find::<Entity>()
        .filter(Column::ImportId.eq(import))
        .filter(Column::Batch.eq(i64::from(batch)))
        .one()
        .await?;
    recorded.map(|row| row.outcome()).transpose()
}

/// Of the highest number.
pub async fn last<T: DeserializeOwned>(tx: &Tx, import: ImportId) -> Result<Option<T>, data::Error> {
    let found = tx.find::<Entity>().filter(Column::ImportId.eq(import));
    let last = found.order_by_desc(Column::Batch).one().await?;
    last.map(|row| row.outcome()).transpose()
}

pub async fn record<T: Serialize>(
    unit: &Unit,
    ctx: &Ctx,
    import: ImportId,
    batch: u32,
    outcome: &T,
) -> Result<(), data::Error> {
    let row = ActiveModel {
        public_id: Set(ctx.new_id::<()>().uuid()),
        import_id: Set(import),
        batch: Set(i64::from(batch)),
        outcome: Set(serde_json::to_string(outcome).map_err(data::Error::internal)?),
        ..Default::default()
    };
    unit.insert(row).await.map(|_| ())
}
