//! How an audit log is exported, a line of JSON each (docs/audit-export.md): what the whole is, then for each 256 entries
//! their hashes with the proof that these are in the tree, and the entries. The proofs are what tells *where* an export was
//! tampered with; that it was is told by the root.

use crate::domain::access_token::Jwk;
use crate::domain::canonical;
use crate::domain::hex;
use crate::domain::merkle::{Hash, TILE};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::TenantId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fmt;

pub const FORMAT: &str = "insula-audit-export/1";

#[derive(Debug, Deserialize)]
pub struct Head {
    pub format: String,
    pub tenant: TenantId,
    pub tree_size: u64,
    /// As it was signed.
    pub checkpoint: String,
}

/// The hashes of up to 256 leaves, and the proof that their root is in the tree.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TileLine {
    pub tile: u64,
    pub leaf_hashes: Vec<String>,
    pub path: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryLine {
    pub leaf_index: u64,
    pub entry: Value,
    pub detail: Option<DetailLine>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetailLine {
    salt: String,
    pub text: String,
}

impl DetailLine {
    pub fn new(salt: &[u8], text: String) -> Self {
        Self { salt: STANDARD.encode(salt), text }
    }

    pub fn salt(&self) -> Option<Vec<u8>> {
        STANDARD.decode(&self.salt).ok()
    }
}

pub fn head(tenant: TenantId, tree_size: u64, checkpoint: &str, keys: &[Jwk]) -> String {
    line(&json!({
        "format": FORMAT, "tenant": tenant, "tree_size": tree_size, "checkpoint": checkpoint, "jwks": { "keys": keys },
    }))
}

pub fn tile(number: u64, leaf_hashes: &[Hash], path: &[Hash]) -> String {
    let written = |hashes: &[Hash]| hashes.iter().map(|hash| hex::written(hash)).collect::<Vec<_>>();
    line(&json!({ "tile": number, "leaf_hashes": written(leaf_hashes), "path": written(path) }))
}

pub fn entry(leaf_index: u64, entry: &Value, detail: Option<&DetailLine>) -> String {
    line(&json!({ "leaf_index": leaf_index, "entry": entry, "detail": detail }))
}

fn line(value: &Value) -> String {
    let mut text = canonical::text(value);
    text.push('\n');
    text
}

/// How far an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditExportState {
    Queued,
    Running,
    Done,
    Failed,
}

impl AuditExportState {
    const ALL: [Self; 4] = [Self::Queued, Self::Running, Self::Done, Self::Failed];

    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == text)
    }
}

/// How many tiles a tree of this size has.
pub fn tiles(size: u64) -> u64 {
    size.div_ceil(TILE)
}

/// What is wrong with an export, and where: a line of the file, counted from 1, and a leaf of the tree, counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    Changed {
        line: u64,
        leaf: u64,
        id: String,
    },
    /// In the place of a leaf stands an entry that says it is another.
    Misplaced {
        line: u64,
        leaf: u64,
        says: u64,
    },
    Inserted {
        line: u64,
        leaf: u64,
        id: String,
    },
    Copied {
        line: u64,
        leaf: u64,
    },
    Missing {
        line: u64,
        from: u64,
        to: u64,
    },
    Reordered {
        line: u64,
        leaf: u64,
        behind: u64,
    },
    Misnumbered {
        line: u64,
        leaf: u64,
        says: u64,
    },
    Respelt {
        line: u64,
    },
    OfAnother {
        line: u64,
        id: String,
    },
    Detail {
        line: u64,
        leaf: u64,
        id: String,
    },
    Truncated {
        line: u64,
        from: u64,
        size: u64,
    },
    Unproved {
        line: u64,
        from: u64,
        to: u64,
    },
    NotATile {
        line: u64,
        says: u64,
    },
    Root,
    Checkpoint,
    AnotherTenant {
        checkpoint: TenantId,
        export: TenantId,
    },
    AnotherSize {
        checkpoint: u64,
        export: u64,
    },
    AnotherKey {
        signed: String,
        wanted: String,
    },
    Earlier,
    EarlierOfAnother,
    EarlierIsLarger {
        earlier: u64,
        size: u64,
    },
    EarlierDiffers {
        size: u64,
    },
    EarlierNotReached {
        size: u64,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { line, leaf, id } => {
                write!(
                    f,
                    "line {line}: the entry of leaf {leaf} was changed: {id} is not what the log holds there"
                )
            }
            Self::Misplaced { line, leaf, says } => write!(
                f,
                "line {line}: entries were reordered: in the place of leaf {leaf} stands what says it is leaf {says}"
            ),
            Self::Inserted { line, leaf, id } => {
                write!(f, "line {line}: an entry was inserted before leaf {leaf}: the log does not hold {id}")
            }
            Self::Copied { line, leaf } => {
                write!(f, "line {line}: an entry was inserted: leaf {leaf} stands there a second time")
            }
            Self::Missing { line, from, to } if from == to => {
                write!(f, "line {line}: an entry is missing: that of leaf {from} should stand there")
            }
            Self::Missing { line, from, to } => {
                write!(
                    f,
                    "line {line}: entries are missing: those of leaves {from} to {to} should stand there"
                )
            }
            Self::Reordered { line, leaf, behind } => {
                write!(
                    f,
                    "line {line}: entries were reordered: that of leaf {leaf} stands behind that of leaf {behind}"
                )
            }
            Self::Misnumbered { line, leaf, says } => {
                write!(f, "line {line}: the entry of leaf {leaf} says that it is leaf {says}")
            }
            Self::Respelt { line } => {
                write!(
                    f,
                    "line {line} is not written as an export writes it: it was changed, whatever it says"
                )
            }
            Self::OfAnother { line, id } => {
                write!(f, "line {line}: the entry {id} is of another tenant's log")
            }
            Self::Detail { line, leaf, id } => write!(
                f,
                "line {line}: the detail of leaf {leaf} was changed: it is not what was written with the entry {id}"
            ),
            Self::Truncated { line, from, size } => write!(
                f,
                "line {line}: the log was truncated: the checkpoint has {size} entries, and from leaf {from} on they are \
                 missing"
            ),
            Self::Unproved { line, from, to } => write!(
                f,
                "line {line}: the proof of leaves {from} to {to} does not lead to the checkpoint: it or these entries were \
                 changed"
            ),
            Self::NotATile { line, says } => {
                write!(f, "line {line}: a proof was inserted: there is none of tile {says} in this place")
            }
            Self::Root => f.write_str("the entries are not those of the checkpoint: its root is another"),
            Self::Checkpoint => {
                f.write_str("line 1: the checkpoint is forged: it is not signed by the key that it carries")
            }
            Self::AnotherTenant { checkpoint, export } => write!(
                f,
                "line 1: the checkpoint is another tenant's: it is of {checkpoint}, and the export says {export}"
            ),
            Self::AnotherSize { checkpoint, export } => write!(
                f,
                "line 1: the checkpoint is another's: it has {checkpoint} entries, and the export says {export}"
            ),
            Self::AnotherKey { signed, wanted } => {
                write!(f, "line 1: the checkpoint is signed by the key {signed}, and not by {wanted}")
            }
            Self::Earlier => {
                f.write_str("the earlier checkpoint is none, or is not signed by the key that it carries")
            }
            Self::EarlierOfAnother => {
                f.write_str("the earlier checkpoint is another tenant's or another installation's")
            }
            Self::EarlierIsLarger { earlier, size } => write!(
                f,
                "the log was truncated, or the export is older than the earlier checkpoint: that has {earlier} entries, \
                 and the export {size}"
            ),
            Self::EarlierDiffers { size } => write!(
                f,
                "the log was rewritten: its first {size} entries are not those of the earlier checkpoint"
            ),
            Self::EarlierNotReached { size } => write!(
                f,
                "the earlier checkpoint cannot be compared: of its {size} entries some are missing here or not proved"
            ),
        }
    }
}

/// An entry as it stands in the file.
#[derive(Clone, Debug)]
pub struct Seen {
    pub line: u64,
    /// What it says itself; `None` of a line that is no entry at all.
    pub says: Option<u64>,
    pub id: String,
    pub hash: Hash,
}

/// How these entries differ from those that are proved, of which the first is leaf `first`. `next_line` is the one behind them.
pub fn differences(first: u64, proved: &[Hash], seen: &[Seen], next_line: u64) -> Vec<Fault> {
    let places: HashMap<&Hash, usize> = proved.iter().enumerate().map(|(at, hash)| (hash, at)).collect();
    let leaf = |at: usize| first + at as u64;
    let mut there = vec![false; proved.len()];
    let mut faults = Vec::new();
    // What stands between two entries that are in order, and which leaves should.
    let (mut strangers, mut gaps, mut next) = (Vec::new(), Vec::new(), 0);
    for entry in seen {
        let Some(&at) = places.get(&entry.hash) else {
            strangers.push(entry);
            continue;
        };
        let line = entry.line;
        if there[at] {
            faults.push(Fault::Copied { line, leaf: leaf(at) });
            continue;
        }
        there[at] = true;
        if at < next {
            faults.push(Fault::Reordered { line, leaf: leaf(at), behind: leaf(next - 1) });
            continue;
        }
        if let Some(says) = entry.says.filter(|says| *says != leaf(at)) {
            faults.push(Fault::Misnumbered { line, leaf: leaf(at), says });
        }
        gaps.push((std::mem::take(&mut strangers), next..at, line));
        next = at + 1;
    }
    gaps.push((strangers, next..proved.len(), next_line));
    for (strangers, places, line) in gaps {
        let end = places.end;
        let mut missing = places.filter(|at| !there[*at]);
        for entry in strangers {
            let Seen { line, id, .. } = entry.clone();
            faults.push(match (missing.next(), entry.says) {
                (Some(at), Some(says)) if says != leaf(at) => Fault::Misplaced { line, leaf: leaf(at), says },
                (Some(at), _) => Fault::Changed { line, leaf: leaf(at), id },
                (None, _) => Fault::Inserted { line, leaf: leaf(end), id },
            });
        }
        let missing: Vec<u64> = missing.map(leaf).collect();
        let runs = missing.chunk_by(|one, other| one + 1 == *other);
        faults.extend(runs.map(|run| Fault::Missing { line, from: run[0], to: run[run.len() - 1] }));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::merkle::leaf_hash;

    fn hash(name: &str) -> Hash {
        leaf_hash(name.as_bytes())
    }

    /// Of the log a to e, which begins at leaf 256 and line 10: each name is an entry, with the number that it says it has.
    fn check(seen: &[(&str, u64)], expected: &[Fault]) {
        let proved = ["a", "b", "c", "d", "e"].map(hash);
        let entry = |(at, (name, says)): (usize, &(&str, u64))| Seen {
            line: 10 + at as u64,
            says: Some(*says),
            id: (*name).to_owned(),
            hash: hash(name),
        };
        let seen: Vec<Seen> = seen.iter().enumerate().map(entry).collect();
        let found = differences(256, &proved, &seen, 10 + seen.len() as u64);
        assert_eq!(found, expected, "{seen:?}");
    }

    const A: (&str, u64) = ("a", 256);
    const B: (&str, u64) = ("b", 257);
    const C: (&str, u64) = ("c", 258);
    const D: (&str, u64) = ("d", 259);
    const E: (&str, u64) = ("e", 260);

    #[test]
    fn what_is_as_it_was_has_no_fault() {
        check(&[A, B, C, D, E], &[]);
    }

    #[test]
    fn each_way_of_tampering_is_told_with_its_place() {
        let id = || "x".to_owned();
        check(&[A, ("x", 257), C, D, E], &[Fault::Changed { line: 11, leaf: 257, id: id() }]);
        check(&[A, B, C, D, ("x", 260)], &[Fault::Changed { line: 14, leaf: 260, id: id() }]);
        check(&[A, C, D, E], &[Fault::Missing { line: 11, from: 257, to: 257 }]);
        check(&[A, E], &[Fault::Missing { line: 11, from: 257, to: 259 }]);
        check(&[A, B], &[Fault::Missing { line: 12, from: 258, to: 260 }]);
        check(&[], &[Fault::Missing { line: 10, from: 256, to: 260 }]);
        check(&[A, ("x", 257), B, C, D, E], &[Fault::Inserted { line: 11, leaf: 257, id: id() }]);
        check(&[A, B, C, D, E, ("x", 261)], &[Fault::Inserted { line: 15, leaf: 261, id: id() }]);
        check(&[A, B, B, C, D, E], &[Fault::Copied { line: 12, leaf: 257 }]);
        check(&[A, C, B, D, E], &[Fault::Reordered { line: 12, leaf: 257, behind: 258 }]);
        check(&[B, C, D, E, A], &[Fault::Reordered { line: 14, leaf: 256, behind: 260 }]);
        check(&[A, ("z", 700), C, D, E], &[Fault::Misplaced { line: 11, leaf: 257, says: 700 }]);
        check(&[A, ("b", 258), C, D, E], &[Fault::Misnumbered { line: 11, leaf: 257, says: 258 }]);
    }

    /// Whoever takes one away may number the others anew.
    #[test]
    fn several_at_once_are_told_apart() {
        check(
            &[A, ("c", 257), ("d", 258), ("e", 259)],
            &[
                Fault::Misnumbered { line: 11, leaf: 258, says: 257 },
                Fault::Misnumbered { line: 12, leaf: 259, says: 258 },
                Fault::Misnumbered { line: 13, leaf: 260, says: 259 },
                Fault::Missing { line: 11, from: 257, to: 257 },
            ],
        );
        let (x, y) = ("x".to_owned(), "y".to_owned());
        check(
            &[("x", 256), B, ("y", 258), D],
            &[
                Fault::Changed { line: 10, leaf: 256, id: x },
                Fault::Changed { line: 12, leaf: 258, id: y },
                Fault::Missing { line: 14, from: 260, to: 260 },
            ],
        );
    }

    #[test]
    fn lines_have_one_spelling() {
        let detail = DetailLine::new(&[1, 2, 3], "{}".to_owned());
        let written = entry(7, &json!({ "b": 1, "a": 2 }), Some(&detail));
        assert_eq!(
            written,
            "{\"detail\":{\"salt\":\"AQID\",\"text\":\"{}\"},\"entry\":{\"a\":2,\"b\":1},\"leaf_index\":7}\n"
        );
        let read: EntryLine = serde_json::from_str(&written).unwrap();
        assert_eq!((read.leaf_index, read.detail.unwrap().salt()), (7, Some(vec![1, 2, 3])));
        assert_eq!(entry(0, &json!({}), None), "{\"detail\":null,\"entry\":{},\"leaf_index\":0}\n");
        let written = tile(1, &[[0xab; 32]], &[]);
        let read: TileLine = serde_json::from_str(&written).unwrap();
        assert_eq!((read.tile, read.leaf_hashes, read.path.len()), (1, vec!["ab".repeat(32)], 0));
        assert_eq!([0, 1, 256, 257].map(tiles), [0, 1, 1, 2]);
    }
}
