//! The directory speaks of a person for the first time: they are asked in, where it lets them in and there is an address.

use crate::app::App;
use crate::domain::ScimUserId;
use crate::domain::scim::Document;
use crate::domain::scim::entry::UserEntry;
use crate::error::Error;
use crate::permissions::DIRECTORY_PROVISION;
use crate::service::roles::authority;
use crate::service::scim::person::{self, audited, manager_of, or_taken, require_free, said};
use crate::service::scim::version::{self, Told};
use crate::service::scim::{ask_in, base};
use crate::store::{scim_user, tenant};
use data::AuditEntry;
use kernel::Ctx;
use serde_json::Value;

pub async fn create_person(app: &App, ctx: &Ctx, mut document: Document) -> Result<Told, Error> {
    document.entry("active").or_insert(Value::Bool(true));
    let entry = UserEntry::of(document)?;
    let mut unit = app.databases.write(ctx).await?;
    // Held, so that of two who speak of one person one is the first.
    let own = tenant::own_to_change(&unit).await?.ok_or(Error::NotAMember)?;
    authority::hold(app, ctx, &unit, &DIRECTORY_PROVISION).await?;
    require_free(&unit, None, &entry).await?;
    let manager = manager_of(&unit, &entry).await?.map(|manager| manager.id);
    let id: ScimUserId = ctx.new_id();
    let row = scim_user::insert(&unit, id, None, said(&entry, manager)?).await.map_err(or_taken)?;
    ask_in::settle(app, ctx, &mut unit, &own, None, &row, entry.active == Some(true)).await?;
    unit.audit(AuditEntry {
        action: "users.scim_user.create",
        resource: "scim_user",
        resource_id: id.uuid(),
        before: None,
        after: Some(audited(&row)),
    })?;
    let told = version::told(person::find(&unit, id).await?.document(&base(app))?)?;
    Ok(unit.commit(told).await?)
}
