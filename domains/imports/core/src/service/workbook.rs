//! Workbooks on this node's disk: what is in one is found from its end, and a blob is only a stream. A file without a name
//! holds it for as long as it is read, by a thread that may wait.

use super::App;
use crate::domain::sheet::{self, Asked, Limits, Sheet, SheetError};
use crate::domain::table::Table;
use crate::error::Error;
use blobs::BlobKey;
use futures::TryStreamExt;
use kernel::Problem;
use std::fs::File;
use std::io::BufReader;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};
use tokio::task::{JoinHandle, spawn_blocking};

/// Its parts are unpacked piece by piece, and none is looked for anew.
pub type Spooled = BufReader<File>;

pub async fn spool(app: &App, key: &BlobKey) -> Result<Spooled, Error> {
    let mut body = app.blobs.stream(key).await?.body;
    let file = joined(spawn_blocking(tempfile::tempfile)).await?.map_err(no_disk)?;
    let mut file = tokio::fs::File::from_std(file);
    while let Some(chunk) = body.try_next().await? {
        file.write_all(&chunk).await.map_err(no_disk)?;
    }
    file.flush().await.map_err(no_disk)?;
    file.rewind().await.map_err(no_disk)?;
    Ok(BufReader::new(file.into_std().await))
}

/// Of a workbook that lies in the store.
pub async fn inspect(app: &App, key: &BlobKey, asked: Asked) -> Result<(Sheet, Table), Error> {
    let spooled = spool(app, key).await?;
    let reading = spawn_blocking(move || sheet::inspect(spooled, &asked, Limits::default()));
    Ok(joined(reading).await??)
}

pub async fn joined<T>(work: JoinHandle<T>) -> Result<T, Error> {
    work.await.map_err(|error| Problem::internal(error).into())
}

fn no_disk(error: std::io::Error) -> Error {
    Problem::unavailable(error).into()
}

/// As it is read from in a thread that may wait.
pub fn rows(
    spooled: Spooled,
    sheet: &Sheet,
) -> Result<impl Iterator<Item = Result<sheet::Row, SheetError>>, SheetError> {
    sheet::Rows::open(spooled, Some(&sheet.name), Limits::default())
}
