//! The 32 bytes everything else is derived from, in a file of the data folder or in the configuration.

use crate::random;
use base64::{Engine, engine::general_purpose::STANDARD};
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

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
        "the master key file {path} does not hold 32 bytes in base64. Restore it from a backup: what was sealed \
         with it cannot be read without it. Only if nothing was stored yet, delete the file and a new key is made"
    )]
    MalformedFile { path: PathBuf },
    #[error(
        "the master key file {path} cannot be read or made; see that its folder exists and belongs to this user"
    )]
    File { path: PathBuf, source: io::Error },
}

impl MasterKey {
    pub fn generate() -> Self {
        Self(random())
    }

    pub fn from_base64(text: &str) -> Result<Self, MasterKeyError> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| MasterKeyError::Malformed)?;
        bytes.try_into().map(Self).map_err(|_| MasterKeyError::Malformed)
    }

    /// The key in an existing file.
    pub fn load(path: &Path) -> Result<Self, MasterKeyError> {
        let bytes =
            fs::read(path).map_err(|source| MasterKeyError::File { path: path.to_owned(), source })?;
        std::str::from_utf8(&bytes)
            .ok()
            .and_then(|text| Self::from_base64(text).ok())
            .ok_or_else(|| MasterKeyError::MalformedFile { path: path.to_owned() })
    }

    /// The key in the file, which is made when it is missing. Processes that start together get the same key.
    pub fn load_or_create(path: &Path) -> Result<Self, MasterKeyError> {
        match Self::load(path) {
            Err(MasterKeyError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            loaded => return loaded,
        }
        let key = Self::generate();
        match key.create_file(path) {
            Ok(()) => Ok(key),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Self::load(path),
            Err(source) => Err(MasterKeyError::File { path: path.to_owned(), source }),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The file appears whole or not at all, on disk, and never replaces another.
    fn create_file(&self, path: &Path) -> io::Result<()> {
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(folder)?;
        let draft = folder.join(format!(".master-key-{:016x}", u64::from_ne_bytes(random())));
        let written = write_private(&draft, &format!("{}\n", STANDARD.encode(self.0)))
            .and_then(|()| fs::hard_link(&draft, path));
        let removed = fs::remove_file(&draft);
        written.and(removed)?;
        File::open(folder)?.sync_all()
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey")
    }
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
