//! The table `item_barcodes`.

use crate::domain::barcode::{BarcodeFields, BarcodeKind, ItemBarcode};
use crate::error::Error;
use data::{Tx, Unit};
use inventory_contract::{BarcodeId, ItemId};
use kernel::{Page, PageRequest, Quantity, TenantId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "item_barcodes")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: BarcodeId,
    pub item_id: ItemId,
    pub kind: String,
    pub code: String,
    pub printed: String,
    pub unit: Option<String>,
    pub quantity: Quantity,
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

pub async fn find(tx: &Tx, id: BarcodeId) -> Result<Option<ItemBarcode>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(ItemBarcode::try_from).transpose()
}

/// As it is now, and so it stays until the transaction ends.
pub async fn find_to_change(unit: &Unit, id: BarcodeId) -> Result<Option<ItemBarcode>, data::Error> {
    unit.by_id::<Entity, _>(id).to_change().one().await?.map(ItemBarcode::try_from).transpose()
}

/// The first of these codes that an item has.
pub async fn with_code(tx: &Tx, codes: &[String]) -> Result<Option<ItemBarcode>, data::Error> {
    if codes.is_empty() {
        return Ok(None);
    }
    let wanted = Column::Code.is_in(codes.iter().map(String::as_str));
    let found = tx.find::<Entity>().filter(wanted).limit(codes.len() as u64).all().await?;
    let place = |row: &Model| codes.iter().position(|code| *code == row.code);
    found.into_iter().min_by_key(place).map(ItemBarcode::try_from).transpose()
}

pub async fn page(
    tx: &Tx,
    code: Option<&str>,
    request: &PageRequest,
) -> Result<Page<ItemBarcode>, data::Error> {
    let mut barcodes = tx.find::<Entity>();
    if let Some(code) = code {
        barcodes = barcodes.filter(Column::Code.eq(code));
    }
    barcodes.page(request).await?.try_map(ItemBarcode::try_from)
}

pub async fn page_of_item(
    tx: &Tx,
    item: ItemId,
    request: &PageRequest,
) -> Result<Page<ItemBarcode>, data::Error> {
    let barcodes = tx.find::<Entity>().filter(Column::ItemId.eq(item));
    barcodes.page(request).await?.try_map(ItemBarcode::try_from)
}

/// Whether any of these items has one.
pub async fn any_of(tx: &Tx, items: &[ItemId]) -> Result<bool, data::Error> {
    let found = tx.find::<Entity>().filter(Column::ItemId.is_in(items.iter().copied()));
    Ok(!items.is_empty() && found.limit(1).one().await?.is_some())
}

pub async fn count_of_item(tx: &Tx, item: ItemId) -> Result<u64, data::Error> {
    tx.find::<Entity>().filter(Column::ItemId.eq(item)).count().await
}

pub async fn insert(
    unit: &Unit,
    id: BarcodeId,
    item: ItemId,
    fields: &BarcodeFields,
) -> Result<ItemBarcode, Error> {
    let row = ActiveModel {
        public_id: Set(id),
        item_id: Set(item),
        kind: Set(fields.kind.name().to_owned()),
        code: Set(fields.code.clone()),
        printed: Set(fields.printed.clone()),
        unit: Set(fields.unit.clone()),
        quantity: Set(fields.quantity),
        ..Default::default()
    };
    let inserted = unit.insert(row).await;
    let inserted = inserted.map_err(|error| {
        if error.is_unique("item_barcodes_public_id", "item_barcodes.public_id") {
            return Error::BarcodeExists { id };
        }
        if error.is_unique("item_barcodes_code", "item_barcodes.code") {
            return Error::BarcodeTaken { code: fields.code.clone() };
        }
        error.into()
    });
    Ok(inserted?.try_into()?)
}

/// Whether there was one to delete.
pub async fn delete(unit: &Unit, id: BarcodeId) -> Result<bool, data::Error> {
    Ok(unit.delete::<Entity>().filter(Column::PublicId.eq(id)).exec().await? > 0)
}

/// Its codes go with an item, so that another may have them.
pub async fn delete_of_item(unit: &Unit, item: ItemId) -> Result<(), data::Error> {
    unit.delete::<Entity>().filter(Column::ItemId.eq(item)).exec().await?;
    Ok(())
}

/// Those that went with the item at this time.
pub async fn restore_of_item(unit: &Unit, item: ItemId, deleted_at: DateTimeUtc) -> Result<(), Error> {
    let restore = unit.restore::<Entity>().filter(Column::ItemId.eq(item));
    let restored = restore.filter(Column::DeletedAt.eq(deleted_at)).exec().await;
    restored.map_err(|error| {
        if error.is_unique("item_barcodes_code", "item_barcodes.code") {
            return Error::BarcodesTaken;
        }
        error.into()
    })?;
    Ok(())
}

impl TryFrom<Model> for ItemBarcode {
    type Error = data::Error;

    fn try_from(row: Model) -> Result<Self, data::Error> {
        let kind = BarcodeKind::parse(&row.kind);
        let kind = kind.ok_or_else(|| data::Error::internal(format!("a barcode of kind {}", row.kind)))?;
        Ok(Self {
            id: row.public_id,
            item: row.item_id,
            fields: BarcodeFields {
                kind,
                code: row.code,
                printed: row.printed,
                unit: row.unit,
                quantity: row.quantity,
            },
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
