//! The table `purchase_orders`. Whoever changes an order or its lines holds its row first.

use crate::domain::buying::{OrderFields, PurchaseOrder, PurchaseStatus};
use crate::error::Error;
use chrono::{DateTime, Utc};
use data::{Tx, Unit};
use inventory_contract::{PurchaseOrderId, SupplierId};
use kernel::reference::metadata_json;
use kernel::{Currency, Money, Page, PageRequest, TenantId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "purchase_orders")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: PurchaseOrderId,
    pub supplier_id: SupplierId,
    pub status: String,
    pub reference: Option<String>,
    pub expected_on: Option<ChronoDate>,
    pub over_receipt_percent: i64,
    pub currency: Currency,
    pub total_minor: i64,
    pub ordered_at: Option<DateTimeUtc>,
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

#[derive(Clone, Debug, Default)]
pub struct PurchaseOrderFilter {
    pub supplier: Option<SupplierId>,
    pub status: Option<PurchaseStatus>,
    pub reference: Option<String>,
    pub external_id: Option<String>,
}

pub async fn find(tx: &Tx, id: PurchaseOrderId) -> Result<Option<PurchaseOrder>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(PurchaseOrder::try_from).transpose()
}

/// As it is now, and so it stays until the transaction ends.
pub async fn find_to_change(unit: &Unit, id: PurchaseOrderId) -> Result<Option<PurchaseOrder>, data::Error> {
    unit.by_id::<Entity, _>(id).to_change().one().await?.map(PurchaseOrder::try_from).transpose()
}

/// The same, by the tenant's own reference.
pub async fn by_external_id_to_change(
    unit: &Unit,
    external_id: &str,
) -> Result<Option<PurchaseOrder>, data::Error> {
    let found = unit.find::<Entity>().filter(Column::ExternalId.eq(external_id)).to_change();
    found.one().await?.map(PurchaseOrder::try_from).transpose()
}

/// Those with these references, by which they are told apart: as they are now, and so they stay until the transaction
/// ends.
pub async fn with_references_to_change(
    unit: &Unit,
    references: &[&str],
) -> Result<Vec<PurchaseOrder>, data::Error> {
    if references.is_empty() {
        return Ok(Vec::new());
    }
    let found = unit.find::<Entity>().filter(Column::Reference.is_in(references.iter().copied()));
    let found = found.order_by_asc(Column::PublicId).to_change().limit(references.len() as u64);
    found.all().await?.into_iter().map(PurchaseOrder::try_from).collect()
}

/// Those of these that are there, as they are now, and so they stay until the transaction ends.
pub async fn with_ids_to_change(
    unit: &Unit,
    ids: &[PurchaseOrderId],
) -> Result<Vec<PurchaseOrder>, data::Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = unit.find::<Entity>().filter(Column::PublicId.is_in(ids.iter().copied()));
    let found = found.order_by_asc(Column::PublicId).to_change().limit(ids.len() as u64);
    found.all().await?.into_iter().map(PurchaseOrder::try_from).collect()
}

/// Those of these that are there.
pub async fn with_ids(tx: &Tx, ids: &[PurchaseOrderId]) -> Result<Vec<PurchaseOrder>, data::Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = tx.find::<Entity>().filter(Column::PublicId.is_in(ids.iter().copied()));
    found.limit(ids.len() as u64).all().await?.into_iter().map(PurchaseOrder::try_from).collect()
}

pub async fn page(
    tx: &Tx,
    filter: &PurchaseOrderFilter,
    request: &PageRequest,
) -> Result<Page<PurchaseOrder>, data::Error> {
    let mut orders = tx.find::<Entity>();
    if let Some(supplier) = filter.supplier {
        orders = orders.filter(Column::SupplierId.eq(supplier));
    }
    if let Some(status) = filter.status {
        orders = orders.filter(Column::Status.eq(status.name()));
    }
    if let Some(reference) = &filter.reference {
        orders = orders.filter(Column::Reference.eq(reference));
    }
    if let Some(external_id) = &filter.external_id {
        orders = orders.filter(Column::ExternalId.eq(external_id));
    }
    orders.page(request).await?.try_map(PurchaseOrder::try_from)
}

/// Whether anything was ever ordered from it.
pub async fn any_of_supplier(tx: &Tx, supplier: SupplierId) -> Result<bool, data::Error> {
    let found = tx.find::<Entity>().filter(Column::SupplierId.eq(supplier)).limit(1);
    Ok(found.one().await?.is_some())
}

/// Whether something of this supplier's may still come.
pub async fn any_unfinished_of(tx: &Tx, supplier: SupplierId) -> Result<bool, data::Error> {
    let unfinished = PurchaseStatus::UNFINISHED.map(PurchaseStatus::name);
    let found = tx
        .find::<Entity>()
        .filter(Column::SupplierId.eq(supplier))
        .filter(Column::Status.is_in(unfinished))
        .limit(1);
    Ok(found.one().await?.is_some())
}

/// A draft.
pub async fn insert(
    unit: &Unit,
    id: PurchaseOrderId,
    supplier: SupplierId,
    fields: &OrderFields,
    total: Money,
) -> Result<PurchaseOrder, Error> {
    let inserted = unit.insert(row(id, supplier, fields, total)?).await;
    Ok(inserted.map_err(|error| refused(error, id, fields))?.try_into()?)
}

/// Drafts, in one statement.
pub async fn insert_all(
    unit: &Unit,
    orders: &[(PurchaseOrderId, SupplierId, &OrderFields, Money)],
) -> Result<(), data::Error> {
    let rows = orders.iter().map(|(id, supplier, fields, total)| row(*id, *supplier, fields, *total));
    unit.insert_all(rows.collect::<Result<_, _>>()?).await
}

fn row(
    id: PurchaseOrderId,
    supplier: SupplierId,
    fields: &OrderFields,
    total: Money,
) -> Result<ActiveModel, data::Error> {
    Ok(ActiveModel {
        public_id: Set(id),
        supplier_id: Set(supplier),
        status: Set(PurchaseStatus::Draft.name().to_owned()),
        reference: Set(fields.reference.clone()),
        expected_on: Set(fields.expected_on),
        over_receipt_percent: Set(fields.over_receipt_percent),
        currency: Set(total.currency),
        total_minor: Set(total.amount_minor),
        external_id: Set(fields.external_id.clone()),
        metadata: Set(metadata_json(&fields.metadata).map_err(data::Error::internal)?),
        ..Default::default()
    })
}

/// Of an order that is held.
pub async fn update(
    unit: &Unit,
    id: PurchaseOrderId,
    supplier: SupplierId,
    fields: &OrderFields,
    total: Money,
) -> Result<PurchaseOrder, Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::SupplierId, supplier)
        .set(Column::Reference, fields.reference.clone())
        .set(Column::ExpectedOn, fields.expected_on)
        .set(Column::OverReceiptPercent, fields.over_receipt_percent)
        .set(Column::ExternalId, fields.external_id.clone())
        .set(Column::Metadata, metadata_json(&fields.metadata).map_err(data::Error::internal)?)
        .set(Column::Currency, total.currency)
        .set(Column::TotalMinor, total.amount_minor)
        .filter(Column::PublicId.eq(id));
    let updated = update.returning().await.map_err(|error| refused(error, id, fields))?;
    let updated = updated.into_iter().next().ok_or(Error::PurchaseOrderNotFound)?;
    Ok(updated.try_into()?)
}

/// Of a draft that is held, whose lines are others now.
pub async fn set_total(unit: &Unit, id: PurchaseOrderId, total: Money) -> Result<(), data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::Currency, total.currency)
        .set(Column::TotalMinor, total.amount_minor)
        .filter(Column::PublicId.eq(id));
    update.exec().await.map(|_| ())
}

/// Drafts that are held and have no lines any more.
pub async fn delete_all(unit: &Unit, ids: &[PurchaseOrderId]) -> Result<(), data::Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let delete = unit.delete::<Entity>().filter(Column::PublicId.is_in(ids.iter().copied()));
    delete.exec().await.map(|_| ())
}

/// Of an order that is held. It counts as a change even where the status stays, since its lines are shown
/// with it.
pub async fn set_status(
    unit: &Unit,
    id: PurchaseOrderId,
    status: PurchaseStatus,
    ordered_at: Option<DateTime<Utc>>,
) -> Result<PurchaseOrder, Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::Status, status.name())
        .set(Column::OrderedAt, ordered_at)
        .filter(Column::PublicId.eq(id));
    let updated = update.returning().await?.into_iter().next().ok_or(Error::PurchaseOrderNotFound)?;
    Ok(updated.try_into()?)
}

fn refused(error: data::Error, id: PurchaseOrderId, fields: &OrderFields) -> Error {
    if error.is_unique("purchase_orders_reference", "purchase_orders.reference") {
        return Error::PurchaseReferenceTaken { reference: fields.reference.clone().unwrap_or_default() };
    }
    if error.is_unique("purchase_orders_external_id", "purchase_orders.external_id") {
        return Error::OrderExternalIdTaken;
    }
    if error.is_unique("purchase_orders_public_id", "purchase_orders.public_id") {
        return Error::PurchaseOrderExists { id };
    }
    error.into()
}

impl TryFrom<Model> for PurchaseOrder {
    type Error = data::Error;

    fn try_from(row: Model) -> Result<Self, data::Error> {
        let status = PurchaseStatus::parse(&row.status);
        Ok(Self {
            id: row.public_id,
            supplier: row.supplier_id,
            status: status
                .ok_or_else(|| data::Error::internal(format!("a purchase order is {}", row.status)))?,
            fields: OrderFields {
                reference: row.reference,
                expected_on: row.expected_on,
                over_receipt_percent: row.over_receipt_percent,
                external_id: row.external_id,
                metadata: serde_json::from_str(&row.metadata).map_err(data::Error::internal)?,
            },
            total: Money::new(row.total_minor, row.currency),
            ordered_at: row.ordered_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
