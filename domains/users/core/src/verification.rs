//! Whether an export of an audit log is what its checkpoint says, told from the file alone: no configuration, no database.
//! The file is read once, and what is held of it is bounded by its longest line and 256 entries.

use crate::domain::audit_export::{EntryLine, FORMAT, Fault, Head, Seen, TileLine, differences, tiles};
use crate::domain::checkpoint::{self, Opened};
use crate::domain::merkle::{self, Frontier, Hash, TILE};
use crate::domain::{audit_detail, audit_leaf, canonical, hex};
use serde::Deserialize;
use serde_json::Value;
use std::fmt;
use std::io::{self, BufRead, Read};

/// More than the longest entry that there can be: what is before and after a change, each of a request's size.
const MAX_LINE_BYTES: u64 = 32 << 20;
/// So many are told; the others are counted.
const MAX_FAULTS: usize = 100;
/// Of entries between two proofs, of which there should be 256.
const MAX_SEEN: usize = 4_096;

/// What the export is compared with beside its own checkpoint.
#[derive(Clone, Debug, Default)]
pub struct AuditTrust {
    /// A checkpoint of an earlier day: as it was signed, or as `GET /audit-log/checkpoint` answers it.
    pub earlier: Option<String>,
    /// The thumbprint of the key that signed this one.
    pub key: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    #[error("the file cannot be read")]
    Unreadable(#[from] io::Error),
    #[error("this is no export of an audit log: its first line does not say `\"format\": \"{format}\"`", format = FORMAT)]
    NotAnExport,
    #[error("line {0} is longer than {mib} MiB: no export has such a line", mib = MAX_LINE_BYTES >> 20)]
    LineTooLong(u64),
}

/// What was found. It is told to people as it is displayed.
#[derive(Debug)]
pub struct AuditReport {
    tenant: String,
    issuer: String,
    key: String,
    tree_size: u64,
    root_hash: String,
    /// The size of the earlier checkpoint, once the entries were compared with it.
    grown_from: Option<u64>,
    /// How the key is known to be the right one, beside being the one in the file.
    key_is_known: Option<&'static str>,
    erased: u64,
    unsealed: u64,
    faults: Vec<Fault>,
    untold: u64,
}

impl AuditReport {
    /// Whether the export is what its checkpoint says.
    pub fn holds(&self) -> bool {
        self.faults.is_empty()
    }

    fn add(&mut self, faults: impl IntoIterator<Item = Fault>) {
        for fault in faults {
            if self.faults.len() < MAX_FAULTS {
                self.faults.push(fault);
            } else {
                self.untold += 1;
            }
        }
    }
}

impl fmt::Display for AuditReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.faults {
            writeln!(f, "{fault}")?;
        }
        if self.untold > 0 {
            writeln!(f, "and {} faults more", self.untold)?;
        }
        if !self.holds() {
            return Ok(());
        }
        let Self { tenant, issuer, key, tree_size, root_hash, .. } = self;
        writeln!(f, "the export holds: {tree_size} entries of tenant {tenant} at {issuer}")?;
        writeln!(f, "root: {root_hash}")?;
        match self.key_is_known {
            Some(how) => writeln!(f, "signed by the key {key}, {how}")?,
            None => writeln!(
                f,
                "signed by the key {key}, and nothing here tells whose that is: compare it with one that you know, or \
                 give --key"
            )?,
        }
        if let Some(earlier) = self.grown_from {
            writeln!(f, "its first {earlier} entries are those of the earlier checkpoint")?;
        }
        if self.erased > 0 {
            writeln!(f, "the details of {} entries were erased; the entries stand", self.erased)?;
        }
        if self.unsealed > 0 {
            writeln!(
                f,
                "the details of {} entries are older than their sealing and not verified",
                self.unsealed
            )?;
        }
        Ok(())
    }
}

/// Reads it once, from its beginning to its end.
pub fn verify_audit_export(reader: impl BufRead, trust: &AuditTrust) -> Result<AuditReport, VerifyError> {
    let mut lines = Lines { reader, number: 0, text: Vec::new() };
    let first = lines.read()?.and_then(|(_, text)| {
        let value = serde_json::from_slice::<Value>(text).ok()?;
        Some((Head::deserialize(&value).ok()?, is_as_written(text, &value)))
    });
    let first = first.filter(|(head, _)| head.format == FORMAT);
    let (head, is_as_written) = first.ok_or(VerifyError::NotAnExport)?;
    let mut report = AuditReport {
        tenant: head.tenant.to_string(),
        issuer: String::new(),
        key: String::new(),
        tree_size: head.tree_size,
        root_hash: String::new(),
        grown_from: None,
        key_is_known: trust.key.as_ref().map(|_| "as expected"),
        erased: 0,
        unsealed: 0,
        faults: Vec::new(),
        untold: 0,
    };
    if !is_as_written {
        report.add([Fault::Respelt { line: 1 }]);
    }
    let Some(opened) = checkpoint::open(&head.checkpoint) else {
        report.add([Fault::Checkpoint]);
        return Ok(report);
    };
    let (tenant, size) = (opened.checkpoint.tenant, opened.checkpoint.tree_size);
    report.issuer = printable(&opened.checkpoint.iss);
    report.key.clone_from(&opened.key);
    report.root_hash.clone_from(&opened.checkpoint.root_hash);
    // All else would only say the same again.
    if tenant != head.tenant {
        report.add([Fault::AnotherTenant { checkpoint: tenant, export: head.tenant }]);
        return Ok(report);
    }
    if size != head.tree_size {
        report.add([Fault::AnotherSize { checkpoint: size, export: head.tree_size }]);
        return Ok(report);
    }
    if let Some(wanted) = trust.key.as_ref().filter(|wanted| **wanted != opened.key) {
        report.add([Fault::AnotherKey { signed: opened.key.clone(), wanted: wanted.clone() }]);
    }
    let earlier = trust.earlier.as_deref().map(|text| earlier(text, &opened));
    let earlier = match earlier.transpose() {
        Ok(earlier) => earlier,
        Err(fault) => {
            report.add([fault]);
            None
        }
    };
    if earlier.as_ref().is_some_and(|earlier| earlier.key == opened.key) {
        report.key_is_known = report.key_is_known.or(Some("which signed the earlier checkpoint too"));
    }
    let mut walk = Walk::new(&opened, earlier, report);
    while let Some((line, text)) = lines.read()? {
        walk.line(line, text);
    }
    Ok(walk.end(lines.number + 1))
}

/// Two readers may read another spelling in two ways, as of a key that is there twice.
fn is_as_written(text: &[u8], value: &Value) -> bool {
    canonical::text(value).as_bytes() == text
}

/// Whoever made the file does not write to the terminal of who verifies it.
fn printable(text: &str) -> String {
    text.chars().filter(|character| character.is_ascii_graphic() || *character == ' ').take(200).collect()
}

/// As far as it can be compared with this one.
fn earlier(text: &str, now: &Opened) -> Result<Opened, Fault> {
    #[derive(Deserialize)]
    struct Answer {
        checkpoint: String,
    }
    let text = text.trim();
    let answer = serde_json::from_str::<Answer>(text).ok().map(|answer| answer.checkpoint);
    let earlier = checkpoint::open(answer.as_deref().unwrap_or(text)).ok_or(Fault::Earlier)?;
    let (before, now) = (&earlier.checkpoint, &now.checkpoint);
    if (before.tenant, &before.iss) != (now.tenant, &now.iss) {
        return Err(Fault::EarlierOfAnother);
    }
    if before.tree_size > now.tree_size {
        return Err(Fault::EarlierIsLarger { earlier: before.tree_size, size: now.tree_size });
    }
    Ok(earlier)
}

struct Lines<R> {
    reader: R,
    /// Of the line that was read last, from 1.
    number: u64,
    text: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    fn read(&mut self) -> Result<Option<(u64, &[u8])>, VerifyError> {
        self.text.clear();
        let read = self.reader.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut self.text)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        if self.text.last() == Some(&b'\n') {
            self.text.pop();
        } else if read as u64 == MAX_LINE_BYTES {
            return Err(VerifyError::LineTooLong(self.number));
        }
        Ok(Some((self.number, &self.text)))
    }
}

/// The entries behind one proof.
struct Stretch {
    first: u64,
    /// `None` where the proof does not lead to the root.
    proved: Option<Vec<Hash>>,
    seen: Vec<Seen>,
    /// Which tile comes behind it.
    next_tile: u64,
}

struct Walk {
    root: Hash,
    size: u64,
    report: AuditReport,
    earlier: Option<Opened>,
    stretch: Option<Stretch>,
    /// Which tile comes next.
    tile: u64,
    frontier: Frontier,
    /// Some leaf is not known, so neither is any root behind it.
    is_broken: bool,
}

impl Walk {
    fn new(opened: &Opened, earlier: Option<Opened>, report: AuditReport) -> Self {
        let (root, size) = (opened.root, opened.checkpoint.tree_size);
        let frontier = Frontier::default();
        let mut walk =
            Self { root, size, report, earlier, stretch: None, tile: 0, frontier, is_broken: false };
        walk.compare();
        walk
    }

    fn line(&mut self, line: u64, text: &[u8]) {
        let value = serde_json::from_slice::<Value>(text).unwrap_or_default();
        if let Ok(tile) = TileLine::deserialize(&value) {
            if !is_as_written(text, &value) {
                self.report.add([Fault::Respelt { line }]);
            }
            return self.begin(line, &tile);
        }
        let seen = self.entry(line, text, &value);
        let (first, next_tile) = (self.tile * TILE, self.tile + 1);
        let unproved = || Stretch { first, proved: None, seen: Vec::new(), next_tile };
        let stretch = self.stretch.get_or_insert_with(unproved);
        if stretch.seen.len() < MAX_SEEN {
            stretch.seen.push(seen);
        } else {
            self.report.add([Fault::Inserted { line, leaf: stretch.first + TILE, id: seen.id }]);
        }
    }

    /// What stands in this line, and whether its detail is its own.
    fn entry(&mut self, line: u64, text: &[u8], value: &Value) -> Seen {
        let Ok(entry) = EntryLine::deserialize(value) else {
            let id = "a line that is no entry".to_owned();
            return Seen { line, says: None, id, hash: merkle::leaf_hash(text) };
        };
        let id = printable(entry.entry["id"].as_str().unwrap_or("an entry without an id"));
        if !is_as_written(text, value) {
            self.report.add([Fault::Respelt { line }]);
        }
        if entry.entry["tenant"].as_str() != Some(self.report.tenant.as_str()) {
            self.report.add([Fault::OfAnother { line, id: id.clone() }]);
        }
        let sealed = entry.entry["detail_hash"].as_str().filter(|hash| !hash.is_empty());
        match (sealed, &entry.detail) {
            (None, _) => self.report.unsealed += 1,
            (Some(_), None) => self.report.erased += 1,
            (Some(sealed), Some(detail)) => {
                let kept = detail.salt().zip(hex::read::<32>(sealed));
                let is_its_own =
                    kept.is_some_and(|(salt, hash)| audit_detail::is_sealed_by(&hash, &salt, &detail.text));
                if !is_its_own {
                    let (leaf, id) = (entry.leaf_index, id.clone());
                    self.report.add([Fault::Detail { line, leaf, id }]);
                }
            }
        }
        Seen { line, says: Some(entry.leaf_index), id, hash: audit_leaf::hash(&entry.entry) }
    }

    /// A proof, which ends the stretch before it.
    fn begin(&mut self, line: u64, tile: &TileLine) {
        self.finish(line, false);
        let number = tile.tile;
        if number < self.tile || number >= tiles(self.size) {
            self.report.add([Fault::NotATile { line, says: number }]);
            // Whatever comes with it is not of the log.
            let (first, proved) = (self.tile * TILE, Some(Vec::new()));
            self.stretch = Some(Stretch { first, proved, seen: Vec::new(), next_tile: self.tile });
            return;
        }
        if number > self.tile {
            let (from, to) = (self.tile * TILE, number * TILE - 1);
            self.report.add([Fault::Missing { line, from, to }]);
            self.is_broken = true;
        }
        self.tile = number;
        let first = number * TILE;
        let proved = self.proved(tile);
        if proved.is_none() {
            let to = (first + TILE).min(self.size) - 1;
            self.report.add([Fault::Unproved { line, from: first, to }]);
        }
        self.stretch = Some(Stretch { first, proved, seen: Vec::new(), next_tile: number + 1 });
    }

    /// The leaves of a tile, where they lead to the root. A tree of tiles has the shape of one of leaves.
    fn proved(&self, tile: &TileLine) -> Option<Vec<Hash>> {
        let read =
            |hashes: &[String]| hashes.iter().map(|hash| hex::read(hash)).collect::<Option<Vec<Hash>>>();
        let (leaves, path) = (read(&tile.leaf_hashes)?, read(&tile.path)?);
        let expected = TILE.min(self.size - tile.tile * TILE);
        let root = Frontier::of(&leaves).root();
        let led = merkle::root_by_inclusion(root, tile.tile, tiles(self.size), &path)?;
        (leaves.len() as u64 == expected && led == self.root).then_some(leaves)
    }

    fn finish(&mut self, next_line: u64, is_end: bool) {
        let Some(Stretch { first, proved, seen, next_tile }) = self.stretch.take() else { return };
        self.tile = next_tile;
        let Some(proved) = proved else {
            // All that can be said is what the entries make by themselves.
            let misnumbered = seen.iter().zip(first..).find_map(|(entry, leaf)| {
                let says = entry.says.filter(|says| *says != leaf)?;
                Some(Fault::Misnumbered { line: entry.line, leaf, says })
            });
            // The first: those behind it may follow from it.
            self.report.add(misnumbered);
            for entry in seen {
                self.append(entry.hash);
            }
            return;
        };
        let mut faults = differences(first, &proved, &seen, next_line);
        let end = first + proved.len() as u64;
        for leaf in proved {
            self.append(leaf);
        }
        if is_end
            && let Some(&Fault::Missing { line, from, to }) = faults.last()
            && to + 1 == end
        {
            faults.pop();
            faults.push(Fault::Truncated { line, from, size: self.size });
            // Which is said of the tiles behind it too.
            self.is_broken |= end < self.size;
            self.tile = tiles(self.size);
        }
        self.report.add(faults);
    }

    fn append(&mut self, leaf: Hash) {
        if !self.is_broken {
            self.frontier.append(leaf);
            self.compare();
        }
    }

    /// With the earlier checkpoint, when the tree has just its size.
    fn compare(&mut self) {
        let size = self.frontier.size();
        if let Some(earlier) = self.earlier.take_if(|earlier| earlier.checkpoint.tree_size == size) {
            if earlier.root == self.frontier.root() {
                self.report.grown_from = Some(size);
            } else {
                self.report.add([Fault::EarlierDiffers { size }]);
            }
        }
    }

    fn end(mut self, next_line: u64) -> AuditReport {
        self.finish(next_line, true);
        if self.tile < tiles(self.size) {
            let from = self.tile * TILE;
            self.report.add([Fault::Truncated { line: next_line, from, size: self.size }]);
            self.is_broken = true;
        }
        let is_whole = !self.is_broken && self.frontier.size() == self.size;
        if self.report.holds() && !(is_whole && self.frontier.root() == self.root) {
            self.report.add([Fault::Root]);
        }
        if let Some(earlier) = &self.earlier {
            self.report.add([Fault::EarlierNotReached { size: earlier.checkpoint.tree_size }]);
        }
        self.report
    }
}

#[cfg(test)]
mod tests;
