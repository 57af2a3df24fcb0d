//! The one handle to the store, whichever it is.

use crate::error::BoxError;
use crate::{BlobKey, Error, S3Settings};
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt, TryStreamExt};
use kernel::TenantId;
use object_store::buffered::BufWriter;
use object_store::local::LocalFileSystem;
use object_store::{ObjectStore, ObjectStoreExt};
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;

/// The least that S3 takes as a part of a multipart upload. Twice this is what an upload holds in memory.
const PART_BYTES: usize = 5 * 1024 * 1024;
const PARTS_IN_FLIGHT: usize = 1;

#[derive(Clone, Debug)]
pub struct Blobs(Arc<dyn ObjectStore>);

/// An object that is being read.
pub struct Blob {
    pub size_bytes: u64,
    pub body: BoxStream<'static, Result<Bytes, Error>>,
}

impl Blobs {
    /// A folder, made when it is missing; see [`claim_local`](crate::claim_local) for who may use it.
    pub fn local(folder: &Path) -> Result<Self, Error> {
        std::fs::create_dir_all(folder).map_err(|error| Error::Unavailable(Box::new(error)))?;
        Ok(Self(Arc::new(LocalFileSystem::new_with_prefix(folder)?.with_fsync(true))))
    }

    pub fn s3(settings: S3Settings) -> Result<Self, Error> {
        Ok(Self(Arc::new(settings.open()?)))
    }

    /// Stores all of the stream and says how long it was; on any error nothing is stored.
    pub async fn put_stream<E: Into<BoxError>>(
        &self,
        key: &BlobKey,
        content: impl Stream<Item = Result<Bytes, E>>,
        max_bytes: u64,
    ) -> Result<u64, Error> {
        let mut writer = BufWriter::with_capacity(Arc::clone(&self.0), key.path().clone(), PART_BYTES)
            .with_max_concurrency(PARTS_IN_FLIGHT);
        match write(&mut writer, content, max_bytes).await {
            Ok(bytes) => {
                writer.shutdown().await.map_err(|error| Error::Unavailable(Box::new(error)))?;
                Ok(bytes)
            }
            Err(error) => {
                // The first error is the one to tell; what an abort leaves is never visible as an object.
                let _ = writer.abort().await;
                Err(error)
            }
        }
    }

    pub async fn put(&self, key: &BlobKey, content: Bytes) -> Result<(), Error> {
        self.0.put(key.path(), content.into()).await?;
        Ok(())
    }

    /// The whole object in memory, if it is not larger than that.
    pub async fn get(&self, key: &BlobKey, max_bytes: u64) -> Result<Bytes, Error> {
        let found = self.0.get(key.path()).await?;
        if found.meta.size > max_bytes {
            return Err(Error::TooLarge { max_bytes });
        }
        Ok(found.bytes().await?)
    }

    pub async fn stream(&self, key: &BlobKey) -> Result<Blob, Error> {
        let found = self.0.get(key.path()).await?;
        let size_bytes = found.meta.size;
        Ok(Blob { size_bytes, body: found.into_stream().map_err(Error::from).boxed() })
    }

    /// It is also right when there is nothing to delete, so that it can be repeated.
    pub async fn delete(&self, key: &BlobKey) -> Result<(), Error> {
        match self.0.delete(key.path()).await.map_err(Error::from) {
            Err(Error::NotFound) => Ok(()),
            deleted => deleted,
        }
    }

    /// Deletes at most so many of a tenant's objects in a domain's part, and says how many there were.
    pub async fn delete_of_tenant(
        &self,
        domain: &'static str,
        tenant: TenantId,
        most: usize,
    ) -> Result<usize, Error> {
        let prefix = BlobKey::of_tenant(domain, tenant);
        let found: Vec<_> = self.0.list(Some(&prefix)).take(most).try_collect().await?;
        for object in &found {
            match self.0.delete(&object.location).await.map_err(Error::from) {
                Ok(()) | Err(Error::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found.len())
    }

    /// Whether objects can be written, read and deleted now.
    pub async fn check(&self) -> Result<(), Error> {
        const PROBE: &[u8] = b"probe";
        let key = BlobKey::probe();
        self.put(&key, Bytes::from_static(PROBE)).await?;
        let read = self.get(&key, PROBE.len() as u64).await;
        self.delete(&key).await?;
        if read? == PROBE { Ok(()) } else { Err(Error::Unavailable("it gave back other bytes".into())) }
    }
}

async fn write<E: Into<BoxError>>(
    writer: &mut BufWriter,
    content: impl Stream<Item = Result<Bytes, E>>,
    max_bytes: u64,
) -> Result<u64, Error> {
    let mut content = pin!(content);
    let mut written = 0_u64;
    while let Some(chunk) = content.next().await {
        let chunk = chunk.map_err(|error| Error::Interrupted(error.into()))?;
        written = written.saturating_add(chunk.len() as u64);
        if written > max_bytes {
            return Err(Error::TooLarge { max_bytes });
        }
        writer.put(chunk).await?;
    }
    Ok(written)
}
