//! The table `warehouses`.

use crate::domain::place::{Warehouse, WarehouseFields};
use crate::error::Error;
use data::{PlatformEntity, System, Tx, Unit, sql};
use inventory_contract::WarehouseId;
use kernel::{Ctx, Page, PageRequest, TenantId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{Condition, QueryOrder, QuerySelect, Set};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "warehouses")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: WarehouseId,
    pub code: String,
    pub name: String,
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

pub async fn find(tx: &Tx, id: WarehouseId) -> Result<Option<Warehouse>, data::Error> {
    Ok(tx.by_id::<Entity, _>(id).one().await?.map(Warehouse::from))
}

pub async fn find_deleted_too(tx: &Tx, id: WarehouseId) -> Result<Option<Warehouse>, data::Error> {
    Ok(tx.by_id::<Entity, _>(id).with_deleted().one().await?.map(Warehouse::from))
}

/// As it is now, and so it stays until the transaction ends.
pub async fn find_to_change(unit: &Unit, id: WarehouseId) -> Result<Option<Warehouse>, data::Error> {
    Ok(unit.by_id::<Entity, _>(id).to_change().one().await?.map(Warehouse::from))
}

/// Those with these codes, by which they are told apart, or these ids.
pub async fn named(tx: &Tx, codes: &[String], ids: &[WarehouseId]) -> Result<Vec<Warehouse>, data::Error> {
    let most = (codes.len() + ids.len()) as u64;
    if most == 0 {
        return Ok(Vec::new());
    }
    let wanted = Condition::any()
        .add(Column::Code.is_in(codes.iter().map(String::as_str)))
        .add(Column::PublicId.is_in(ids.iter().copied()));
    let found = tx.find::<Entity>().filter(wanted).limit(most).all().await?;
    Ok(found.into_iter().map(Warehouse::from).collect())
}

pub async fn page(tx: &Tx, request: &PageRequest) -> Result<Page<Warehouse>, data::Error> {
    Ok(tx.find::<Entity>().page(request).await?.map(Warehouse::from))
}

/// Of these warehouses, deleted ones too.
pub async fn codes_of(
    tx: &Tx,
    warehouses: &[WarehouseId],
) -> Result<BTreeMap<WarehouseId, String>, data::Error> {
    if warehouses.is_empty() {
        return Ok(BTreeMap::new());
    }
    let wanted = Column::PublicId.is_in(warehouses.iter().copied());
    let found = tx.find::<Entity>().with_deleted().filter(wanted).limit(warehouses.len() as u64);
    Ok(found.all().await?.into_iter().map(|row| (row.public_id, row.code)).collect())
}

pub async fn insert(unit: &Unit, id: WarehouseId, fields: &WarehouseFields) -> Result<Warehouse, Error> {
    let row = ActiveModel {
        public_id: Set(id),
        code: Set(fields.code.clone()),
        name: Set(fields.name.clone()),
        ..Default::default()
    };
    let inserted = unit.insert(row).await;
    Ok(inserted.map_err(|error| refused(error, id, &fields.code))?.into())
}

/// As many tenants as are looked at in one go.
const TENANTS: u64 = 500;

/// Those that have stock, or had some: each has its main warehouse, which bears its id.
pub async fn tenants_after(system: &System, after: Option<TenantId>) -> Result<Vec<TenantId>, data::Error> {
    let mut select = Entity::find().filter(Expr::col(Column::PublicId).eq(Expr::col(Column::TenantId)));
    if let Some(after) = after {
        select = select.filter(Column::TenantId.gt(after));
    }
    let found = system.all(select.order_by_asc(Column::TenantId).limit(TENANTS)).await?;
    Ok(found.into_iter().map(|row| row.tenant_id).collect())
}

impl PlatformEntity for Entity {
    const REASON: &'static str = "the command that proves the books finds the tenants that have stock by it";
}

/// The main warehouse and its floor, where the tenant has none yet; whether it had none. Of two that are first at once,
/// one makes them.
pub async fn ensure_main(unit: &Unit, ctx: &Ctx) -> Result<bool, data::Error> {
    let warehouse = unit.sql(sql!(
        "INSERT INTO warehouses (tenant_id, public_id, code, name, version, created_at, updated_at) \
         VALUES ($1, $1, 'MAIN', 'Main warehouse', 1, $2, $2) ON CONFLICT DO NOTHING"
    ));
    let made = warehouse.bind(ctx.now()).exec().await?;
    let floor = unit.sql(sql!(
        "INSERT INTO locations \
         (tenant_id, public_id, warehouse_id, code, name, kind, version, created_at, updated_at) \
         VALUES ($1, $1, $1, 'FLOOR', 'Floor', 'storage', 1, $2, $2) ON CONFLICT DO NOTHING"
    ));
    floor.bind(ctx.now()).exec().await?;
    Ok(made > 0)
}

/// `None` when it has another version by now, or is gone.
pub async fn update(
    unit: &Unit,
    id: WarehouseId,
    seen: i64,
    fields: &WarehouseFields,
) -> Result<Option<Warehouse>, Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::Code, fields.code.as_str())
        .set(Column::Name, fields.name.as_str())
        .filter(Column::PublicId.eq(id))
        .filter(Column::Version.eq(seen));
    let updated = update.returning().await.map_err(|error| refused(error, id, &fields.code))?;
    Ok(updated.into_iter().next().map(Warehouse::from))
}

pub async fn delete(unit: &Unit, id: WarehouseId) -> Result<bool, data::Error> {
    Ok(unit.delete::<Entity>().filter(Column::PublicId.eq(id)).exec().await? > 0)
}

/// `None` when it is not deleted.
pub async fn restore(unit: &Unit, id: WarehouseId) -> Result<Option<Warehouse>, Error> {
    let restored = unit.restore::<Entity>().filter(Column::PublicId.eq(id)).returning().await;
    let restored = restored.map_err(|error| refused(error, id, "of the warehouse"))?;
    Ok(restored.into_iter().next().map(Warehouse::from))
}

fn refused(error: data::Error, id: WarehouseId, code: &str) -> Error {
    if error.is_unique("warehouses_code", "warehouses.code") {
        return Error::WarehouseCodeTaken { code: code.to_owned() };
    }
    if error.is_unique("warehouses_public_id", "warehouses.public_id") {
        return Error::WarehouseExists { id };
    }
    error.into()
}

impl From<Model> for Warehouse {
    fn from(row: Model) -> Self {
        Self {
            id: row.public_id,
            fields: WarehouseFields { code: row.code, name: row.name },
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            deleted_at: row.deleted_at,
        }
    }
}
