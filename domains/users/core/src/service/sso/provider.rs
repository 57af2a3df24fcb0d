//! What is asked of a provider, and what its answers prove. Discovery, keys, the exchange of the code and the check of the ID
//! token are the library's; which algorithms are good, and at what time, is said here.

use crate::app::App;
use crate::domain::OidcConnectionId;
use crate::domain::oidc::{self, Claimed, Fields};
use crate::error::Error;
use crate::service::sso::fetch;
use chrono::{DateTime, Utc};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClientAuthMethod, CoreErrorResponseType,
    CoreGenderClaim, CoreIdTokenVerifier, CoreJsonWebKey, CoreJsonWebKeySet,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreRevocableToken,
    CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AuthType, AuthorizationCode, ClaimsVerificationError, Client,
    ClientId, ClientSecret, CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    HttpRequest, IdToken, IdTokenClaims, IdTokenFields, IssuerUrl, LoginHint, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, SignatureVerificationError,
    StandardErrorResponse, StandardTokenResponse, TokenResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::Arc;
use url::Url;

/// Where a provider sends browsers back to: each connection's to a place of its own, or one provider could send somebody on to
/// another with a sign-in of its own, and be handed the code that the other gives (mix-up: RFC 9700, 4.4).
pub const CALLBACK_PATH: &str = "/sso/{id}/callback";

/// Nothing that a shared secret signs, and never `none`.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 6] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// What the library does not read by itself: groups, for one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Further {
    #[serde(flatten)]
    claims: Map<String, Value>,
}

impl AdditionalClaims for Further {}

type Token = IdToken<Further, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;
type TokenFields = IdTokenFields<
    Further,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type Tokens = StandardTokenResponse<TokenFields, CoreTokenType>;
type ProviderClient = Client<
    Further,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What a provider says of itself, kept for a while.
#[derive(Serialize, Deserialize)]
pub struct Provider {
    metadata: CoreProviderMetadata,
    keys: CoreJsonWebKeySet,
}

/// What is kept between the way there and the way back.
#[derive(Serialize, Deserialize)]
pub struct Kept {
    pub nonce: String,
    pub verifier: String,
}

pub struct Begun {
    pub url: Url,
    pub state: String,
    pub kept: Kept,
}

/// Who has signed in, and all that the provider says of them.
pub struct Proved {
    pub claimed: Claimed,
    pub claims: Map<String, Value>,
}

pub async fn begin(
    app: &App,
    connection: OidcConnectionId,
    fields: &Fields,
    login_hint: Option<String>,
) -> Result<Begun, Error> {
    let provider = known(app, &fields.issuer).await?;
    let client = client(app, &provider.metadata, connection, fields, None)?;
    // Where browsers are sent is as good a place as any that is asked.
    app.outbound.parse_url(provider.metadata.authorization_endpoint().url().as_str()).map_err(unavailable)?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let mut asked = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(fields.scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new))
        .set_pkce_challenge(challenge);
    if let Some(hint) = login_hint {
        asked = asked.set_login_hint(LoginHint::new(hint));
    }
    let (url, state, nonce) = asked.url();
    let kept = Kept { nonce: nonce.secret().clone(), verifier: verifier.secret().clone() };
    Ok(Begun { url, state: state.secret().clone(), kept })
}

/// The code that a browser has brought, for who it is of.
pub async fn finish(
    app: &App,
    now: DateTime<Utc>,
    connection: OidcConnectionId,
    (fields, secret): (&Fields, String),
    (code, kept): (String, Kept),
) -> Result<Proved, Error> {
    let provider = known(app, &fields.issuer).await?;
    let client = client(app, &provider.metadata, connection, fields, Some(secret))?;
    let asked = client.exchange_code(AuthorizationCode::new(code)).map_err(unavailable)?;
    let outbound = &app.outbound;
    let http = move |request: HttpRequest| fetch::call(outbound, request);
    let tokens = asked.set_pkce_verifier(PkceCodeVerifier::new(kept.verifier)).request_async(&http).await;
    let tokens: Tokens = tokens.map_err(|error| match error {
        openidconnect::RequestTokenError::Request(error) => unavailable(error),
        other => refused(other),
    })?;
    let token = tokens.id_token().ok_or_else(|| refused("the provider sent no ID token"))?;
    let nonce = Nonce::new(kept.nonce);
    let access = tokens.access_token();
    let mut claims = match verified(token, &verifier(fields, now, &provider.keys)?, &nonce, access) {
        // The keys may have been replaced since they were read.
        Err(Unproved::Key) => {
            let keys = renewed(app, fields, &provider).await?;
            verified(token, &verifier(fields, now, &keys)?, &nonce, access).map_err(refused)?
        }
        outcome => outcome.map_err(refused)?,
    };
    if lacks(fields, &claims)
        && let Some(url) = provider.metadata.userinfo_endpoint()
    {
        match fetch::get(outbound, url.url().clone(), Some(access.secret())).await {
            Ok(body) => add(fields, &mut claims, &body)?,
            // What the ID token does not say then is not so.
            Err(error) => tracing::warn!(%error, "a tenant's provider tells nothing of who has signed in"),
        }
    }
    let claimed = oidc::claimed(&claims, fields, now).map_err(refused)?;
    Ok(Proved { claimed, claims })
}

/// Many send no more in an ID token than who it is of.
fn lacks(fields: &Fields, claims: &Map<String, Value>) -> bool {
    let names = ["email", fields.verified_claim.as_str()].into_iter().chain(fields.roles_claim.as_deref());
    names.into_iter().any(|name| !claims.contains_key(name))
}

/// What the ID token says is not said otherwise, and what is of somebody else is nothing (OpenID Connect Core, 5.3.2). An
/// address and that it is proved are of one piece: neither is completed by the other place's word.
fn add(fields: &Fields, claims: &mut Map<String, Value>, body: &[u8]) -> Result<(), Error> {
    let mut more: Map<String, Value> = serde_json::from_slice(body).map_err(refused)?;
    if more.get("sub") != claims.get("sub") {
        return Err(refused("what the provider says of the person is of somebody else"));
    }
    let of_address = ["email", fields.verified_claim.as_str()];
    let has_both = |of: &Map<String, Value>| of_address.iter().all(|name| of.contains_key(*name));
    let other = if has_both(claims) || !has_both(&more) { &mut more } else { &mut *claims };
    for name in of_address {
        other.remove(name);
    }
    for (name, value) in more {
        claims.entry(name).or_insert(value);
    }
    Ok(())
}

#[derive(Debug, thiserror::Error)]
enum Unproved {
    #[error("no key of the provider's fits")]
    Key,
    #[error(transparent)]
    Claims(ClaimsVerificationError),
    #[error("the access token is not the one that the ID token names")]
    AccessToken,
}

fn verified(
    token: &Token,
    verifier: &CoreIdTokenVerifier<'_>,
    nonce: &Nonce,
    access: &openidconnect::AccessToken,
) -> Result<Map<String, Value>, Unproved> {
    let claims = token.claims(verifier, nonce).map_err(|error| match error {
        ClaimsVerificationError::SignatureVerification(
            SignatureVerificationError::NoMatchingKey | SignatureVerificationError::CryptoError(_),
        ) => Unproved::Key,
        other => Unproved::Claims(other),
    })?;
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = token.signing_alg().map_err(|_| Unproved::AccessToken)?;
        let key = token.signing_key(verifier).map_err(|_| Unproved::AccessToken)?;
        let found = AccessTokenHash::from_token(access, algorithm, key).map_err(|_| Unproved::AccessToken)?;
        if found != *expected {
            return Err(Unproved::AccessToken);
        }
    }
    Ok(all(claims))
}

fn all(claims: &IdTokenClaims<Further, CoreGenderClaim>) -> Map<String, Value> {
    let mut all = claims.additional_claims().claims.clone();
    let mut put = |name: &str, value: Value| drop(all.insert(name.to_owned(), value));
    put("sub", claims.subject().as_str().into());
    if let Some(email) = claims.email() {
        put("email", email.as_str().into());
    }
    if let Some(is_verified) = claims.email_verified() {
        put("email_verified", is_verified.into());
    }
    if let Some(name) = claims.name().and_then(|name| name.get(None)) {
        put("name", name.as_str().into());
    }
    if let Some(party) = claims.authorized_party() {
        put("azp", party.as_str().into());
    }
    all
}

fn verifier<'a>(
    fields: &Fields,
    now: DateTime<Utc>,
    keys: &CoreJsonWebKeySet,
) -> Result<CoreIdTokenVerifier<'a>, Error> {
    let client = ClientId::new(fields.client_id.clone());
    let issuer = IssuerUrl::new(fields.issuer.clone()).map_err(unavailable)?;
    let verifier = CoreIdTokenVerifier::new_public_client(client, issuer, keys.clone());
    let is_of_now = move |issued_at: DateTime<Utc>| {
        let is_good = oidc::is_of_now(issued_at, now);
        is_good.then_some(()).ok_or_else(|| "it was made at another time".to_owned())
    };
    Ok(verifier.set_allowed_algs(ALGORITHMS).set_time_fn(move || now).set_issue_time_verifier_fn(is_of_now))
}

async fn known(app: &App, issuer: &str) -> Result<Arc<Provider>, Error> {
    let load = || async { discovered(app, issuer).await.map(Some) };
    let found: Option<Arc<Provider>> = app.providers.get_with(None, issuer, load).await?;
    found.ok_or(Error::SsoUnavailable)
}

async fn discovered(app: &App, issuer: &str) -> Result<Provider, Error> {
    let issuer = IssuerUrl::new(issuer.to_owned()).map_err(unavailable)?;
    let outbound = &app.outbound;
    let http = move |request: HttpRequest| fetch::call(outbound, request);
    let metadata = CoreProviderMetadata::discover_async(issuer, &http).await.map_err(unavailable)?;
    let keys = metadata.jwks().clone();
    Ok(Provider { metadata, keys })
}

/// For this sign-in, and for those after it.
async fn renewed(app: &App, fields: &Fields, provider: &Provider) -> Result<CoreJsonWebKeySet, Error> {
    app.providers.invalidate(None, &fields.issuer).await;
    let outbound = &app.outbound;
    let http = move |request: HttpRequest| fetch::call(outbound, request);
    CoreJsonWebKeySet::fetch_async(provider.metadata.jwks_uri(), &http).await.map_err(unavailable)
}

fn client(
    app: &App,
    metadata: &CoreProviderMetadata,
    connection: OidcConnectionId,
    fields: &Fields,
    secret: Option<String>,
) -> Result<ProviderClient, Error> {
    let path = CALLBACK_PATH.replace("{id}", &connection.to_string());
    let here = format!("{}{path}", app.issuer.trim_end_matches('/'));
    let redirect = RedirectUrl::new(here).map_err(data::Error::internal)?;
    let id = ClientId::new(fields.client_id.clone());
    let client = ProviderClient::from_provider_metadata(metadata.clone(), id, secret.map(ClientSecret::new));
    Ok(client.set_redirect_uri(redirect).set_auth_type(auth_type(metadata)))
}

/// In the head, as all should take it, but where a provider says that it wants it in the body alone.
fn auth_type(metadata: &CoreProviderMetadata) -> AuthType {
    let known = metadata.token_endpoint_auth_methods_supported();
    let takes = |method| known.is_none_or(|known| known.contains(&method));
    if takes(CoreClientAuthMethod::ClientSecretBasic) || !takes(CoreClientAuthMethod::ClientSecretPost) {
        AuthType::BasicAuth
    } else {
        AuthType::RequestBody
    }
}

/// What was wrong is for whoever reads the log; of nothing that is told is it a secret.
fn unavailable(error: impl std::fmt::Display) -> Error {
    tracing::warn!(%error, "a provider of a tenant's does not answer as it should");
    Error::SsoUnavailable
}

fn refused(error: impl std::fmt::Display) -> Error {
    tracing::info!(%error, "what a provider of a tenant's says is not good");
    Error::SsoRefused
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::oidc::{Enforcement, GivenRole, Joining};
    use serde_json::json;
    use std::collections::BTreeMap;

    fn fields() -> Fields {
        Fields {
            name: "Keycloak".to_owned(),
            issuer: "https://login.example".to_owned(),
            client_id: "insula".to_owned(),
            scopes: Vec::new(),
            return_to: vec!["https://app.example/in".to_owned()],
            verified_claim: "email_verified".to_owned(),
            roles_claim: Some("groups".to_owned()),
            role_map: BTreeMap::new(),
            default_role: GivenRole::Viewer,
            joining: Joining::Invited,
            enforcement: Enforcement::Optional,
        }
    }

    #[test]
    fn what_is_said_elsewhere_adds_and_changes_nothing() {
        let check = |token: Value, elsewhere: Value, expected: Value| {
            let mut claims = token.as_object().cloned().unwrap();
            add(&fields(), &mut claims, elsewhere.to_string().as_bytes()).unwrap();
            assert_eq!(Value::Object(claims), expected, "{token} {elsewhere}");
        };
        let ada = json!({ "sub": "7", "email": "ada@example.com", "email_verified": true });
        let eve =
            json!({ "sub": "7", "email": "eve@example.com", "email_verified": false, "groups": ["ops"] });
        let mut both = ada.clone();
        both["groups"] = json!(["ops"]);
        check(ada.clone(), eve.clone(), both);
        check(json!({ "sub": "7" }), ada.clone(), ada.clone());
        check(json!({ "sub": "7", "email": "eve@example.com" }), ada.clone(), ada);
        // Which of the two addresses would it be that is proved?
        let half = json!({ "sub": "7", "email_verified": true });
        let eve = json!({ "sub": "7", "email": "eve@example.com" });
        check(eve.clone(), half, eve);
    }

    #[test]
    fn what_is_of_somebody_else_or_no_object_is_refused() {
        let mut claims = json!({ "sub": "7" }).as_object().cloned().unwrap();
        assert!(add(&fields(), &mut claims, br#"{"sub": "8"}"#).is_err());
        assert!(add(&fields(), &mut claims, b"{}").is_err());
        assert!(add(&fields(), &mut claims, b"eyJhbGciOiJub25lIn0").is_err());
    }
}
