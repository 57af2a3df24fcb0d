//! Erases what is personal in the audit log, of one entry or of all that a person did or that names them. The entries
//! stay, and say that it was erased. A log is gone through in stretches, each with a transaction of its own, so it may be
//! stopped at any of them and begun again.

use crate::app::App;
use crate::domain::AuditEntryId;
use crate::error::Error;
use crate::store::audit_detail::{self, Stretch};
use crate::store::of_person::Theirs;
use data::{AuditEntry, Unit};
use kernel::{Ctx, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    Entry(AuditEntryId),
    Person(UserId),
}

/// How many entries had something to erase.
pub async fn erase_audit_details(app: &App, ctx: &Ctx, whose: Whose) -> Result<u64, Error> {
    match whose {
        Whose::Entry(entry) => {
            let unit = app.databases.write(ctx).await?;
            let erased = audit_detail::erase(&unit, entry).await?;
            end(unit, "audit_entry", entry.uuid(), erased).await
        }
        Whose::Person(person) => erase_of_person(app, ctx, person).await,
    }
}

async fn erase_of_person(app: &App, ctx: &Ctx, person: UserId) -> Result<u64, Error> {
    let (mut all, mut stretch) = (0, None);
    loop {
        let unit = app.databases.write(ctx).await?;
        stretch = Stretch::next(&unit, stretch).await?;
        let Some(stretch) = stretch else { return Ok(all) };
        let erased = audit_detail::erase_of_person(&unit, stretch, person).await?;
        all += end(unit, "user", person.uuid(), erased).await?;
    }
}

/// The same of a person who is nobody any more: by their address too, of what happened while it was theirs, and by
/// other ids that the tenant has of them.
pub async fn erase_naming(app: &App, ctx: &Ctx, of: &Theirs, ids: &[Uuid]) -> Result<u64, Error> {
    // The log has it as a JSON text of its own, and not as the end of another's.
    let address = format!("\"{}\"", of.address);
    let person = of.person;
    let (mut all, mut stretch) = (0, None);
    loop {
        let unit = app.databases.write(ctx).await?;
        stretch = Stretch::next(&unit, stretch).await?;
        let Some(stretch) = stretch else { return Ok(all) };
        let mut erased = audit_detail::erase_of_person(&unit, stretch, person).await?;
        erased += audit_detail::erase_naming(&unit, stretch, &address, None, of.until).await?;
        for id in ids {
            erased += audit_detail::erase_naming(&unit, stretch, &id.to_string(), Some(*id), None).await?;
        }
        all += end(unit, "user", person.uuid(), erased).await?;
    }
}

/// Leaves an entry of its own where anything was erased.
async fn end(mut unit: Unit, resource: &'static str, resource_id: Uuid, erased: u64) -> Result<u64, Error> {
    if erased > 0 {
        unit.audit(AuditEntry {
            action: "users.audit_detail.erase",
            resource,
            resource_id,
            before: Some(json!({ "erased": 0 })),
            after: Some(json!({ "erased": erased })),
        })?;
    }
    Ok(unit.commit(erased).await?)
}
