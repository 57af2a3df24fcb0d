//! Address and password for a session, and a code from who has a second factor. An unknown address and a wrong password
//! look alike, and a password is hashed for both, which is all that takes time; of the code only who knows the password
//! hears. So does an address that nobody has proved yet: whoever signed up with it knows that password, and would learn that
//! it had no account.

use crate::app::App;
use crate::domain::{Email, MembershipId, OidcConnectionId};
use crate::error::Error;
use crate::service::factors::second_factor::{self, Proof};
use crate::service::sessions::sign_in_with_passkey::{self, Proved};
use crate::service::sessions::throttle::{self, Tried};
use crate::service::sessions::tokens::{Pair, SessionTokens, TokenFor};
use crate::service::sso::enforcement::Entry;
use crate::service::sso::tell_of_bypass::tell_of_bypass;
use crate::service::tenants::policy;
use crate::store::session::NewSession;
use crate::store::{membership, oidc_identity, refresh_token, session, user};
use chrono::{DateTime, Utc};
use data::{AuditEntry, System, Unit};
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
    let proved = prove(app, visitor, command).await?;
    let begun = begin_session(app, visitor, proved.tenant, proved.opening(visitor), proved.renewed()).await;
    settle(app, visitor, &proved, begun).await
}

/// Somebody who knows address and password, and a code where it takes one. It is spent in the unit of work that it is for.
pub(crate) struct ProvedSignIn {
    pub person: user::Model,
    pub tenant: TenantId,
    pub membership: MembershipId,
    is_new_device: bool,
    proof: Option<Proof>,
    renewed: Option<String>,
    tried: Tried,
}

impl ProvedSignIn {
    pub fn strength(&self) -> Strength {
        if self.proof.is_some() { Strength::SecondFactor } else { Strength::Password }
    }

    pub fn second_factor(&self) -> Option<&'static str> {
        self.proof.map(Proof::name)
    }

    pub fn opening(&self, visitor: &Visitor) -> Opening<'_> {
        Opening {
            user: self.person.public_id,
            membership: self.membership,
            authenticated_at: visitor.now(),
            strength: self.strength(),
            proof: self.proof,
            passkey: None,
            known_by: None,
            of: Some(&self.person),
            is_new_device: self.is_new_device,
        }
    }

    /// The password hashed anew, when it was.
    pub fn renewed(&self) -> Option<(&user::Model, &str)> {
        self.renewed.as_deref().map(|hash| (&self.person, hash))
    }
}

pub(crate) async fn prove(app: &App, visitor: &Visitor, command: SignIn) -> Result<ProvedSignIn, Error> {
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
    let code = command.code.as_deref();
    let proof = second_factor::look_at(app, visitor, person.public_id, code).await?;
    let chosen = choose_tenant(app, visitor, &person, command.tenant).await?;
    let renewed = if verdict.needs_rehash { renew(app, command.password).await? } else { None };
    let Chosen { tenant, membership, is_new_device } = chosen;
    Ok(ProvedSignIn { person, tenant, membership, is_new_device, proof, renewed, tried })
}

/// Once what it is for was done, or was not.
pub(crate) async fn settle<T>(
    app: &App,
    visitor: &Visitor,
    proved: &ProvedSignIn,
    done: Result<T, Error>,
) -> Result<T, Error> {
    let user = proved.person.public_id;
    // Another sign-in was faster with this code.
    if matches!(done, Err(Error::WrongCode)) {
        return Err(second_factor::refuse(app, visitor, user).await);
    }
    let done = done?;
    throttle::proved(app, proved.tried, visitor.now()).await?;
    second_factor::forget(app, visitor, user, proved.proof).await?;
    Ok(done)
}

/// The hash with today's parameters. Where too much is hashed already, the next sign-in renews it.
async fn renew(app: &App, password: String) -> Result<Option<String>, Error> {
    match app.passwords.hash(password).await {
        Err(PasswordError::Busy) => Ok(None),
        renewed => Ok(Some(renewed?)),
    }
}

/// Somebody who has proved the address.
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
    Ok(known.filter(|person| person.email_verified_at.is_some()))
}

/// Where somebody signs in to, and whether from a device of which they are told.
pub(crate) struct Chosen {
    pub tenant: TenantId,
    pub membership: MembershipId,
    pub is_new_device: bool,
}

pub(crate) async fn choose_tenant(
    app: &App,
    visitor: &Visitor,
    person: &user::Model,
    wanted: Option<TenantId>,
) -> Result<Chosen, Error> {
    let system = app.databases.system_read("sign-in: a person's tenants and devices").await?;
    let found = match wanted {
        Some(tenant) => {
            let own = membership::active_in(&system, person.public_id, tenant).await?;
            own.map(|membership| (tenant, membership))
        }
        None => membership::first_active_of(&system, person.public_id).await?,
    };
    let (tenant, membership) = found.ok_or(Error::NoMembership)?;
    let is_new_device = is_new_device(&system, visitor, person.public_id).await?;
    drop(system);
    Ok(Chosen { tenant, membership, is_new_device })
}

/// By what it calls itself: whoever pretends to be a known one is not noticed, but a stolen password is mostly used by who
/// does not know which ones these are. In whichever of their tenants the person was, since a session moves between them. The
/// first sign-in of all tells nobody.
pub(crate) async fn is_new_device(system: &System, visitor: &Visitor, user: UserId) -> Result<bool, Error> {
    let device = visitor.user_agent.as_deref();
    let known = session::known_devices(system, user, device, visitor.now()).await?;
    Ok(known.was_here && !known.with_it)
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
    /// By which of the tenant's providers, where one has opened it.
    pub known_by: Option<OidcConnectionId>,
    /// Who has proved it; nobody where an open session moves.
    pub of: Option<&'a user::Model>,
    /// Of which they are told.
    pub is_new_device: bool,
}

/// By who has proved themselves just now; the tokens go to their client.
pub async fn begin_session(
    app: &App,
    visitor: &Visitor,
    tenant: TenantId,
    opening: Opening<'_>,
    renewed: Option<(&user::Model, &str)>,
) -> Result<SessionTokens, Error> {
    let Opening { user, strength, authenticated_at, .. } = opening;
    let of = TokenFor { session: CredentialId::new(visitor.now()), tenant, user, strength, authenticated_at };
    let pair = Pair::new(app, visitor, of).await?;
    open_session(app, &visitor.enter(tenant, "users"), opening, &pair, renewed).await?;
    Ok(pair.for_client(tenant, user))
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
    let entry = let_in(&mut unit, ctx, &opening, renewed).await?;
    let Opening { user, membership, proof, authenticated_at, strength, .. } = opening;
    let new = NewSession { id, membership, access: pair.access(), authenticated_at, strength };
    session::insert(&unit, ctx, new).await?;
    refresh_token::insert(&unit, ctx, id, pair.refresh_hash(), pair.refresh_expires_at).await?;
    unit.audit(AuditEntry {
        action: "users.session.create",
        resource: "session",
        resource_id: id.uuid(),
        before: None,
        after: Some(json!({
            "user": user, "strength": strength, "second_factor": proof.map(Proof::name),
            "break_glass": entry == Entry::BreakGlass,
        })),
    })?;
    if entry == Entry::BreakGlass {
        let tenant = ctx.tenant();
        tracing::warn!(%tenant, %user, session = %id, "an owner came in past the provider that the tenant enforces");
    }
    Ok(unit.commit(()).await?)
}

/// Whether they may come in who have proved this, which is spent; and if so, whoever is to hear of it is told.
pub(crate) async fn let_in(
    unit: &mut Unit,
    ctx: &Ctx,
    opening: &Opening<'_>,
    renewed: Option<(&user::Model, &str)>,
) -> Result<Entry, Error> {
    let Opening { user, strength, authenticated_at, .. } = *opening;
    let entry = policy::entry(unit, ctx.visitor(), user, strength, authenticated_at).await?;
    if let Some(proof) = opening.proof
        && !second_factor::spend(unit, ctx, proof).await?
    {
        return Err(Error::WrongCode);
    }
    if let Some(proved) = opening.passkey
        && !sign_in_with_passkey::spend(unit, ctx, proved).await?
    {
        return Err(Error::PasskeyRefused);
    }
    // The password may have been replaced, and the member taken out, since they were looked at.
    if let Some(person) = opening.of
        && !user::still_has_password(unit, person, renewed.is_some()).await?
    {
        return Err(Error::Refused(Problem::unavailable("the password has changed while it was proved")));
    }
    membership::to_act(unit, opening.membership).await?.ok_or(Error::NoMembership)?;
    // They may have been unlinked since the code was handed out; who unlinks holds the member.
    if let Some(connection) = opening.known_by
        && oidc_identity::of_person(unit, connection, user).await?.is_none()
    {
        return Err(Error::SsoCodeInvalid);
    }
    if let Some((person, hash)) = renewed {
        user::renew_hash(unit, ctx, person, hash).await?;
    }
    if let Some(person) = opening.of.filter(|_| opening.is_new_device) {
        tell_of_new_device(unit, ctx, person)?;
    }
    // Once for a proof: a session that goes to and fro between tenants opens one here each time.
    if entry == Entry::BreakGlass
        && (opening.of.is_some() || !session::is_of_proof(unit, opening.membership, authenticated_at).await?)
    {
        tell_of_bypass(unit, ctx, user).await?;
    }
    Ok(entry)
}

fn tell_of_new_device(unit: &mut Unit, ctx: &Ctx, person: &user::Model) -> Result<(), Error> {
    let visitor = ctx.visitor();
    unit.publish(&NewDeviceSignedIn {
        email: person.email.clone(),
        display_name: person.display_name.clone(),
        device: visitor.user_agent.clone(),
        client_address: visitor.client_address.map(|address| address.to_string()),
        happened_at: ctx.now(),
    })?;
    Ok(())
}
