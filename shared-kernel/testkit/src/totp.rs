//! What an authenticator shows: TOTP (RFC 6238) by another HMAC than the one it is held to.

use ring::hmac::{self, HMAC_SHA1_FOR_LEGACY_USE_ONLY};

const STEP_SECONDS: i64 = 30;

/// The code at this time, in Unix seconds, of one that was given this secret as people type it.
pub fn code(secret: &str, seconds: i64) -> String {
    let key = hmac::Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, &base32(secret));
    let digest = hmac::sign(&key, &seconds.div_euclid(STEP_SECONDS).to_be_bytes());
    let digest = digest.as_ref();
    let at = usize::from(digest[19] & 0x0f);
    let number = digest[at..at + 4].iter().fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
    format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
}

/// The bytes of a secret as people type it.
pub fn base32(text: &str) -> Vec<u8> {
    let five = |eight: &[u8]| {
        let bits = eight.iter().fold(0_u64, |bits, letter| {
            let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(char::from(*letter));
            (bits << 5) | value.expect("a letter of base32") as u64
        });
        bits.to_be_bytes()[3..].to_vec()
    };
    text.as_bytes().chunks(8).flat_map(five).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_of_the_paper() {
        // "12345678901234567890", and the last six digits of what is in RFC 6238, appendix B.
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        for (seconds, expected) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(code(secret, seconds), expected, "{seconds}");
        }
    }
}
