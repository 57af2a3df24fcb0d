//! Address and password for a session, and a code from who has a second factor. An unknown address and a wrong password
//! look alike, and a password is hashed for both, which is all that takes time; of the code only who knows the password
//! hears.

use crate::app::App;
use crate::domain::{Email, MembershipId};
use crate::error::Error;
use crate::service::factors::second_factor::{self, Proof};
use crate::service::sessions::sign_in_with_passkey::{self, Proved};
use crate::service::sessions::throttle::{self, Tried};
use crate::service::sessions::tokens::{Pair, SessionTokens, TokenFor};
use crate::service::tenants::policy;
use crate::store::session::NewSession;
use crate::store::{membership, refresh_token, session, user};
use chrono::{DateTime, Utc};
use data::{AuditEntry, Unit};
use kernel::ctx::Strength;
use kernel::id::CredentialId;
use kernel::{Ctx, Problem, TenantId, UserId, Visitor};
use secrets::{PasswordError, Verdict};
use serde_json::json;
use users_contract::NewDeviceSignedIn;

pub struct SignIn {
    pub email: String,
    pub password: String,
    /// Of an authenticator, or a recovery code.
    pub code: Option<String>,
    /// Without it, the tenant they joined first.
    pub tenant: Option<TenantId>,
}

pub async fn sign_in(app: &App, visitor: &Visitor, command: SignIn) -> Result<SessionTokens, Error> {
    let tried = Tried::new(app, visitor, &command.email);
    let known = find(app, visitor, tried, &command.email).await?;
    let verdict = match &known {
        Some(known) => app.passwords.verify(command.password.clone(), &known.password_hash).await?,
        None => {
            app.passwords.verify_absent().await?;
            Verdict { matches: false, needs_rehash: false }
        }
    };
    let Some(person) = known.filter(|_| verdict.matches) else {
        throttle::count(app, tried, visitor.now()).await?;
        return Err(Error::WrongCredentials);
    };
    throttle::refuse_late(app, tried, visitor.now()).await?;
    if person.email_verified_at.is_none() {
        return Err(Error::EmailNotVerified);
    }
    let user = person.public_id;
    let proof = second_factor::look_at(app, visitor, user, command.code.as_deref()).await?;
    let (tenant, membership) = choose_tenant(app, &person, command.tenant).await?;
    let renewed = if verdict.needs_rehash { renew(app, command.password).await? } else { None };
    let strength = if proof.is_some() { Strength::SecondFactor } else { Strength::Password };
    let opening = Opening {
        user,
        membership,
        authenticated_at: visitor.now(),
        strength,
        proof,
        passkey: None,
        of: Some(&person),
    };
    let renewed = renewed.as_deref().map(|hash| (&person, hash));
    let session = CredentialId::new(visitor.now());
    let of = TokenFor { session, tenant, user, strength, authenticated_at: visitor.now() };
    let pair = Pair::new(app, visitor, of).await?;
    let opened = open_session(app, &visitor.enter(tenant, "users"), opening, &pair, renewed).await;
    // Another sign-in was faster with this code.
    if matches!(opened, Err(Error::WrongCode)) {
        return Err(second_factor::refuse(app, visitor, user).await);
    }
    opened?;
    throttle::proved(app, tried, visitor.now()).await?;
    second_factor::forget(app, visitor, user, proof).await?;
    Ok(pair.for_client(tenant, user))
}

/// The hash with today's parameters. Where too much is hashed already, the next sign-in renews it.
async fn renew(app: &App, password: String) -> Result<Option<String>, Error> {
    match app.passwords.hash(password).await {
        Err(PasswordError::Busy) => Ok(None),
        renewed => Ok(Some(renewed?)),
    }
}

async fn find(
    app: &App,
    visitor: &Visitor,
    tried: Tried,
    address: &str,
) -> Result<Option<user::Model>, Error> {
    let system = app.databases.system_read("sign-in: whose address this is").await?;
    throttle::refuse_early(&system, tried, visitor.now()).await?;
    let known = match address.parse::<Email>() {
        Ok(email) => user::by_email(&system, &email).await?,
        Err(_) => None,
    };
    drop(system);
    Ok(known)
}

pub(crate) async fn choose_tenant(
    app: &App,
    person: &user::Model,
    wanted: Option<TenantId>,
) -> Result<(TenantId, MembershipId), Error> {
    let system = app.databases.system_read("sign-in: in which tenants this person may act").await?;
    let found = match wanted {
        Some(tenant) => {
            let own = membership::active_in(&system, person.public_id, tenant).await?;
            own.map(|membership| (tenant, membership))
        }
        None => membership::first_active_of(&system, person.public_id).await?,
    };
    drop(system);
    found.ok_or(Error::NoMembership)
}

/// Whose session begins.
pub struct Opening<'a> {
    pub user: UserId,
    pub membership: MembershipId,
    pub authenticated_at: DateTime<Utc>,
    pub strength: Strength,
    /// Is spent with it, as is what a passkey has proved.
    pub proof: Option<Proof>,
    pub passkey: Option<&'a Proved>,
    /// Who is told when it is from a device they have not used before; nobody where an open session moves.
    pub of: Option<&'a user::Model>,
}

/// In the tenant of the `Ctx`. With the person's password hashed anew, when it was.
pub async fn open_session(
    app: &App,
    ctx: &Ctx,
    opening: Opening<'_>,
    pair: &Pair,
    renewed: Option<(&user::Model, &str)>,
) -> Result<(), Error> {
    let id = pair.session;
    let mut unit = app.databases.write(ctx).await?;
    let Opening { user, strength, authenticated_at, .. } = opening;
    policy::admit(&unit, ctx.visitor(), user, strength, authenticated_at).await?;
    if let Some(proof) = opening.proof
        && !second_factor::spend(&unit, ctx, proof).await?
    {
        return Err(Error::WrongCode);
    }
    if let Some(proved) = opening.passkey
        && !sign_in_with_passkey::spend(&unit, ctx, proved).await?
    {
        return Err(Error::PasskeyRefused);
    }
    // The password may have been replaced, and the member taken out, since they were looked at.
    if let Some(person) = opening.of
        && !user::still_has_password(&unit, person, renewed.is_some()).await?
    {
        return Err(Error::Refused(Problem::unavailable("the password has changed while it was proved")));
    }
    membership::to_act(&unit, opening.membership).await?.ok_or(Error::NoMembership)?;
    if let Some((person, hash)) = renewed {
        user::renew_hash(&unit, ctx, person, hash).await?;
    }
    if let Some(person) = opening.of {
        tell_of_new_device(&mut unit, ctx, opening.membership, person).await?;
    }
    let Opening { membership, proof, .. } = opening;
    let new = NewSession { id, membership, access: pair.access(), authenticated_at, strength };
    session::insert(&unit, ctx, new).await?;
    refresh_token::insert(&unit, ctx, id, pair.refresh_hash(), pair.refresh_expires_at).await?;
    unit.audit(AuditEntry {
        action: "users.session.create",
        resource: "session",
        resource_id: id.uuid(),
        before: None,
        after: Some(json!({ "user": user, "strength": strength, "second_factor": proof.map(Proof::name) })),
    })?;
    Ok(unit.commit(()).await?)
}

/// By what it calls itself: whoever pretends to be a known one is not noticed, but a stolen password is mostly used by who
/// does not know which ones these are. The first sign-in of all tells nobody.
async fn tell_of_new_device(
    unit: &mut Unit,
    ctx: &Ctx,
    membership: MembershipId,
    person: &user::Model,
) -> Result<(), Error> {
    let visitor = ctx.visitor();
    let device = visitor.user_agent.as_deref();
    let (before, with_it) = session::known_devices(unit, membership, device, ctx.now()).await?;
    if before && !with_it {
        unit.publish(&NewDeviceSignedIn {
            email: person.email.clone(),
            display_name: person.display_name.clone(),
            device: visitor.user_agent.clone(),
            client_address: visitor.client_address.map(|address| address.to_string()),
            happened_at: ctx.now(),
        })?;
    }
    Ok(())
}
