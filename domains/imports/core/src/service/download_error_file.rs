//! The rows that were refused, with what is wrong with each, as a file to fix and upload again. It is made while it is
//! sent: a batch of the upload and a hundred results are held at a time.

use super::read_batches::{Batch, Batches};
use super::sight::may_see_rows;
use super::{App, find_upload, get_run};
use crate::domain::error_file::ErrorFile;
use crate::domain::row::RowResult;
use crate::error::Error;
use crate::store;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use imports_contract::ImportRunId;
use kernel::{Ctx, Problem};
use std::collections::VecDeque;

const RESULTS: u64 = 100;

pub struct ErrorFileDownload {
    pub file_name: String,
    pub content: BoxStream<'static, Result<Bytes, Error>>,
}

pub async fn download_error_file(app: &App, ctx: &Ctx, id: ImportRunId) -> Result<ErrorFileDownload, Error> {
    let run = get_run(app, ctx, id).await?;
    may_see_rows(app, ctx, &run)?;
    let upload = find_upload(app, ctx, run.upload).await?;
    let batches = Batches::open(app, ctx.tenant(), &upload, None).await?;
    let file = ErrorFile::of(&upload, &run.mapping, batches.is_marked());
    let stem = upload.file_name.rsplit_once('.').map_or(upload.file_name.as_str(), |(stem, _)| stem);
    let file_name = format!("{stem}-errors.csv");
    let header = Bytes::from(file.header().map_err(Problem::internal)?);
    let rows = Rows {
        app: app.clone(),
        ctx: ctx.clone(),
        run: id,
        file,
        batches,
        refused: VecDeque::new(),
        line: 0,
    };
    let rows = stream::try_unfold(rows, |mut rows: Rows| async move {
        let found = rows.next().await?;
        Ok::<_, Error>(found.map(|bytes| (bytes, rows)))
    });
    let header = stream::once(async move { Ok(header) });
    Ok(ErrorFileDownload { file_name, content: header.chain(rows).boxed() })
}

struct Rows {
    app: App,
    ctx: Ctx,
    run: ImportRunId,
    file: ErrorFile,
    batches: Batches,
    /// The next ones, in the order of the file.
    refused: VecDeque<RowResult>,
    /// Of the last one that was looked up.
    line: u64,
}

impl Rows {
    /// Those of the next batch that has any.
    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            if !self.look_up().await? {
                return Ok(None);
            }
            let Some(Batch { records, .. }) = self.batches.next().await? else { return Ok(None) };
            let mut told = Vec::new();
            for record in records {
                while self.look_up().await? {
                    // What was a row when it was imported may be inside one, as files are read by now.
                    if self.refused.pop_front_if(|result| result.line < record.line).is_none() {
                        break;
                    }
                }
                if self.refused.is_empty() {
                    break;
                }
                if let Some(result) = self.refused.pop_front_if(|result| result.line == record.line) {
                    told.extend(self.file.row(record, &result).map_err(Problem::internal)?);
                }
            }
            if !told.is_empty() {
                return Ok(Some(Bytes::from(told)));
            }
        }
    }

    /// Whether there are any more.
    async fn look_up(&mut self) -> Result<bool, Error> {
        if self.refused.is_empty() {
            let read = self.app.databases.read(&self.ctx).await?;
            self.refused = store::row::refused_below(&read, self.run, self.line, RESULTS).await?.into();
            self.line = self.refused.back().map_or(self.line, |last| last.line);
        }
        Ok(!self.refused.is_empty())
    }
}
