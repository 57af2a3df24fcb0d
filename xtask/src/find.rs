//! Where PostgreSQL and Redis are on this machine.

use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Program {
    /// The folder for PostgreSQL, which needs two programs of one version; the program for Redis.
    pub path: PathBuf,
    pub version: String,
}

/// PostgreSQL's versioned folders first, the newest before the others; a `postgres` on the PATH may be a stray link.
pub fn postgres() -> Option<Program> {
    postgres_among(versioned_folders().into_iter().chain(path_folders()))
}

pub fn redis() -> Option<Program> {
    let folders: Vec<PathBuf> = path_folders();
    ["redis-server", "valkey-server"].iter().find_map(|name| {
        folders.iter().map(|folder| folder.join(name)).find_map(|path| {
            let version = version_of(&path)?;
            Some(Program { path, version })
        })
    })
}

pub fn on_path(name: &str) -> Option<PathBuf> {
    path_folders().into_iter().map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// User and group of an account, from /etc/passwd.
pub fn account(name: &str) -> Option<(u32, u32)> {
    account_in(&std::fs::read_to_string("/etc/passwd").ok()?, name)
}

fn postgres_among(folders: impl Iterator<Item = PathBuf>) -> Option<Program> {
    folders.filter(|folder| folder.join("initdb").is_file()).find_map(|folder| {
        let version = version_of(&folder.join("postgres"))?;
        Some(Program { path: folder, version })
    })
}

/// Debian, Fedora's PGDG packages and Homebrew.
fn versioned_folders() -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for parent in ["/usr/lib/postgresql", "/usr", "/opt/homebrew/opt", "/usr/local/opt"] {
        for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let digits = ["postgresql@", "pgsql-"].iter().find_map(|prefix| name.strip_prefix(prefix));
            if let Ok(major) = digits.unwrap_or(&name).parse() {
                found.push((major, entry.path().join("bin")));
            }
        }
    }
    found.sort_by(|one, other| other.cmp(one));
    found.into_iter().map(|(_, folder)| folder).collect()
}

fn path_folders() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.extend(["/usr/bin", "/usr/sbin", "/usr/local/bin", "/opt/homebrew/bin"].map(PathBuf::from));
    folders
}

/// The first number with a dot in what `--version` says; `None` when it does not run.
fn version_of(program: &Path) -> Option<String> {
    let output =
        Command::new(program).arg("--version").output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let number = text
        .split([' ', '=', '\n'])
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('.'));
    Some(number.unwrap_or("of unknown version").to_owned())
}

fn account_in(passwd: &str, name: &str) -> Option<(u32, u32)> {
    let line = passwd.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_folder_counts_when_both_programs_are_there_and_postgres_runs() {
        let root = tempfile::tempdir().unwrap();
        let folder = |name: &str, programs: &[(&str, &str)]| {
            let folder = root.path().join(name);
            fs::create_dir(&folder).unwrap();
            for (program, script) in programs {
                fs::write(folder.join(program), format!("#!/bin/sh\n{script}\n")).unwrap();
                fs::set_permissions(folder.join(program), fs::Permissions::from_mode(0o755)).unwrap();
            }
            folder
        };
        let says = "echo 'postgres (PostgreSQL) 16.4 (Debian 16.4-1)'";
        let alone = folder("alone", &[("postgres", says)]);
        let broken = folder("broken", &[("postgres", "exit 1"), ("initdb", "")]);
        let whole = folder("whole", &[("postgres", says), ("initdb", "")]);

        let found = postgres_among([alone.clone(), broken, whole.clone()].into_iter()).unwrap();
        assert_eq!((found.path, found.version.as_str()), (whole, "16.4"));
        assert!(postgres_among([alone].into_iter()).is_none());
    }

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let passwd =
            "root:x:0:0::/root:/bin/sh\npostgresx:x:7:7::/:\npostgres:x:101:104::/var:/bin/bash\nbad:x:\n";
        assert_eq!(account_in(passwd, "postgres"), Some((101, 104)));
        assert_eq!(account_in(passwd, "postgre"), None);
        assert_eq!(account_in(passwd, "bad"), None);
    }
}
