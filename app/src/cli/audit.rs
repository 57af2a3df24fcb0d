//! Verifies an export of an audit log, from its file alone.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use users::{AuditReport, AuditTrust, VerifyError, verify_audit_export};

/// A checkpoint has some six hundred.
const MAX_CHECKPOINT_BYTES: u64 = 65_536;

#[derive(Debug, thiserror::Error)]
pub(super) enum AuditFailure {
    #[error("{} cannot be read", .path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} is too large for a checkpoint", .0.display())]
    NoCheckpoint(PathBuf),
    #[error("{} cannot be verified", .path.display())]
    Unverifiable { path: PathBuf, source: VerifyError },
}

pub(super) fn verify(
    file: &Path,
    checkpoint: Option<&Path>,
    key: Option<String>,
) -> Result<AuditReport, AuditFailure> {
    let earlier = checkpoint.map(read_checkpoint).transpose()?;
    let opened = File::open(file).map_err(|source| unreadable(file, source))?;
    let report = verify_audit_export(BufReader::new(opened), &AuditTrust { earlier, key });
    report.map_err(|source| AuditFailure::Unverifiable { path: file.to_owned(), source })
}

fn read_checkpoint(path: &Path) -> Result<String, AuditFailure> {
    let about = fs::metadata(path).map_err(|source| unreadable(path, source))?;
    if about.len() > MAX_CHECKPOINT_BYTES {
        return Err(AuditFailure::NoCheckpoint(path.to_owned()));
    }
    fs::read_to_string(path).map_err(|source| unreadable(path, source))
}

fn unreadable(path: &Path, source: io::Error) -> AuditFailure {
    AuditFailure::Unreadable { path: path.to_owned(), source }
}
