//! Reads an upload batch by batch from where an import stands. Which rows are in which batch depends on the file
//! alone, since the target knows a batch by its number.

use super::{App, blob_key};
use crate::domain::records::{Position, Record, Records};
use crate::domain::run::Run;
use crate::error::Error;
use bytes::Bytes;
use futures::TryStreamExt;
use futures::stream::BoxStream;
use kernel::TenantId;

const BATCH_ROWS: usize = 100;
/// Bounds the memory where rows are long.
const BATCH_BYTES: u64 = 4 << 20;

pub struct Batches {
    body: BoxStream<'static, Result<Bytes, blobs::Error>>,
    records: Records,
    /// Bytes that were read before the import was interrupted.
    skip_bytes: u64,
    ended: bool,
}

pub struct Batch {
    pub records: Vec<Record>,
    /// Where the next one begins.
    pub end: Position,
}

impl Batches {
    pub async fn open(app: &App, tenant: TenantId, run: &Run) -> Result<Self, Error> {
        let blob = app.blobs.stream(&blob_key(tenant, run.upload)).await?;
        let records = Records::from(run.resume);
        let mut batches = Self { body: blob.body, records, skip_bytes: run.resume.byte, ended: false };
        if run.resume == Position::default() {
            let _header = batches.record().await?;
        }
        Ok(batches)
    }

    pub async fn next(&mut self) -> Result<Option<Batch>, Error> {
        let (mut records, mut bytes) = (Vec::new(), 0);
        while records.len() < BATCH_ROWS && bytes < BATCH_BYTES {
            let Some(record) = self.record().await? else { break };
            bytes += record.bytes;
            records.push(record);
        }
        let end = records.last().map(|record| record.end);
        Ok(end.map(|end| Batch { records, end }))
    }

    async fn record(&mut self) -> Result<Option<Record>, Error> {
        loop {
            if let Some(record) = self.records.next() {
                return Ok(Some(record));
            }
            if self.ended {
                return Ok(None);
            }
            match self.body.try_next().await? {
                Some(chunk) => self.push(&chunk),
                None => {
                    self.records.end();
                    self.ended = true;
                }
            }
        }
    }

    fn push(&mut self, chunk: &[u8]) {
        let skipped = usize::try_from(self.skip_bytes).unwrap_or(usize::MAX).min(chunk.len());
        self.skip_bytes -= skipped as u64;
        self.records.push(&chunk[skipped..]);
    }
}
