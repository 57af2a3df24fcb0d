//! A client's refresh token for a new pair, as far as the one before or less far.

use crate::app::App;
use crate::domain::oauth::GrantType;
use crate::service::oauth::refusal::Refusal;
use crate::service::sessions::refresh_session::{ByClient, refresh_for_client};
use crate::service::sessions::tokens::SessionTokens;
use crate::store::oauth_client::Client;
use kernel::Visitor;

pub async fn refresh_client_session(
    app: &App,
    visitor: &Visitor,
    client: &Client,
    token: &str,
    scope: Option<&str>,
) -> Result<SessionTokens, Refusal> {
    if !client.may(GrantType::RefreshToken) {
        return Err(Refusal::UnauthorizedClient);
    }
    Ok(refresh_for_client(app, visitor, token, ByClient { client, scope }).await?)
}
