//! Puts what a domain did into the tenant's log, once per message.

use crate::app::App;
use crate::error::Error;
use crate::store::audit_entry;
use data::AuditRecorded;
use kernel::{Ctx, Id};

pub async fn append_audit_entry(app: &App, ctx: &Ctx, entry: AuditRecorded) -> Result<(), Error> {
    let delivery =
        ctx.delivery().ok_or_else(|| data::Error::internal("an audit entry without its message"))?;
    let unit = app.databases.write(ctx).await?;
    audit_entry::append(&unit, Id::from_uuid(delivery.message.uuid()), entry).await?;
    Ok(unit.commit(()).await?)
}
