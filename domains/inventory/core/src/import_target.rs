//! What may be imported into inventory.

use crate::App;
use crate::domain::import_row::{FIELDS, Field, FieldKind};
use crate::permissions::ITEMS_WRITE;
use crate::service::imports::apply_import_batch::apply_import_batch;
use async_trait::async_trait;
use kernel::Ctx;
use kernel::contract::Cause;
use module::{
    ApplyBatch, BatchOutcome, ImportError, ImportField, ImportOffer, ImportTarget, TargetDefinition,
};
use std::sync::Arc;

const ITEMS: &str = "inventory.items";

/// A batch is one transaction; a larger one would hold its locks too long.
const MAX_ROWS: usize = 1_000;

pub fn offer(app: App) -> ImportOffer {
    let definition = TargetDefinition {
        name: ITEMS.to_owned(),
        title: "Items and their stock".to_owned(),
        permission: ITEMS_WRITE.name.to_owned(),
        fields: FIELDS.iter().map(import_field).collect(),
    };
    ImportOffer { definition, target: Arc::new(InventoryImports { app }) }
}

fn import_field(field: &Field) -> ImportField {
    ImportField {
        name: field.name.to_owned(),
        description: field.description.to_owned(),
        kind: match field.kind {
            FieldKind::Text => module::FieldKind::Text,
            FieldKind::Decimal => module::FieldKind::Decimal,
            FieldKind::Currency => module::FieldKind::Currency,
        },
        required: field.required,
    }
}

struct InventoryImports {
    app: App,
}

#[async_trait]
impl ImportTarget for InventoryImports {
    async fn apply(&self, ctx: &Ctx, request: ApplyBatch) -> Result<BatchOutcome, ImportError> {
        if request.target != ITEMS {
            return Err(ImportError::UnknownTarget);
        }
        ctx.may(&ITEMS_WRITE).map_err(|_| ImportError::Forbidden)?;
        if request.rows.len() > MAX_ROWS {
            let cause = format!("a batch has at most {MAX_ROWS} rows");
            return Err(ImportError::Unavailable(Cause::new(cause)));
        }
        let outcome = apply_import_batch(&self.app, ctx, &request).await;
        outcome.map_err(|error| ImportError::Unavailable(Cause::new(error)))
    }
}
