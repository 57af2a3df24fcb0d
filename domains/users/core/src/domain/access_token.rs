//! Access tokens: JWTs (RFC 9068) that Ed25519 signs (RFC 8037), and what a key is called (RFC 7638). One algorithm and one
//! kind of key, so a token has nothing to choose.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use kernel::ctx::Strength;
use kernel::id::{CredentialId, OperatorId};
use kernel::{TenantId, UserId};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use uuid::Uuid;

const ALGORITHM: &str = "EdDSA";
const TYPE: &str = "at+jwt";
/// Of a client's, by the other spelling that RFC 9068 has: nodes of a version before clients, which would not hold one to its
/// scopes, do not know it.
const TYPE_OF_CLIENTS: &str = "application/at+jwt";
const TYPE_OF_ID_TOKENS: &str = "JWT";
/// Ours have some 700 bytes, and a client's its scopes besides.
const MAX_BYTES: usize = 8_192;
/// By how much the clocks of two nodes may differ.
const SKEW_SECONDS: i64 = 60;

/// With anything else in it, such as what must be understood (`crit`), it is not one of ours.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub aud: String,
    pub sub: UserId,
    pub tenant_id: TenantId,
    /// The session.
    pub sid: CredentialId,
    pub jti: Uuid,
    pub iat: i64,
    pub exp: i64,
    pub auth_time: i64,
    /// RFC 8176.
    pub amr: Vec<String>,
    /// Who really acts, where an operator looks through the person (RFC 8693).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Act>,
    /// Of a client's: how it calls itself, and its scopes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

/// Who has signed in, for a client alone (OpenID Connect).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IdClaims {
    pub iss: String,
    pub aud: String,
    pub sub: UserId,
    pub iat: i64,
    pub exp: i64,
    pub auth_time: i64,
    pub amr: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    pub sub: String,
}

impl Act {
    pub fn of(operator: OperatorId) -> Self {
        Self { sub: format!("operator:{operator}") }
    }
}

pub fn methods(strength: Strength) -> Vec<String> {
    let names: &[&str] = match strength {
        Strength::Password => &["pwd"],
        Strength::SecondFactor => &["pwd", "otp", "mfa"],
        Strength::Passkey => &["hwk", "user", "mfa"],
        Strength::Federated => &["fed"],
        Strength::Internal | Strength::Key => &[],
    };
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// A public key as others read it (RFC 8037).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Jwk {
    pub kty: &'static str,
    pub crv: &'static str,
    pub x: String,
    pub kid: String,
    pub alg: &'static str,
    #[serde(rename = "use")]
    pub for_what: &'static str,
}

impl Jwk {
    pub fn of(public_key: &[u8]) -> Self {
        Self {
            kty: "OKP",
            crv: "Ed25519",
            x: encoded(public_key),
            kid: thumbprint(public_key),
            alg: ALGORITHM,
            for_what: "sig",
        }
    }
}

/// Of the members that RFC 8037 names.
pub fn thumbprint(public_key: &[u8]) -> String {
    thumbprint_of([("kty", "OKP"), ("crv", "Ed25519"), ("x", encoded(public_key).as_str())])
}

/// In the order and the form of RFC 7638. Nothing in them may have to be escaped.
fn thumbprint_of<const N: usize>(members: [(&str, &str); N]) -> String {
    let ordered = BTreeMap::from(members).into_iter();
    let members: Vec<_> = ordered.map(|(name, value)| format!(r#""{name}":"{value}""#)).collect();
    encoded(&Sha256::digest(format!("{{{}}}", members.join(","))))
}

pub fn sign(pair: &Ed25519KeyPair, key_id: &str, claims: &Claims) -> Result<String, serde_json::Error> {
    let kind = if claims.client_id.is_some() { TYPE_OF_CLIENTS } else { TYPE };
    sign_as(pair, key_id, kind, claims)
}

pub fn sign_id_token(
    pair: &Ed25519KeyPair,
    key_id: &str,
    claims: &IdClaims,
) -> Result<String, serde_json::Error> {
    sign_as(pair, key_id, TYPE_OF_ID_TOKENS, claims)
}

fn sign_as(
    pair: &Ed25519KeyPair,
    key_id: &str,
    kind: &str,
    claims: &impl Serialize,
) -> Result<String, serde_json::Error> {
    let header = Header { alg: ALGORITHM.to_owned(), typ: kind.to_owned(), kid: key_id.to_owned() };
    let (header, claims) = (serde_json::to_vec(&header)?, serde_json::to_vec(claims)?);
    Ok(signed(pair, &header, &claims))
}

/// What is signed to be shown for long: it brings along the key that it is checked with, since that is published no more by
/// then. Whose key it is one knows by its thumbprint.
pub fn sign_statement(
    pair: &Ed25519KeyPair,
    kind: &str,
    payload: &serde_json::Value,
) -> Result<String, serde_json::Error> {
    let key = Jwk::of(pair.public_key().as_ref());
    let header = serde_json::json!({ "alg": ALGORITHM, "typ": kind, "kid": key.kid, "jwk": key });
    Ok(signed(pair, &serde_json::to_vec(&header)?, &serde_json::to_vec(payload)?))
}

/// JWS in its compact form (RFC 7515).
pub(super) fn signed(pair: &Ed25519KeyPair, header: &[u8], payload: &[u8]) -> String {
    let message = format!("{}.{}", encoded(header), encoded(payload));
    let signature = encoded(pair.sign(message.as_bytes()).as_ref());
    format!("{message}.{signature}")
}

/// The key that a token says it is signed with; `None` of what is no token of this kind.
pub fn key_id(token: &str) -> Option<String> {
    let header: Header = serde_json::from_slice(&decoded(split(token)?.header)?).ok()?;
    let is_ours = header.typ == TYPE || header.typ == TYPE_OF_CLIENTS;
    (header.alg == ALGORITHM && is_ours).then_some(header.kid)
}

/// What a token says of which somebody has found that it is good.
pub fn claims(token: &str) -> Option<Claims> {
    serde_json::from_slice(&decoded(split(token)?.payload)?).ok()
}

/// Whether the key signed it, for here, and it is good now.
pub fn is_good(token: &str, public_key: &[u8], issuer: &str, now: DateTime<Utc>) -> bool {
    let Some(claims) = verified(token, public_key) else { return false };
    let Ok(claims) = serde_json::from_slice::<Claims>(&claims) else { return false };
    let now = now.timestamp();
    claims.iss == issuer && claims.aud == issuer && now < claims.exp && claims.iat <= now + SKEW_SECONDS
}

/// The payload of what the key signed.
pub(super) fn verified(token: &str, public_key: &[u8]) -> Option<Vec<u8>> {
    let Parts { message, payload, signature, .. } = split(token)?;
    let key = UnparsedPublicKey::new(&ED25519, public_key);
    key.verify(message.as_bytes(), &decoded(signature)?).ok()?;
    decoded(payload)
}

struct Parts<'a> {
    message: &'a str,
    header: &'a str,
    payload: &'a str,
    signature: &'a str,
}

fn split(token: &str) -> Option<Parts<'_>> {
    if token.len() > MAX_BYTES {
        return None;
    }
    let (message, signature) = token.rsplit_once('.')?;
    let (header, payload) = message.split_once('.')?;
    Some(Parts { message, header, payload, signature })
}

pub(super) fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;
    use ring::signature::KeyPair;
    use serde_json::{Value, json};

    /// RFC 8037, Appendix A.1 and A.2.
    const D: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    /// Appendix A.4.
    const SIGNED: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

    fn pair() -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&decoded(D).unwrap()).unwrap()
    }

    fn now() -> DateTime<Utc> {
        "2026-01-15T12:00:00Z".parse().unwrap()
    }

    fn claims() -> Claims {
        let id = Uuid::from_u128(7);
        Claims {
            iss: "http://insula.test".to_owned(),
            aud: "http://insula.test".to_owned(),
            sub: UserId::from_uuid(id),
            tenant_id: TenantId::from_uuid(id),
            sid: CredentialId::from_uuid(id),
            jti: id,
            iat: now().timestamp(),
            exp: (now() + Duration::minutes(15)).timestamp(),
            auth_time: now().timestamp(),
            amr: methods(Strength::Password),
            act: None,
            client_id: None,
            scope: None,
        }
    }

    #[test]
    fn the_examples_of_rfc_8037() {
        assert_eq!(encoded(pair().public_key().as_ref()), X);
        // A.3
        assert_eq!(thumbprint(&decoded(X).unwrap()), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        // A.4, A.5
        assert_eq!(signed(&pair(), br#"{"alg":"EdDSA"}"#, b"Example of Ed25519 signing"), SIGNED);
        assert_eq!(
            verified(SIGNED, &decoded(X).unwrap()).as_deref(),
            Some(&b"Example of Ed25519 signing"[..])
        );
    }

    /// RFC 7638, 3.1: its own key is of RSA, which we have none of; the form and the hash are the same.
    #[test]
    fn the_example_of_rfc_7638() {
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let found = thumbprint_of([("n", n), ("kty", "RSA"), ("e", "AQAB")]);
        assert_eq!(found, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn a_token_is_good_where_and_while_it_says() {
        let token = sign(&pair(), "some-key", &claims()).unwrap();
        let key = decoded(X).unwrap();
        assert_eq!(key_id(&token).as_deref(), Some("some-key"));
        let check = |token: &str, at: DateTime<Utc>, expected: bool| {
            assert_eq!(is_good(token, &key, "http://insula.test", at), expected, "{token} at {at}");
        };
        check(&token, now(), true);
        check(&token, now() + Duration::seconds(899), true);
        check(&token, now() + Duration::seconds(900), false);
        check(&token, now() - Duration::seconds(60), true);
        check(&token, now() - Duration::seconds(61), false);
        assert!(!is_good(&token, &key, "http://another.test", now()));
        let other = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        check(&sign(&other, "some-key", &claims()).unwrap(), now(), false);
    }

    #[test]
    fn a_clients_token_says_so_in_its_head_and_an_id_token_is_none() {
        let header = |token: &str| -> Value {
            serde_json::from_slice(&decoded(token.split('.').next().unwrap()).unwrap()).unwrap()
        };
        let of_client =
            Claims { client_id: Some("ins_client_7".to_owned()), scope: Some("a b".to_owned()), ..claims() };
        let token = sign(&pair(), "k", &of_client).unwrap();
        assert_eq!(header(&token)["typ"], "application/at+jwt");
        assert_eq!(key_id(&token).as_deref(), Some("k"));
        assert!(is_good(&token, &decoded(X).unwrap(), "http://insula.test", now()));
        assert_eq!(header(&sign(&pair(), "k", &claims()).unwrap())["typ"], "at+jwt");
        let Claims { iss, aud, sub, iat, exp, auth_time, amr, .. } = claims();
        let (nonce, email, email_verified) = (None, None, None);
        let of_who = IdClaims { iss, aud, sub, iat, exp, auth_time, amr, nonce, email, email_verified };
        let id_token = sign_id_token(&pair(), "k", &of_who).unwrap();
        assert_eq!(header(&id_token)["typ"], "JWT");
        assert_eq!(key_id(&id_token), None);
    }

    /// Each signed by the right key.
    #[test]
    fn claims_count_however_well_they_are_signed() {
        let key = decoded(X).unwrap();
        let check = |name: &str, value: Value| {
            let mut claims = serde_json::to_value(claims()).unwrap();
            claims[name] = value;
            let header = json!({ "alg": ALGORITHM, "typ": TYPE, "kid": "k" }).to_string();
            let token = signed(&pair(), header.as_bytes(), claims.to_string().as_bytes());
            assert!(!is_good(&token, &key, "http://insula.test", now()), "{name}: {claims}");
        };
        check("iss", json!("http://another.test"));
        check("aud", json!("http://another.test"));
        check("aud", Value::Null);
        check("exp", json!(now().timestamp()));
        check("exp", json!("never"));
        check("exp", Value::Null);
        check("iat", json!(now().timestamp() + 61));
        check("sub", json!("ada"));
    }

    #[test]
    fn only_our_own_kind_of_token_names_a_key() {
        let check = |header: Value, expected: Option<&str>| {
            let token = signed(&pair(), header.to_string().as_bytes(), b"{}");
            assert_eq!(key_id(&token).as_deref(), expected, "{header}");
        };
        check(json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": "k" }), Some("k"));
        check(json!({ "alg": "EdDSA", "typ": "application/at+jwt", "kid": "k" }), Some("k"));
        check(json!({ "alg": "none", "typ": "at+jwt", "kid": "k" }), None);
        check(json!({ "alg": "HS256", "typ": "at+jwt", "kid": "k" }), None);
        check(json!({ "alg": "EdDSA", "typ": "JWT", "kid": "k" }), None);
        check(json!({ "alg": "EdDSA", "typ": "at+jwt" }), None);
        check(json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": "k", "crit": ["b64"], "b64": false }), None);
        check(json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": "k", "jwk": { "kty": "OKP" } }), None);
        assert_eq!(key_id(SIGNED), None);
        assert_eq!(key_id("a.b.c"), None);
        assert_eq!(key_id(&"a.".repeat(3_000)), None);
    }

    #[test]
    fn what_was_altered_or_cut_is_not_good() {
        let token = sign(&pair(), "k", &claims()).unwrap();
        let key = decoded(X).unwrap();
        let (message, signature) = token.rsplit_once('.').unwrap();
        for altered in [
            message.to_owned(),
            format!("{message}."),
            format!("{message}.{signature}."),
            format!("{message}.x.{signature}"),
            format!("{message}x.{signature}"),
            token[..token.len() - 1].to_owned(),
        ] {
            assert!(!is_good(&altered, &key, "http://insula.test", now()), "{altered}");
        }
    }
}
