//! A provider sends somebody here who has yet to sign in (OpenID Connect Core, section 4). They are handed to the client,
//! which begins as ever, with a secret of its own: a sign-in that begins without one could be anybody's.

use crate::app::App;
use crate::domain::OidcConnectionId;
use crate::error::Error;
use crate::store::oidc_connection;
use url::Url;

const MAX_HINT: usize = 254;

pub struct InitiateSignIn {
    pub issuer: String,
    pub login_hint: Option<String>,
    /// One of the connection's `return_to`; without it, the first.
    pub target: Option<String>,
}

/// Where the browser goes: to the client, told by which connection to begin.
pub async fn initiate_sign_in(
    app: &App,
    id: OidcConnectionId,
    command: InitiateSignIn,
) -> Result<String, Error> {
    let system = app.databases.system_read("sign-in by a provider: who it is that sends somebody").await?;
    let connection = oidc_connection::of_anybody(&system, id).await?.ok_or(Error::OidcConnectionNotFound)?;
    drop(system);
    let fields = connection.fields()?;
    if command.issuer != fields.issuer {
        return Err(Error::SsoRefused);
    }
    let target = match command.target {
        Some(target) => fields.return_to.into_iter().find(|allowed| *allowed == target),
        None => fields.return_to.into_iter().next(),
    };
    let mut url: Url = target.ok_or(Error::SsoReturnRefused)?.parse().map_err(data::Error::internal)?;
    url.query_pairs_mut().append_pair("sso_connection", &id.to_string());
    if let Some(hint) = command.login_hint.filter(|hint| hint.len() <= MAX_HINT) {
        url.query_pairs_mut().append_pair("login_hint", &hint);
    }
    Ok(url.into())
}
