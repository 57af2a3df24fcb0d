//! Challenges of passkeys on their way: sealed for their ceremony while they wait for the answer, and removed once nobody can
//! give one.

use crate::app::App;
use crate::domain::CeremonyId;
use crate::domain::passkey::CEREMONY_LIFETIME;
use crate::error::Error;
use crate::service::factors::relying_party::Challenge;
use crate::store::passkey_ceremony::{self, Model, NewCeremony};
use chrono::{DateTime, Utc};
use kernel::{Id, Problem, UserId};
use serde_json::Value;

const SEAL: &str = "users.passkey_ceremony";

/// What whoever has begun it is handed.
pub struct Begun {
    pub id: CeremonyId,
    pub public_key: Value,
    pub expires_at: DateTime<Utc>,
}

/// One to be kept, and what is told of it. It is a registration's where it has a person.
pub fn begun(
    app: &App,
    now: DateTime<Utc>,
    user: Option<UserId>,
    challenge: Challenge,
) -> (NewCeremony, Begun) {
    let id: CeremonyId = Id::new(now);
    let expires_at = now + CEREMONY_LIFETIME;
    let sealed_state = app.secrets.seal(SEAL, id.uuid().as_bytes(), &challenge.state);
    let new = NewCeremony { id, user, sealed_state, expires_at };
    (new, Begun { id, public_key: challenge.public_key, expires_at })
}

pub fn opened(app: &App, ceremony: &Model) -> Result<Vec<u8>, Error> {
    let id = ceremony.public_id.uuid();
    Ok(app.secrets.open(SEAL, id.as_bytes(), &ceremony.sealed_state).map_err(Problem::from)?)
}

/// By itself, since it takes rows that others may be removing. What it leaves the next one takes.
pub async fn remove_old(app: &App, now: DateTime<Utc>) {
    let removed = async {
        let system = app.databases.system("passkeys: removing old ceremonies").await?;
        passkey_ceremony::remove_old(&system, now).await?;
        system.commit().await
    };
    if let Err(error) = removed.await {
        tracing::debug!(%error, "old ceremonies of passkeys were left for the next to remove");
    }
}
