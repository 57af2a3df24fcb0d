//! The table `suppliers`.

use crate::domain::supplier::{Supplier, SupplierFields};
use crate::error::Error;
use data::{Tx, Unit};
use inventory_contract::SupplierId;
use kernel::{Currency, Metadata, Page, PageRequest, Search, TenantId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "suppliers")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: SupplierId,
    pub code: String,
    pub name: String,
    pub email: Option<String>,
    pub currency: Option<Currency>,
    pub external_id: Option<String>,
    pub metadata: String,
    pub search_text: String,
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
pub struct SupplierFilter {
    pub code: Option<String>,
    pub external_id: Option<String>,
    pub q: Option<Search>,
}

pub async fn find(tx: &Tx, id: SupplierId) -> Result<Option<Supplier>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(Supplier::try_from).transpose()
}

pub async fn find_deleted_too(tx: &Tx, id: SupplierId) -> Result<Option<Supplier>, data::Error> {
    tx.by_id::<Entity, _>(id).with_deleted().one().await?.map(Supplier::try_from).transpose()
}

/// As it is now, and so it stays until the transaction ends: nobody orders from it meanwhile.
pub async fn find_to_change(unit: &Unit, id: SupplierId) -> Result<Option<Supplier>, data::Error> {
    unit.by_id::<Entity, _>(id).to_change().one().await?.map(Supplier::try_from).transpose()
}

/// Whether it is there, and is not taken away until the transaction ends.
pub async fn keep(unit: &Unit, id: SupplierId) -> Result<bool, data::Error> {
    Ok(unit.by_id::<Entity, _>(id).to_keep().one().await?.is_some())
}

pub async fn by_external_id_to_change(
    unit: &Unit,
    external_id: &str,
) -> Result<Option<Supplier>, data::Error> {
    let found = unit.find::<Entity>().filter(Column::ExternalId.eq(external_id)).to_change();
    found.one().await?.map(Supplier::try_from).transpose()
}

pub async fn page(
    tx: &Tx,
    filter: &SupplierFilter,
    request: &PageRequest,
) -> Result<Page<Supplier>, data::Error> {
    let mut suppliers = tx.find::<Entity>();
    if let Some(code) = &filter.code {
        suppliers = suppliers.filter(Column::Code.eq(code));
    }
    if let Some(external_id) = &filter.external_id {
        suppliers = suppliers.filter(Column::ExternalId.eq(external_id));
    }
    if let Some(q) = &filter.q {
        suppliers = suppliers.matching(q, [filter.code.as_deref(), filter.external_id.as_deref()]);
    }
    suppliers.page(request).await?.try_map(Supplier::try_from)
}

pub async fn insert(unit: &Unit, id: SupplierId, fields: &SupplierFields) -> Result<Supplier, Error> {
    let row = ActiveModel {
        public_id: Set(id),
        code: Set(fields.code.clone()),
        name: Set(fields.name.clone()),
        email: Set(fields.email.clone()),
        currency: Set(fields.currency),
        external_id: Set(fields.external_id.clone()),
        metadata: Set(to_json(&fields.metadata)?),
        search_text: Set(fields.search_text()),
        ..Default::default()
    };
    let inserted = unit.insert(row).await;
    Ok(inserted.map_err(|error| refused(error, id, &fields.code))?.try_into()?)
}

/// `None` when it has another version by now, or is gone.
pub async fn update(
    unit: &Unit,
    id: SupplierId,
    seen: i64,
    fields: &SupplierFields,
) -> Result<Option<Supplier>, Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::Code, fields.code.as_str())
        .set(Column::Name, fields.name.as_str())
        .set(Column::Email, fields.email.clone())
        .set(Column::Currency, fields.currency)
        .set(Column::ExternalId, fields.external_id.clone())
        .set(Column::Metadata, to_json(&fields.metadata)?)
        .set(Column::SearchText, fields.search_text())
        .filter(Column::PublicId.eq(id))
        .filter(Column::Version.eq(seen));
    let updated = update.returning().await.map_err(|error| refused(error, id, &fields.code))?;
    Ok(updated.into_iter().next().map(Supplier::try_from).transpose()?)
}

/// Whether there was one to delete.
pub async fn delete(unit: &Unit, id: SupplierId) -> Result<bool, data::Error> {
    Ok(unit.delete::<Entity>().filter(Column::PublicId.eq(id)).exec().await? > 0)
}

/// `None` when it is not deleted.
pub async fn restore(unit: &Unit, id: SupplierId) -> Result<Option<Supplier>, Error> {
    let restored = unit.restore::<Entity>().filter(Column::PublicId.eq(id)).returning().await;
    let restored = restored.map_err(|error| refused(error, id, "of the supplier"))?;
    Ok(restored.into_iter().next().map(Supplier::try_from).transpose()?)
}

fn to_json(metadata: &Metadata) -> Result<String, data::Error> {
    serde_json::to_string(metadata).map_err(data::Error::internal)
}

fn refused(error: data::Error, id: SupplierId, code: &str) -> Error {
    if error.is_unique("suppliers_code", "suppliers.code") {
        return Error::SupplierCodeTaken { code: code.to_owned() };
    }
    if error.is_unique("suppliers_external_id", "suppliers.external_id") {
        return Error::SupplierExternalIdTaken;
    }
    if error.is_unique("suppliers_public_id", "suppliers.public_id") {
        return Error::SupplierExists { id };
    }
    error.into()
}

impl TryFrom<Model> for Supplier {
    type Error = data::Error;

    fn try_from(row: Model) -> Result<Self, data::Error> {
        Ok(Self {
            id: row.public_id,
            fields: SupplierFields {
                code: row.code,
                name: row.name,
                email: row.email,
                currency: row.currency,
                external_id: row.external_id,
                metadata: serde_json::from_str(&row.metadata).map_err(data::Error::internal)?,
            },
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            deleted_at: row.deleted_at,
        })
    }
}
