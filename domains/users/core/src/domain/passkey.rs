//! What a passkey is good for: how many somebody may have, how long its sign-in counts as just now, and for which name
//! browsers keep it.

use chrono::{DateTime, Duration, Utc};
use kernel::ctx::{Credential, Strength};
use url::{Host, Url};

/// Of one person.
pub const MAX_PASSKEYS: usize = 10;
/// How long a challenge waits for its answer.
pub const CEREMONY_LIFETIME: Duration = Duration::minutes(5);
/// How long a sign-in by a passkey proves what else a password does.
const FRESH: Duration = Duration::minutes(15);
const LOCALHOST: &str = "localhost";

/// Whether a passkey has proved just now who this is.
pub fn is_fresh(credential: &Credential, now: DateTime<Utc>) -> bool {
    credential.strength == Strength::Passkey && now < credential.authenticated_at + FRESH
}

/// For whom a browser keeps a passkey, and from where it lets it be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    pub id: String,
    pub origin: Url,
    pub any_port: bool,
}

/// By the URL that people use. A number is no name to browsers: this machine's own goes by `localhost`, and another's has no
/// passkeys.
pub fn party(public_url: &str) -> Option<Party> {
    let mut origin = Url::parse(public_url).ok()?;
    let id = match origin.host()? {
        Host::Domain(domain) => domain.to_owned(),
        Host::Ipv4(address) if address.is_loopback() => LOCALHOST.to_owned(),
        Host::Ipv6(address) if address.is_loopback() => LOCALHOST.to_owned(),
        Host::Ipv4(_) | Host::Ipv6(_) => return None,
    };
    origin.set_host(Some(&id)).ok()?;
    let any_port = id == LOCALHOST;
    Some(Party { id, origin, any_port })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passkey_is_kept_for_a_name() {
        let check = |url: &str, expected: Option<(&str, &str, bool)>| {
            let found = party(url);
            let found = found.as_ref().map(|it| (it.id.as_str(), it.origin.as_str(), it.any_port));
            assert_eq!(found, expected, "{url}");
        };
        check("https://insula.example", Some(("insula.example", "https://insula.example/", false)));
        check("https://Insula.example:8443", Some(("insula.example", "https://insula.example:8443/", false)));
        check("http://localhost:8080", Some(("localhost", "http://localhost:8080/", true)));
        check("http://127.0.0.1:8080", Some(("localhost", "http://localhost:8080/", true)));
        check("http://[::1]:8080", Some(("localhost", "http://localhost:8080/", true)));
        check("https://203.0.113.7", None);
        check("https://[2001:db8::7]", None);
        check("insula.example", None);
        check("", None);
    }

    #[test]
    fn only_a_passkey_is_fresh_and_not_for_long() {
        let at: DateTime<Utc> = "2026-01-15T12:00:00Z".parse().unwrap();
        let check = |strength: Strength, minutes: i64, expected: bool| {
            let credential = Credential { id: None, strength, authenticated_at: at };
            let fresh = is_fresh(&credential, at + Duration::minutes(minutes));
            assert_eq!(fresh, expected, "{strength:?} after {minutes} minutes");
        };
        check(Strength::Passkey, 0, true);
        check(Strength::Passkey, 14, true);
        check(Strength::Passkey, 15, false);
        check(Strength::SecondFactor, 0, false);
        check(Strength::Password, 0, false);
        check(Strength::Key, 0, false);
        check(Strength::Internal, 0, false);
    }
}
