//! What a passkey has signed for a session. It counts as two factors: the device is what its holder has, and they have unlocked
//! it there. Whatever is wrong with it is told alike; that a signature is good, only who could make it learns.

use crate::app::App;
use crate::domain::CeremonyId;
use crate::error::Error;
use crate::service::factors::ceremony;
use crate::service::factors::relying_party::{self, Refusal};
use crate::service::sessions::sign_in::{Chosen, Opening, begin_session, choose_tenant};
use crate::service::sessions::throttle::{self, Tried};
use crate::service::sessions::tokens::SessionTokens;
use crate::store::{passkey, passkey_ceremony, user};
use data::Unit;
use kernel::ctx::Strength;
use kernel::{Ctx, TenantId, Visitor};
use serde_json::Value;

pub struct SignInWithPasskey {
    pub ceremony: CeremonyId,
    /// As the browser has made it.
    pub credential: Value,
    /// Without it, the tenant they joined first.
    pub tenant: Option<TenantId>,
}

/// What an answer has proved, as long as it is not spent.
pub struct Proved {
    ceremony: CeremonyId,
    passkey: passkey::Model,
    /// What is kept of the passkey from then on.
    credential: String,
}

pub async fn sign_in_with_passkey(
    app: &App,
    visitor: &Visitor,
    command: SignInWithPasskey,
) -> Result<SessionTokens, Error> {
    let SignInWithPasskey { ceremony, credential, tenant } = command;
    let (person, proved) = look_at(app, visitor, ceremony, credential).await?;
    let Chosen { tenant, membership, is_new_device } = choose_tenant(app, visitor, &person, tenant).await?;
    let opening = Opening {
        user: person.public_id,
        membership,
        authenticated_at: visitor.now(),
        strength: Strength::Passkey,
        proof: None,
        passkey: Some(&proved),
        known_by: None,
        of: Some(&person),
        is_new_device,
    };
    let tokens = begin_session(app, visitor, tenant, opening, None).await?;
    throttle::proved(app, Tried::new(app, visitor, &person.email), visitor.now()).await?;
    Ok(tokens)
}

/// Whose passkey has answered. It is spent in the unit of work that it is for.
pub async fn look_at(
    app: &App,
    visitor: &Visitor,
    ceremony: CeremonyId,
    credential: Value,
) -> Result<(user::Model, Proved), Error> {
    let party = relying_party::of(app)?;
    let assertion = party.assertion(credential).map_err(refused)?;
    let system = app.databases.system_read("passkey sign-in: whose passkey this is").await?;
    let begun = passkey_ceremony::of_anybody(&system, ceremony, visitor.now()).await?;
    let known = passkey::by_credential(&system, assertion.user, assertion.credential_id()).await?;
    let person = user::of_id(&system, assertion.user).await?;
    drop(system);
    let person = person.filter(|person| person.email_verified_at.is_some());
    let (Some(begun), Some(passkey), Some(person)) = (begun, known, person) else {
        return Err(Error::PasskeyRefused);
    };
    let state = ceremony::opened(app, &begun)?;
    let proved = party.finish_authentication(&assertion, &state, &passkey.credential);
    if matches!(proved, Err(Refusal::Cloned)) {
        let (user, id) = (person.public_id, passkey.public_id);
        tracing::warn!(%user, passkey = %id, "the counter of a passkey went back: there may be a copy of it");
    }
    let credential = proved.map_err(refused)?;
    Ok((person, Proved { ceremony: begun.public_id, passkey, credential }))
}

/// `false` when another answer to the same challenge was faster, or the passkey has signed in elsewhere meanwhile.
pub async fn spend(unit: &Unit, ctx: &Ctx, proved: &Proved) -> Result<bool, Error> {
    Ok(passkey_ceremony::spend(unit, ctx, proved.ceremony).await?
        && passkey::note_use(unit, ctx, &proved.passkey, &proved.credential).await?)
}

fn refused(refusal: Refusal) -> Error {
    tracing::debug!(%refusal, "a passkey was refused");
    Error::PasskeyRefused
}
