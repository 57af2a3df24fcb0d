//! Somebody signs up: a tenant with its owner, who must prove their address. What the caller sees is the same whether the
//! address was known or not: the password is hashed before that is looked up, and the answer leaves as long after that.

use crate::app::{App, SignUpPolicy};
use crate::domain::{Email, Password, RoleRef};
use crate::error::Error;
use crate::service::accounts::{breaches, sign_up_policy};
use crate::service::sessions::tokens::sealed;
use crate::store::email_token::NewEmailToken;
use crate::store::user::NewUser;
use crate::store::{email_token, membership, tenant, user};
use chrono::{DateTime, Utc};
use data::{AuditEntry, Unit};
use kernel::ctx::Mode;
use kernel::permission::BuiltinRole;
use kernel::{Ctx, Faults, FieldError, Id, TenantId, UserId, Visitor};
use serde_json::json;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};
use users_contract::{EmailVerificationRequested, SignUpForKnownAddress, VERIFICATION_SEAL};

const DOMAIN: &str = "users";
const LINK_PREFIX: &str = "ins_ev";
const MAX_NAME: usize = 100;

/// From the hash on; longer than writing a tenant takes on a machine that is not overloaded. Of a known address less is
/// written.
const ANSWER_AFTER: Duration = Duration::from_millis(50);

pub struct SignUp {
    pub email: String,
    pub password: String,
    pub display_name: String,
    pub organization_name: String,
    /// Of the tenant, for life, once the link is followed.
    pub mode: Mode,
}

pub async fn sign_up(app: &App, visitor: &Visitor, command: SignUp) -> Result<(), Error> {
    if sign_up_policy::current(app).await? != SignUpPolicy::Open {
        return Err(Error::SignUpClosed);
    }
    let (applicant, password) = check(command).map_err(Error::invalid)?;
    breaches::refuse(app, "/password", &password).await?;
    let password_hash = app.passwords.hash(password.into_inner()).await?;
    let applicant = Applicant { password_hash, ..applicant };
    let answer_at = Instant::now() + ANSWER_AFTER;
    let outcome = match admit(app, visitor, &applicant).await {
        // Two signed up at once with one address: the slower finds it known.
        Err(Error::Data(error)) if user::is_taken(&error) => admit(app, visitor, &applicant).await,
        outcome => outcome,
    };
    sleep_until(answer_at).await;
    outcome
}

struct Applicant {
    email: Email,
    display_name: String,
    organization_name: String,
    mode: Mode,
    password_hash: String,
}

fn check(command: SignUp) -> Result<(Applicant, Password), Vec<FieldError>> {
    let mut faults = Faults::new();
    let email = faults.parse::<Email>("/email", "invalid_email", &command.email);
    let password = Password::choose(&mut faults, "/password", &command.password, email.as_ref());
    let display_name = faults.text("/display_name", &command.display_name, MAX_NAME);
    let organization_name = faults.text("/organization_name", &command.organization_name, MAX_NAME);
    match (email, password) {
        (Some(email), Some(password)) => {
            let (mode, password_hash) = (command.mode, String::new());
            let applicant = Applicant { email, display_name, organization_name, mode, password_hash };
            faults.finish((applicant, password))
        }
        _ => Err(faults.into_errors()),
    }
}

async fn admit(app: &App, visitor: &Visitor, applicant: &Applicant) -> Result<(), Error> {
    match find_known(app, &applicant.email).await? {
        None => welcome(app, visitor, applicant).await,
        Some((known, tenant)) if known.email_verified_at.is_none() => {
            send_another_link(app, &visitor.enter(tenant, DOMAIN), applicant, known.public_id).await
        }
        Some((known, tenant)) => tell_owner(app, &visitor.enter(tenant, DOMAIN), known).await,
    }
}

async fn find_known(app: &App, email: &Email) -> Result<Option<(user::Model, TenantId)>, Error> {
    let system = app.databases.system_read("sign-up: whether the address is known").await?;
    let Some(known) = user::by_email(&system, email).await? else {
        drop(system);
        return Ok(None);
    };
    let mut tenant = membership::tenant_of_mail(&system, known.public_id).await?;
    if tenant.is_none() {
        tenant = membership::first_of(&system, known.public_id).await?;
    }
    drop(system);
    let tenant = tenant.ok_or_else(|| data::Error::internal("a person without any membership"))?;
    Ok(Some((known, tenant)))
}

async fn welcome(app: &App, visitor: &Visitor, applicant: &Applicant) -> Result<(), Error> {
    let ctx = visitor.enter(Id::new(visitor.now()), DOMAIN);
    let owner: UserId = ctx.new_id();
    let mut unit = app.databases.write(&ctx).await?;
    tenant::insert(&unit, &ctx, &applicant.organization_name, applicant.mode).await?;
    let new = NewUser {
        id: owner,
        email: &applicant.email,
        display_name: &applicant.display_name,
        password_hash: &applicant.password_hash,
    };
    user::insert(&unit, &ctx, new).await?;
    membership::insert_active(&unit, &ctx, owner, RoleRef::Builtin(BuiltinRole::Owner)).await?;
    send_link(app, &ctx, &mut unit, applicant, owner).await?;
    unit.audit(AuditEntry {
        action: "users.tenant.create",
        resource: "tenant",
        resource_id: ctx.tenant().uuid(),
        before: None,
        after: Some(json!({
            "name": applicant.organization_name, "owner": owner, "mode": tenant::mode_name(applicant.mode),
        })),
    })?;
    Ok(unit.commit(()).await?)
}

/// The first link may have expired, or another person may have used this address: each link goes with the password of
/// its own sign-up, and no other's.
async fn send_another_link(app: &App, ctx: &Ctx, applicant: &Applicant, user: UserId) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    let expires_at = send_link(app, ctx, &mut unit, applicant, user).await?;
    unit.audit(AuditEntry {
        action: "users.user.request_verification",
        resource: "user",
        resource_id: user.uuid(),
        before: None,
        after: Some(json!({ "link_expires_at": expires_at })),
    })?;
    Ok(unit.commit(()).await?)
}

async fn tell_owner(app: &App, ctx: &Ctx, known: user::Model) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    let user = known.public_id.uuid();
    unit.publish(&SignUpForKnownAddress { email: known.email, display_name: known.display_name })?;
    unit.audit(AuditEntry {
        action: "users.user.sign_up_again",
        resource: "user",
        resource_id: user,
        before: None,
        after: Some(json!({ "reason": "address_known" })),
    })?;
    Ok(unit.commit(()).await?)
}

/// Until when the link is good.
async fn send_link(
    app: &App,
    ctx: &Ctx,
    unit: &mut Unit,
    applicant: &Applicant,
    user: UserId,
) -> Result<DateTime<Utc>, Error> {
    let token = secrets::token(LINK_PREFIX);
    let expires_at = ctx.now() + app.settings.verification_lifetime();
    let new = NewEmailToken {
        user,
        hash: token.hash,
        display_name: &applicant.display_name,
        organization_name: &applicant.organization_name,
        password_hash: &applicant.password_hash,
        mode: applicant.mode,
        expires_at,
    };
    email_token::insert(unit, ctx, new).await?;
    unit.publish(&EmailVerificationRequested {
        user,
        email: applicant.email.to_string(),
        display_name: applicant.display_name.clone(),
        sealed_token: sealed(app, VERIFICATION_SEAL, &token.plain)?,
        expires_at,
    })?;
    Ok(expires_at)
}
