//! The table `locations`: a tree in each warehouse.

use crate::domain::place::{Location, LocationFields, LocationUse, MAX_OF_WAREHOUSE};
use crate::error::Error;
use data::{Tx, Unit};
use inventory_contract::{LocationId, WarehouseId};
use kernel::{Page, PageRequest, TenantId};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, Set};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "locations")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: LocationId,
    pub warehouse_id: WarehouseId,
    pub parent_id: Option<LocationId>,
    pub code: String,
    pub name: String,
    pub kind: String,
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

pub async fn find(tx: &Tx, id: LocationId) -> Result<Option<Location>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(Location::try_from).transpose()
}

pub async fn find_deleted_too(tx: &Tx, id: LocationId) -> Result<Option<Location>, data::Error> {
    tx.by_id::<Entity, _>(id).with_deleted().one().await?.map(Location::try_from).transpose()
}

/// Of several, none of which is taken away until the transaction ends.
pub async fn find_to_keep(unit: &Unit, ids: &[LocationId]) -> Result<Vec<Location>, data::Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = Column::PublicId.is_in(ids.iter().copied());
    let found = unit.find::<Entity>().filter(wanted).order_by_asc(Column::PublicId).to_keep();
    found.limit(ids.len() as u64).all().await?.into_iter().map(Location::try_from).collect()
}

/// Those of these warehouses with one of these codes, and those with these ids. None of them is taken away until the
/// transaction ends.
pub async fn named_to_keep(
    unit: &Unit,
    warehouses: &[WarehouseId],
    codes: &[String],
    ids: &[LocationId],
) -> Result<Vec<Location>, data::Error> {
    let most = warehouses.len().saturating_mul(codes.len()).saturating_add(ids.len()) as u64;
    if most == 0 {
        return Ok(Vec::new());
    }
    let by_code = Condition::all()
        .add(Column::WarehouseId.is_in(warehouses.iter().copied()))
        .add(Column::Code.is_in(codes.iter().map(String::as_str)));
    let wanted = Condition::any().add(by_code).add(Column::PublicId.is_in(ids.iter().copied()));
    let found = unit.find::<Entity>().filter(wanted).order_by_asc(Column::PublicId).to_keep();
    found.limit(most).all().await?.into_iter().map(Location::try_from).collect()
}

pub async fn with_ids(tx: &Tx, ids: &[LocationId]) -> Result<Vec<Location>, data::Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = tx.find::<Entity>().filter(Column::PublicId.is_in(ids.iter().copied()));
    found.limit(ids.len() as u64).all().await?.into_iter().map(Location::try_from).collect()
}

pub async fn find_to_change(unit: &Unit, id: LocationId) -> Result<Option<Location>, data::Error> {
    unit.by_id::<Entity, _>(id).to_change().one().await?.map(Location::try_from).transpose()
}

/// Where goods lie that are on their way to the warehouse.
pub async fn transit_of(unit: &Unit, warehouse: WarehouseId) -> Result<Option<Location>, data::Error> {
    let found = unit
        .find::<Entity>()
        .filter(Column::WarehouseId.eq(warehouse))
        .filter(Column::Kind.eq(LocationUse::Transit.name()));
    found.limit(1).one().await?.map(Location::try_from).transpose()
}

/// All locations of the warehouse where goods lie that are on their way.
pub async fn transits_of(tx: &Tx, warehouse: WarehouseId) -> Result<Vec<LocationId>, data::Error> {
    let found = tx
        .find::<Entity>()
        .filter(Column::WarehouseId.eq(warehouse))
        .filter(Column::Kind.eq(LocationUse::Transit.name()));
    Ok(found.limit(MAX_OF_WAREHOUSE).all().await?.into_iter().map(|row| row.public_id).collect())
}

/// Who is whose parent, in one warehouse.
pub async fn tree(
    unit: &Unit,
    warehouse: WarehouseId,
) -> Result<Vec<(LocationId, Option<LocationId>)>, data::Error> {
    let all = unit.find::<Entity>().filter(Column::WarehouseId.eq(warehouse)).limit(MAX_OF_WAREHOUSE);
    Ok(all.all().await?.into_iter().map(|row| (row.public_id, row.parent_id)).collect())
}

pub async fn count(unit: &Unit, warehouse: WarehouseId) -> Result<u64, data::Error> {
    unit.find::<Entity>().filter(Column::WarehouseId.eq(warehouse)).count().await
}

pub async fn page(
    tx: &Tx,
    warehouse: Option<WarehouseId>,
    parent: Option<LocationId>,
    request: &PageRequest,
) -> Result<Page<Location>, data::Error> {
    let mut locations = tx.find::<Entity>();
    if let Some(warehouse) = warehouse {
        locations = locations.filter(Column::WarehouseId.eq(warehouse));
    }
    if let Some(parent) = parent {
        locations = locations.filter(Column::ParentId.eq(parent));
    }
    locations.page(request).await?.try_map(Location::try_from)
}

pub async fn insert(
    unit: &Unit,
    id: LocationId,
    warehouse: WarehouseId,
    kind: LocationUse,
    fields: &LocationFields,
) -> Result<Location, Error> {
    let row = ActiveModel {
        public_id: Set(id),
        warehouse_id: Set(warehouse),
        parent_id: Set(fields.parent),
        code: Set(fields.code.clone()),
        name: Set(fields.name.clone()),
        kind: Set(kind.name().to_owned()),
        ..Default::default()
    };
    let inserted = unit.insert(row).await;
    Ok(inserted.map_err(|error| refused(error, id, &fields.code))?.try_into()?)
}

/// `None` when it has another version by now, or is gone.
pub async fn update(
    unit: &Unit,
    id: LocationId,
    seen: i64,
    fields: &LocationFields,
) -> Result<Option<Location>, Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::ParentId, fields.parent)
        .set(Column::Code, fields.code.as_str())
        .set(Column::Name, fields.name.as_str())
        .filter(Column::PublicId.eq(id))
        .filter(Column::Version.eq(seen));
    let updated = update.returning().await.map_err(|error| refused(error, id, &fields.code))?;
    Ok(updated.into_iter().next().map(Location::try_from).transpose()?)
}

/// What there was to delete.
pub async fn delete(unit: &Unit, id: LocationId) -> Result<Option<Location>, data::Error> {
    let deleted = unit.delete::<Entity>().filter(Column::PublicId.eq(id)).returning().await?;
    deleted.into_iter().next().map(Location::try_from).transpose()
}

/// `None` when it is not deleted.
pub async fn restore(unit: &Unit, id: LocationId) -> Result<Option<Location>, Error> {
    let restored = unit.restore::<Entity>().filter(Column::PublicId.eq(id)).returning().await;
    let restored = restored.map_err(|error| refused(error, id, "of the location"))?;
    Ok(restored.into_iter().next().map(Location::try_from).transpose()?)
}

/// Whether the warehouse has another than its floor.
pub async fn any_beside(unit: &Unit, warehouse: WarehouseId, floor: LocationId) -> Result<bool, data::Error> {
    let others =
        unit.find::<Entity>().filter(Column::WarehouseId.eq(warehouse)).filter(Column::PublicId.ne(floor));
    Ok(others.limit(1).one().await?.is_some())
}

pub async fn has_children(tx: &Tx, id: LocationId) -> Result<bool, data::Error> {
    Ok(tx.find::<Entity>().filter(Column::ParentId.eq(id)).limit(1).one().await?.is_some())
}

fn refused(error: data::Error, id: LocationId, code: &str) -> Error {
    if error.is_unique("locations_code", "locations.code") {
        return Error::LocationCodeTaken { code: code.to_owned() };
    }
    if error.is_unique("locations_public_id", "locations.public_id") {
        return Error::LocationExists { id };
    }
    error.into()
}

impl TryFrom<Model> for Location {
    type Error = data::Error;

    fn try_from(row: Model) -> Result<Self, data::Error> {
        let kind = LocationUse::parse(&row.kind);
        Ok(Self {
            id: row.public_id,
            warehouse: row.warehouse_id,
            kind: kind.ok_or_else(|| data::Error::internal(format!("a location of kind {}", row.kind)))?,
            fields: LocationFields { code: row.code, name: row.name, parent: row.parent_id },
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            deleted_at: row.deleted_at,
        })
    }
}
