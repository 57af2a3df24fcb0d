//! Takes a mapping out of use; the runs that used it keep how they were mapped.

use super::{App, mapping_fields};
use crate::error::Error;
use crate::store;
use data::AuditEntry;
use imports_contract::MappingId;
use kernel::Ctx;

pub async fn delete_mapping(app: &App, ctx: &Ctx, id: MappingId) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = store::mapping::find_to_change(&unit, id).await?.ok_or(Error::MappingNotFound)?;
    if !store::mapping::delete(&unit, id).await? {
        return Err(Error::MappingNotFound);
    }
    unit.audit(AuditEntry {
        action: "imports.mapping.delete",
        resource: "import_mapping",
        resource_id: id.uuid(),
        before: Some(mapping_fields(&before.fields)),
        after: None,
    })?;
    Ok(unit.commit(()).await?)
}
