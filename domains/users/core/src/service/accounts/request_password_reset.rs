//! Somebody has forgotten their password: a link to choose another by goes to the address, if it has an account. The
//! answer is the same if not, and leaves after the same time.

use crate::app::App;
use crate::domain::Email;
use crate::error::Error;
use crate::service::sessions::tokens::sealed;
use crate::store::{membership, password_reset, user};
use data::AuditEntry;
use kernel::{TenantId, Visitor};
use serde_json::json;
use std::time::Duration;
use users_contract::{PASSWORD_RESET_SEAL, PasswordResetRequested};

const RESET_PREFIX: &str = "ins_pr";
/// Longer than the work for an address that is known takes on a machine that is not overloaded.
const ANSWER_AFTER: Duration = Duration::from_millis(250);
/// With so many links that have half of their time left, a person is sent no other: anybody may ask, from many networks.
const MOST_LINKS: usize = 5;

pub async fn request_password_reset(app: &App, visitor: &Visitor, email: &str) -> Result<(), Error> {
    let answer_at = tokio::time::Instant::now() + ANSWER_AFTER;
    let outcome = match email.parse::<Email>() {
        Ok(email) => send(app, visitor, &email).await,
        Err(_) => Ok(()),
    };
    tokio::time::sleep_until(answer_at).await;
    outcome
}

async fn send(app: &App, visitor: &Visitor, email: &Email) -> Result<(), Error> {
    let Some((person, tenant)) = find(app, email).await? else { return Ok(()) };
    let ctx = visitor.enter(tenant, "users");
    let token = secrets::token(RESET_PREFIX);
    let expires_at = ctx.now() + app.settings.reset_lifetime();
    let mut unit = app.databases.write(&ctx).await?;
    // It may be somebody else's since it was looked up, and must not let them in here.
    if !user::still_has_address(&unit, &person).await? {
        return Ok(());
    }
    let half_used = ctx.now() + app.settings.reset_lifetime() / 2;
    if password_reset::good_until(&unit, person.public_id, half_used, MOST_LINKS).await? == MOST_LINKS {
        return Ok(());
    }
    password_reset::insert(&unit, &ctx, person.public_id, token.hash, expires_at).await?;
    let user = person.public_id.uuid();
    unit.publish(&PasswordResetRequested {
        email: person.email,
        display_name: person.display_name,
        sealed_token: sealed(app, PASSWORD_RESET_SEAL, &token.plain)?,
        expires_at,
    })?;
    unit.audit(AuditEntry {
        action: "users.user.request_password_reset",
        resource: "user",
        resource_id: user,
        before: None,
        after: Some(json!({ "expires_at": expires_at })),
    })?;
    Ok(unit.commit(()).await?)
}

/// Who has not proved the address yet has no password to forget.
async fn find(app: &App, email: &Email) -> Result<Option<(user::Model, TenantId)>, Error> {
    let system = app.databases.system_read("password reset: whose address this is").await?;
    let known = user::by_email(&system, email).await?.filter(|person| person.email_verified_at.is_some());
    let tenant = match &known {
        Some(person) => membership::tenant_of_mail(&system, person.public_id).await?,
        None => None,
    };
    drop(system);
    Ok(known.zip(tenant))
}
