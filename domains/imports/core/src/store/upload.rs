//! The table `uploads`.

use super::{from_json, signed, to_json, unknown, unsigned};
use crate::domain::dialect::{Delimiter, Dialect, TextEncoding};
use crate::domain::sheet::{Epoch, Sheet};
use crate::domain::upload::{Format, Layout, Source, Upload};
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
    pub delimiter: Option<String>,
    pub encoding: Option<String>,
    pub sheet_name: Option<String>,
    pub epoch: Option<i64>,
    pub header_row: i64,
    pub uploaded_by: Option<String>,
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
    let (dialect, sheet) = match &upload.layout.source {
        Source::Csv(dialect) => (Some(dialect), None),
        Source::Sheet(sheet) => (None, Some(sheet)),
    };
    let row = ActiveModel {
        public_id: Set(upload.id),
        file_name: Set(upload.file_name.clone()),
        media_type: Set(upload.layout.format().media_type().to_owned()),
        size_bytes: Set(signed(upload.size_bytes)),
        row_count: Set(signed(upload.row_count)),
        column_names: Set(to_json(&upload.columns)?),
        preview: Set(to_json(&upload.preview)?),
        delimiter: Set(dialect.map(|dialect| dialect.delimiter.name().to_owned())),
        encoding: Set(dialect.map(|dialect| dialect.encoding.name().to_owned())),
        sheet_name: Set(sheet.map(|sheet| sheet.name.clone())),
        epoch: Set(sheet.and_then(|sheet| sheet.epoch).map(|epoch| epoch.year().into())),
        header_row: Set(signed(upload.layout.header_row)),
        uploaded_by: Set(upload.uploaded_by.clone()),
        ..Default::default()
    };
    unit.insert(row).await?.try_into()
}

pub async fn find(tx: &Tx, id: UploadId) -> Result<Option<Upload>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(Upload::try_from).transpose()
}

fn layout(row: &Model) -> Result<Layout, data::Error> {
    let of_media_type = || unknown("media_type", &row.media_type);
    let source = match Format::of(&row.media_type).ok_or_else(of_media_type)? {
        Format::Csv => Source::Csv(dialect(row)?),
        Format::Workbook(kind) => {
            let epoch = row.epoch.map(|year| {
                let found = Epoch::ALL.into_iter().find(|epoch| i64::from(epoch.year()) == year);
                found.ok_or_else(|| unknown("epoch", &year.to_string()))
            });
            let name = row.sheet_name.clone().unwrap_or_default();
            Source::Sheet(Sheet { kind, name, epoch: epoch.transpose()? })
        }
    };
    Ok(Layout { source, header_row: unsigned(row.header_row) })
}

/// A node of the version before says nothing of it: it takes in commas and UTF-8 alone.
fn dialect(row: &Model) -> Result<Dialect, data::Error> {
    let delimiter = row.delimiter.as_deref().unwrap_or(Dialect::RFC_4180.delimiter.name());
    let encoding = row.encoding.as_deref().unwrap_or(Dialect::RFC_4180.encoding.name());
    Ok(Dialect {
        delimiter: Delimiter::parse(delimiter).ok_or_else(|| unknown("delimiter", delimiter))?,
        encoding: TextEncoding::parse(encoding).map_err(data::Error::internal)?,
    })
}

impl TryFrom<Model> for Upload {
    type Error = data::Error;

    fn try_from(row: Model) -> Result<Self, data::Error> {
        Ok(Self {
            layout: layout(&row)?,
            id: row.public_id,
            file_name: row.file_name,
            size_bytes: unsigned(row.size_bytes),
            row_count: unsigned(row.row_count),
            columns: from_json(&row.column_names)?,
            preview: from_json(&row.preview)?,
            uploaded_by: row.uploaded_by,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
