//! What can be imported into.

use super::sources::{ImportSourceDto, shown};
use crate::service::{self, App, TargetShown};
use imports_contract::MappingId;
use module::FieldKind;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use web::{Answer, Caller, Listing, OwnOrder, PageQuery, State};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "name": "inventory.items", "title": "Items and their stock", "permission": "inventory.items.write",
    "read_permission": "inventory.items.read", "key": ["sku"],
    "fields": [{"name": "sku", "description": "Unique", "kind": "text", "required": true}],
    "last_mapping": {"sku": {"column": "product_id"}}, "last_mapping_id": null,
}))]
pub struct ImportTargetDto {
    /// What a run calls it
    #[schema(examples("inventory.items"))]
    name: String,
    title: String,
    /// Needed to import into it, beside the permission to import
    permission: String,
    /// Needed to export it, and to see the rows of its imports
    read_permission: String,
    /// The fields that a row is known by. Without any it is known by its document, what it says and how often that
    /// occurs in the document
    key: Vec<String>,
    fields: Vec<ImportFieldDto>,
    /// The mapping that was used last, for who may read the target
    #[schema(required)]
    last_mapping: Option<BTreeMap<String, ImportSourceDto>>,
    /// Where it was one that is kept
    #[schema(required)]
    last_mapping_id: Option<MappingId>,
}

#[derive(Serialize, ToSchema)]
pub struct ImportFieldDto {
    name: String,
    description: String,
    kind: ImportFieldKind,
    required: bool,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportFieldKind {
    Text,
    Decimal,
    Boolean,
    Date,
    Currency,
}

impl From<TargetShown<'_>> for ImportTargetDto {
    fn from(TargetShown { definition: target, last }: TargetShown<'_>) -> Self {
        let (last_mapping, last_mapping_id) =
            last.map_or((None, None), |(last, id)| (Some(shown(&last)), id));
        let fields = target.fields.iter().map(|field| ImportFieldDto {
            name: field.name.clone(),
            description: field.description.clone(),
            kind: match field.kind {
                FieldKind::Text => ImportFieldKind::Text,
                FieldKind::Decimal => ImportFieldKind::Decimal,
                FieldKind::Boolean => ImportFieldKind::Boolean,
                FieldKind::Date => ImportFieldKind::Date,
                FieldKind::Currency => ImportFieldKind::Currency,
            },
            required: field.required,
        });
        Self {
            name: target.name.clone(),
            title: target.title.clone(),
            permission: target.permission.clone(),
            read_permission: target.read_permission.clone(),
            key: target.key.clone(),
            fields: fields.collect(),
            last_mapping,
            last_mapping_id,
        }
    }
}

/// Lists import targets
#[utoipa::path(get, path = "/targets", responses((status = 200, body = Listing<ImportTargetDto>)))]
pub async fn list_targets(app: State<App>, caller: Caller, page: PageQuery<OwnOrder>) -> Answer {
    let found = service::list_targets(&app, &caller, page.request()).await?;
    Ok(page.render(found.map(ImportTargetDto::from)))
}
