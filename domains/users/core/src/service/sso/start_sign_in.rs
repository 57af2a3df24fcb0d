//! A browser is sent to the tenant's provider. Its client keeps a secret, whose challenge it says here: without that secret
//! the code at the end is worth nothing, whoever gets hold of it, and nobody is signed in as somebody else by a link.

use crate::app::App;
use crate::domain::oidc::{SIGN_IN_LIFETIME, is_challenge};
use crate::domain::{OidcConnectionId, OidcSignInId};
use crate::error::Error;
use crate::service::sso::provider::{self, Begun, Kept};
use crate::store::oidc_sign_in::{self, NewSignIn};
use crate::store::{oidc_connection, oidc_sign_in::Model};
use chrono::{DateTime, Utc};
use kernel::{Id, Problem, Visitor};
use secrets::hash_token;

const SEAL: &str = "users.oidc_sign_in";
const MAX_HINT: usize = 254;

pub struct StartSignIn {
    /// One of the connection's, to the letter.
    pub return_to: String,
    pub code_challenge: String,
    pub login_hint: Option<String>,
}

/// Where the browser goes.
pub async fn start_sign_in(
    app: &App,
    visitor: &Visitor,
    id: OidcConnectionId,
    command: StartSignIn,
) -> Result<String, Error> {
    if !is_challenge(&command.code_challenge) {
        return Err(Error::SsoChallengeInvalid);
    }
    let system = app.databases.system_read("sign-in by a provider: by which").await?;
    let connection = oidc_connection::of_anybody(&system, id).await?.ok_or(Error::OidcConnectionNotFound)?;
    drop(system);
    let fields = connection.fields()?;
    if !fields.return_to.contains(&command.return_to) {
        return Err(Error::SsoReturnRefused);
    }
    let hint = command.login_hint.filter(|hint| hint.len() <= MAX_HINT);
    let Begun { url, state, kept } = provider::begin(app, connection.public_id, &fields, hint).await?;
    let now = visitor.now();
    let id: OidcSignInId = Id::new(now);
    let json = serde_json::to_vec(&kept).map_err(data::Error::internal)?;
    let new = NewSignIn {
        id,
        connection: connection.public_id,
        state_hash: hash_token(&state),
        sealed_state: app.secrets.seal(SEAL, id.uuid().as_bytes(), &json),
        return_to: &command.return_to,
        challenge: &command.code_challenge,
        expires_at: now + SIGN_IN_LIFETIME,
    };
    let system = app.databases.system("sign-in by a provider: a state for whoever asks").await?;
    oidc_sign_in::insert(&system, now, new).await?;
    system.commit().await?;
    remove_old(app, now).await;
    Ok(url.into())
}

pub fn opened(app: &App, row: &Model) -> Result<Kept, Error> {
    let id = row.public_id.uuid();
    let json = app.secrets.open(SEAL, id.as_bytes(), &row.sealed_state).map_err(Problem::from)?;
    Ok(serde_json::from_slice(&json).map_err(data::Error::internal)?)
}

/// By itself, since it takes rows that others may be removing. What it leaves the next one takes. A code outlives its sign-in
/// by a minute.
async fn remove_old(app: &App, now: DateTime<Utc>) {
    let removed = async {
        let system = app.databases.system("sign-in by a provider: removing old ones").await?;
        oidc_sign_in::remove_old(&system, now - SIGN_IN_LIFETIME).await?;
        system.commit().await
    };
    if let Err(error) = removed.await {
        tracing::debug!(%error, "old sign-ins by providers were left for the next to remove");
    }
}
