//! The tenant says that a domain is its own, and is told what to show there. Nothing is believed before it is verified.

use crate::app::App;
use crate::domain::oidc::{DomainName, MAX_DOMAINS};
use crate::error::Error;
use crate::service::sessions::fresh;
use crate::service::sso::domain::{self as view, Domain};
use crate::store::{tenant, verified_domain};
use data::AuditEntry;
use kernel::{Actor, Ctx, Faults};

/// What whoever finds it on a page can tell it by.
const PREFIX: &str = "insula-challenge";

pub async fn add_domain(app: &App, ctx: &Ctx, domain: &str) -> Result<Domain, Error> {
    let Actor::User { .. } = ctx.actor() else { return Err(Error::SessionRequired) };
    fresh::require(app, ctx)?;
    let mut faults = Faults::new();
    let domain = faults.parse::<DomainName>("/domain", "invalid_domain", domain);
    let Some(domain) = domain else { return Err(Error::invalid(faults.into_errors())) };
    let challenge = secrets::token(PREFIX).plain;
    let mut unit = app.databases.write(ctx).await?;
    tenant::own_to_change(&unit).await?.ok_or(Error::NotAMember)?;
    if verified_domain::count(&unit).await? >= MAX_DOMAINS {
        return Err(Error::TooManyDomains);
    }
    let row = match verified_domain::insert(&unit, ctx.new_id(), &domain, &challenge).await {
        Err(error) if verified_domain::is_there(&error) => return Err(Error::DomainExists),
        outcome => outcome?,
    };
    unit.audit(AuditEntry {
        action: "users.domain.create",
        resource: "verified_domain",
        resource_id: row.public_id.uuid(),
        before: None,
        after: Some(view::audited(&row)),
    })?;
    Ok(unit.commit(view::of(row)).await?)
}
