//! Content that is made while it is stored.

use crate::store::{MIB, files_under, key};
use blobs::{Blobs, Error, Page, Pages};
use bytes::Bytes;

#[derive(PartialEq, Debug)]
enum Stop {
    /// By the one that makes the pages, at this one.
    Own(usize),
    TooLarge(u64),
    Store,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        match error {
            Error::TooLarge { max_bytes } => Self::TooLarge(max_bytes),
            Error::NotFound | Error::Interrupted(_) | Error::Unavailable(_) => Self::Store,
        }
    }
}

/// Pages of these sizes, each full of its number; one without a size cannot be made.
struct Numbered<'a> {
    sizes: &'a [Option<usize>],
    asked: Vec<Option<usize>>,
}

impl<'a> Numbered<'a> {
    fn of(sizes: &'a [Option<usize>]) -> Self {
        Self { sizes, asked: Vec::new() }
    }
}

impl Pages for Numbered<'_> {
    type Cursor = usize;
    type Error = Stop;

    async fn page(&mut self, at: Option<usize>) -> Result<Page<usize>, Stop> {
        self.asked.push(at);
        let number = at.unwrap_or(0);
        let size = self.sizes[number].ok_or(Stop::Own(number))?;
        let next = (number + 1 < self.sizes.len()).then_some(number + 1);
        Ok(Page { content: vec![number as u8; size].into(), next })
    }
}

#[tokio::test]
async fn page_after_page_becomes_an_object() {
    async fn check(sizes: &[usize]) {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::local(folder.path()).unwrap();
        let content: Vec<u8> =
            sizes.iter().enumerate().flat_map(|(number, size)| vec![number as u8; *size]).collect();
        let most = content.len() as u64;
        let given: Vec<_> = sizes.iter().copied().map(Some).collect();
        let mut pages = Numbered::of(&given);
        assert_eq!(blobs.put_pages(&key(), &mut pages, most).await, Ok(most), "{sizes:?}");
        assert!(blobs.get(&key(), most).await.unwrap() == content, "{sizes:?}");
        let asked: Vec<_> = (0..sizes.len()).map(|number| (number > 0).then_some(number)).collect();
        assert_eq!(pages.asked, asked);
    }
    check(&[0]).await;
    check(&[7]).await;
    check(&[3, 0, 4]).await;
    check(&[MIB, 5 * MIB - 1, 2, 6 * MIB]).await;
}

#[tokio::test]
async fn what_cannot_be_made_is_told_as_it_is_and_leaves_what_was_there() {
    async fn check(sizes: &[Option<usize>], broken: usize) {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::local(folder.path()).unwrap();
        let mut pages = Numbered::of(sizes);
        assert_eq!(blobs.put_pages(&key(), &mut pages, u64::MAX).await, Err(Stop::Own(broken)));
        assert_eq!(pages.asked.len(), broken + 1, "none is asked for after an error");
        assert!(matches!(blobs.get(&key(), u64::MAX).await, Err(Error::NotFound)));
        assert_eq!(files_under(folder.path()), 0, "{sizes:?}");

        blobs.put(&key(), Bytes::from_static(b"before")).await.unwrap();
        let again = blobs.put_pages(&key(), &mut Numbered::of(sizes), u64::MAX).await;
        assert_eq!(again, Err(Stop::Own(broken)));
        assert_eq!(blobs.get(&key(), 100).await.unwrap(), "before");
        assert_eq!(files_under(folder.path()), 1, "{sizes:?}");
    }
    check(&[None, Some(1)], 0).await;
    check(&[Some(10), None, Some(1)], 1).await;
    check(&[Some(6 * MIB), Some(6 * MIB), None], 2).await;
}

#[tokio::test]
async fn pages_are_bounded_together() {
    async fn check(sizes: &[Option<usize>], max_bytes: u64, asked: usize) {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::local(folder.path()).unwrap();
        let mut pages = Numbered::of(sizes);
        let stored = blobs.put_pages(&key(), &mut pages, max_bytes).await;
        assert_eq!(stored, Err(Stop::TooLarge(max_bytes)), "{sizes:?}");
        assert_eq!(pages.asked.len(), asked, "none is asked for that would not be kept");
        assert_eq!(files_under(folder.path()), 0, "{sizes:?}");
    }
    check(&[Some(11)], 10, 1).await;
    check(&[Some(5), Some(6), None], 10, 2).await;
    check(&[Some(6 * MIB), Some(6 * MIB), Some(1)], 10 * MIB as u64, 2).await;
}

#[tokio::test]
async fn a_store_that_does_not_work_is_told_in_their_words() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::local(folder.path()).unwrap();
    let root = folder.path().to_owned();
    folder.close().unwrap();
    std::fs::write(&root, b"a file where the folder was").unwrap();
    let mut results = Vec::new();
    for size in [1, 6 * MIB] {
        results.push(blobs.put_pages(&key(), &mut Numbered::of(&[Some(size)]), u64::MAX).await);
    }
    std::fs::remove_file(&root).unwrap();
    for result in results {
        assert_eq!(result, Err(Stop::Store));
    }
}
