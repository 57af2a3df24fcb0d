//! Puts what a domain did into the tenant's log, once per message: the entry, and beside it what is personal of it.

use crate::app::App;
use crate::domain::audit_detail::{self, AuditDetail};
use crate::error::Error;
use crate::store;
use data::AuditRecorded;
use kernel::{Ctx, Id};

pub async fn append_audit_entry(app: &App, ctx: &Ctx, mut entry: AuditRecorded) -> Result<(), Error> {
    let delivery =
        ctx.delivery().ok_or_else(|| data::Error::internal("an audit entry without its message"))?;
    let id = Id::from_uuid(delivery.message.uuid());
    let detail = AuditDetail {
        before: entry.before.take(),
        after: entry.after.take(),
        client_address: entry.client_address.map(|address| address.to_string()),
        user_agent: entry.user_agent.take(),
    };
    let (salt, text) = (secrets::salt(), detail.canonical());
    let unit = app.databases.write(ctx).await?;
    store::audit_entry::append(&unit, id, &entry, audit_detail::seal(&salt, &text)).await?;
    store::audit_detail::insert(&unit, id, &salt, text).await?;
    Ok(unit.commit(()).await?)
}
