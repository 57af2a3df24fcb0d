//! A local folder is the store of one node, unless it is declared to be shared (a network volume): a second node
//! that took a folder of its own for the common store would not find what the first has stored.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

const MARKER: &str = ".node";

/// Held for as long as the node runs; the operating system lets go of it when the process ends in any way.
#[derive(Debug)]
pub struct Claim {
    _marker: File,
}

#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    #[error(
        "the blob folder {folder} is in use by the node {node}. Give this node a folder of its own only if it is a \
         different installation; nodes of one installation share a folder, declared with `blobs.shared = true` on \
         each of them, or use S3"
    )]
    InUse { folder: PathBuf, node: String },
    #[error("the blob folder {folder} cannot be claimed; see that this user may write in it")]
    Io { folder: PathBuf, source: io::Error },
}

/// Refuses a folder that another running node uses, unless both declare it shared.
pub fn claim_local(folder: &Path, node_name: &str, shared: bool) -> Result<Claim, ClaimError> {
    let claimed = lock_marker(folder, node_name, shared)
        .map_err(|source| ClaimError::Io { folder: folder.to_owned(), source })?;
    claimed.map_err(|node| ClaimError::InUse { folder: folder.to_owned(), node })
}

/// The outer error is of the file system, the inner one is the name of the other node.
fn lock_marker(folder: &Path, node_name: &str, shared: bool) -> io::Result<Result<Claim, String>> {
    fs::create_dir_all(folder)?;
    let mut marker =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(folder.join(MARKER))?;
    let locked = if shared { marker.try_lock_shared() } else { marker.try_lock() };
    match locked {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut other = String::new();
            marker.read_to_string(&mut other)?;
            return Ok(Err(other.trim().to_owned()));
        }
        Err(TryLockError::Error(error)) => return Err(error),
    }
    marker.set_len(0)?;
    marker.write_all(format!("{node_name}\n").as_bytes())?;
    Ok(Ok(Claim { _marker: marker }))
}
