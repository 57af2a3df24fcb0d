//! Standard Webhooks 1.0: how what is sent to others is signed, so that they know whom it is from and that it is not a
//! recording. <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

pub const SECRET_PREFIX: &str = "whsec_";

/// As its holder is shown it.
pub fn written(secret: &[u8]) -> String {
    format!("{SECRET_PREFIX}{}", STANDARD.encode(secret))
}

pub struct Message<'a> {
    /// The same for each repeat.
    pub id: &'a str,
    /// Of this attempt.
    pub sent_at: DateTime<Utc>,
    pub body: &'a [u8],
}

impl Message<'_> {
    /// The value of `webhook-signature`: one signature for each secret that is good.
    pub fn signatures<'s>(&self, secrets: impl IntoIterator<Item = &'s [u8]>) -> String {
        let signed: Vec<_> = secrets.into_iter().map(|secret| self.signed(secret)).collect();
        signed.join(" ")
    }

    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    fn signed(&self, secret: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
        mac.update(format!("{}.{}.", self.id, self.sent_at.timestamp()).as_bytes());
        mac.update(self.body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vector_of_the_specification() {
        let written_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let secret = STANDARD.decode(&written_secret[SECRET_PREFIX.len()..]).unwrap();
        assert_eq!(written(&secret), written_secret);
        let message = Message {
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            sent_at: DateTime::from_timestamp(1_614_265_330, 0).unwrap(),
            body: br#"{"test": 2432232314}"#,
        };
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(message.signatures([&secret[..]]), expected);
        let both = message.signatures([&secret[..], &b"another"[..]]);
        let (first, second) = both.split_once(' ').unwrap();
        assert!(first == expected && second.starts_with("v1,") && second != expected, "{both}");
    }
}
