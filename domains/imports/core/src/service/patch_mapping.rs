//! Gives a mapping another name or other sources. What of a field is named is as it was given; what is not stays.

use super::{App, mapping_fields, target};
use crate::domain::mapping::Entry;
use crate::domain::saved_mapping::{SavedMapping, check_fields};
use crate::error::Error;
use crate::store;
use data::AuditEntry;
use imports_contract::MappingId;
use kernel::Ctx;
use std::collections::BTreeMap;

pub struct PatchMapping {
    /// The version the caller has seen; `None` when they do not mind.
    pub expected: Option<i64>,
    /// `None` leaves it as it is.
    pub name: Option<String>,
    /// By field; `None` takes the field out.
    pub sources: BTreeMap<String, Option<Entry>>,
}

pub async fn patch_mapping(
    app: &App,
    ctx: &Ctx,
    id: MappingId,
    change: PatchMapping,
) -> Result<SavedMapping, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = store::mapping::find_to_change(&unit, id).await?.ok_or(Error::MappingNotFound)?;
    if change.expected.is_some_and(|expected| expected != before.version) {
        return Err(Error::stale());
    }
    let name = change.name.as_ref().unwrap_or(&before.fields.name);
    let mut entries = before.fields.mapping.entries();
    entries.retain(|entry| !change.sources.contains_key(&entry.field));
    entries.extend(change.sources.into_values().flatten());
    let definition = &target(app, &before.fields.target)?.definition;
    let fields = check_fields(definition, name, entries).map_err(Error::invalid)?;
    if fields == before.fields {
        return Ok(unit.commit(before).await?);
    }
    let after = store::mapping::update(&unit, &before, &fields).await?.ok_or_else(Error::stale)?;
    unit.audit(AuditEntry {
        action: "imports.mapping.update",
        resource: "import_mapping",
        resource_id: id.uuid(),
        before: Some(mapping_fields(&before.fields)),
        after: Some(mapping_fields(&fields)),
    })?;
    Ok(unit.commit(after).await?)
}
