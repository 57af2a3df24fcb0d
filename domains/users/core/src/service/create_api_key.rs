//! A member makes a key for a program. It can do no more than its maker, and its secret is shown once. A key makes no key:
//! what it made would outlive its own end.

use crate::app::App;
use crate::error::Error;
use crate::service::api_key::{self as view, ApiKey};
use crate::service::tokens::API_KEY_PREFIX;
use crate::store::api_key::{self, NewApiKey};
use crate::store::membership;
use chrono::{DateTime, Utc};
use data::AuditEntry;
use kernel::id::CredentialId;
use kernel::permission::BuiltinRole;
use kernel::{Actor, Ctx, Faults, UserId};
use serde_json::json;
use std::collections::BTreeSet;

const MAX_NAME: usize = 100;
/// How much of the secret is kept to tell keys apart: `ins_live_` and four characters.
const SHOWN_CHARACTERS: usize = API_KEY_PREFIX.len() + 5;

pub struct CreateApiKey {
    pub id: Option<CredentialId>,
    pub name: String,
    /// The widest the caller can give, when none is named.
    pub role: Option<BuiltinRole>,
    pub expires_at: Option<DateTime<Utc>>,
}

pub struct CreatedApiKey {
    pub key: ApiKey,
    pub secret: String,
}

pub async fn create_api_key(app: &App, ctx: &Ctx, command: CreateApiKey) -> Result<CreatedApiKey, Error> {
    let &Actor::User { id: maker } = ctx.actor() else { return Err(Error::SessionRequired) };
    let role = choose_role(app, ctx, command.role)?;
    let mut faults = Faults::new();
    let name = faults.text("/name", &command.name, MAX_NAME);
    let in_future = command.expires_at.is_none_or(|at| at > ctx.now());
    faults.require(in_future, "/expires_at", "in_the_past", "must be in the future");
    let name = faults.finish(name).map_err(Error::invalid)?;
    let key = Draft { id: command.id, name, role, expires_at: command.expires_at };
    store(app, ctx, maker, key).await
}

struct Draft {
    id: Option<CredentialId>,
    name: String,
    role: BuiltinRole,
    expires_at: Option<DateTime<Utc>>,
}

async fn store(app: &App, ctx: &Ctx, maker: UserId, draft: Draft) -> Result<CreatedApiKey, Error> {
    let token = secrets::token(API_KEY_PREFIX);
    let mut unit = app.databases.write(ctx).await?;
    let membership = membership::of_user(&unit, maker).await?.ok_or(Error::NotAMember)?;
    let new = NewApiKey {
        id: draft.id.unwrap_or_else(|| ctx.new_id()),
        membership: membership.public_id,
        name: &draft.name,
        prefix: &token.plain[..SHOWN_CHARACTERS],
        hash: token.hash,
        role: draft.role,
        expires_at: draft.expires_at,
    };
    let row = match api_key::insert(&unit, new).await {
        Err(error) if api_key::is_taken(&error) => return Err(Error::ApiKeyExists),
        outcome => outcome?,
    };
    let key = view::from_row(row, maker)?;
    unit.audit(AuditEntry {
        action: "users.api_key.create",
        resource: "api_key",
        resource_id: key.id.uuid(),
        before: None,
        after: Some(json!({ "name": key.name, "role": key.role, "expires_at": key.expires_at })),
    })?;
    Ok(unit.commit(CreatedApiKey { key, secret: token.plain }).await?)
}

/// Nobody grants what they lack: a role is given only by a caller who has all it allows.
fn choose_role(app: &App, ctx: &Ctx, wanted: Option<BuiltinRole>) -> Result<BuiltinRole, Error> {
    let own: BTreeSet<&str> = ctx.permissions().names().collect();
    let covers = |role: BuiltinRole| app.permissions.of_role(role).names().all(|name| own.contains(name));
    match wanted {
        Some(role) if covers(role) => Ok(role),
        Some(role) => Err(Error::RoleTooWide(role.name())),
        None => {
            let widest = BuiltinRole::ALL.into_iter().rev().find(|role| covers(*role));
            widest.ok_or(Error::RoleTooWide(BuiltinRole::Viewer.name()))
        }
    }
}
