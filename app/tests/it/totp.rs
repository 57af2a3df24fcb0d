//! What an authenticator shows.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// The code at this time, in Unix seconds, of one that was given this secret (RFC 6238).
pub fn code(secret: &str, seconds: i64) -> String {
    let five = |eight: &[u8]| {
        let bits = eight.iter().fold(0_u64, |bits, letter| {
            let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(char::from(*letter)).unwrap();
            (bits << 5) | value as u64
        });
        bits.to_be_bytes()[3..].to_vec()
    };
    let key: Vec<u8> = secret.as_bytes().chunks(8).flat_map(five).collect();
    let mut mac = Hmac::<Sha1>::new_from_slice(&key).unwrap();
    mac.update(&(seconds / 30).to_be_bytes());
    let digest: [u8; 20] = mac.finalize().into_bytes().into();
    let at = usize::from(digest[19] & 0x0f);
    let number = u32::from_be_bytes(digest[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}
