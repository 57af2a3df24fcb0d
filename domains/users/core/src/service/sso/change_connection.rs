//! Changes a connection. Its issuer stays: who somebody is at one provider is worth nothing at another.

use crate::app::App;
use crate::domain::OidcConnectionId;
use crate::domain::oidc::{Enforcement, Fields, GivenRole, Joining};
use crate::error::Error;
use crate::permissions::SSO_WRITE;
use crate::service::roles::authority;
use crate::service::sessions::fresh;
use crate::service::sso::connection::{self as view, Connection};
use crate::service::sso::enforcement;
use crate::service::tenants::policy;
use crate::store::{oidc_connection, tenant};
use data::AuditEntry;
use kernel::{Actor, Ctx, Faults};
use std::collections::BTreeMap;

/// `None` leaves it as it is.
pub struct ChangeConnection {
    /// The version the caller has seen; `None` when they do not mind.
    pub expected_version: Option<i64>,
    pub name: Option<String>,
    pub client_id: Option<String>,
    pub client_secret: Option<String>,
    pub scopes: Option<Vec<String>>,
    pub return_to: Option<Vec<String>>,
    pub verified_claim: Option<String>,
    pub roles_claim: Option<Option<String>>,
    pub role_map: Option<BTreeMap<String, GivenRole>>,
    pub default_role: Option<GivenRole>,
    pub joining: Option<Joining>,
    pub enforcement: Option<Enforcement>,
}

impl ChangeConnection {
    fn over(&self, before: &Fields) -> Fields {
        Fields {
            name: self.name.clone().unwrap_or_else(|| before.name.clone()),
            issuer: before.issuer.clone(),
            client_id: self.client_id.clone().unwrap_or_else(|| before.client_id.clone()),
            scopes: self.scopes.clone().unwrap_or_else(|| before.scopes.clone()),
            return_to: self.return_to.clone().unwrap_or_else(|| before.return_to.clone()),
            verified_claim: self.verified_claim.clone().unwrap_or_else(|| before.verified_claim.clone()),
            roles_claim: self.roles_claim.clone().unwrap_or_else(|| before.roles_claim.clone()),
            role_map: self.role_map.clone().unwrap_or_else(|| before.role_map.clone()),
            default_role: self.default_role.unwrap_or(before.default_role),
            joining: self.joining.unwrap_or(before.joining),
            enforcement: self.enforcement.unwrap_or(before.enforcement),
        }
    }
}

pub async fn change_connection(
    app: &App,
    ctx: &Ctx,
    id: OidcConnectionId,
    command: ChangeConnection,
) -> Result<Connection, Error> {
    let Actor::User { .. } = ctx.actor() else { return Err(Error::SessionRequired) };
    fresh::require(app, ctx)?;
    let mut unit = app.databases.write(ctx).await?;
    tenant::own_to_change(&unit).await?.ok_or(Error::NotAMember)?;
    let acting = authority::hold(app, ctx, &unit, &SSO_WRITE).await?;
    let before = oidc_connection::by_id_to_change(&unit, id).await?.ok_or(Error::OidcConnectionNotFound)?;
    if command.expected_version.is_some_and(|expected| expected != before.version) {
        return Err(Error::stale());
    }
    let former = before.fields()?;
    let mut faults = Faults::new();
    let fields = command.over(&former).checked(&mut faults, |url| app.outbound.parse_url(url).is_ok());
    if let Some(secret) = &command.client_secret {
        view::check_secret(&mut faults, secret);
    }
    let fields = faults.finish(fields).map_err(Error::invalid)?;
    let other_secret = match &command.client_secret {
        Some(secret) if *secret != view::opened(app, &before)? => Some(view::sealed(app, id, secret)),
        _ => None,
    };
    if fields == former && other_secret.is_none() {
        return Ok(unit.commit(view::of(before)?).await?);
    }
    view::require_covered(app, &acting)?;
    if fields.enforcement == Enforcement::Enforced && former.enforcement != Enforcement::Enforced {
        enforcement::require_way_back(&unit).await?;
        policy::forget_holders(app, &mut unit).await?;
    }
    let is_other = other_secret.is_some();
    let sealed = other_secret.unwrap_or_else(|| before.sealed_secret.clone());
    let after = oidc_connection::change(&unit, &before, &fields, sealed).await?.ok_or_else(Error::stale)?;
    let mut said = view::audited(&fields);
    said["client_secret"] = if is_other { "replaced" } else { "as before" }.into();
    unit.audit(AuditEntry {
        action: "users.oidc_connection.update",
        resource: "oidc_connection",
        resource_id: id.uuid(),
        before: Some(view::audited(&former)),
        after: Some(said),
    })?;
    Ok(unit.commit(view::of(after)?).await?)
}
