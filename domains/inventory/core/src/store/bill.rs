//! The tables `bills` and `bill_locks`: of what kind an item's bill of materials is, and its version.

use crate::domain::kit::{Bill, BillKind, Component};
use crate::store::bill_component;
use data::{Tx, Unit, sql};
use inventory_contract::ItemId;
use kernel::{Ctx, TenantId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "bills")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    /// The item's.
    pub public_id: ItemId,
    pub kind: Option<String>,
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

/// Nobody else changes a bill of the tenant until the transaction ends; what is read of them from here on is as it is.
pub async fn hold_all(unit: &Unit, ctx: &Ctx) -> Result<(), data::Error> {
    let hold = sql!(
        "INSERT INTO bill_locks (tenant_id, public_id, created_at, updated_at) VALUES ($1, $1, $2, $2) \
         ON CONFLICT (tenant_id, public_id) DO UPDATE SET updated_at = excluded.updated_at"
    );
    unit.sql(hold).bind(ctx.now()).exec().await.map(drop)
}

/// `None` where nobody has ever given the item components.
pub async fn find(tx: &Tx, item: ItemId) -> Result<Option<Bill>, data::Error> {
    let Some(row) = tx.by_id::<Entity, _>(item).one().await? else { return Ok(None) };
    let kind = row.kind.as_deref().map(kind_of).transpose()?;
    let components = bill_component::of(tx, item).await?;
    let Model { public_id, version, created_at, updated_at, .. } = row;
    Ok(Some(Bill { item: public_id, kind, components, version, created_at, updated_at }))
}

/// Of those of these items that have components.
pub async fn kinds(tx: &Tx, items: &[ItemId]) -> Result<Vec<(ItemId, BillKind)>, data::Error> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let found = tx
        .find::<Entity>()
        .filter(Column::PublicId.is_in(items.iter().copied()))
        .filter(Column::Kind.is_not_null())
        .limit(items.len() as u64);
    let found = found.all().await?;
    found.iter().map(|row| Ok((row.public_id, kind_of(row.kind.as_deref().unwrap_or_default())?))).collect()
}

/// In place of what the item had, whose version it was seen by. The caller holds all bills.
pub async fn replace(
    unit: &Unit,
    ctx: &Ctx,
    seen: &Bill,
    kind: Option<BillKind>,
    components: &[Component],
) -> Result<(), data::Error> {
    let kind = kind.map(|kind| kind.name().to_owned());
    if seen.version == 0 {
        let row = ActiveModel { public_id: Set(seen.item), kind: Set(kind), ..Default::default() };
        unit.insert(row).await?;
    } else {
        let update = unit.update::<Entity>().set(Column::Kind, kind).filter(Column::PublicId.eq(seen.item));
        update.exec().await?;
    }
    bill_component::replace(unit, ctx, seen.item, components).await
}

fn kind_of(text: &str) -> Result<BillKind, data::Error> {
    BillKind::parse(text).ok_or_else(|| data::Error::internal(format!("a bill of kind {text}")))
}
