//! What can be imported into.

use crate::service::{self, App};
use module::{FieldKind, TargetDefinition};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Answer, Caller, Listing, OwnOrder, PageQuery, State};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "name": "inventory.items", "title": "Items and their stock", "permission": "inventory.items.write",
    "fields": [{"name": "sku", "description": "Unique", "kind": "text", "required": true}],
}))]
pub struct ImportTargetDto {
    /// What a run calls it
    #[schema(examples("inventory.items"))]
    name: String,
    title: String,
    /// Needed to import into it, beside the permission to import
    permission: String,
    fields: Vec<ImportFieldDto>,
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

impl From<&TargetDefinition> for ImportTargetDto {
    fn from(target: &TargetDefinition) -> Self {
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
            fields: fields.collect(),
        }
    }
}

/// Lists import targets
#[utoipa::path(get, path = "/targets", responses((status = 200, body = Listing<ImportTargetDto>)))]
pub async fn list_targets(app: State<App>, _caller: Caller, page: PageQuery<OwnOrder>) -> Answer {
    Ok(page.render(service::list_targets(&app, page.request()).map(ImportTargetDto::from)))
}
