//! The comparison of the working tree with what is committed, and the one way to overwrite the committed files.

use super::base::{self, Revision};
use super::published::{self, FILE, Published, Shape, Shapes};
use super::{Break, accepted, openapi};
use crate::sources;
use serde_json::Value;
use std::fs;
use std::path::Path;

pub const DOCUMENT: &str = "app/tests/golden/openapi.json";
const FOLDERS: [&str; 2] = ["domains", "shared-kernel"];

/// What was found, in lines for people.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Any of these fails.
    pub faults: Vec<String>,
    pub notes: Vec<String>,
}

/// All that is committed against the base, and the published files against the sources. With `update`, files that are
/// behind their sources are written, unless something breaks.
pub fn check(root: &Path, asked: Option<&str>, update: bool) -> Result<Outcome, String> {
    let now = published::read(root)?;
    let document = read(root, DOCUMENT)?;
    let mut outcome = compare(root, asked, document.as_deref(), Some(&now))?;
    let stale = stale(root, &now)?;
    if update && outcome.faults.is_empty() {
        for (path, text) in stale {
            write(root, &path, text.as_deref())?;
            outcome.notes.push(format!("wrote {path}"));
        }
    } else {
        let behind = stale.iter().map(|(path, _)| {
            format!(
                "{path} is not what the sources say. If the change is meant, run `UPDATE_SNAPSHOTS=1 cargo xtask \
                 compat` and commit the file"
            )
        });
        outcome.faults.extend(behind);
    }
    Ok(outcome)
}

/// The document as the binary prints it, against the base's; with `update` it becomes the committed one, unless it breaks.
pub fn check_document(
    root: &Path,
    asked: Option<&str>,
    printed: &str,
    update: bool,
) -> Result<Outcome, String> {
    let mut outcome = compare(root, asked, Some(printed), None)?;
    if update && outcome.faults.is_empty() {
        write(root, DOCUMENT, Some(printed))?;
        outcome.notes.push(format!("wrote {DOCUMENT}"));
    }
    Ok(outcome)
}

fn compare(
    root: &Path,
    asked: Option<&str>,
    document: Option<&str>,
    now: Option<&Published>,
) -> Result<Outcome, String> {
    let bases = base::find(root, asked)?;
    let mut outcome = Outcome { faults: Vec::new(), notes: bases.note.into_iter().collect() };
    let list = read(root, accepted::PATH)?.unwrap_or_default();
    let committed: Vec<Before<'_>> = match bases.revisions.as_slice() {
        [] => vec![Before::Files(root)],
        revisions => revisions.iter().map(|revision| Before::Revision(root, revision)).collect(),
    };
    for before in committed {
        let mut breaks = Vec::new();
        if let Some(old) = before.read(DOCUMENT)? {
            // A document that is gone has lost every operation.
            let new = document.map_or(Ok(Value::Null), |text| json(DOCUMENT, text))?;
            breaks.extend(openapi::breaks(&json(DOCUMENT, &old)?, &new));
        }
        if let Some(now) = now {
            breaks.extend(published::compare::breaks(&before.shapes()?, now));
        }
        let judged = accepted::judge(breaks, &list, &before.accepted()?)?;
        let name = before.name();
        outcome.faults.extend(judged.open.iter().map(|found| told(found, &name)));
        if now.is_some() {
            outcome.notes.extend(judged.idle.iter().map(|what| {
                format!("{}: `{what}` covers nothing that changed since {name}", accepted::PATH)
            }));
        }
        outcome.notes.push(format!("compared with {name}"));
    }
    Ok(outcome)
}

/// What is committed: a revision's files, or, where there is no git, the working tree's.
enum Before<'a> {
    Revision(&'a Path, &'a Revision),
    Files(&'a Path),
}

impl Before<'_> {
    fn name(&self) -> String {
        match self {
            Self::Revision(_, revision) => revision.name.clone(),
            Self::Files(_) => "the committed files".to_owned(),
        }
    }

    fn read(&self, path: &str) -> Result<Option<String>, String> {
        match self {
            Self::Revision(root, revision) => revision.read(root, path),
            Self::Files(root) => read(root, path),
        }
    }

    fn shapes(&self) -> Result<Shapes, String> {
        let paths = match self {
            Self::Revision(root, revision) => revision.named(root, &FOLDERS, FILE)?,
            Self::Files(root) => committed_files(root)?,
        };
        let mut shapes = Shapes::new();
        for path in paths {
            let text = self.read(&path)?.unwrap_or_default();
            let shape = Shape::parse(&text).map_err(|error| format!("{path} of {}: {error}", self.name()))?;
            shapes.insert(path, shape);
        }
        Ok(shapes)
    }

    /// Without git every line of the list counts.
    fn accepted(&self) -> Result<String, String> {
        match self {
            Self::Revision(..) => Ok(self.read(accepted::PATH)?.unwrap_or_default()),
            Self::Files(_) => Ok(String::new()),
        }
    }
}

/// The published files that differ from the sources, with what they should be; `None` is a file too many.
fn stale(root: &Path, now: &Published) -> Result<Vec<(String, Option<String>)>, String> {
    let mut stale = Vec::new();
    for (path, shape) in now.shapes.iter().filter(|(_, shape)| !shape.is_empty()) {
        let text = shape.text();
        if read(root, path)?.as_deref() != Some(&text) {
            stale.push((path.clone(), Some(text)));
        }
    }
    let unknown = committed_files(root)?.into_iter().filter(|path| !now.shapes.contains_key(path));
    stale.extend(unknown.map(|path| (path, None)));
    Ok(stale)
}

fn committed_files(root: &Path) -> Result<Vec<String>, String> {
    let files = sources::read(root, &[FILE]).map_err(|error| format!("{}: {error}", root.display()))?;
    let paths = files.into_iter().map(|file| file.path);
    Ok(paths.filter(|path| FOLDERS.iter().any(|folder| path.starts_with(&format!("{folder}/")))).collect())
}

fn told(found: &Break, base: &str) -> String {
    format!(
        "{found}\n    since {base}; where the break is meant, add `{} # <reason>` to {}",
        found.what,
        accepted::PATH
    )
}

fn read(root: &Path, path: &str) -> Result<Option<String>, String> {
    match fs::read_to_string(root.join(path)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{path}: {error}")),
    }
}

fn write(root: &Path, path: &str, text: Option<&str>) -> Result<(), String> {
    let file = root.join(path);
    let written = match (text, file.parent()) {
        (Some(text), Some(folder)) => fs::create_dir_all(folder).and_then(|()| fs::write(&file, text)),
        _ => fs::remove_file(&file),
    };
    written.map_err(|error| format!("{path}: {error}"))
}

fn json(path: &str, text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("{path}: {error}"))
}
