//! Sealing and keyed hashing with keys derived from the master key, one for each purpose and each sealed value.

use crate::{MasterKey, MasterKeys, Sealed, random, same};
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use serde::{Serialize, de::DeserializeOwned};
use sha2::Sha256;
use std::fmt;
use std::sync::Arc;

const VERSION: u8 = 1;
const KEY_ID_BYTES: usize = 4;
const SALT_BYTES: usize = 16;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;
/// What comes before the ciphertext: version, key id, salt, nonce.
const HEADER_BYTES: usize = 1 + KEY_ID_BYTES + SALT_BYTES + NONCE_BYTES;

/// The keys of this installation. The newest master key seals and hashes; any of them opens and verifies.
#[derive(Clone)]
pub struct Secrets(Arc<[Root]>);

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("this is not a sealed value of a known version")]
    NotSealed,
    #[error(
        "it was sealed with the master key {0}, which is not among those configured; was the key replaced, and taken away \
         too early?"
    )]
    UnknownKey(String),
    #[error("the sealed value was altered, or sealed for another purpose or context")]
    Refused,
    /// Without the parser's words, which would quote the secret.
    #[error("the sealed value was opened but is not of the expected type")]
    OtherType,
}

impl From<OpenError> for kernel::Problem {
    fn from(error: OpenError) -> Self {
        Self::internal(error)
    }
}

impl Secrets {
    pub fn new(master_key: &MasterKey) -> Self {
        Self::rotated(master_key, &[])
    }

    pub fn of(keys: &MasterKeys) -> Self {
        Self::rotated(keys.newest(), keys.former())
    }

    /// `older` keys still open what they sealed.
    pub fn rotated(newest: &MasterKey, older: &[MasterKey]) -> Self {
        Self(std::iter::once(newest).chain(older).map(Root::new).collect())
    }

    /// Encrypts and authenticates. It opens only with the same purpose and context (the row it belongs to, say).
    #[expect(clippy::expect_used, reason = "AES-GCM refuses only messages over 64 GiB")]
    pub fn seal(&self, purpose: &'static str, context: &[u8], plaintext: &[u8]) -> Vec<u8> {
        let root = self.newest();
        let salt = random::<SALT_BYTES>();
        let nonce = random::<NONCE_BYTES>();
        let mut sealed = Vec::with_capacity(HEADER_BYTES + plaintext.len() + TAG_BYTES);
        sealed.push(VERSION);
        sealed.extend_from_slice(&root.id);
        sealed.extend_from_slice(&salt);
        sealed.extend_from_slice(&nonce);
        let associated = associated_data(&sealed, purpose, context);
        let ciphertext = root
            .cipher(purpose, &salt)
            .encrypt(&Nonce::from(nonce), Payload { msg: plaintext, aad: &associated })
            .expect("the plaintext is shorter than 64 GiB");
        sealed.extend_from_slice(&ciphertext);
        sealed
    }

    pub fn open(&self, purpose: &'static str, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
        let (header, ciphertext) = sealed.split_at_checked(HEADER_BYTES).ok_or(OpenError::NotSealed)?;
        let [VERSION, rest @ ..] = header else { return Err(OpenError::NotSealed) };
        let (id, rest) = rest.split_first_chunk::<KEY_ID_BYTES>().ok_or(OpenError::NotSealed)?;
        let (salt, rest) = rest.split_first_chunk::<SALT_BYTES>().ok_or(OpenError::NotSealed)?;
        let nonce = <[u8; NONCE_BYTES]>::try_from(rest).map_err(|_| OpenError::NotSealed)?;
        let root = self.0.iter().find(|root| root.id == *id).ok_or_else(|| OpenError::UnknownKey(hex(id)))?;
        let associated = associated_data(header, purpose, context);
        root.cipher(purpose, salt)
            .decrypt(&Nonce::from(nonce), Payload { msg: ciphertext, aad: &associated })
            .map_err(|_| OpenError::Refused)
    }

    /// Whether the newest master key sealed it.
    pub fn is_of_newest(&self, sealed: &[u8]) -> bool {
        matches!(sealed, [VERSION, rest @ ..] if rest.starts_with(&self.newest().id))
    }

    /// Sealed anew by the newest master key; `None` when that sealed it already.
    pub fn reseal(
        &self,
        purpose: &'static str,
        context: &[u8],
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>, OpenError> {
        if self.is_of_newest(sealed) {
            return Ok(None);
        }
        let plaintext = self.open(purpose, context, sealed)?;
        Ok(Some(self.seal(purpose, context, &plaintext)))
    }

    /// What operators and errors call the master keys, the newest first. It tells nothing of a key.
    pub fn key_names(&self) -> Vec<String> {
        self.0.iter().map(|root| hex(&root.id)).collect()
    }

    /// Seals a field of a message or a stored answer; see [`Sealed`].
    #[expect(
        clippy::expect_used,
        reason = "only a type that has no JSON form at all fails, at its first use"
    )]
    pub fn seal_value<T: Serialize>(&self, purpose: &'static str, value: &T) -> Sealed<T> {
        let json = serde_json::to_vec(value).expect("the type has a JSON form");
        Sealed::from_bytes(self.seal(purpose, b"", &json))
    }

    pub fn open_value<T: DeserializeOwned>(
        &self,
        purpose: &'static str,
        sealed: &Sealed<T>,
    ) -> Result<T, OpenError> {
        let json = self.open(purpose, b"", sealed.as_bytes())?;
        serde_json::from_slice(&json).map_err(|_| OpenError::OtherType)
    }

    /// HMAC-SHA256 over the parts, each with its length, so that no two lists of parts hash alike.
    pub fn keyed_hash(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        self.newest().keyed_hash(purpose, parts)
    }

    /// Whether `hash` is the keyed hash of the parts under any of the master keys.
    pub fn verify_keyed_hash(&self, purpose: &str, parts: &[&[u8]], hash: &[u8]) -> bool {
        self.0.iter().any(|root| same(&root.keyed_hash(purpose, parts), hash))
    }

    fn newest(&self) -> &Root {
        &self.0[0]
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}

/// One master key, ready to derive from.
struct Root {
    id: [u8; KEY_ID_BYTES],
    hkdf: Hkdf<Sha256>,
}

impl Root {
    fn new(master_key: &MasterKey) -> Self {
        let hkdf = Hkdf::new(Some(b"insula master key"), master_key.bytes());
        let mut root = Self { id: [0; KEY_ID_BYTES], hkdf };
        root.id = root.derive(&[b"id"]);
        root
    }

    /// A key for this value alone, so that no number of values wears out a purpose's key by random nonces.
    fn cipher(&self, purpose: &str, salt: &[u8]) -> Aes256Gcm {
        Aes256Gcm::new(&self.derive::<32>(&[b"seal", purpose.as_bytes(), salt]).into())
    }

    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    fn keyed_hash(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let key = self.derive::<32>(&[b"hash", purpose.as_bytes()]);
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes a key of any length");
        for part in parts {
            mac.update(&length(part));
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    #[expect(clippy::expect_used, reason = "HKDF-SHA256 refuses only more than 8,160 bytes")]
    fn derive<const N: usize>(&self, labels: &[&[u8]]) -> [u8; N] {
        let mut key = [0; N];
        self.hkdf.expand(&joined(labels), &mut key).expect("a key is short");
        key
    }
}

fn associated_data(header: &[u8], purpose: &str, context: &[u8]) -> Vec<u8> {
    joined(&[header, purpose.as_bytes(), context])
}

/// The parts, each behind its length.
fn joined(parts: &[&[u8]]) -> Vec<u8> {
    let mut joined = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        joined.extend_from_slice(&length(part));
        joined.extend_from_slice(part);
    }
    joined
}

fn length(part: &[u8]) -> [u8; 8] {
    (part.len() as u64).to_be_bytes()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
