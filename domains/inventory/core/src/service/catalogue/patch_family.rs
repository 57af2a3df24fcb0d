//! Gives a family another name or other options. What a variant has is not taken away from under it.

use crate::App;
use crate::domain::family::{Family, FamilyFields, FamilyOption, Unfit};
use crate::error::Error;
use crate::store;
use data::AuditEntry;
use inventory_contract::FamilyId;
use kernel::Ctx;
use serde_json::json;

pub struct PatchFamily {
    /// The version the caller has seen; `None` when they do not mind.
    pub expected: Option<i64>,
    /// `None` leaves it as it is.
    pub name: Option<String>,
    /// All of them, in their order.
    pub options: Option<Vec<FamilyOption>>,
}

pub async fn patch_family(app: &App, ctx: &Ctx, id: FamilyId, change: PatchFamily) -> Result<Family, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = store::family::find_to_change(&unit, id).await?.ok_or(Error::FamilyNotFound)?;
    if change.expected.is_some_and(|expected| expected != before.version) {
        return Err(Error::stale());
    }
    let fields = FamilyFields {
        name: change.name.unwrap_or_else(|| before.fields.name.clone()),
        options: change.options.unwrap_or_else(|| before.fields.options.clone()),
    };
    let fields = fields.check().map_err(Error::invalid)?;
    if fields == before.fields {
        return Ok(unit.commit(before).await?);
    }
    for (sku, options) in store::family::variants(&unit, id).await? {
        let sku = sku.to_string();
        match fields.unfit(&options) {
            None => {}
            Some(Unfit::Value { option, value }) => return Err(Error::OptionInUse { option, value, sku }),
            Some(Unfit::Lacks { option }) => return Err(Error::OptionMissing { option, sku }),
        }
    }
    let after = store::family::update(&unit, &before, &fields).await?.ok_or_else(Error::stale)?;
    unit.audit(AuditEntry {
        action: "inventory.family.update",
        resource: "family",
        resource_id: id.uuid(),
        before: Some(json!(before.fields)),
        after: Some(json!(fields)),
    })?;
    Ok(unit.commit(after).await?)
}
