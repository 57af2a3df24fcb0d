//! The 32 bytes everything else is derived from, and what can be wrong with them.

use crate::master_keys::MAX_FORMER;
use crate::random;
use base64::{Engine, engine::general_purpose::STANDARD};
use std::fmt;
use std::io;
use std::path::PathBuf;

#[derive(Clone)]
pub struct MasterKey([u8; 32]);

#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    #[error(
        "the master key is not 32 bytes in base64. Give the key this installation was started with, or for a \
         new installation one made by `openssl rand -base64 32`"
    )]
    Malformed,
    #[error(
        "the master key file {path} does not hold 32 bytes in base64, or up to {most} such keys, one a line. Restore it \
         from a backup: what was sealed with a key cannot be read without it. Only if nothing was stored yet, delete the \
         file and a new key is made",
        most = MAX_FORMER + 1
    )]
    MalformedFile { path: PathBuf },
    #[error(
        "the master key file {path} cannot be read or made; see that its folder exists and belongs to this user"
    )]
    File { path: PathBuf, source: io::Error },
    #[error(
        "the master key file {path} holds {most} former keys already; take away its last lines, whose keys nothing is \
         sealed with any more",
        most = MAX_FORMER
    )]
    TooMany { path: PathBuf },
}

impl MasterKey {
    pub fn generate() -> Self {
        Self(random())
    }

    pub fn from_base64(text: &str) -> Result<Self, MasterKeyError> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| MasterKeyError::Malformed)?;
        bytes.try_into().map(Self).map_err(|_| MasterKeyError::Malformed)
    }

    pub(crate) fn to_base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey")
    }
}
