//! Keeps a mapping under a name, for files that come again.

use super::{App, mapping_fields, target};
use crate::domain::mapping::Entry;
use crate::domain::saved_mapping::{SavedMapping, check_fields};
use crate::error::Error;
use crate::store;
use data::AuditEntry;
use imports_contract::MappingId;
use kernel::Ctx;

/// `id` is the caller's own, if it has one.
pub async fn create_mapping(
    app: &App,
    ctx: &Ctx,
    id: Option<MappingId>,
    name: &str,
    target_name: &str,
    entries: Vec<Entry>,
) -> Result<SavedMapping, Error> {
    let definition = &target(app, target_name)?.definition;
    let fields = check_fields(definition, name, entries).map_err(Error::invalid)?;
    let id = id.unwrap_or_else(|| ctx.new_id());
    let mut unit = app.databases.write(ctx).await?;
    let mapping = store::mapping::insert(&unit, id, &fields).await?;
    unit.audit(AuditEntry {
        action: "imports.mapping.create",
        resource: "import_mapping",
        resource_id: id.uuid(),
        before: None,
        after: Some(mapping_fields(&fields)),
    })?;
    Ok(unit.commit(mapping).await?)
}
