//! Brings a deleted mapping back.

use super::{App, mapping_fields};
use crate::domain::saved_mapping::SavedMapping;
use crate::error::Error;
use crate::store;
use data::AuditEntry;
use imports_contract::MappingId;
use kernel::Ctx;
use serde_json::json;

pub async fn restore_mapping(app: &App, ctx: &Ctx, id: MappingId) -> Result<SavedMapping, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let Some(mapping) = store::mapping::restore(&unit, id).await? else {
        let known = store::mapping::find(&unit, id).await?.is_some();
        return Err(if known { Error::MappingNotDeleted } else { Error::MappingNotFound });
    };
    unit.audit(AuditEntry {
        action: "imports.mapping.restore",
        resource: "import_mapping",
        resource_id: id.uuid(),
        before: Some(json!({ "deleted": true })),
        after: Some(mapping_fields(&mapping.fields)),
    })?;
    Ok(unit.commit(mapping).await?)
}
