//! Bearer tokens: 256 random bits for the holder, their hash for the database. A plain hash is enough, since
//! nobody guesses 256 bits.

use crate::random;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use std::fmt;

pub struct Token {
    /// Shown once, stored nowhere.
    pub plain: String,
    pub hash: [u8; 32],
}

/// A new token, `<prefix>_<43 characters>`. The prefix tells people and secret scanners what leaked.
pub fn token(prefix: &str) -> Token {
    let plain = format!("{prefix}_{}", URL_SAFE_NO_PAD.encode(random::<32>()));
    let hash = hash_token(&plain);
    Token { plain, hash }
}

pub fn hash_token(plain: &str) -> [u8; 32] {
    Sha256::digest(plain.as_bytes()).into()
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}
