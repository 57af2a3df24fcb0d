//! The table `item_conversions`: all conversions of an item in one row, since they are replaced and checked together.

use crate::domain::units::{Equation, ItemConversions};
use data::{Tx, Unit};
use inventory_contract::ItemId;
use kernel::{Ctx, TenantId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "item_conversions")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: Uuid,
    pub item_id: ItemId,
    pub conversions: String,
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

/// With their version, which is 0 where nobody has given the item any yet.
pub async fn find(tx: &Tx, item: ItemId) -> Result<(i64, ItemConversions), data::Error> {
    let found = tx.find::<Entity>().filter(Column::ItemId.eq(item)).one().await?;
    let Some(row) = found else { return Ok((0, ItemConversions::default())) };
    Ok((row.version, conversions_of(&row)?))
}

/// Of those of these items that have any.
pub async fn of(tx: &Tx, items: &[ItemId]) -> Result<BTreeMap<ItemId, ItemConversions>, data::Error> {
    if items.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found = tx.find::<Entity>().filter(Column::ItemId.is_in(items.iter().copied()));
    let found = found.limit(items.len() as u64).all().await?;
    found.iter().map(|row| Ok((row.item_id, conversions_of(row)?))).collect()
}

fn conversions_of(row: &Model) -> Result<ItemConversions, data::Error> {
    let equations: Vec<Equation> = serde_json::from_str(&row.conversions).map_err(data::Error::internal)?;
    let conversions = ItemConversions::new(equations);
    conversions.map_err(|(at, error)| data::Error::internal(format!("conversion {at}: {error}")))
}

/// In place of those of this version, while the item is held.
pub async fn replace(
    unit: &Unit,
    ctx: &Ctx,
    item: ItemId,
    seen: i64,
    conversions: &ItemConversions,
) -> Result<(), data::Error> {
    let text = serde_json::to_string(conversions.as_slice()).map_err(data::Error::internal)?;
    if seen == 0 {
        let row = ActiveModel {
            public_id: Set(ctx.new_id::<()>().uuid()),
            item_id: Set(item),
            conversions: Set(text),
            ..Default::default()
        };
        unit.insert(row).await?;
        return Ok(());
    }
    let update = unit.update::<Entity>().set(Column::Conversions, text).filter(Column::ItemId.eq(item));
    update.exec().await?;
    Ok(())
}
