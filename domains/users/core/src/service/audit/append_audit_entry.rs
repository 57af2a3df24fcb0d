//! Puts what a domain did into the tenant's log, once per message: the entry, beside it what is personal of it, and
//! its leaf in the log's tree.

use crate::app::App;
use crate::domain::audit_detail::{self, AuditDetail};
use crate::error::Error;
use crate::service::audit::tree;
use crate::service::audit_streams::wake_audit_streams::wake_audit_streams;
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
    let mut unit = app.databases.write(ctx).await?;
    let appended = store::audit_entry::append(&unit, id, &entry, audit_detail::seal(&salt, &text)).await?;
    store::audit_detail::insert(&unit, id, &salt, text).await?;
    // Last, since others who append wait for it from here on.
    tree::grow(&unit, ctx, &[appended]).await?;
    wake_audit_streams(&mut unit).await?;
    Ok(unit.commit(()).await?)
}
