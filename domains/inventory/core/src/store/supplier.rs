//! The table `suppliers`.

use crate::domain::supplier::{Supplier, SupplierFields};
use crate::error::Error;
use data::{Tx, Unit};
use inventory_contract::SupplierId;
use kernel::reference::metadata_json;
use kernel::{Currency, Page, PageRequest, Search, TenantId};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, Set};
use std::collections::BTreeMap;

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

/// Those with these codes, by which they are told apart. They stay as they are until the transaction ends.
pub async fn with_codes_to_keep(unit: &Unit, codes: &[String]) -> Result<Vec<Supplier>, data::Error> {
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = Column::Code.is_in(codes.iter().map(String::as_str));
    let found = unit.find::<Entity>().filter(wanted).order_by_asc(Column::PublicId).to_keep();
    found.limit(codes.len() as u64).all().await?.into_iter().map(Supplier::try_from).collect()
}

/// Those with these codes or these external ids, as they are now, and so they stay until the transaction ends.
pub async fn named_to_change(
    unit: &Unit,
    codes: &[String],
    external_ids: &[String],
) -> Result<Vec<Supplier>, data::Error> {
    let most = (codes.len() + external_ids.len()) as u64;
    if most == 0 {
        return Ok(Vec::new());
    }
    let wanted = Condition::any()
        .add(Column::Code.is_in(codes.iter().map(String::as_str)))
        .add(Column::ExternalId.is_in(external_ids.iter().map(String::as_str)));
    let found = unit.find::<Entity>().filter(wanted).order_by_asc(Column::PublicId).to_change();
    found.limit(most).all().await?.into_iter().map(Supplier::try_from).collect()
}

pub async fn with_ids_to_change(unit: &Unit, ids: &[SupplierId]) -> Result<Vec<Supplier>, data::Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = Column::PublicId.is_in(ids.iter().copied());
    let found = unit.find::<Entity>().filter(wanted).order_by_asc(Column::PublicId).to_change();
    found.limit(ids.len() as u64).all().await?.into_iter().map(Supplier::try_from).collect()
}

/// By their ids, those after this one.
pub async fn after(tx: &Tx, last: Option<SupplierId>, most: usize) -> Result<Vec<Supplier>, data::Error> {
    let mut suppliers = tx.find::<Entity>();
    if let Some(last) = last {
        suppliers = suppliers.filter(Column::PublicId.gt(last));
    }
    let found = suppliers.order_by_asc(Column::PublicId).limit(most as u64).all().await?;
    found.into_iter().map(Supplier::try_from).collect()
}

/// The codes of these, of deleted ones too.
pub async fn codes(tx: &Tx, ids: &[SupplierId]) -> Result<BTreeMap<SupplierId, String>, data::Error> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let wanted = Column::PublicId.is_in(ids.iter().copied());
    let found = tx.find::<Entity>().with_deleted().filter(wanted).limit(ids.len() as u64).all().await?;
    Ok(found.into_iter().map(|row| (row.public_id, row.code)).collect())
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
    let inserted = unit.insert(row(id, fields)?).await;
    Ok(inserted.map_err(|error| refused(error, id, &fields.code))?.try_into()?)
}

/// In one statement.
pub async fn insert_all(unit: &Unit, suppliers: &[(SupplierId, &SupplierFields)]) -> Result<(), data::Error> {
    let rows = suppliers.iter().map(|(id, fields)| row(*id, fields)).collect::<Result<_, _>>()?;
    unit.insert_all(rows).await
}

fn row(id: SupplierId, fields: &SupplierFields) -> Result<ActiveModel, data::Error> {
    Ok(ActiveModel {
        public_id: Set(id),
        code: Set(fields.code.clone()),
        name: Set(fields.name.clone()),
        email: Set(fields.email.clone()),
        currency: Set(fields.currency),
        external_id: Set(fields.external_id.clone()),
        metadata: Set(metadata_json(&fields.metadata).map_err(data::Error::internal)?),
        search_text: Set(fields.search_text()),
        ..Default::default()
    })
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
        .set(Column::Metadata, metadata_json(&fields.metadata).map_err(data::Error::internal)?)
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
