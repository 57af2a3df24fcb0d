//! The tenant gives a domain up; another may have it from then on.

use crate::app::App;
use crate::domain::VerifiedDomainId;
use crate::error::Error;
use crate::service::sessions::fresh;
use crate::service::sso::domain as view;
use crate::store::verified_domain;
use data::AuditEntry;
use kernel::{Actor, Ctx};

pub async fn remove_domain(app: &App, ctx: &Ctx, id: VerifiedDomainId) -> Result<(), Error> {
    let Actor::User { .. } = ctx.actor() else { return Err(Error::SessionRequired) };
    fresh::require(app, ctx)?;
    let mut unit = app.databases.write(ctx).await?;
    let before = verified_domain::by_id_to_change(&unit, id).await?.ok_or(Error::DomainNotFound)?;
    if !verified_domain::delete(&unit, id).await? {
        return Err(Error::DomainNotFound);
    }
    unit.audit(AuditEntry {
        action: "users.domain.delete",
        resource: "verified_domain",
        resource_id: id.uuid(),
        before: Some(view::audited(&before)),
        after: None,
    })?;
    Ok(unit.commit(()).await?)
}
