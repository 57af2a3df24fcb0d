//! The second proof of who has an authenticator: one of its codes, or a recovery code. Who signs in by passkeys alone is asked
//! for one as well, should a reset have given them a password. It is looked at first, and spent in the unit of work that it
//! is for, so of many at once with one code one gets through.

use crate::app::App;
use crate::domain::recovery_code::RecoveryCode;
use crate::domain::totp::TotpSecret;
use crate::domain::{RecoveryCodeId, TotpFactorId};
use crate::error::Error;
use crate::service::factors::passkey::{self, Proofs};
use crate::service::sessions::throttle::{self, Tried};
use crate::store::{recovery_code, totp_factor, user};
use chrono::{DateTime, Utc};
use data::Unit;
use kernel::{Ctx, Faults, Problem, UserId, Visitor};
use secrets::OpenError;

const SEAL: &str = "users.totp";
const CODE_HASH: &str = "users.recovery_code";
const FAILURES: &str = "users.second_factor_failures";

/// What a code has proved, as long as it is not spent.
#[derive(Clone, Copy, Debug)]
pub enum Proof {
    Totp { factor: TotpFactorId, step: i64 },
    RecoveryCode(RecoveryCodeId),
}

impl Proof {
    pub fn name(self) -> &'static str {
        match self {
            Self::Totp { .. } => "totp",
            Self::RecoveryCode(_) => "recovery_code",
        }
    }
}

/// `None`: this person is asked for none.
pub async fn look_at(
    app: &App,
    visitor: &Visitor,
    user: UserId,
    code: Option<&str>,
) -> Result<Option<Proof>, Error> {
    let system = app.databases.system_read("second factor: what a person proves who they are by").await?;
    let factor = totp_factor::confirmed_of(&system, user).await?;
    let person = user::of_id(&system, user).await?;
    let passkey_only = person.is_some_and(|person| person.passkey_only_at.is_some());
    if factor.is_none() && !passkey_only {
        return Ok(None);
    }
    let code = code.ok_or(Error::SecondFactorRequired)?;
    throttle::refuse_early(&system, tried(app, visitor, user), visitor.now()).await?;
    let codes = recovery_code::unused_of(&system, user).await?;
    drop(system);
    match proof(app, visitor.now(), user, factor.as_ref(), &codes, code)? {
        Some(proof) => {
            throttle::refuse_late(app, tried(app, visitor, user), visitor.now()).await?;
            Ok(Some(proof))
        }
        None => Err(refuse(app, visitor, user).await),
    }
}

fn proof(
    app: &App,
    now: DateTime<Utc>,
    user: UserId,
    factor: Option<&totp_factor::Model>,
    codes: &[recovery_code::Model],
    code: &str,
) -> Result<Option<Proof>, Error> {
    if let Some(factor) = factor
        && let Some(step) = opened(app, factor)?.step_of(code, now, factor.last_step)
    {
        return Ok(Some(Proof::Totp { factor: factor.public_id, step }));
    }
    let Ok(code) = code.parse::<RecoveryCode>() else { return Ok(None) };
    let person = user.uuid();
    let parts = [person.as_bytes().as_slice(), code.as_bytes()];
    // Under any of the master keys: it may have been rotated since.
    let mut kept = codes.iter();
    let good = kept.find(|kept| app.secrets.verify_keyed_hash(CODE_HASH, &parts, &kept.hash));
    Ok(good.map(|kept| Proof::RecoveryCode(kept.public_id)))
}

/// The same for who is signed in and changes what they prove themselves by: first the password, then the code. `None`: a
/// passkey has proved it all.
pub async fn prove(app: &App, ctx: &Ctx, user: UserId, proofs: Proofs) -> Result<Option<Proof>, Error> {
    let read = app.databases.read(ctx).await?;
    let person = user::by_id(&read, user).await?.ok_or(Error::NotAMember)?;
    drop(read);
    let proof = passkey::prove(app, ctx, &person, proofs).await?;
    if proof.is_none() && !passkey::is_fresh(ctx) { Err(Error::NoTotp) } else { Ok(proof) }
}

/// In the unit that a proof is for, which goes on if it is still good.
pub async fn spend_in(
    app: &App,
    ctx: &Ctx,
    unit: Unit,
    user: UserId,
    proof: Option<Proof>,
) -> Result<Unit, Error> {
    if let Some(proof) = proof
        && !spend(&unit, ctx, proof).await?
    {
        drop(unit);
        return Err(at_code(refuse(app, ctx.visitor(), user).await));
    }
    Ok(unit)
}

/// `false` when it was spent in the meantime.
pub async fn spend(unit: &Unit, ctx: &Ctx, proof: Proof) -> Result<bool, Error> {
    Ok(match proof {
        Proof::Totp { factor, step } => totp_factor::spend(unit, ctx, factor, step).await?,
        Proof::RecoveryCode(id) => recovery_code::spend(unit, ctx, id).await?,
    })
}

/// A wrong code, or one that was used, is a failed try.
pub async fn refuse(app: &App, visitor: &Visitor, user: UserId) -> Error {
    match throttle::count(app, tried(app, visitor, user), visitor.now()).await {
        Ok(()) => Error::WrongCode,
        Err(error) => error,
    }
}

/// Who proved everything that was asked for, by a code among it, is waited for no more.
pub async fn forget(app: &App, visitor: &Visitor, user: UserId, proof: Option<Proof>) -> Result<(), Error> {
    if proof.is_none() {
        return Ok(());
    }
    throttle::forget(app, &subject(app, user), visitor.now()).await
}

/// To who is signed in already, a code that is wrong or missing is a fault of the body.
pub fn at_code(error: Error) -> Error {
    let mut faults = Faults::new();
    match error {
        Error::WrongCode => faults.add("/code", "wrong_code", "is wrong, or was used before"),
        Error::SecondFactorRequired => {
            faults.add("/code", "code_required", "must be sent by who has a second factor");
        }
        other => return other,
    }
    Error::invalid(faults.into_errors())
}

/// Counted apart from passwords: neither the right one nor a new one lets anybody guess codes anew.
fn tried(app: &App, visitor: &Visitor, user: UserId) -> Tried {
    Tried::new(app, visitor, &subject(app, user))
}

/// A name that nobody can sign in by, so that nobody but who knows the password makes the owner wait.
fn subject(app: &App, user: UserId) -> String {
    let hash = app.secrets.keyed_hash(FAILURES, &[user.uuid().as_bytes().as_slice()]);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn sealed(app: &App, user: UserId, secret: &TotpSecret) -> Vec<u8> {
    app.secrets.seal(SEAL, user.uuid().as_bytes(), secret.as_bytes())
}

pub fn opened(app: &App, factor: &totp_factor::Model) -> Result<TotpSecret, Error> {
    let person = factor.user_id.uuid();
    let secret = app.secrets.open(SEAL, person.as_bytes(), &factor.sealed_secret).map_err(Problem::from)?;
    let secret = TotpSecret::from_bytes(&secret);
    Ok(secret.ok_or_else(|| data::Error::internal("a secret of an authenticator of another length"))?)
}

/// `None`: the newest master key sealed it already.
pub fn resealed(app: &App, factor: &totp_factor::Model) -> Result<Option<Vec<u8>>, OpenError> {
    app.secrets.reseal(SEAL, factor.user_id.uuid().as_bytes(), &factor.sealed_secret)
}

pub fn hashed(app: &App, user: UserId, code: &RecoveryCode) -> [u8; 32] {
    app.secrets.keyed_hash(CODE_HASH, &[user.uuid().as_bytes().as_slice(), code.as_bytes()])
}
