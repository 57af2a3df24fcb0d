//! The client exchanges its code for the tokens of a session, by the secret that it has kept since the beginning. The code is
//! spent first: whatever comes of it, it is good once.

use crate::app::App;
use crate::domain::oidc::is_verifier;
use crate::error::Error;
use crate::service::sessions::sign_in::{Opening, begin_session, is_new_device};
use crate::service::sessions::tokens::SessionTokens;
use crate::store::{oidc_connection, oidc_sign_in, user};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::Visitor;
use kernel::ctx::Strength;
use secrets::hash_token;
use sha2::{Digest, Sha256};

pub async fn exchange_sign_in(
    app: &App,
    visitor: &Visitor,
    code: &str,
    verifier: &str,
) -> Result<SessionTokens, Error> {
    let now = visitor.now();
    let system = app.databases.system("sign-in by a provider: whose code and whose device this is").await?;
    let found = oidc_sign_in::by_code(&system, hash_token(code), now).await?;
    let found = found.ok_or(Error::SsoCodeInvalid)?;
    let spent = oidc_sign_in::exchange(&system, found.public_id, now).await?;
    let connection = oidc_connection::of_anybody(&system, found.connection_id).await?;
    let person = match found.user_id {
        Some(user) => user::of_id(&system, user).await?,
        None => None,
    };
    let is_new_device = match &person {
        Some(person) => is_new_device(&system, visitor, person.public_id).await?,
        None => false,
    };
    system.commit().await?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    let is_of_starter =
        is_verifier(verifier) && secrets::same(challenge.as_bytes(), found.challenge.as_bytes());
    let (true, true, Some(connection), Some(person), Some(membership)) =
        (spent, is_of_starter, connection, person, found.membership_id)
    else {
        return Err(Error::SsoCodeInvalid);
    };
    let opening = Opening {
        user: person.public_id,
        membership,
        authenticated_at: now,
        strength: Strength::Federated,
        proof: None,
        passkey: None,
        known_by: Some(connection.public_id),
        of: Some(&person),
        is_new_device,
    };
    begin_session(app, visitor, connection.tenant_id, opening, None).await
}
