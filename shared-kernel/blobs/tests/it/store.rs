//! Reading and writing, on a local folder; the S3 side is tried as far as it goes without a server.

use blobs::{BlobKey, Blobs, Error, S3Settings};
use bytes::Bytes;
use futures::{Stream, TryStreamExt, stream};
use kernel::{Id, Problem, TenantId, UserId};
use std::io;
use std::path::Path;
use uuid::Uuid;

pub const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn what_is_put_is_got_back() {
    async fn check(chunks: &[usize]) {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::local(&folder.path().join("blobs")).unwrap();
        let content = pattern(chunks.iter().sum());
        let written =
            blobs.put_stream(&key(), in_chunks(&content, chunks), content.len() as u64).await.unwrap();
        assert_eq!(written, content.len() as u64);
        assert!(blobs.get(&key(), content.len() as u64).await.unwrap() == content, "{chunks:?}");

        let blob = blobs.stream(&key()).await.unwrap();
        assert_eq!(blob.size_bytes, content.len() as u64);
        let read: Vec<Bytes> = blob.body.try_collect().await.unwrap();
        assert!(read.concat() == content, "{chunks:?}");
    }
    check(&[]).await;
    check(&[0, 7, 0]).await;
    check(&[5 * MIB]).await;
    check(&[MIB, 5 * MIB - 1, 2, 6 * MIB]).await;
}

#[tokio::test]
async fn reading_begins_where_it_is_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::local(folder.path()).unwrap();
    blobs.put(&key(), Bytes::from_static(b"0123456789")).await.unwrap();
    for (from, expected) in [(0, "0123456789"), (1, "123456789"), (9, "9"), (10, ""), (11, "")] {
        let blob = blobs.stream_from(&key(), from).await.unwrap();
        assert_eq!(blob.size_bytes, 10, "from {from}");
        let read: Vec<Bytes> = blob.body.try_collect().await.unwrap();
        assert_eq!(read.concat(), expected.as_bytes(), "from {from}");
    }
    blobs.delete(&key()).await.unwrap();
    for from in [0, 5] {
        assert!(matches!(blobs.stream_from(&key(), from).await, Err(Error::NotFound)), "from {from}");
    }
}

#[tokio::test]
async fn what_is_too_large_leaves_nothing() {
    async fn check(chunks: &[usize], max_bytes: u64) {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::local(folder.path()).unwrap();
        let content = pattern(chunks.iter().sum());
        let result = blobs.put_stream(&key(), in_chunks(&content, chunks), max_bytes).await;
        assert!(
            matches!(result, Err(Error::TooLarge { max_bytes: told }) if told == max_bytes),
            "{result:?}"
        );
        assert!(matches!(blobs.get(&key(), max_bytes).await, Err(Error::NotFound)));
        assert_eq!(files_under(folder.path()), 0, "{chunks:?}");
    }
    check(&[5, 5, 1], 10).await;
    check(&[6 * MIB, 6 * MIB], 10 * MIB as u64).await;
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::local(folder.path()).unwrap();
    blobs.put(&key(), Bytes::from_static(b"before")).await.unwrap();
    let broken = stream::iter([Ok(Bytes::from(pattern(6 * MIB))), Err(io::Error::other("reset by peer"))]);
    let error = blobs.put_stream(&key(), broken, u64::MAX).await.unwrap_err();
    assert!(matches!(error, Error::Interrupted(_)), "{error:?}");
    assert_eq!(Problem::from(error).kind.code, "malformed");
    assert_eq!(blobs.get(&key(), 100).await.unwrap(), "before");
    assert_eq!(files_under(folder.path()), 1);
}

#[tokio::test]
async fn a_problem_of_the_stream_is_told_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::local(folder.path()).unwrap();
    let broken = stream::iter([Err(Problem::new(kernel::problem::FORBIDDEN, "no"))]);
    let error = blobs.put_stream(&key(), broken, 100).await.unwrap_err();
    assert_eq!(Problem::from(error).kind.code, "forbidden");
}

#[tokio::test]
async fn reading_is_bounded_and_deleting_can_be_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::local(folder.path()).unwrap();
    blobs.put(&key(), Bytes::from_static(b"1234")).await.unwrap();
    assert!(matches!(blobs.get(&key(), 3).await, Err(Error::TooLarge { max_bytes: 3 })));
    blobs.delete(&key()).await.unwrap();
    blobs.delete(&key()).await.unwrap();
    let error = blobs.stream(&key()).await.err().unwrap();
    assert_eq!(Problem::from(error).kind.status, 404);
}

#[tokio::test]
async fn the_check_tells_a_store_that_works_from_one_that_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::local(folder.path()).unwrap();
    blobs.check().await.unwrap();
    assert_eq!(files_under(folder.path()), 0);

    let root = folder.path().to_owned();
    folder.close().unwrap();
    std::fs::write(&root, b"a file where the folder was").unwrap();
    let result = blobs.check().await;
    std::fs::remove_file(&root).unwrap();
    assert!(matches!(result, Err(Error::Unavailable(_))), "{result:?}");
}

#[tokio::test]
async fn an_s3_that_does_not_answer_is_unavailable() {
    // The app does this at its start.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let settings = S3Settings {
        bucket: "insula".to_owned(),
        region: "eu-central-1".to_owned(),
        endpoint: Some(format!("http://{free}")),
        access_key_id: "id".to_owned(),
        secret_access_key: "very secret".to_owned(),
        allow_http: true,
    };
    assert!(!format!("{settings:?}").contains("secret"), "{settings:?}");
    let error = Blobs::s3(settings).unwrap().check().await.unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
    assert_eq!(Problem::from(error).kind.status, 503);
}

pub fn key() -> BlobKey {
    let id: UserId = Id::from_uuid(Uuid::from_u128(2));
    BlobKey::new("reports", TenantId::from_uuid(Uuid::from_u128(1)), id, "stock.csv")
}

fn pattern(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|index| (index % 251) as u8).collect()
}

fn in_chunks(content: &[u8], sizes: &[usize]) -> impl Stream<Item = io::Result<Bytes>> {
    let mut rest = content;
    let chunks: Vec<_> = sizes
        .iter()
        .map(|size| {
            let (chunk, after) = rest.split_at(*size);
            rest = after;
            Ok(Bytes::copy_from_slice(chunk))
        })
        .collect();
    stream::iter(chunks)
}

/// Counted on the disk: the store does not list what an upload has begun and not ended.
pub fn files_under(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files_under(&path) } else { 1 }).sum()
}
