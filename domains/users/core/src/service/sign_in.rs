//! Address and password for a session. An unknown address and a wrong password look alike, and a password is
//! hashed for both, which is all that takes time.

use crate::app::App;
use crate::domain::{Email, MembershipId};
use crate::error::Error;
use crate::service::tokens::{Pair, SessionTokens};
use crate::store::{membership, refresh_token, session, user};
use data::AuditEntry;
use kernel::id::CredentialId;
use kernel::{TenantId, Visitor};
use secrets::{PasswordError, Verdict};
use serde_json::json;

pub struct SignIn {
    pub email: String,
    pub password: String,
}

pub async fn sign_in(app: &App, visitor: &Visitor, command: SignIn) -> Result<SessionTokens, Error> {
    let known = match command.email.parse() {
        Ok(email) => find(app, &email).await?,
        Err(_) => None,
    };
    let verdict = match &known {
        Some(known) => app.passwords.verify(command.password.clone(), &known.password_hash).await?,
        None => {
            app.passwords.verify_absent().await?;
            Verdict { matches: false, needs_rehash: false }
        }
    };
    let Some(person) = known.filter(|_| verdict.matches) else { return Err(Error::WrongCredentials) };
    if person.email_verified_at.is_none() {
        return Err(Error::EmailNotVerified);
    }
    let (tenant, membership) = choose_tenant(app, &person).await?;
    let renewed = if verdict.needs_rehash { renew(app, command.password).await? } else { None };
    open_session(app, visitor, person, renewed, (tenant, membership)).await
}

/// The hash with today's parameters. Where too much is hashed already, the next sign-in renews it.
async fn renew(app: &App, password: String) -> Result<Option<String>, Error> {
    match app.passwords.hash(password).await {
        Err(PasswordError::Busy) => Ok(None),
        renewed => Ok(Some(renewed?)),
    }
}

async fn find(app: &App, email: &Email) -> Result<Option<user::Model>, Error> {
    let system = app.databases.system_read("sign-in: whose address this is").await?;
    let known = user::by_email(&system, email).await?;
    drop(system);
    Ok(known)
}

async fn choose_tenant(app: &App, person: &user::Model) -> Result<(TenantId, MembershipId), Error> {
    let system = app.databases.system_read("sign-in: in which tenants this person may act").await?;
    let found = membership::first_active_of(&system, person.public_id).await?;
    drop(system);
    found.ok_or(Error::NoMembership)
}

async fn open_session(
    app: &App,
    visitor: &Visitor,
    person: user::Model,
    renewed_hash: Option<String>,
    (tenant, membership): (TenantId, MembershipId),
) -> Result<SessionTokens, Error> {
    let ctx = visitor.enter(tenant, "users");
    let id: CredentialId = ctx.new_id();
    let pair = Pair::new(app, ctx.now());
    let mut unit = app.databases.write(&ctx).await?;
    if let Some(hash) = renewed_hash {
        user::renew_hash(&unit, &ctx, &person, &hash).await?;
    }
    session::insert(&unit, &ctx, id, membership, &pair.access()).await?;
    refresh_token::insert(&unit, &ctx, id, pair.refresh_hash(), pair.refresh_expires_at).await?;
    unit.audit(AuditEntry {
        action: "users.session.create",
        resource: "session",
        resource_id: id.uuid(),
        before: None,
        after: Some(json!({ "user": person.public_id })),
    })?;
    Ok(unit.commit(pair.for_client(tenant, person.public_id)).await?)
}
