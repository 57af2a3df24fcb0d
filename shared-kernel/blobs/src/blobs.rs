//! The one handle to the store, whichever it is.

use crate::error::BoxError;
use crate::pages::write_pages;
use crate::writing::Writing;
use crate::{BlobKey, Error, Pages, S3Settings};
use bytes::Bytes;
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt, TryStreamExt};
use kernel::TenantId;
use object_store::local::LocalFileSystem;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt};
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;

#[derive(Clone, Debug)]
pub struct Blobs(Arc<dyn ObjectStore>);

/// An object that is being read.
pub struct Blob {
    /// Of all of it.
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
        let mut writing = Writing::begin(&self.0, key, max_bytes);
        let put = write_stream(&mut writing, content).await;
        writing.end(put).await
    }

    /// The same of content that is made meanwhile, whose own errors come back as they were.
    pub async fn put_pages<P: Pages>(
        &self,
        key: &BlobKey,
        pages: &mut P,
        max_bytes: u64,
    ) -> Result<u64, P::Error> {
        let mut writing = Writing::begin(&self.0, key, max_bytes);
        let put = write_pages(&mut writing, pages).await;
        writing.end(put).await
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

    /// From this byte on; nothing where the object ends there or before.
    pub async fn stream_from(&self, key: &BlobKey, from_byte: u64) -> Result<Blob, Error> {
        if from_byte == 0 {
            return self.stream(key).await;
        }
        let size_bytes = self.0.head(key.path()).await?.size;
        if from_byte >= size_bytes {
            // No store answers for a range without a byte.
            return Ok(Blob { size_bytes, body: stream::empty().boxed() });
        }
        let rest = GetOptions { range: Some(GetRange::Offset(from_byte)), ..GetOptions::default() };
        let found = self.0.get_opts(key.path(), rest).await?;
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

async fn write_stream<E: Into<BoxError>>(
    writing: &mut Writing,
    content: impl Stream<Item = Result<Bytes, E>>,
) -> Result<(), Error> {
    let mut content = pin!(content);
    while let Some(chunk) = content.next().await {
        writing.put(chunk.map_err(|error| Error::Interrupted(error.into()))?).await?;
    }
    Ok(())
}
