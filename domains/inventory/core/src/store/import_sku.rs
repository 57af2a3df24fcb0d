//! The table `import_skus`: which SKUs the earlier batches of an import named, so that a second row of one file is
//! refused wherever its batch ends.

use crate::domain::sku::Sku;
use data::{Tx, Unit};
use kernel::{Ctx, TenantId};
use module::ImportId;
use sea_orm::Set;
use sea_orm::entity::prelude::*;
use std::collections::HashSet;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import_skus")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: Uuid,
    pub import_id: ImportId,
    pub sku: String,
    pub batch: i64,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(ledger);

/// Those of `skus` that the import has named, each with the batch that did.
pub async fn named(tx: &Tx, import: ImportId, skus: &HashSet<Sku>) -> Result<Vec<(Sku, i64)>, data::Error> {
    let wanted = Column::Sku.is_in(skus.iter().map(Sku::as_str));
    let found = tx.find::<Entity>().filter(Column::ImportId.eq(import)).filter(wanted);
    let rows = found.limit(skus.len() as u64).all().await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.sku.parse().ok()?, row.batch))).collect())
}

pub async fn record(
    unit: &Unit,
    ctx: &Ctx,
    import: ImportId,
    batch: u32,
    skus: impl Iterator<Item = &Sku>,
) -> Result<(), data::Error> {
    let rows = skus.map(|sku| ActiveModel {
        public_id: Set(ctx.new_id::<()>().uuid()),
        import_id: Set(import),
        sku: Set(sku.as_str().to_owned()),
        batch: Set(i64::from(batch)),
        ..Default::default()
    });
    unit.insert_all(rows.collect()).await
}
