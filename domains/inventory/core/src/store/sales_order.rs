//! The table `sales_orders`.

use crate::domain::selling::{SalesOrder, SalesOrderFields, SalesOrderStatus};
use crate::error::Error;
use chrono::{DateTime, Utc};
use data::{Tx, Unit};
use inventory_contract::{SalesOrderId, WarehouseId};
use kernel::reference::metadata_json;
use kernel::{Currency, Page, PageRequest, TenantId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sales_orders")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: SalesOrderId,
    pub warehouse_id: WarehouseId,
    pub reference: Option<String>,
    pub customer_name: String,
    pub customer_reference: Option<String>,
    pub status: String,
    pub currency: Option<Currency>,
    pub placed_at: DateTimeUtc,
    pub confirmed_at: Option<DateTimeUtc>,
    pub external_id: Option<String>,
    pub metadata: String,
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

pub async fn find(tx: &Tx, id: SalesOrderId) -> Result<Option<SalesOrder>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(SalesOrder::try_from).transpose()
}

/// As it is now, and so it stays until the transaction ends.
pub async fn find_to_change(unit: &Unit, id: SalesOrderId) -> Result<Option<SalesOrder>, data::Error> {
    unit.by_id::<Entity, _>(id).to_change().one().await?.map(SalesOrder::try_from).transpose()
}

/// The same, by the tenant's own reference.
pub async fn by_external_id_to_change(
    unit: &Unit,
    external_id: &str,
) -> Result<Option<SalesOrder>, data::Error> {
    let found = unit.find::<Entity>().filter(Column::ExternalId.eq(external_id)).to_change();
    found.one().await?.map(SalesOrder::try_from).transpose()
}

/// The same of several, in the order of their ids, so that two who want the same do not wait for each other.
pub async fn find_all_to_change(unit: &Unit, ids: &[SalesOrderId]) -> Result<Vec<SalesOrder>, data::Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = unit.find::<Entity>().filter(Column::PublicId.is_in(ids.iter().copied()));
    let found = found.order_by_asc(Column::PublicId).to_change().limit(ids.len() as u64);
    found.all().await?.into_iter().map(SalesOrder::try_from).collect()
}

pub async fn find_all(tx: &Tx, ids: &[SalesOrderId]) -> Result<Vec<SalesOrder>, data::Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = tx.find::<Entity>().filter(Column::PublicId.is_in(ids.iter().copied()));
    found.limit(ids.len() as u64).all().await?.into_iter().map(SalesOrder::try_from).collect()
}

#[derive(Clone, Debug, Default)]
pub struct SalesOrderFilter {
    pub status: Option<SalesOrderStatus>,
    pub reference: Option<String>,
    pub customer_reference: Option<String>,
    pub external_id: Option<String>,
}

pub async fn page(
    tx: &Tx,
    filter: &SalesOrderFilter,
    request: &PageRequest,
) -> Result<Page<SalesOrder>, data::Error> {
    let mut orders = tx.find::<Entity>();
    if let Some(status) = filter.status {
        orders = orders.filter(Column::Status.eq(status.name()));
    }
    if let Some(reference) = &filter.reference {
        orders = orders.filter(Column::Reference.eq(reference.as_str()));
    }
    if let Some(customer) = &filter.customer_reference {
        orders = orders.filter(Column::CustomerReference.eq(customer.as_str()));
    }
    if let Some(external_id) = &filter.external_id {
        orders = orders.filter(Column::ExternalId.eq(external_id.as_str()));
    }
    orders.page(request).await?.try_map(SalesOrder::try_from)
}

pub async fn insert(unit: &Unit, id: SalesOrderId, fields: &SalesOrderFields) -> Result<SalesOrder, Error> {
    let row = ActiveModel {
        public_id: Set(id),
        warehouse_id: Set(fields.warehouse),
        reference: Set(fields.reference.clone()),
        customer_name: Set(fields.customer_name.clone()),
        customer_reference: Set(fields.customer_reference.clone()),
        status: Set(SalesOrderStatus::Draft.name().to_owned()),
        currency: Set(fields.currency),
        placed_at: Set(fields.placed_at),
        external_id: Set(fields.external_id.clone()),
        metadata: Set(metadata_json(&fields.metadata).map_err(data::Error::internal)?),
        ..Default::default()
    };
    let inserted = unit.insert(row).await;
    Ok(inserted.map_err(|error| refused(error, id, fields))?.try_into()?)
}

/// Of an order that is held.
pub async fn update(unit: &Unit, id: SalesOrderId, fields: &SalesOrderFields) -> Result<SalesOrder, Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::WarehouseId, fields.warehouse)
        .set(Column::Reference, fields.reference.clone())
        .set(Column::CustomerName, fields.customer_name.as_str())
        .set(Column::CustomerReference, fields.customer_reference.clone())
        .set(Column::Currency, fields.currency)
        .set(Column::PlacedAt, fields.placed_at)
        .set(Column::ExternalId, fields.external_id.clone())
        .set(Column::Metadata, metadata_json(&fields.metadata).map_err(data::Error::internal)?)
        .filter(Column::PublicId.eq(id));
    let updated = update.returning().await.map_err(|error| refused(error, id, fields))?;
    let updated = updated.into_iter().next().map(SalesOrder::try_from).transpose()?;
    updated.ok_or(Error::SalesOrderNotFound)
}

/// Of an order that is held. Also where it stays as it is: what it shows of its lines has changed.
pub async fn set_status(
    unit: &Unit,
    id: SalesOrderId,
    status: SalesOrderStatus,
    confirmed_at: Option<DateTime<Utc>>,
) -> Result<SalesOrder, Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::Status, status.name())
        .set(Column::ConfirmedAt, confirmed_at)
        .filter(Column::PublicId.eq(id));
    let updated = update.returning().await?.into_iter().next().map(SalesOrder::try_from).transpose()?;
    updated.ok_or(Error::SalesOrderNotFound)
}

fn refused(error: data::Error, id: SalesOrderId, fields: &SalesOrderFields) -> Error {
    if error.is_unique("sales_orders_public_id", "sales_orders.public_id") {
        return Error::SalesOrderExists { id };
    }
    if error.is_unique("sales_orders_reference", "sales_orders.reference") {
        let reference = fields.reference.clone().unwrap_or_default();
        return Error::SalesOrderReferenceTaken { reference };
    }
    if error.is_unique("sales_orders_external_id", "sales_orders.external_id") {
        return Error::OrderExternalIdTaken;
    }
    error.into()
}

impl TryFrom<Model> for SalesOrder {
    type Error = data::Error;

    fn try_from(row: Model) -> Result<Self, data::Error> {
        let status = SalesOrderStatus::parse(&row.status);
        Ok(Self {
            id: row.public_id,
            fields: SalesOrderFields {
                warehouse: row.warehouse_id,
                reference: row.reference,
                customer_name: row.customer_name,
                customer_reference: row.customer_reference,
                currency: row.currency,
                placed_at: row.placed_at,
                external_id: row.external_id,
                metadata: serde_json::from_str(&row.metadata).map_err(data::Error::internal)?,
            },
            status: status
                .ok_or_else(|| data::Error::internal(format!("a sales order is {}", row.status)))?,
            confirmed_at: row.confirmed_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
