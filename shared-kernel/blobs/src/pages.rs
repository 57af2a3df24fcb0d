//! Content that is made a page at a time while it is stored, so that memory holds one page.

use crate::Error;
use crate::writing::Writing;
use bytes::Bytes;

/// What makes the content of an object; see [`Blobs::put_pages`](crate::Blobs::put_pages).
pub trait Pages {
    /// Where a page begins.
    type Cursor;
    /// One of these stops the storing and comes back as it was; one of the store becomes one of these.
    type Error: From<Error>;

    /// The page that begins there, or the first. None is asked for after the last, nor after an error.
    fn page(
        &mut self,
        at: Option<Self::Cursor>,
    ) -> impl Future<Output = Result<Page<Self::Cursor>, Self::Error>> + Send;
}

pub struct Page<C> {
    pub content: Bytes,
    /// `None` after the last.
    pub next: Option<C>,
}

pub(crate) async fn write_pages<P: Pages>(writing: &mut Writing, pages: &mut P) -> Result<(), P::Error> {
    let mut at = None;
    loop {
        let Page { content, next } = pages.page(at).await?;
        writing.put(content).await?;
        if next.is_none() {
            return Ok(());
        }
        at = next;
    }
}
