//! With what the working tree is compared: committed revisions, which a change cannot overwrite.

use std::path::Path;
use std::process::Command;

pub struct Bases {
    /// None when this is no git repository.
    pub revisions: Vec<Revision>,
    /// What could not be looked at, and what to do about it.
    pub note: Option<String>,
}

pub struct Revision {
    pub id: String,
    /// As a person would call it.
    pub name: String,
}

/// `asked` is COMPAT_BASE. Without it: where this branch left the main one, or else the first parent of HEAD, and HEAD
/// itself for what is not committed yet.
pub fn find(root: &Path, asked: Option<&str>) -> Result<Bases, String> {
    if let Some(asked) = asked.filter(|asked| !asked.is_empty()) {
        let id = commit(root, asked)
            .map_err(|error| format!("COMPAT_BASE={asked} is no revision of this repository: {error}"))?;
        let name = format!("{} (COMPAT_BASE)", short(&id));
        return Ok(Bases { revisions: vec![Revision { id, name }], note: None });
    }
    let head = match commit(root, "HEAD") {
        Ok(head) => head,
        Err(error) => {
            let note =
                format!("no revision to compare with, so only the committed files are looked at: {error}");
            return Ok(Bases { revisions: Vec::new(), note: Some(note) });
        }
    };
    for branch in ["origin/main", "main"] {
        let left = git(root, &["merge-base", "HEAD", branch]).map(|id| id.trim().to_owned());
        if let Ok(id) = left
            && id != head
        {
            let name = format!("{} (where HEAD left {branch})", short(&id));
            return Ok(Bases { revisions: vec![Revision { id, name }], note: None });
        }
    }
    let mut revisions = Vec::new();
    let mut note = None;
    match commit(root, "HEAD^1") {
        Ok(id) => {
            let name = format!("{} (the parent of HEAD)", short(&id));
            revisions.push(Revision { id, name });
        }
        Err(_) => {
            note = Some(
                "HEAD has no parent here (the first commit, or a shallow clone), so only what is not committed is \
                 compared; fetch its parent, or set COMPAT_BASE"
                    .to_owned(),
            );
        }
    }
    let name = format!("{} (HEAD)", short(&head));
    revisions.push(Revision { id: head, name });
    Ok(Bases { revisions, note })
}

impl Revision {
    /// The file as it was then; `None` when there was none.
    pub fn read(&self, root: &Path, path: &str) -> Result<Option<String>, String> {
        if git(root, &["ls-tree", "--name-only", &self.id, "--", path])?.trim().is_empty() {
            return Ok(None);
        }
        git(root, &["show", &format!("{}:./{path}", self.id)]).map(Some)
    }

    /// The files of this name below these folders as they were then.
    pub fn named(&self, root: &Path, folders: &[&str], name: &str) -> Result<Vec<String>, String> {
        let mut arguments = vec!["ls-tree", "-r", "--name-only", self.id.as_str(), "--"];
        arguments.extend(folders);
        let listed = git(root, &arguments)?;
        Ok(listed.lines().filter(|path| path.rsplit('/').next() == Some(name)).map(str::to_owned).collect())
    }
}

fn commit(root: &Path, name: &str) -> Result<String, String> {
    let id =
        git(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{name}^{{commit}}")])?;
    Ok(id.trim().to_owned())
}

fn git(root: &Path, arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new("git");
    command.arg("-C").arg(root).args(arguments);
    // A hook's variables would lead to another repository.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env_remove(name);
    }
    let output = command.output().map_err(|error| format!("git: {error}"))?;
    if output.status.success() {
        return String::from_utf8(output.stdout).map_err(|error| format!("git {}: {error}", arguments[0]));
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    let said = if said.is_empty() { output.status.to_string() } else { said };
    Err(format!("git {}: {said}", arguments[0]))
}

fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}
