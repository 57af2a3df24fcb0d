//! A browser comes back from the provider. Its state is spent first, so that it is good once whatever comes of it; what the
//! provider says is proved before anything is open; and the client is handed a code, never the tokens, by the browser.

use crate::app::App;
use crate::domain::OidcConnectionId;
use crate::domain::oidc::CODE_LIFETIME;
use crate::error::Error;
use crate::service::sso::identify::{Arrival, identify};
use crate::service::sso::{connection, provider, start_sign_in};
use crate::store::{oidc_connection, oidc_identity, oidc_sign_in, user};
use kernel::Visitor;
use secrets::hash_token;
use url::Url;

const CODE_PREFIX: &str = "ins_sso";

pub struct Returned {
    /// Whose place it is that the browser has come to.
    pub connection: OidcConnectionId,
    pub state: String,
    pub code: Option<String>,
    /// Who says so (RFC 9207).
    pub issuer: Option<String>,
}

/// Where the browser goes: to its client, with a code.
pub async fn finish_sign_in(app: &App, visitor: &Visitor, returned: Returned) -> Result<String, Error> {
    let now = visitor.now();
    let system = app.databases.system("sign-in by a provider: whose state this is").await?;
    let begun = oidc_sign_in::by_state(&system, hash_token(&returned.state), now).await?;
    // A sign-in by another connection is none here: the code would be handed to a provider that did not give it.
    let begun = begun.filter(|begun| begun.connection_id == returned.connection);
    let begun = begun.ok_or(Error::SsoStateInvalid)?;
    if !oidc_sign_in::spend(&system, begun.public_id, now).await? {
        return Err(Error::SsoStateInvalid);
    }
    let found = oidc_connection::of_anybody(&system, begun.connection_id).await?;
    system.commit().await?;
    let found = found.ok_or(Error::OidcConnectionNotFound)?;
    let fields = found.fields()?;
    if returned.issuer.is_some_and(|issuer| issuer != fields.issuer) {
        return Err(Error::SsoRefused);
    }
    let code = returned.code.ok_or(Error::SsoRefused)?;
    let (secret, kept) = (connection::opened(app, &found)?, start_sign_in::opened(app, &begun)?);
    let proved = provider::finish(app, now, found.public_id, (&fields, secret), (code, kept)).await?;
    let ctx = visitor.enter(found.tenant_id, "users");
    let role = fields.role(&proved.claims);
    let arrival = Arrival { connection: found.public_id, fields: &fields, claimed: &proved.claimed, role };
    let handed = secrets::token(CODE_PREFIX);
    let identified = identify(app, &ctx, arrival, &begun, (handed.hash, now + CODE_LIFETIME)).await;
    match identified {
        // Another sign-in of the same person was the first.
        Err(Error::Data(error)) if oidc_identity::is_taken(&error) || user::is_taken(&error) => {
            Err(Error::SsoStateInvalid)
        }
        outcome => outcome.and_then(|()| with_code(&begun.return_to, &handed.plain)),
    }
}

fn with_code(return_to: &str, code: &str) -> Result<String, Error> {
    let mut url: Url = return_to.parse().map_err(data::Error::internal)?;
    url.query_pairs_mut().append_pair("code", code);
    Ok(url.into())
}
