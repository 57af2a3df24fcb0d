//! Reads an upload batch by batch from where an import stands, as the upload says it is read. Which rows are in which
//! batch depends on the file alone, since the target knows a batch by its number.

use super::workbook::{self, Spooled, joined};
use super::{App, blob_key};
use crate::domain::dialect::Dialect;
use crate::domain::records::{Position, Record, Records};
use crate::domain::sheet::{Sheet, SheetError};
use crate::domain::upload::{Source, Upload};
use crate::error::Error;
use bytes::Bytes;
use futures::TryStreamExt;
use futures::stream::BoxStream;
use kernel::TenantId;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::{JoinHandle, spawn_blocking};

const BATCH_ROWS: usize = 100;
/// Bounds the memory where rows are long.
const BATCH_BYTES: u64 = 4 << 20;

pub enum Batches {
    Text(Box<Text>),
    Sheet(Rows),
}

#[derive(Debug)]
pub struct Batch {
    pub records: Vec<Record>,
    /// Where the next one begins.
    pub end: Position,
}

impl Batches {
    /// From the beginning, or from where a batch ended.
    pub async fn open(
        app: &App,
        tenant: TenantId,
        upload: &Upload,
        begun: Option<Position>,
    ) -> Result<Self, Error> {
        let key = blob_key(tenant, upload.id, upload.layout.format());
        let header_row = upload.layout.header_row;
        Ok(match &upload.layout.source {
            Source::Csv(dialect) => {
                let from_byte = begun.unwrap_or_default().byte;
                let body = app.blobs.stream_from(&key, from_byte).await?.body;
                Self::Text(Box::new(Text::open(body, *dialect, header_row, begun).await?))
            }
            Source::Sheet(sheet) => {
                let spooled = workbook::spool(app, &key).await?;
                let from_row = begun.map_or(header_row.saturating_add(1), |begun| begun.line);
                Self::Sheet(Rows::open(spooled, sheet.clone(), from_row, upload.columns.len()))
            }
        })
    }

    /// Whether a file that is read from its beginning has a byte order mark.
    pub fn is_marked(&self) -> bool {
        match self {
            Self::Text(text) => text.records.is_marked(),
            Self::Sheet(_) => false,
        }
    }

    pub async fn next(&mut self) -> Result<Option<Batch>, Error> {
        match self {
            Self::Text(text) => text.next().await,
            Self::Sheet(rows) => rows.next().await,
        }
    }
}

#[derive(Default)]
struct Filling {
    records: Vec<Record>,
    bytes: u64,
}

impl Filling {
    fn add(&mut self, record: Record) {
        self.bytes += record.bytes;
        self.records.push(record);
    }

    fn is_full(&self) -> bool {
        self.records.len() >= BATCH_ROWS || self.bytes >= BATCH_BYTES
    }

    fn take(&mut self) -> Option<Batch> {
        let Self { records, .. } = std::mem::take(self);
        let end = records.last().map(|record| record.end)?;
        Some(Batch { records, end })
    }
}

/// A CSV file, as its bytes arrive from where the import stands.
pub struct Text {
    body: BoxStream<'static, Result<Bytes, blobs::Error>>,
    records: Records,
    ended: bool,
}

impl Text {
    async fn open(
        body: BoxStream<'static, Result<Bytes, blobs::Error>>,
        dialect: Dialect,
        header_row: u64,
        begun: Option<Position>,
    ) -> Result<Self, Error> {
        let records = Records::of(begun.unwrap_or_default(), dialect);
        let mut text = Self { body, records, ended: false };
        if begun.is_none() {
            while text.record().await?.is_some_and(|record| record.line < header_row) {}
        }
        Ok(text)
    }

    async fn next(&mut self) -> Result<Option<Batch>, Error> {
        let mut filling = Filling::default();
        while !filling.is_full() {
            let Some(record) = self.record().await? else { break };
            filling.add(record);
        }
        Ok(filling.take())
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
                Some(chunk) => self.records.push(&chunk),
                None => {
                    self.records.end();
                    self.ended = true;
                }
            }
        }
    }
}

/// A sheet of a workbook, read in a thread of its own that waits while a batch of its rows is not taken yet, and ends
/// when nobody takes any more.
pub struct Rows {
    batches: Receiver<Batch>,
    reading: Option<JoinHandle<Result<(), SheetError>>>,
}

impl Rows {
    fn open(spooled: Spooled, sheet: Sheet, from_row: u64, width: usize) -> Self {
        let (sender, batches) = channel(1);
        let reading = spawn_blocking(move || read(spooled, &sheet, from_row, width, &sender));
        Self { batches, reading: Some(reading) }
    }

    async fn next(&mut self) -> Result<Option<Batch>, Error> {
        if let Some(batch) = self.batches.recv().await {
            return Ok(Some(batch));
        }
        // It has ended; only what it says tells whether at the end of the sheet.
        if let Some(reading) = self.reading.take() {
            joined(reading).await??;
        }
        Ok(None)
    }
}

fn read(
    spooled: Spooled,
    sheet: &Sheet,
    from_row: u64,
    width: usize,
    batches: &Sender<Batch>,
) -> Result<(), SheetError> {
    let mut filling = Filling::default();
    for row in workbook::rows(spooled, sheet)? {
        let row = row?;
        if row.number < from_row {
            continue;
        }
        filling.add(row.into_record(width));
        if filling.is_full()
            && let Some(batch) = filling.take()
            && batches.blocking_send(batch).is_err()
        {
            return Ok(());
        }
    }
    if let Some(batch) = filling.take() {
        // Nobody to take it is nobody to miss it.
        let _ = batches.blocking_send(batch);
    }
    Ok(())
}
