//! The table `uploads`.

use super::{from_json, signed, to_json, unsigned};
use crate::domain::upload::Upload;
use data::{Tx, Unit};
use imports_contract::UploadId;
use kernel::TenantId;
use sea_orm::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "uploads")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: UploadId,
    pub file_name: String,
    pub media_type: String,
    pub size_bytes: i64,
    pub row_count: i64,
    pub column_names: String,
    pub preview: String,
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

pub async fn insert(unit: &Unit, upload: &Upload) -> Result<Upload, data::Error> {
    let row = ActiveModel {
        public_id: Set(upload.id),
        file_name: Set(upload.file_name.clone()),
        media_type: Set(upload.media_type.clone()),
        size_bytes: Set(signed(upload.size_bytes)),
        row_count: Set(signed(upload.row_count)),
        column_names: Set(to_json(&upload.columns)?),
        preview: Set(to_json(&upload.preview)?),
        ..Default::default()
    };
    unit.insert(row).await?.try_into()
}

pub async fn find(tx: &Tx, id: UploadId) -> Result<Option<Upload>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(Upload::try_from).transpose()
}

impl TryFrom<Model> for Upload {
    type Error = data::Error;

    fn try_from(row: Model) -> Result<Self, data::Error> {
        Ok(Self {
            id: row.public_id,
            file_name: row.file_name,
            media_type: row.media_type,
            size_bytes: unsigned(row.size_bytes),
            row_count: unsigned(row.row_count),
            columns: from_json(&row.column_names)?,
            preview: from_json(&row.preview)?,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
