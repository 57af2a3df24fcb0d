//! What a client sends to the token endpoint and its neighbours, and how it proves who it is (RFC 6749, 2.3 and 3.2).

use crate::service::oauth::authenticate_client::ClientCredentials;
use crate::service::oauth::refusal::Refusal;
use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Form;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;
use url::form_urlencoded;

/// By their names; what was sent empty was not sent.
pub struct Parameters(BTreeMap<String, String>);

impl Parameters {
    pub fn of(form: Option<Form<Vec<(String, String)>>>) -> Result<Self, Refusal> {
        let Some(Form(sent)) = form else {
            return Err(Refusal::InvalidRequest(
                "Send a form: application/x-www-form-urlencoded, of 16 kB at most.",
            ));
        };
        let mut parameters = BTreeMap::new();
        for (name, value) in sent.into_iter().filter(|(_, value)| !value.is_empty()) {
            if parameters.insert(name, value).is_some() {
                return Err(Refusal::InvalidRequest("Send each parameter once."));
            }
        }
        Ok(Self(parameters))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// By `Authorization: Basic`, or in the form; not in both.
    pub fn credentials(&self, req: &HttpRequest) -> Result<ClientCredentials, Refusal> {
        let named = self.get("client_id");
        let Some(header) = req.headers().get(AUTHORIZATION) else {
            let client_id = named.ok_or(Refusal::InvalidClient)?.to_owned();
            return Ok(ClientCredentials { client_id, secret: self.get("client_secret").map(str::to_owned) });
        };
        if self.get("client_secret").is_some() {
            return Err(Refusal::InvalidRequest("Prove who you are once: by Authorization, or in the form."));
        }
        let credentials = header.to_str().ok().and_then(basic).ok_or(Refusal::InvalidClient)?;
        if named.is_some_and(|named| named != credentials.client_id) {
            return Err(Refusal::InvalidRequest("The client_id is not that of Authorization."));
        }
        Ok(credentials)
    }
}

/// Both halves are encoded as in a form, before base64.
fn basic(header: &str) -> Option<ClientCredentials> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (client_id, secret) = text.split_once(':')?;
    Some(ClientCredentials { client_id: decoded(client_id)?, secret: Some(decoded(secret)?) })
}

fn decoded(text: &str) -> Option<String> {
    // Neither half of ours has a character that would be a separator.
    let mut pairs = form_urlencoded::parse(text.as_bytes());
    match (pairs.next(), pairs.next()) {
        (Some((name, value)), None) if value.is_empty() => Some(name.into_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials_are_encoded_twice() {
        let check = |header: &str, expected: Option<(&str, &str)>| {
            let found = basic(header);
            let found =
                found.as_ref().map(|found| (found.client_id.as_str(), found.secret.as_deref().unwrap()));
            assert_eq!(found, expected, "{header}");
        };
        let of = |text: &str| format!("Basic {}", STANDARD.encode(text));
        check(&of("ins_client_a:ins_secret_b"), Some(("ins_client_a", "ins_secret_b")));
        check(&of("a%3Ab:c+d"), Some(("a:b", "c d")));
        check(&of("a:b").replace("Basic", "basic"), Some(("a", "b")));
        check(&of("a"), None);
        check(&of("a:b&c"), None);
        check("Bearer abc", None);
        check("Basic ###", None);
        check("Basic", None);
    }

    #[test]
    fn what_comes_twice_is_refused_and_what_is_empty_is_not_there() {
        let of = |sent: &[(&str, &str)]| {
            let sent = sent.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            Parameters::of(Some(Form(sent)))
        };
        let found = of(&[("a", "1"), ("b", ""), ("b", "2")]).unwrap();
        assert_eq!([found.get("a"), found.get("b"), found.get("c")], [Some("1"), Some("2"), None]);
        assert!(of(&[("a", "1"), ("a", "1")]).is_err());
        assert!(Parameters::of(None).is_err());
    }
}
