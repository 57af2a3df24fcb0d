//! An object that is being written. It is there once it has ended, whole, or not at all; where whoever writes it goes
//! away in between, the parts that S3 has of it are taken back all the same.

use crate::{BlobKey, Error};
use bytes::Bytes;
use object_store::ObjectStore;
use object_store::buffered::BufWriter;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// The least that S3 takes as a part of a multipart upload. Twice this is what an upload holds in memory.
const PART_BYTES: usize = 5 * 1024 * 1024;
const PARTS_IN_FLIGHT: usize = 1;
/// For taking back what nobody waits for any more.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(60);

pub(crate) struct Writing {
    /// Until it has ended.
    writer: Option<BufWriter>,
    /// It cannot be taken back any more.
    completing: bool,
    written: u64,
    max_bytes: u64,
}

impl Writing {
    pub(crate) fn begin(store: &Arc<dyn ObjectStore>, key: &BlobKey, max_bytes: u64) -> Self {
        let writer = BufWriter::with_capacity(Arc::clone(store), key.path().clone(), PART_BYTES)
            .with_max_concurrency(PARTS_IN_FLIGHT);
        Self { writer: Some(writer), completing: false, written: 0, max_bytes }
    }

    pub(crate) async fn put(&mut self, chunk: Bytes) -> Result<(), Error> {
        // The writer would keep each of these until a part is full.
        if chunk.is_empty() {
            return Ok(());
        }
        self.written = self.written.saturating_add(chunk.len() as u64);
        if self.written > self.max_bytes {
            return Err(Error::TooLarge { max_bytes: self.max_bytes });
        }
        if let Some(writer) = &mut self.writer {
            writer.put(chunk).await?;
        }
        Ok(())
    }

    /// Stores what was put and says how long it was, or drops it where putting it failed.
    pub(crate) async fn end<E: From<Error>>(mut self, put: Result<(), E>) -> Result<u64, E> {
        match put {
            Ok(()) => {
                self.completing = true;
                let stored = match &mut self.writer {
                    Some(writer) => writer.shutdown().await,
                    None => Ok(()),
                };
                self.writer = None;
                stored.map_err(|error| Error::Unavailable(Box::new(error)))?;
                Ok(self.written)
            }
            Err(error) => {
                // The first error is the one to tell; what an abort leaves is never visible as an object.
                if let Some(leaving) = self.leave() {
                    let _ = leaving.await;
                }
                Err(error)
            }
        }
    }

    /// In a task of its own, which whoever waits for it cannot break off by going away.
    fn leave(&mut self) -> Option<JoinHandle<()>> {
        let runtime = Handle::try_current().ok()?;
        let mut writer = self.writer.take()?;
        let completing = self.completing;
        let leaving = async move {
            let _ = if completing {
                writer.shutdown().await
            } else {
                writer.abort().await.map_err(std::io::Error::from)
            };
        };
        Some(runtime.spawn(async move {
            let _ = timeout(LEAVE_TIMEOUT, leaving).await;
        }))
    }
}

/// A request that times out, a client that hangs up, a job whose time is over.
impl Drop for Writing {
    fn drop(&mut self) {
        drop(self.leave());
    }
}
