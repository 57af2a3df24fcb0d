//! What OAuth 2.1 asks of clients, scopes and codes, as far as it takes no I/O. Scopes are the platform's permissions, and two of
//! OpenID Connect that say who somebody is.

use crate::domain::access_token::encoded;
use crate::domain::{OauthClientId, role};
use crate::permissions::WITHHELD_FROM_CLIENTS;
use chrono::Duration;
use kernel::id::CredentialId;
use kernel::permission::{PermissionRegistry, PermissionSet};
use kernel::{Faults, Permission};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use uuid::Uuid;

/// How long a code is good.
pub const CODE_LIFETIME: Duration = Duration::seconds(60);
/// How long somebody has from the first page to the last button.
pub const PAGES_LIFETIME: Duration = Duration::minutes(10);
pub const CODE_PREFIX: &str = "ins_code";
pub const CLIENT_PREFIX: &str = "ins_client";
pub const SECRET_PREFIX: &str = "ins_secret";

/// They are all in each token, which is sent with each request.
pub const MAX_SCOPES: usize = 100;

pub const OPENID: &str = "openid";
pub const EMAIL: &str = "email";
/// What is no permission, and how it is said to who is asked.
pub const OF_IDENTITY: [(&str, &str); 2] =
    [(OPENID, "Know that it is you who signs in"), (EMAIL, "Know your e-mail address")];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GrantType {
    AuthorizationCode,
    RefreshToken,
    ClientCredentials,
}

impl GrantType {
    pub const ALL: [Self; 3] = [Self::AuthorizationCode, Self::RefreshToken, Self::ClientCredentials];

    pub fn name(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.name() == text)
    }
}

/// The permissions that a client may ask for.
pub fn offered(registry: &PermissionRegistry) -> impl Iterator<Item = &Permission> {
    registry.all().iter().filter(|permission| !is_withheld(permission.name))
}

fn is_withheld(name: &str) -> bool {
    WITHHELD_FROM_CLIENTS.iter().any(|withheld| withheld.name == name)
}

fn is_of_identity(name: &str) -> bool {
    OF_IDENTITY.iter().any(|(scope, _)| *scope == name)
}

/// In order and each once, of those that a client may have; faults stand below `/scopes`.
pub fn declared(names: Vec<String>, registry: &PermissionRegistry, faults: &mut Faults) -> Vec<String> {
    faults.require(!names.is_empty(), "/scopes", "too_few", "must have at least one scope");
    if names.len() > MAX_SCOPES {
        faults.add("/scopes", "too_many", format!("must have at most {MAX_SCOPES} scopes"));
        return Vec::new();
    }
    let known: BTreeSet<&str> = registry.all().iter().map(|permission| permission.name).collect();
    for (at, name) in names.iter().enumerate() {
        let pointer = format!("/scopes/{at}");
        if is_withheld(name) {
            faults.add(pointer, "withheld", "is a permission that no program of others is given");
        } else if !known.contains(name.as_str()) && !is_of_identity(name) {
            faults.add(pointer, "unknown_permission", "is no permission that there is, nor openid or email");
        }
    }
    names.into_iter().collect::<BTreeSet<_>>().into_iter().collect()
}

/// What these scopes let a client do, where the person may.
pub fn granted(scopes: &[String], registry: &PermissionRegistry) -> PermissionSet {
    role::granted(scopes, registry).names().filter(|name| !is_withheld(name)).collect()
}

/// What is asked for, in order and each once; `None` where it is nothing, or goes beyond what may be asked for.
pub fn requested(text: &str, allowed: &[String]) -> Option<Vec<String>> {
    let names: BTreeSet<&str> = text.split(' ').filter(|name| !name.is_empty()).collect();
    let within = names.iter().all(|name| allowed.iter().any(|one| one == name));
    (within && !names.is_empty()).then(|| names.into_iter().map(str::to_owned).collect())
}

/// As whom a client acts for itself with these scopes, whichever of its tokens it has: what it began with one it may repeat
/// with the next, and a job that it left goes as far as its token did.
pub fn machine(client: OauthClientId, scopes: &[String]) -> CredentialId {
    CredentialId::from_uuid(Uuid::new_v5(&client.uuid(), scopes.join(" ").as_bytes()))
}

/// RFC 7636, by SHA-256 alone: 32 bytes in base64url.
pub fn is_challenge(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

pub fn proves(verifier: &str, challenge: &str) -> bool {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    let is_verifier = (43..=128).contains(&verifier.len()) && verifier.bytes().all(is_unreserved);
    is_verifier && encoded(&Sha256::digest(verifier)) == challenge
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::permission::BuiltinRole;

    /// RFC 7636, Appendix B.
    #[test]
    fn the_example_of_rfc_7636() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert!(is_challenge(challenge));
        assert!(proves(verifier, challenge));
    }

    #[test]
    fn a_verifier_is_the_one_that_was_hashed() {
        let good = "a".repeat(43);
        let check = |verifier: &str, expected: bool| {
            let challenge = encoded(&Sha256::digest(verifier));
            assert_eq!(proves(verifier, &challenge), expected, "{verifier}");
        };
        check(&good, true);
        check(&"~".repeat(128), true);
        check(&"a".repeat(42), false);
        check(&"a".repeat(129), false);
        check(&format!("{good} "), false);
        check(&format!("{good}é"), false);
        // As `plain` would have it.
        assert!(!proves(&good, &good));
        assert!(!proves("", ""));
        for challenge in ["", &"a".repeat(42), &"a".repeat(44), &"=".repeat(43)] {
            assert!(!is_challenge(challenge), "{challenge}");
        }
    }

    fn registry() -> PermissionRegistry {
        let registry = PermissionRegistry::default();
        let of = |name| Permission { name, summary: "", least_role: Some(BuiltinRole::Viewer) };
        registry.fill(vec![of("a.read"), of("a.write"), of(WITHHELD_FROM_CLIENTS[0].name)]);
        registry
    }

    #[test]
    fn a_client_has_permissions_that_are_not_withheld() {
        let check = |names: &[&str], expected: &[&str]| {
            let mut faults = Faults::new();
            declared(names.iter().map(|name| (*name).to_owned()).collect(), &registry(), &mut faults);
            let found = faults.into_errors();
            let found: Vec<_> =
                found.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect();
            assert_eq!(found, expected, "{names:?}");
        };
        check(&["a.read", "openid", "email"], &[]);
        check(&[], &["/scopes too_few"]);
        check(&["b", "users.sessions.end"], &["/scopes/0 unknown_permission", "/scopes/1 withheld"]);
        check(&["a.read"; MAX_SCOPES + 1], &["/scopes too_many"]);
        assert_eq!(
            offered(&registry()).map(|permission| permission.name).collect::<Vec<_>>(),
            ["a.read", "a.write"]
        );
        let scopes = ["a.read", "openid", "users.sessions.end", "gone"].map(str::to_owned);
        assert_eq!(granted(&scopes, &registry()), ["a.read"].into_iter().collect());
    }

    #[test]
    fn what_is_asked_for_is_within_what_may_be() {
        let allowed = ["a", "b"].map(str::to_owned);
        let check = |text: &str, expected: Option<&[&str]>| {
            let found = requested(text, &allowed);
            let expected = expected.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
            assert_eq!(found, expected, "{text:?}");
        };
        check("b a", Some(&["a", "b"]));
        check(" a  a ", Some(&["a"]));
        check("a c", None);
        check("A", None);
        check("a\tb", None);
        check("", None);
        check(" ", None);
    }

    #[test]
    fn a_machine_is_told_by_its_client_and_its_scopes() {
        let client = OauthClientId::from_uuid(Uuid::from_u128(7));
        let of = |names: &[&str]| {
            machine(client, &names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(of(&["a", "b"]), of(&["a", "b"]));
        assert_ne!(of(&["a", "b"]), of(&["a"]));
        let other = OauthClientId::from_uuid(Uuid::from_u128(8));
        assert_ne!(machine(other, &["a".to_owned()]), of(&["a"]));
    }

    #[test]
    fn a_grant_type_survives_its_name() {
        for grant in GrantType::ALL {
            assert_eq!(GrantType::parse(grant.name()), Some(grant));
        }
        assert_eq!(GrantType::parse("password"), None);
    }
}
