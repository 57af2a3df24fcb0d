//! A member makes a key for a program. It can do no more than its maker, and its secret is shown once. A key makes no key:
//! what it made would outlive its own end.

use crate::app::App;
use crate::domain::role::declared;
use crate::error::Error;
use crate::permissions::API_KEYS_WRITE;
use crate::service::api_keys::api_key::{self as view, ApiKey, audited};
use crate::service::roles::authority::{self, Acting};
use crate::service::sessions::fresh;
use crate::store::api_key::{self, Grant, NewApiKey};
use chrono::{DateTime, Utc};
use data::AuditEntry;
use kernel::id::CredentialId;
use kernel::permission::BuiltinRole;
use kernel::{Actor, Ctx, Faults, UserId};

pub(super) const MAX_NAME: usize = 100;

pub struct CreateApiKey {
    pub id: Option<CredentialId>,
    pub name: String,
    /// The widest the caller can give, when neither it nor scopes are named.
    pub role: Option<BuiltinRole>,
    /// Instead of a role.
    pub scopes: Option<Vec<String>>,
    pub expires_at: Option<DateTime<Utc>>,
}

pub struct CreatedApiKey {
    pub key: ApiKey,
    pub secret: String,
}

pub async fn create_api_key(app: &App, ctx: &Ctx, command: CreateApiKey) -> Result<CreatedApiKey, Error> {
    let &Actor::User { id: maker } = ctx.actor() else { return Err(Error::SessionRequired) };
    fresh::require(app, ctx)?;
    let CreateApiKey { id, name, role, scopes, expires_at } = command;
    let mut faults = Faults::new();
    let name = faults.text("/name", &name, MAX_NAME);
    let one_of_them = role.is_none() || scopes.is_none();
    faults.require(one_of_them, "/scopes", "ambiguous", "must not stand beside role");
    let scopes = scopes.map(|names| declared(names, &app.permissions, "/scopes", &mut faults));
    check_expiry(&mut faults, expires_at, ctx.now());
    let (name, scopes) = faults.finish((name, scopes)).map_err(Error::invalid)?;
    store(app, ctx, maker, Draft { id, name, role, scopes, expires_at }).await
}

struct Draft {
    id: Option<CredentialId>,
    name: String,
    role: Option<BuiltinRole>,
    scopes: Option<Vec<String>>,
    expires_at: Option<DateTime<Utc>>,
}

async fn store(app: &App, ctx: &Ctx, maker: UserId, draft: Draft) -> Result<CreatedApiKey, Error> {
    let secret = view::new_secret(ctx);
    let mut unit = app.databases.write(ctx).await?;
    let acting = authority::hold(app, ctx, &unit, &API_KEYS_WRITE).await?;
    let grant = match draft.scopes {
        Some(names) => Grant::Scopes(names),
        None => Grant::Role(choose_role(app, &acting, draft.role)?),
    };
    acting.require_covered(&view::permissions_of(app, &grant))?;
    let new = NewApiKey {
        id: draft.id.unwrap_or_else(|| ctx.new_id()),
        membership: acting.membership,
        name: &draft.name,
        prefix: view::shown_of(&secret),
        hash: secret.hash,
        grant: &grant,
        expires_at: draft.expires_at,
    };
    let row = match api_key::insert(&unit, new).await {
        Err(error) if api_key::is_taken(&error) => return Err(Error::ApiKeyExists),
        outcome => outcome?,
    };
    unit.audit(AuditEntry {
        action: "users.api_key.create",
        resource: "api_key",
        resource_id: row.public_id.uuid(),
        before: None,
        after: Some(audited(&row)?),
    })?;
    let key = view::from_row(row, maker)?;
    Ok(unit.commit(CreatedApiKey { key, secret: secret.plain }).await?)
}

pub(super) fn check_expiry(faults: &mut Faults, expires_at: Option<DateTime<Utc>>, now: DateTime<Utc>) {
    let in_future = expires_at.is_none_or(|at| at > now);
    faults.require(in_future, "/expires_at", "in_the_past", "must be in the future");
}

/// Nobody grants what they lack: a role is given only by a caller who has all it allows.
fn choose_role(app: &App, acting: &Acting, wanted: Option<BuiltinRole>) -> Result<BuiltinRole, Error> {
    let covers = |role: BuiltinRole| acting.covers(&app.permissions.of_role(role));
    match wanted {
        Some(role) if covers(role) => Ok(role),
        Some(role) => Err(Error::RoleTooWide(role.name())),
        None => {
            let widest = BuiltinRole::ALL.into_iter().rev().find(|role| covers(*role));
            widest.ok_or(Error::RoleTooWide(BuiltinRole::Viewer.name()))
        }
    }
}
