//! Whoever is signed in proves again who they are, for what is sensitive. A session that a passkey opened takes a passkey:
//! it would be worth less by a password. Its length counts from the sign-in all the same.

use crate::app::App;
use crate::domain::CeremonyId;
use crate::error::Error;
use crate::service::accounts::change_password;
use crate::service::factors::second_factor::{self, Proof};
use crate::service::sessions::sign_in_with_passkey as passkey;
use crate::service::sessions::tokens;
use crate::service::sso::federated;
use crate::store::{session, user};
use data::{AuditEntry, Unit};
use kernel::ctx::Strength;
use kernel::id::CredentialId;
use kernel::{Actor, Ctx, Faults, Problem, UserId};
use serde_json::{Value, json};

pub enum ProveSession {
    Password {
        password: String,
        /// Of an authenticator, or a recovery code.
        code: Option<String>,
    },
    Passkey {
        ceremony: CeremonyId,
        /// As the browser has made it.
        credential: Value,
    },
}

/// What was done, for the stored answer.
pub struct ProvedAnew;

pub async fn prove_session(app: &App, ctx: &Ctx, proof: ProveSession) -> Result<ProvedAnew, Error> {
    let &Actor::User { id } = ctx.actor() else { return Err(Error::SessionRequired) };
    federated::refuse(ctx)?;
    let own = ctx.principal().credential.id.ok_or(Error::NoSession)?;
    match proof {
        ProveSession::Password { password, code } => {
            by_password(app, ctx, (id, own), password, code.as_deref()).await
        }
        ProveSession::Passkey { ceremony, credential } => {
            by_passkey(app, ctx, (id, own), ceremony, credential).await
        }
    }
}

async fn by_password(
    app: &App,
    ctx: &Ctx,
    (id, own): (UserId, CredentialId),
    password: String,
    code: Option<&str>,
) -> Result<ProvedAnew, Error> {
    if ctx.principal().credential.strength == Strength::Passkey {
        let detail =
            "proves less than the passkey this session was opened with: prove it with one, or sign in again";
        return Err(fault("/current_password", "passkey_required", detail));
    }
    let read = app.databases.read(ctx).await?;
    let person = user::by_id(&read, id).await?.ok_or(Error::NotAMember)?;
    drop(read);
    change_password::prove(app, ctx, &person, password).await?;
    let looked_at = second_factor::look_at(app, ctx.visitor(), id, code).await;
    let proof = looked_at.map_err(second_factor::at_code)?;
    let unit = app.databases.write(ctx).await?;
    let unit = second_factor::spend_in(app, ctx, unit, id, proof).await?;
    if !user::still_has_password(&unit, &person, false).await? {
        return Err(Error::Refused(Problem::unavailable("the password has changed while it was proved")));
    }
    let strength = if proof.is_some() { Strength::SecondFactor } else { Strength::Password };
    let proved = keep(app, ctx, unit, (id, own), strength, proof.map(Proof::name)).await?;
    second_factor::forget(app, ctx.visitor(), id, proof).await?;
    Ok(proved)
}

async fn by_passkey(
    app: &App,
    ctx: &Ctx,
    (id, own): (UserId, CredentialId),
    ceremony: CeremonyId,
    credential: Value,
) -> Result<ProvedAnew, Error> {
    let looked_at = passkey::look_at(app, ctx.visitor(), ceremony, credential).await;
    let (person, proved) = looked_at.map_err(at_credential)?;
    if person.public_id != id {
        return Err(at_credential(Error::PasskeyRefused));
    }
    let unit = app.databases.write(ctx).await?;
    if !passkey::spend(&unit, ctx, &proved).await? {
        return Err(at_credential(Error::PasskeyRefused));
    }
    keep(app, ctx, unit, (id, own), Strength::Passkey, None).await
}

async fn keep(
    app: &App,
    ctx: &Ctx,
    mut unit: Unit,
    (id, own): (UserId, CredentialId),
    strength: Strength,
    second_factor: Option<&str>,
) -> Result<ProvedAnew, Error> {
    let before = session::by_id(&unit, own).await?.ok_or(Error::SessionEnded)?;
    // Held: one that has ended with all of the person's is believed for a moment, and is not to go on by a proof.
    let person = user::by_id_to_change(&unit, id).await?.ok_or(Error::NotAMember)?;
    let proved = session::prove(&unit, ctx, own, strength, person.sessions_ended_at).await?;
    let proved = proved.ok_or(Error::SessionEnded)?;
    let former = session::strength(before.strength.as_deref())?;
    unit.audit(AuditEntry {
        action: "users.session.prove",
        resource: "session",
        resource_id: own.uuid(),
        before: Some(json!({ "authenticated_at": before.authenticated_at, "strength": former })),
        after: Some(json!({
            "authenticated_at": ctx.now(), "strength": strength, "second_factor": second_factor,
        })),
    })?;
    tokens::forget(app, &mut unit, &proved.access_hash);
    Ok(unit.commit(ProvedAnew).await?)
}

/// To who is signed in already, a passkey that does not do is a fault of the body.
fn at_credential(error: Error) -> Error {
    match error {
        Error::PasskeyRefused => fault(
            "/credential",
            "no_answer",
            "is no answer of a passkey of yours to this ceremony: begin another",
        ),
        other => other,
    }
}

fn fault(pointer: &str, code: &'static str, detail: &str) -> Error {
    let mut faults = Faults::new();
    faults.add(pointer, code, detail);
    Error::invalid(faults.into_errors())
}
