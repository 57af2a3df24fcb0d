//! The archive that a workbook is, unpacked part by part within bounds. What its headers say of sizes is believed in
//! nothing: bytes are counted as they come out, over all parts together, and beside those that went in.

use super::{Limits, SheetError};
use flate2::Crc;
use flate2::read::DeflateDecoder;
use std::io::{self, Read, Seek, SeekFrom, Take};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const LOCAL_HEADER_BYTES: usize = 30;
const LOCAL_SIGNATURE: &[u8] = b"PK\x03\x04";
const ENTRY_SIGNATURE: &[u8] = b"PK\x01\x02";
/// Of an entry of the directory, before its texts.
const ENTRY_HEAD_BYTES: usize = 46;
const LARGE_END_SIGNATURE: &[u8] = b"PK\x06\x06";

pub struct Package<R> {
    source: R,
    parts: Vec<Part>,
    limits: Limits,
    unpacked_bytes: Arc<AtomicU64>,
}

#[derive(Clone, Debug)]
struct Part {
    name: String,
    header_start: u64,
    packed_bytes: u64,
    crc: u32,
    method: Method,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Stored,
    Deflated,
    Other,
}

impl<R: Read + Seek> Package<R> {
    pub fn open(mut source: R, limits: Limits) -> Result<Self, SheetError> {
        let parts = list(&mut source, limits)?;
        Ok(Self { source, parts, limits, unpacked_bytes: Arc::default() })
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(|part| part.name.as_str())
    }

    pub fn has(&self, name: &str) -> bool {
        self.names().any(|found| found == name)
    }

    pub fn limits(&self) -> Limits {
        self.limits
    }

    pub fn part(&mut self, name: &str) -> Result<PartReader<&mut R>, SheetError> {
        let part = self.find(name)?;
        PartReader::open(&mut self.source, &part, self.limits, Arc::clone(&self.unpacked_bytes))
    }

    /// The last part that is read.
    pub fn into_part(self, name: &str) -> Result<PartReader<R>, SheetError> {
        let part = self.find(name)?;
        PartReader::open(self.source, &part, self.limits, self.unpacked_bytes)
    }

    fn find(&self, name: &str) -> Result<Part, SheetError> {
        let found = self.parts.iter().find(|part| part.name == name);
        found.cloned().ok_or_else(|| SheetError::damaged(format!("its part {name} is missing")))
    }
}

fn list<R: Read + Seek>(source: &mut R, limits: Limits) -> Result<Vec<Part>, SheetError> {
    let damaged = |error: ::zip::result::ZipError| SheetError::damaged(error.to_string());
    refuse_long_directory(source, limits)?;
    let archive = ::zip::ZipArchive::new(source).map_err(damaged)?;
    if archive.has_duplicate_names() {
        // Programs would read one or the other.
        return Err(SheetError::damaged("it has a part twice".to_owned()));
    }
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_data(index).map_err(damaged)?;
        let name = entry.name().map_err(damaged)?.into_owned();
        if entry.encrypted() {
            return Err(SheetError::Encrypted);
        }
        let method = match entry.compression() {
            ::zip::CompressionMethod::Stored => Method::Stored,
            ::zip::CompressionMethod::Deflated => Method::Deflated,
            _ => Method::Other,
        };
        let (header_start, packed_bytes, crc) =
            (entry.header_start(), entry.compressed_size(), entry.crc32());
        parts.push(Part { name, header_start, packed_bytes, crc, method });
    }
    Ok(parts)
}

/// Counts what each entry of the directory begins with, wherever it lies, and how long its texts are: the directory
/// is held in memory once it is opened, and what it says of itself is for whoever made it to choose.
fn refuse_long_directory<R: Read + Seek>(source: &mut R, limits: Limits) -> Result<(), SheetError> {
    source.seek(SeekFrom::Start(0)).map_err(SheetError::from_io)?;
    let (mut window, mut entries, mut directory_bytes) = (Vec::new(), 0, 0_u64);
    loop {
        let kept = window.len();
        source.by_ref().take(64 * 1_024).read_to_end(&mut window).map_err(SheetError::from_io)?;
        if window.len() == kept {
            return Ok(());
        }
        for head in window.windows(ENTRY_HEAD_BYTES) {
            if head.starts_with(ENTRY_SIGNATURE) {
                let texts =
                    [28, 30, 32].map(|at: usize| u64::from(u16::from_le_bytes([head[at], head[at + 1]])));
                entries += 1;
                directory_bytes = directory_bytes.saturating_add(texts.iter().sum::<u64>());
            } else if head.starts_with(LARGE_END_SIGNATURE) {
                let length = head.get(4..12).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes);
                directory_bytes = directory_bytes.saturating_add(length.unwrap_or(u64::MAX));
            }
        }
        if entries > limits.entries {
            return Err(SheetError::TooManyEntries { most: limits.entries });
        }
        if directory_bytes > limits.directory_bytes {
            return Err(SheetError::DirectoryTooLarge { most: limits.directory_bytes });
        }
        window.drain(..window.len().saturating_sub(ENTRY_HEAD_BYTES - 1));
    }
}

pub struct PartReader<S> {
    packed: Packed<S>,
    crc: Crc,
    expected_crc: u32,
    unpacked_bytes: u64,
    /// Of all parts.
    total_bytes: Arc<AtomicU64>,
    limits: Limits,
    ended: bool,
}

enum Packed<S> {
    Stored(Take<S>),
    Deflated(DeflateDecoder<Take<S>>),
}

impl<S: Read + Seek> PartReader<S> {
    fn open(
        mut source: S,
        part: &Part,
        limits: Limits,
        total_bytes: Arc<AtomicU64>,
    ) -> Result<Self, SheetError> {
        let mut header = [0; LOCAL_HEADER_BYTES];
        source.seek(SeekFrom::Start(part.header_start)).map_err(SheetError::from_io)?;
        source.read_exact(&mut header).map_err(SheetError::from_io)?;
        if !header.starts_with(LOCAL_SIGNATURE) {
            return Err(SheetError::damaged(format!("its part {} is not where it should be", part.name)));
        }
        let length = |at: usize| i64::from(u16::from_le_bytes([header[at], header[at + 1]]));
        let skipped = length(26) + length(28);
        source.seek(SeekFrom::Current(skipped)).map_err(SheetError::from_io)?;
        let taken = source.take(part.packed_bytes);
        let packed = match part.method {
            Method::Stored => Packed::Stored(taken),
            Method::Deflated => Packed::Deflated(DeflateDecoder::new(taken)),
            Method::Other => {
                return Err(SheetError::damaged(format!(
                    "its part {} is packed in an unusual way",
                    part.name
                )));
            }
        };
        let crc = Crc::new();
        Ok(Self { packed, crc, expected_crc: part.crc, unpacked_bytes: 0, total_bytes, limits, ended: false })
    }
}

impl<S: Read> Read for PartReader<S> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        if target.is_empty() || self.ended {
            return Ok(0);
        }
        let (read, packed_bytes) = match &mut self.packed {
            Packed::Stored(source) => (source.read(target)?, None),
            Packed::Deflated(decoder) => (decoder.read(target)?, Some(decoder.total_in())),
        };
        if read == 0 {
            self.ended = true;
            if self.crc.sum() != self.expected_crc {
                let damaged = SheetError::damaged("a checksum is wrong".to_owned());
                return Err(io::Error::other(damaged));
            }
            return Ok(0);
        }
        self.crc.update(&target[..read]);
        self.unpacked_bytes += read as u64;
        let before = self.total_bytes.fetch_add(read as u64, Ordering::Relaxed);
        if before.saturating_add(read as u64) > self.limits.unpacked_bytes {
            return Err(io::Error::other(SheetError::TooLarge { most: self.limits.unpacked_bytes }));
        }
        if let Some(packed) = packed_bytes
            && self.unpacked_bytes > self.limits.ratio_from_bytes
            && self.unpacked_bytes / self.limits.ratio > packed
        {
            return Err(io::Error::other(SheetError::Bomb { ratio: self.limits.ratio }));
        }
        Ok(read)
    }
}
