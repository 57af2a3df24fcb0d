//! The table `customers`.

use crate::domain::customer::{Customer, CustomerFields};
use billing_contract::CustomerId;
use data::{Error, Find, Tx, Unit};
use kernel::reference::metadata_json;
use kernel::{Page, PageRequest, Search, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customers")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: CustomerId,
    pub name: String,
    pub email: Option<String>,
    pub external_id: Option<String>,
    pub metadata: String,
    pub search_text: String,
    pub version: i64,
    pub created_at: ChronoDateTimeUtc,
    pub updated_at: ChronoDateTimeUtc,
    pub deleted_at: Option<ChronoDateTimeUtc>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(resource);

pub async fn insert(unit: &Unit, id: CustomerId, fields: &CustomerFields) -> Result<Customer, Error> {
    read(unit.insert(row(id, fields)?).await?)
}

pub async fn insert_all(unit: &Unit, new: &[(CustomerId, &CustomerFields)]) -> Result<(), Error> {
    let rows = new.iter().map(|(id, fields)| row(*id, fields)).collect::<Result<_, _>>()?;
    unit.insert_all(rows).await
}

fn row(id: CustomerId, fields: &CustomerFields) -> Result<ActiveModel, Error> {
    Ok(ActiveModel {
        public_id: Set(id),
        name: Set(fields.name.clone()),
        email: Set(fields.email.clone()),
        external_id: Set(fields.external_id.clone()),
        metadata: Set(metadata_json(&fields.metadata).map_err(Error::internal)?),
        search_text: Set(fields.search_text()),
        ..Default::default()
    })
}

pub async fn find(tx: &Tx, id: CustomerId) -> Result<Option<Customer>, Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(read).transpose()
}

pub async fn find_deleted_too(tx: &Tx, id: CustomerId) -> Result<Option<Customer>, Error> {
    tx.by_id::<Entity, _>(id).with_deleted().one().await?.map(read).transpose()
}

/// As it is now, and so it stays until the transaction ends.
pub async fn find_to_change(unit: &Unit, id: CustomerId) -> Result<Option<Customer>, Error> {
    unit.by_id::<Entity, _>(id).to_change().one().await?.map(read).transpose()
}

/// The same for whoever counts on its being there.
pub async fn find_to_keep(unit: &Unit, id: CustomerId) -> Result<Option<Customer>, Error> {
    unit.by_id::<Entity, _>(id).to_keep().one().await?.map(read).transpose()
}

pub async fn by_external_id_to_change(unit: &Unit, external_id: &str) -> Result<Option<Customer>, Error> {
    let found = unit.find::<Entity>().filter(Column::ExternalId.eq(external_id)).to_change();
    found.one().await?.map(read).transpose()
}

/// Those of these that are there, as they are now, and so they stay until the transaction ends.
pub async fn all_to_change(unit: &Unit, ids: &[CustomerId]) -> Result<Vec<Customer>, Error> {
    let wanted = Column::PublicId.is_in(ids.iter().copied());
    held(unit.find::<Entity>().filter(wanted), ids.len()).await
}

pub async fn all_by_external_ids_to_change(
    unit: &Unit,
    external_ids: &[String],
) -> Result<Vec<Customer>, Error> {
    let wanted = Column::ExternalId.is_in(external_ids.iter().map(String::as_str));
    held(unit.find::<Entity>().filter(wanted), external_ids.len()).await
}

/// In one order, so that of two who hold several neither waits for the other.
async fn held(found: Find<'_, Entity>, most: usize) -> Result<Vec<Customer>, Error> {
    if most == 0 {
        return Ok(Vec::new());
    }
    let found = found.to_change().order_by_asc(Column::PublicId).limit(most as u64);
    found.all().await?.into_iter().map(read).collect()
}

/// By their ids, those after this one.
pub async fn after(tx: &Tx, last: Option<CustomerId>, most: usize) -> Result<Vec<Customer>, Error> {
    let mut found = tx.find::<Entity>();
    if let Some(last) = last {
        found = found.filter(Column::PublicId.gt(last));
    }
    let found = found.order_by_asc(Column::PublicId).limit(most as u64);
    found.all().await?.into_iter().map(read).collect()
}

#[derive(Clone, Debug, Default)]
pub struct CustomerFilter {
    pub external_id: Option<String>,
    pub q: Option<Search>,
}

pub async fn page(tx: &Tx, filter: &CustomerFilter, request: &PageRequest) -> Result<Page<Customer>, Error> {
    let mut found = tx.find::<Entity>();
    let external_id = filter.external_id.as_deref();
    if let Some(external_id) = external_id {
        found = found.filter(Column::ExternalId.eq(external_id));
    }
    if let Some(q) = &filter.q {
        found = found.matching(q, [external_id]);
    }
    found.page(request).await?.try_map(read)
}

/// The names of these customers, also of those deleted since. At most as many as a report's page has rows.
pub async fn names(tx: &Tx, ids: Vec<CustomerId>) -> Result<BTreeMap<CustomerId, String>, Error> {
    let limit = ids.len() as u64;
    let found = tx.find::<Entity>().with_deleted().filter(Column::PublicId.is_in(ids)).limit(limit);
    Ok(found.all().await?.into_iter().map(|row| (row.public_id, row.name)).collect())
}

/// `None` when the row has another version by now.
pub async fn update(
    unit: &Unit,
    before: &Customer,
    fields: &CustomerFields,
) -> Result<Option<Customer>, Error> {
    let metadata = metadata_json(&fields.metadata).map_err(Error::internal)?;
    let changed = unit
        .update::<Entity>()
        .filter(Column::PublicId.eq(before.id))
        .filter(Column::Version.eq(before.version))
        .set(Column::Name, fields.name.clone())
        .set(Column::Email, fields.email.clone())
        .set(Column::ExternalId, fields.external_id.clone())
        .set(Column::Metadata, metadata)
        .set(Column::SearchText, fields.search_text())
        .returning()
        .await?;
    changed.into_iter().next().map(read).transpose()
}

/// Whether there was one to delete.
pub async fn delete(unit: &Unit, id: CustomerId) -> Result<bool, Error> {
    Ok(unit.delete::<Entity>().filter(Column::PublicId.eq(id)).exec().await? > 0)
}

/// `None` when it is not deleted.
pub async fn restore(unit: &Unit, id: CustomerId) -> Result<Option<Customer>, Error> {
    let restored = unit.restore::<Entity>().filter(Column::PublicId.eq(id)).returning().await?;
    restored.into_iter().next().map(read).transpose()
}

fn read(row: Model) -> Result<Customer, Error> {
    Ok(Customer {
        id: row.public_id,
        fields: CustomerFields {
            name: row.name,
            email: row.email,
            external_id: row.external_id,
            metadata: serde_json::from_str(&row.metadata).map_err(Error::internal)?,
        },
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        deleted_at: row.deleted_at,
    })
}
