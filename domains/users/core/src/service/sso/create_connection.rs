//! Connects the tenant to a provider, which from then on says who its members are.

use crate::app::App;
use crate::domain::OidcConnectionId;
use crate::domain::oidc::{Enforcement, Fields, MAX_CONNECTIONS};
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

pub struct CreateConnection {
    pub fields: Fields,
    pub client_secret: String,
}

pub async fn create_connection(app: &App, ctx: &Ctx, command: CreateConnection) -> Result<Connection, Error> {
    let Actor::User { .. } = ctx.actor() else { return Err(Error::SessionRequired) };
    fresh::require(app, ctx)?;
    let mut faults = Faults::new();
    let fields = command.fields.checked(&mut faults, |url| app.outbound.parse_url(url).is_ok());
    view::check_secret(&mut faults, &command.client_secret);
    let fields = faults.finish(fields).map_err(Error::invalid)?;
    let id: OidcConnectionId = ctx.new_id();
    let sealed = view::sealed(app, id, &command.client_secret);
    let mut unit = app.databases.write(ctx).await?;
    // Held, so that they are counted one after the other.
    tenant::own_to_change(&unit).await?.ok_or(Error::NotAMember)?;
    let acting = authority::hold(app, ctx, &unit, &SSO_WRITE).await?;
    view::require_covered(app, &acting)?;
    if oidc_connection::count(&unit).await? >= MAX_CONNECTIONS {
        return Err(Error::TooManyOidcConnections);
    }
    if fields.enforcement == Enforcement::Enforced {
        enforcement::require_way_back(&unit).await?;
        policy::forget_holders(app, &mut unit).await?;
    }
    let row = oidc_connection::insert(&unit, id, &fields, sealed).await?;
    unit.audit(AuditEntry {
        action: "users.oidc_connection.create",
        resource: "oidc_connection",
        resource_id: id.uuid(),
        before: None,
        after: Some(view::audited(&fields)),
    })?;
    Ok(unit.commit(view::of(row)?).await?)
}
