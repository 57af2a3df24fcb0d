//! Looks whether a domain shows the challenge, and believes from then on that it is the tenant's. Nothing is open while it
//! looks. Done again, it changes nothing.

use crate::app::App;
use crate::domain::VerifiedDomainId;
use crate::error::Error;
use crate::service::sessions::fresh;
use crate::service::sso::domain::{self as view, Domain};
use crate::service::sso::fetch;
use crate::store::verified_domain;
use data::AuditEntry;
use kernel::{Actor, Ctx};

pub async fn verify_domain(app: &App, ctx: &Ctx, id: VerifiedDomainId) -> Result<Domain, Error> {
    let Actor::User { .. } = ctx.actor() else { return Err(Error::SessionRequired) };
    fresh::require(app, ctx)?;
    let read = app.databases.read(ctx).await?;
    let asked = view::of(verified_domain::by_id(&read, id).await?.ok_or(Error::DomainNotFound)?);
    drop(read);
    if asked.verified_at.is_none() {
        require_challenge(app, &asked).await?;
    }
    let mut unit = app.databases.write(ctx).await?;
    let before = verified_domain::by_id_to_change(&unit, id).await?.ok_or(Error::DomainNotFound)?;
    if before.verified_at.is_some() {
        return Ok(unit.commit(view::of(before)).await?);
    }
    let after = match verified_domain::verify(&unit, ctx, id).await {
        Err(error) if verified_domain::is_taken(&error) => return Err(Error::DomainTaken),
        outcome => outcome?.ok_or(Error::DomainNotFound)?,
    };
    unit.audit(AuditEntry {
        action: "users.domain.verify",
        resource: "verified_domain",
        resource_id: id.uuid(),
        before: Some(view::audited(&before)),
        after: Some(view::audited(&after)),
    })?;
    Ok(unit.commit(view::of(after)).await?)
}

async fn require_challenge(app: &App, domain: &Domain) -> Result<(), Error> {
    let url = match &app.settings.domain_proofs_url {
        Some(proofs) => domain.file_below(proofs),
        None => domain.file_url(),
    };
    let url = url.parse().map_err(data::Error::internal)?;
    match fetch::get(&app.outbound, url, None).await {
        Ok(body) if secrets::same(body.trim_ascii(), domain.challenge.as_bytes()) => Ok(()),
        Ok(_) => Err(Error::DomainUnproved),
        Err(error) => {
            tracing::debug!(%error, "a domain does not show its challenge");
            Err(Error::DomainUnproved)
        }
    }
}
