//! The real workspace as the checks want it, and the committed files next to them.

use cargo_metadata::{DependencyKind, MetadataCommand, Package};
use std::fs;
use std::path::{Path, PathBuf};
use xtask::architecture::{Edge, Kind, Member};

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace").to_owned()
}

/// Members and the dependencies between them as the manifests declare them: optional and per-target ones too.
pub fn crates() -> (Vec<Member>, Vec<Edge>) {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .expect("cargo metadata");
    let members: Vec<Member> = metadata
        .packages
        .iter()
        .map(|package| Member { name: package.name.to_string(), folder: folder_of(package) })
        .collect();
    let mut edges: Vec<Edge> = metadata.packages.iter().flat_map(edges_of).collect();
    edges.sort();
    edges.dedup();
    (members, edges)
}

pub fn committed(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_default()
}

/// Compares with a committed file, or writes it when UPDATE_SNAPSHOTS is set.
pub fn golden(path: &str, lines: &[String]) {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(root().join(path), &text).expect("write the snapshot");
    }
    let before = committed(path);
    let only_in = |one: &str, other: &str, sign: &str| -> Vec<String> {
        one.lines()
            .filter(|line| !other.lines().any(|other| other == *line))
            .map(|line| format!("{sign} {line}"))
            .collect()
    };
    let mut changes = only_in(&before, &text, "-");
    changes.extend(only_in(&text, &before, "+"));
    assert!(
        before == text,
        "{path} is not what the code says. If the change is meant, run `UPDATE_SNAPSHOTS=1 cargo test -p xtask` and \
         commit the file:\n{}",
        changes.join("\n")
    );
}

pub fn none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

fn folder_of(package: &Package) -> String {
    relative(package.manifest_path.parent().expect("a manifest has a folder").as_std_path())
}

fn edges_of(package: &Package) -> Vec<Edge> {
    let from = folder_of(package);
    package
        .dependencies
        .iter()
        .filter_map(|dependency| {
            let kind = match dependency.kind {
                DependencyKind::Normal => Kind::Normal,
                DependencyKind::Development => Kind::Dev,
                // A kind that cargo may invent later is treated as the strictest.
                _ => Kind::Build,
            };
            let to = relative(dependency.path.as_ref()?.as_std_path());
            Some(Edge { from: from.clone(), to, kind })
        })
        .collect()
}

/// A path outside the workspace stays absolute, and so has no place.
fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).to_string_lossy().replace('\\', "/")
}
