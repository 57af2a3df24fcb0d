//! What a browser brings that a client has sent (RFC 6749, 4.1.1; RFC 7636). Until the client and the way back are proved,
//! what is wrong is told to the person alone; from then on the client hears of it, by a link that they follow: who has not signed
//! in is sent nowhere by us, or our name would lead wherever somebody has registered a client (RFC 9700, 4.11.2).

use crate::app::App;
use crate::domain::oauth::{GrantType, OF_IDENTITY, is_challenge, requested};
use crate::domain::redirect_uri;
use crate::error::Error;
use crate::service::oauth::authenticate_client::find;
use crate::store::oauth_client::Client;
use crate::store::tenant;
use kernel::Visitor;
use std::collections::BTreeMap;
use url::form_urlencoded;

const MAX_NONCE: usize = 500;

/// A client that is known asks, and is answered where it is registered.
pub struct Asked {
    pub client: Client,
    pub tenant_name: String,
    pub redirect_uri: String,
    pub state: Option<String>,
    pub scopes: Vec<String>,
    pub challenge: String,
    pub nonce: Option<String>,
    /// All of it again, in one spelling.
    pub query: String,
}

pub enum Wrong {
    /// Nobody is sent anywhere.
    Here(&'static str),
    /// There, with the reason, where the person goes themselves.
    ToClient {
        location: String,
        reason: &'static str,
    },
    Failed(Error),
}

impl From<Error> for Wrong {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<data::Error> for Wrong {
    fn from(error: data::Error) -> Self {
        Self::Failed(error.into())
    }
}

pub async fn look_at(app: &App, visitor: &Visitor, query: &str) -> Result<Asked, Wrong> {
    let parameters = Parameters::of(query);
    let client = match parameters.once("client_id") {
        Some(client_id) => find(app, visitor, client_id).await?,
        None => None,
    };
    let client = client.ok_or(Wrong::Here("The program that sent you here is not known here."))?;
    let redirect_uri = parameters.once("redirect_uri").filter(|asked| {
        let mut registered = client.fields.redirect_uris.iter();
        registered.any(|one| redirect_uri::matches(one, asked, client.is_public()))
    });
    let redirect_uri = redirect_uri.ok_or(Wrong::Here(
        "The program that sent you here wants you sent on to where it is not registered. You are not.",
    ))?;
    let redirect_uri = redirect_uri.to_owned();
    let state = parameters.once("state").map(str::to_owned);
    let told = |reason: Reason| {
        let (code, description) = reason;
        let location = refused(app, &redirect_uri, state.as_deref(), code, description);
        Wrong::ToClient { location, reason: description }
    };
    let (scopes, challenge, nonce) = checked(&parameters, &client).map_err(told)?;
    let read = app.databases.read(&visitor.enter(client.tenant, "users")).await?;
    let tenant = tenant::own(&read).await?.ok_or(Error::NoSuchTenant)?;
    Ok(Asked {
        tenant_name: tenant.name,
        redirect_uri,
        state,
        scopes,
        challenge,
        nonce,
        query: parameters.query(),
        client,
    })
}

/// Where the browser is sent with a refusal.
pub fn refused(app: &App, redirect_uri: &str, state: Option<&str>, code: &str, description: &str) -> String {
    let mut told = vec![("error", code), ("error_description", description)];
    told.extend(state.map(|state| ("state", state)));
    told.push(("iss", app.issuer.as_str()));
    redirect_uri::with(redirect_uri, &told)
}

/// Where the browser is sent with a code. Who has answered is in it (RFC 9207).
pub fn granted(app: &App, asked: &Asked, code: &str) -> String {
    let mut told = vec![("code", code)];
    told.extend(asked.state.as_deref().map(|state| ("state", state)));
    told.push(("iss", app.issuer.as_str()));
    redirect_uri::with(&asked.redirect_uri, &told)
}

/// Each of these in plain words.
pub fn worded(app: &App, scopes: &[String]) -> Vec<&'static str> {
    let of_identity = OF_IDENTITY.iter().filter(|(name, _)| scopes.iter().any(|scope| scope == name));
    let permissions = app.permissions.all().iter();
    let permissions = permissions.filter(|one| scopes.iter().any(|scope| scope == one.name));
    of_identity.map(|(_, words)| *words).chain(permissions.map(|one| one.summary)).collect()
}

/// A code of RFC 6749 (4.1.2.1) or OpenID Connect (3.1.2.6), and what to do.
type Reason = (&'static str, &'static str);

fn checked(
    parameters: &Parameters,
    client: &Client,
) -> Result<(Vec<String>, String, Option<String>), Reason> {
    if parameters.has_twice() {
        return Err(("invalid_request", "Send each parameter once."));
    }
    if !client.may(GrantType::AuthorizationCode) {
        return Err(("unauthorized_client", "The client is not registered for codes."));
    }
    for (name, code) in [("request", "request_not_supported"), ("request_uri", "request_uri_not_supported")] {
        if parameters.once(name).is_some() {
            return Err((code, "Send the parameters by themselves."));
        }
    }
    match parameters.once("response_type") {
        Some("code") => {}
        Some(_) => return Err(("unsupported_response_type", "Ask for response_type=code.")),
        None => return Err(("invalid_request", "Ask for response_type=code.")),
    }
    if parameters.once("response_mode").is_some_and(|mode| mode != "query") {
        return Err(("invalid_request", "The answer is in the query."));
    }
    if parameters.once("code_challenge_method") != Some("S256") {
        return Err(("invalid_request", "Prove yourself by PKCE, with code_challenge_method=S256."));
    }
    let challenge = parameters.once("code_challenge").filter(|challenge| is_challenge(challenge));
    let challenge = challenge
        .ok_or(("invalid_request", "Send as code_challenge the SHA-256 of the verifier in base64url."))?;
    let scopes = requested(parameters.once("scope").unwrap_or_default(), &client.fields.scopes);
    let scopes = scopes
        .ok_or(("invalid_scope", "Ask for scopes, and for none that the client is not registered for."))?;
    let nonce = parameters.once("nonce");
    if nonce.is_some_and(|nonce| nonce.len() > MAX_NONCE) {
        return Err(("invalid_request", "A nonce has at most 500 bytes."));
    }
    if parameters.once("prompt").is_some_and(|prompt| prompt.split(' ').any(|word| word == "none")) {
        return Err(("login_required", "Whoever is asked signs in for it."));
    }
    Ok((scopes, challenge.to_owned(), nonce.map(str::to_owned)))
}

/// By their names, in order, with all that was sent by each; what was sent empty was not sent.
struct Parameters(BTreeMap<String, Vec<String>>);

impl Parameters {
    fn of(query: &str) -> Self {
        let mut parameters: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.is_empty()) {
            parameters.entry(name.into_owned()).or_default().push(value.into_owned());
        }
        Self(parameters)
    }

    fn once(&self, name: &str) -> Option<&str> {
        match self.0.get(name).map(Vec::as_slice) {
            Some([value]) => Some(value),
            _ => None,
        }
    }

    fn has_twice(&self) -> bool {
        self.0.values().any(|values| values.len() > 1)
    }

    fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, values) in &self.0 {
            query.extend_pairs(values.iter().map(|value| (name, value)));
        }
        query.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_has_one_spelling() {
        let check =
            |query: &str, expected: &str| assert_eq!(Parameters::of(query).query(), expected, "{query}");
        check("b=2&a=x%20y&c=", "a=x+y&b=2");
        check("a=1&a=2", "a=1&a=2");
        check("a='&b=%3C", "a=%27&b=%3C");
        check("", "");
        let twice = Parameters::of("a=1&a=2&b=3");
        assert!(twice.has_twice());
        assert_eq!([twice.once("a"), twice.once("b"), twice.once("c")], [None, Some("3"), None]);
    }
}
