//! The master keys of an installation: the one that seals, and those before it, which still open. From the configuration,
//! or from a file that holds one a line, the newest first.

use crate::{MasterKey, MasterKeyError, random};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// How many keys beside the newest one: what is verified is verified under each.
pub const MAX_FORMER: usize = 8;

#[derive(Clone, Debug)]
pub struct MasterKeys {
    newest: MasterKey,
    former: Vec<MasterKey>,
}

impl MasterKeys {
    /// As they stand in a configuration.
    pub fn from_base64<'a>(
        newest: &str,
        former: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, MasterKeyError> {
        let former = former.into_iter().map(MasterKey::from_base64).collect::<Result<_, _>>()?;
        Ok(Self { newest: MasterKey::from_base64(newest)?, former })
    }

    /// Those in an existing file.
    pub fn load(path: &Path) -> Result<Self, MasterKeyError> {
        let bytes = fs::read(path).map_err(unusable(path))?;
        let text = std::str::from_utf8(&bytes).ok();
        text.and_then(Self::read).ok_or_else(|| MasterKeyError::MalformedFile { path: path.to_owned() })
    }

    /// Those in the file, which is made with one when it is missing. Processes that start together get the same key.
    pub fn load_or_create(path: &Path) -> Result<Self, MasterKeyError> {
        match Self::load(path) {
            Err(MasterKeyError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            loaded => return loaded,
        }
        let keys = Self { newest: MasterKey::generate(), former: Vec::new() };
        match keys.create_file(path) {
            Ok(()) => Ok(keys),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Self::load(path),
            Err(source) => Err(MasterKeyError::File { path: path.to_owned(), source }),
        }
    }

    /// Writes a new key before those in the file. Whoever reads it meanwhile finds the keys of before or all of them, and
    /// whoever rotates meanwhile waits.
    pub fn rotate(path: &Path) -> Result<Self, MasterKeyError> {
        // A link goes on pointing there.
        let path = &fs::canonicalize(path).map_err(unusable(path))?;
        let held = hold(path).map_err(unusable(path))?;
        let Self { newest, mut former } = Self::load(path)?;
        if former.len() >= MAX_FORMER {
            return Err(MasterKeyError::TooMany { path: path.clone() });
        }
        former.insert(0, newest);
        let keys = Self { newest: MasterKey::generate(), former };
        held.metadata().and_then(|before| keys.replace_file(path, &before)).map_err(unusable(path))?;
        Ok(keys)
    }

    pub(crate) fn newest(&self) -> &MasterKey {
        &self.newest
    }

    pub(crate) fn former(&self) -> &[MasterKey] {
        &self.former
    }

    fn read(text: &str) -> Option<Self> {
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let mut keys = lines.map(|line| MasterKey::from_base64(line).ok());
        let newest = keys.next()??;
        let former = keys.collect::<Option<Vec<_>>>()?;
        (former.len() <= MAX_FORMER).then_some(Self { newest, former })
    }

    fn text(&self) -> String {
        let keys = std::iter::once(&self.newest).chain(&self.former);
        keys.map(|key| format!("{}\n", key.to_base64())).collect()
    }

    /// The file appears whole or not at all, on disk, and never replaces another.
    fn create_file(&self, path: &Path) -> io::Result<()> {
        let folder = folder_of(path);
        fs::create_dir_all(folder)?;
        let draft = draft_in(folder);
        let written = write_private(&draft, &self.text(), None).and_then(|()| fs::hard_link(&draft, path));
        let removed = fs::remove_file(&draft);
        written.and(removed)?;
        File::open(folder)?.sync_all()
    }

    /// The file is the new one or the old one, on disk, and whoever could read it still can.
    fn replace_file(&self, path: &Path, before: &Metadata) -> io::Result<()> {
        let folder = folder_of(path);
        let draft = draft_in(folder);
        let written = write_private(&draft, &self.text(), Some(before));
        if let Err(error) = written.and_then(|()| fs::rename(&draft, path)) {
            // It may not even be there.
            let _ = fs::remove_file(&draft);
            return Err(error);
        }
        File::open(folder)?.sync_all()
    }
}

fn unusable(path: &Path) -> impl Fn(io::Error) -> MasterKeyError {
    move |source| MasterKeyError::File { path: path.to_owned(), source }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn draft_in(folder: &Path) -> PathBuf {
    folder.join(format!(".master-key-{:016x}", u64::from_ne_bytes(random())))
}

/// The file, locked. One that was replaced while it was waited for is let go for the one that is there now.
fn hold(path: &Path) -> io::Result<File> {
    loop {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        file.lock()?;
        if is_same(&file.metadata()?, &fs::metadata(path)?) {
            return Ok(file);
        }
    }
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}

fn write_private(path: &Path, text: &str, like: Option<&Metadata>) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    if let Some(before) = like {
        make_alike(&file, before)?;
    }
    file.sync_all()
}

/// Who runs the command may be another than who runs the node.
fn make_alike(file: &File, before: &Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let now = file.metadata()?;
        if (now.uid(), now.gid()) != (before.uid(), before.gid()) {
            fchown(file, Some(before.uid()), Some(before.gid()))?;
        }
    }
    file.set_permissions(before.permissions())
}
