//! Signing in with a tenant's own provider (OpenID Connect): what a connection is, whose an address is, and what the claims
//! say of a person.

use crate::domain::Email;
use chrono::{DateTime, Duration, Utc};
use kernel::Faults;
use kernel::permission::BuiltinRole;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::str::FromStr;
use url::Url;

/// How long somebody may take at their provider.
pub const SIGN_IN_LIFETIME: Duration = Duration::minutes(10);
/// How long the client has to fetch the tokens.
pub const CODE_LIFETIME: Duration = Duration::seconds(60);
/// What the clocks of a provider and of this installation may differ by.
const LEEWAY: Duration = Duration::seconds(60);
/// An ID token is made for the sign-in that it comes of.
const OLDEST: Duration = Duration::minutes(10);

pub const MAX_NAME: usize = 100;
pub const MAX_CLIENT_ID: usize = 255;
pub const MAX_SECRET: usize = 1000;
pub const MAX_SCOPES: usize = 20;
pub const MAX_RETURN_TO: usize = 20;
pub const MAX_MAPPED: usize = 200;
pub const MAX_DOMAINS: u64 = 100;
pub const MAX_CONNECTIONS: u64 = 20;
const MAX_URL: usize = 500;
const MAX_CLAIM: usize = 100;
const MAX_VALUE: usize = 255;
const MAX_SUBJECT: usize = 255;
const MAX_PERSON_NAME: usize = 100;
const CHALLENGE_LENGTH: usize = 43;

/// Who may come in by a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joining {
    /// Members, and who is invited.
    Invited,
    /// Whoever the provider knows.
    Anybody,
}

impl Joining {
    pub fn name(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Anybody => "anybody",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Invited, Self::Anybody].into_iter().find(|joining| joining.name() == word)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enforcement {
    Optional,
    /// Who has an address in a verified domain signs in so, and in no other way; an owner by two factors still.
    Enforced,
}

impl Enforcement {
    pub fn name(self) -> &'static str {
        match self {
            Self::Optional => "optional",
            Self::Enforced => "enforced",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Optional, Self::Enforced].into_iter().find(|it| it.name() == word)
    }
}

/// A role that a provider may give: no owner's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GivenRole {
    Viewer,
    Member,
    Admin,
}

impl GivenRole {
    const ALL: [Self; 3] = [Self::Viewer, Self::Member, Self::Admin];

    pub fn builtin(self) -> BuiltinRole {
        match self {
            Self::Viewer => BuiltinRole::Viewer,
            Self::Member => BuiltinRole::Member,
            Self::Admin => BuiltinRole::Admin,
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.builtin().name() == word)
    }
}

/// What a tenant says of a connection, but for its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fields {
    pub name: String,
    /// As the provider writes it; who somebody is there is worth nothing at another.
    pub issuer: String,
    pub client_id: String,
    /// Beside `openid`.
    pub scopes: Vec<String>,
    /// Where clients are handed their code, to the letter.
    pub return_to: Vec<String>,
    /// Which claim says that the address is proved.
    pub verified_claim: String,
    pub roles_claim: Option<String>,
    pub role_map: BTreeMap<String, GivenRole>,
    pub default_role: GivenRole,
    #[serde(serialize_with = "joining_name")]
    pub joining: Joining,
    #[serde(serialize_with = "enforcement_name")]
    pub enforcement: Enforcement,
}

fn joining_name<S: serde::Serializer>(joining: &Joining, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(joining.name())
}

fn enforcement_name<S: serde::Serializer>(enforcement: &Enforcement, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(enforcement.name())
}

impl Fields {
    /// With what is around them taken off. `is_reached`: whether a URL is one that this installation speaks to.
    pub fn checked(mut self, faults: &mut Faults, is_reached: impl Fn(&str) -> bool) -> Self {
        self.name = faults.text("/name", &self.name, MAX_NAME);
        self.client_id = faults.text("/client_id", &self.client_id, MAX_CLIENT_ID);
        let issuer_fits = self.issuer.len() <= MAX_URL && is_issuer(&self.issuer) && is_reached(&self.issuer);
        faults.require(
            issuer_fits,
            "/issuer",
            "invalid_issuer",
            "must be an https URL without query and fragment",
        );
        let is_token = |text: &String| {
            !text.is_empty()
                && text.len() <= MAX_CLAIM
                && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
        };
        let scopes_fit = self.scopes.len() <= MAX_SCOPES && self.scopes.iter().all(is_token);
        faults.require(
            scopes_fit,
            "/scopes",
            "invalid_scopes",
            "must be at most 20 scopes as RFC 6749 writes them",
        );
        let count_fits = !self.return_to.is_empty() && self.return_to.len() <= MAX_RETURN_TO;
        faults.require(count_fits, "/return_to", "out_of_range", "must be 1 to 20 URLs");
        for (at, url) in self.return_to.iter().enumerate() {
            let detail = "must be an https URL without a fragment, or an http one of this machine";
            let fits = url.len() <= MAX_URL && is_return_to(url);
            faults.require(fits, &format!("/return_to/{at}"), "invalid_url", detail);
        }
        let claim = "must be 1 to 100 printable characters";
        faults.require(is_token(&self.verified_claim), "/verified_claim", "invalid_claim", claim);
        let roles_fit = self.roles_claim.as_ref().is_none_or(is_token);
        faults.require(roles_fit, "/roles_claim", "invalid_claim", claim);
        let values = self.role_map.keys();
        let map_fits = self.role_map.len() <= MAX_MAPPED
            && values.into_iter().all(|it| (1..=MAX_VALUE).contains(&it.len()));
        let detail = "must be at most 200 values of 1 to 255 characters";
        faults.require(map_fits, "/role_map", "out_of_range", detail);
        self
    }

    /// The highest that a value of the claim gives; `None` where the provider does not say who is what.
    pub fn role(&self, claims: &Map<String, Value>) -> Option<GivenRole> {
        let claim = self.roles_claim.as_ref()?;
        let mapped = |value: &Value| self.role_map.get(value.as_str()?).copied();
        let given = match claims.get(claim) {
            Some(Value::Array(values)) => values.iter().filter_map(mapped).max(),
            Some(value) => mapped(value),
            None => None,
        };
        Some(given.unwrap_or(self.default_role))
    }
}

/// Of what can be reached, that is.
fn is_issuer(text: &str) -> bool {
    Url::parse(text)
        .is_ok_and(|url| url.query().is_none() && url.fragment().is_none() && is_plain_of_credentials(&url))
}

/// A client of this machine cannot have TLS (RFC 8252, section 7.3); its port must be said all the same.
fn is_return_to(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let bare = url.fragment().is_none() && is_plain_of_credentials(&url);
    bare && (url.scheme() == "https" || is_loopback_http(&url))
}

fn is_plain_of_credentials(url: &Url) -> bool {
    url.host_str().is_some_and(|host| !host.is_empty())
        && url.username().is_empty()
        && url.password().is_none()
}

fn is_loopback_http(url: &Url) -> bool {
    let is_here = match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "http" && is_here
}

/// SHA-256 in base64url, as S256 of RFC 7636 makes it.
pub fn is_challenge(text: &str) -> bool {
    text.len() == CHALLENGE_LENGTH
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Of 43 to 128 characters (RFC 7636, section 4.1).
pub fn is_verifier(text: &str) -> bool {
    let is_of_it = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    (43..=128).contains(&text.len()) && text.bytes().all(is_of_it)
}

/// The part of an address that somebody answers for, in lower case and as DNS has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainName(String);

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a domain such as example.com, with at least one dot")]
pub struct DomainNameError;

impl DomainName {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn of(email: &Email) -> Self {
        let key = email.key();
        Self(key.rsplit_once('@').map_or_else(String::new, |(_, domain)| domain.to_owned()))
    }
}

impl FromStr for DomainName {
    type Err = DomainNameError;

    /// What an address may end in, and no IP address.
    fn from_str(text: &str) -> Result<Self, DomainNameError> {
        let text = text.trim();
        let email: Email = format!("x@{text}").parse().map_err(|_| DomainNameError)?;
        let domain = Self::of(&email);
        let ends_in_letters =
            domain.0.rsplit('.').next().is_some_and(|last| !last.bytes().all(|it| it.is_ascii_digit()));
        if ends_in_letters { Ok(domain) } else { Err(DomainNameError) }
    }
}

/// What a provider says of who has signed in, once its signature was found good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    pub subject: String,
    /// Where the provider says that it is proved.
    pub email: Option<Email>,
    pub display_name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    #[error("azp names another client")]
    AuthorizedParty,
    #[error("nbf is yet to come")]
    NotYet,
    #[error("sub is empty, too long or has control characters")]
    Subject,
}

/// What the library leaves to whoever uses it (OpenID Connect Core, section 3.1.3.7).
pub fn claimed(
    claims: &Map<String, Value>,
    fields: &Fields,
    now: DateTime<Utc>,
) -> Result<Claimed, ClaimError> {
    if claims.get("azp").is_some_and(|azp| azp.as_str() != Some(fields.client_id.as_str())) {
        return Err(ClaimError::AuthorizedParty);
    }
    if claims
        .get("nbf")
        .is_some_and(|nbf| nbf.as_f64().is_none_or(|nbf| nbf > (now + LEEWAY).timestamp() as f64))
    {
        return Err(ClaimError::NotYet);
    }
    let text =
        |name: &str| claims.get(name).and_then(Value::as_str).map(str::trim).filter(|it| !it.is_empty());
    // To the letter: what differs in a blank is somebody else.
    let is_subject = |it: &&str| (1..=MAX_SUBJECT).contains(&it.len()) && !it.chars().any(char::is_control);
    let subject = claims.get("sub").and_then(Value::as_str).filter(is_subject).ok_or(ClaimError::Subject)?;
    let is_proved = claims.get(&fields.verified_claim).is_some_and(is_true);
    let email = text("email").filter(|_| is_proved).and_then(|email| email.parse::<Email>().ok());
    let local = email.as_ref().and_then(|email| email.as_str().split('@').next());
    let clean: String =
        text("name").or(local).unwrap_or("Member").chars().filter(|it| !it.is_control()).collect();
    let display_name: String = clean.trim().chars().take(MAX_PERSON_NAME).collect();
    let display_name = if display_name.is_empty() { "Member".to_owned() } else { display_name };
    Ok(Claimed { subject: subject.to_owned(), email, display_name })
}

/// Some write a truth as text or as a number.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(is) => *is,
        Value::String(text) => text == "true" || text == "1",
        Value::Number(number) => number.as_i64() == Some(1),
        _ => false,
    }
}

/// Whether an ID token was made at a time at which it can be of this sign-in.
pub fn is_of_now(issued_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    (now - OLDEST..=now + LEEWAY).contains(&issued_at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields() -> Fields {
        Fields {
            name: "Entra".to_owned(),
            issuer: "https://login.example".to_owned(),
            client_id: "insula".to_owned(),
            scopes: vec!["email".to_owned()],
            return_to: vec!["https://app.example/in".to_owned()],
            verified_claim: "email_verified".to_owned(),
            roles_claim: Some("groups".to_owned()),
            role_map: BTreeMap::from([
                ("ops".to_owned(), GivenRole::Admin),
                ("staff".to_owned(), GivenRole::Member),
            ]),
            default_role: GivenRole::Viewer,
            joining: Joining::Invited,
            enforcement: Enforcement::Optional,
        }
    }

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn an_issuer_is_a_url_and_no_more() {
        let check = |issuer: &str, expected: bool| assert_eq!(is_issuer(issuer), expected, "{issuer}");
        check("https://login.example/tenant/v2.0", true);
        check("http://127.0.0.1:9400", true);
        check("https://login.example?x=1", false);
        check("https://login.example#x", false);
        check("https://user:pw@login.example", false);
        check("login.example", false);
    }

    #[test]
    fn clients_come_back_by_https_or_on_their_own_machine() {
        let check = |url: &str, expected: bool| assert_eq!(is_return_to(url), expected, "{url}");
        check("https://app.example/in?x=1", true);
        check("http://127.0.0.1:4711/in", true);
        check("http://[::1]:4711/in", true);
        check("http://app.example/in", false);
        check("https://app.example/in#x", false);
        check("javascript:alert(1)", false);
        check("/in", false);
    }

    #[test]
    fn faults_are_told_all_at_once() {
        let mut faults = Faults::new();
        let wrong = Fields {
            issuer: "http://login.example".to_owned(),
            scopes: vec!["a b".to_owned()],
            return_to: vec!["ftp://app.example".to_owned()],
            verified_claim: String::new(),
            ..fields()
        };
        wrong.checked(&mut faults, |url| url.starts_with("https://"));
        let found: Vec<_> = faults.into_errors().into_iter().map(|fault| fault.pointer).collect();
        assert_eq!(found, ["/issuer", "/scopes", "/return_to/0", "/verified_claim"]);
    }

    #[test]
    fn the_highest_of_the_mapped_roles_counts() {
        let check = |claims: Value, expected: Option<GivenRole>| {
            assert_eq!(fields().role(&object(claims.clone())), expected, "{claims}");
        };
        check(json!({ "groups": ["staff", "ops", "x"] }), Some(GivenRole::Admin));
        check(json!({ "groups": "staff" }), Some(GivenRole::Member));
        check(json!({ "groups": ["x", 7] }), Some(GivenRole::Viewer));
        check(json!({}), Some(GivenRole::Viewer));
        let silent = Fields { roles_claim: None, ..fields() };
        assert_eq!(silent.role(&object(json!({ "groups": ["ops"] }))), None);
    }

    #[test]
    fn an_address_counts_where_the_provider_says_that_it_is_proved() {
        let now = DateTime::UNIX_EPOCH + Duration::days(1);
        let check = |extra: Value, expected: Option<&str>| {
            let mut claims = object(json!({ "sub": "7", "email": "Ada@Example.com" }));
            claims.extend(object(extra.clone()));
            let found = claimed(&claims, &fields(), now).unwrap().email;
            assert_eq!(found.as_ref().map(Email::as_str), expected, "{extra}");
        };
        check(json!({ "email_verified": true }), Some("Ada@Example.com"));
        check(json!({ "email_verified": "true" }), Some("Ada@Example.com"));
        check(json!({ "email_verified": "false" }), None);
        check(json!({ "email_verified": false }), None);
        check(json!({}), None);
        check(json!({ "email_verified": true, "email": "no address" }), None);
    }

    #[test]
    fn what_is_of_another_client_or_of_another_time_is_refused() {
        let now = DateTime::UNIX_EPOCH + Duration::days(1);
        let check = |claims: Value, expected: Result<&str, ClaimError>| {
            let found = claimed(&object(claims.clone()), &fields(), now).map(|it| it.display_name);
            assert_eq!(found, expected.map(str::to_owned), "{claims}");
        };
        check(json!({ "sub": "7" }), Ok("Member"));
        check(json!({ "sub": "7", "name": " Ada\u{7} " }), Ok("Ada"));
        check(json!({ "sub": "7", "azp": "insula" }), Ok("Member"));
        check(json!({ "sub": "7", "azp": "other" }), Err(ClaimError::AuthorizedParty));
        check(json!({ "sub": "7", "nbf": now.timestamp() + 30 }), Ok("Member"));
        check(json!({ "sub": "7", "nbf": now.timestamp() + 90 }), Err(ClaimError::NotYet));
        check(json!({ "sub": "" }), Err(ClaimError::Subject));
        check(json!({ "sub": "7\0" }), Err(ClaimError::Subject));
        let subject = |sub: &str| claimed(&object(json!({ "sub": sub })), &fields(), now).unwrap().subject;
        assert_ne!(subject("7"), subject("7 "));
        check(json!({ "sub": 7 }), Err(ClaimError::Subject));
        for (seconds, expected) in [(-601, false), (-600, true), (0, true), (60, true), (61, false)] {
            assert_eq!(is_of_now(now + Duration::seconds(seconds), now), expected, "{seconds}");
        }
    }

    #[test]
    fn domains_are_those_of_addresses() {
        let check = |text: &str, expected: Option<&str>| {
            let found = text.parse::<DomainName>().ok();
            assert_eq!(found.as_ref().map(DomainName::as_str), expected, "{text}");
        };
        check(" Example.COM ", Some("example.com"));
        check("mail.example.com", Some("mail.example.com"));
        check("example", None);
        check("10.0.0.1", None);
        check("ex ample.com", None);
        check("a@example.com", None);
        check("example.com/x", None);
    }

    #[test]
    fn challenges_and_verifiers_are_those_of_rfc_7636() {
        // Appendix B.
        assert!(is_challenge("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
        assert!(is_verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!is_challenge("short") && !is_verifier("short") && !is_verifier(&"a".repeat(129)));
    }
}
