//! Codes of an authenticator: TOTP (RFC 6238) with SHA-1, six digits and steps of thirty seconds, which is all that every
//! such app knows. HOTP (RFC 4226) below it is a few lines over HMAC, held to the vectors of both papers.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use std::fmt::Write;

/// What RFC 4226 recommends.
const SECRET_BYTES: usize = 20;
const STEP_SECONDS: i64 = 30;
/// How many steps an authenticator's clock may be away.
const DRIFT: i64 = 1;
const SIX_DIGITS: u32 = 1_000_000;
/// RFC 4648.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// What the app shows the codes under.
const ISSUER: &str = "Insula";

/// What an authenticator and this installation share. It is never shown but once, to who enrols it.
pub struct TotpSecret([u8; SECRET_BYTES]);

impl TotpSecret {
    pub fn of(random: [u8; 32]) -> Self {
        Self(std::array::from_fn(|at| random[at]))
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// As people type it.
    pub fn base32(&self) -> String {
        let of_five = |five: &[u8]| {
            let bits = five.iter().fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
            (0..8_u32).rev().map(move |at| char::from(BASE32[((bits >> (5 * at)) & 31) as usize]))
        };
        self.0.chunks_exact(5).flat_map(of_five).collect()
    }

    /// As a QR code carries it.
    pub fn otpauth_url(&self, account: &str) -> String {
        format!(
            "otpauth://totp/{ISSUER}:{}?secret={}&issuer={ISSUER}&algorithm=SHA1&digits=6&period={STEP_SECONDS}",
            encoded(account),
            self.base32()
        )
    }

    /// The step whose code this is: the present one or a neighbour, and after the last that was spent. The newest first,
    /// so that a code that happens to fit two is spent for both.
    pub fn step_of(&self, code: &str, now: DateTime<Utc>, last_step: Option<i64>) -> Option<i64> {
        let code: String = code.chars().filter(|character| !character.is_whitespace()).collect();
        let present = now.timestamp().div_euclid(STEP_SECONDS);
        let steps = (present - DRIFT..=present + DRIFT).rev();
        let mut unspent = steps.filter(|step| last_step.is_none_or(|last| *step > last));
        unspent.find(|step| {
            let good = self.code(*step);
            good.is_some_and(|good| secrets::same(good.as_bytes(), code.as_bytes()))
        })
    }

    fn code(&self, step: i64) -> Option<String> {
        let number = truncated(&self.0, u64::try_from(step).ok()?)?;
        Some(format!("{:06}", number % SIX_DIGITS))
    }
}

/// RFC 4226, 5.3, before the digits are cut off. HMAC takes a key of any length, so there is always one.
fn truncated(secret: &[u8], counter: u64) -> Option<u32> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).ok()?;
    mac.update(&counter.to_be_bytes());
    let digest: [u8; 20] = mac.finalize().into_bytes().into();
    let at = usize::from(digest[19] & 0x0f);
    Some(u32::from_be_bytes([digest[at] & 0x7f, digest[at + 1], digest[at + 2], digest[at + 3]]))
}

/// For a URL: RFC 3986's unreserved characters stay.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut url, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            let _ = write!(url, "%{byte:02X}");
        }
        url
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8; SECRET_BYTES] = b"12345678901234567890";

    /// RFC 4226, appendix D.
    #[test]
    fn hotp_is_as_rfc_4226_has_it() {
        let truncations = [
            1284755224, 1094287082, 137359152, 1726969429, 1640338314, 868254676, 1918287922, 82162583,
            673399871, 645520489,
        ];
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
            "520489",
        ];
        for (counter, (number, code)) in (0..).zip(truncations.into_iter().zip(codes)) {
            assert_eq!(truncated(SECRET, counter), Some(number), "{counter}");
            let step = i64::try_from(counter).unwrap();
            assert_eq!(TotpSecret(*SECRET).code(step).as_deref(), Some(code), "{counter}");
        }
    }

    /// RFC 6238, appendix B, the lines of SHA-1; those have eight digits.
    #[test]
    fn totp_is_as_rfc_6238_has_it() {
        let vectors = [
            (59, "94287082"),
            (1111111109, "07081804"),
            (1111111111, "14050471"),
            (1234567890, "89005924"),
            (2000000000, "69279037"),
            (20000000000, "65353130"),
        ];
        for (seconds, code) in vectors {
            let number = truncated(SECRET, seconds / 30).unwrap();
            assert_eq!(format!("{:08}", number % 100_000_000), code, "{seconds}");
            let now = DateTime::from_timestamp(i64::try_from(seconds).unwrap(), 0).unwrap();
            let step = TotpSecret(*SECRET).step_of(&code[2..], now, None);
            assert_eq!(step.map(i64::unsigned_abs), Some(seconds / 30), "{seconds}");
        }
    }

    fn check(step: i64, last_step: Option<i64>, expected: Option<i64>) {
        let secret = TotpSecret(*SECRET);
        let now = DateTime::from_timestamp(10 * STEP_SECONDS + 29, 0).unwrap();
        let code = secret.code(step).unwrap();
        assert_eq!(secret.step_of(&code, now, last_step), expected, "the code of {step} after {last_step:?}");
    }

    #[test]
    fn a_code_is_good_a_step_around_and_never_again() {
        check(8, None, None);
        check(9, None, Some(9));
        check(10, None, Some(10));
        check(11, None, Some(11));
        check(12, None, None);
        check(9, Some(8), Some(9));
        check(9, Some(9), None);
        check(9, Some(10), None);
        check(11, Some(10), Some(11));
    }

    #[test]
    fn what_is_no_code_is_refused() {
        let secret = TotpSecret(*SECRET);
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(secret.step_of(" 755 224 ", now, None), Some(0));
        for code in ["", "755225", "0755224", "75522", "755224a", "７５５２２４", "-55224"] {
            assert_eq!(secret.step_of(code, now, None), None, "{code:?}");
        }
    }

    #[test]
    fn a_secret_is_shown_as_apps_read_it() {
        let secret = TotpSecret::from_bytes(SECRET).unwrap();
        assert_eq!(secret.base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            secret.otpauth_url("o'brien+x@example.com"),
            "otpauth://totp/Insula:o%27brien%2Bx%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Insula&algorithm=SHA1&digits=6&period=30"
        );
        assert!(TotpSecret::from_bytes(b"short").is_none());
        assert_eq!(TotpSecret::of([7; 32]).as_bytes(), [7; 20]);
    }
}
