//! An upload in parts that nobody ends, at an S3 that says what it was asked.

use crate::store::{MIB, key};
use blobs::{Blobs, S3Settings};
use bytes::Bytes;
use futures::{StreamExt, stream};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn parts_of_an_upload_that_is_dropped_are_taken_back() {
    // The app does this at its start.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (blobs, mut asked) = s3().await;
    let content = stream::iter([Ok::<_, io::Error>(Bytes::from(vec![7; 6 * MIB]))]).chain(stream::pending());
    let key = key();
    {
        let put = blobs.put_stream(&key, content, u64::MAX);
        tokio::select! {
            put = put => panic!("it has no end: {put:?}"),
            () = is_asked(&mut asked, "PUT", "partNumber=1") => {}
        }
    }
    is_asked(&mut asked, "DELETE", "uploadId=u1").await;
}

#[tokio::test]
async fn an_upload_that_is_dropped_at_its_end_is_ended() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (blobs, mut asked) = s3().await;
    let content = stream::iter([Ok::<_, io::Error>(Bytes::from(vec![7; 6 * MIB]))]);
    let key = key();
    {
        let put = blobs.put_stream(&key, content, u64::MAX);
        tokio::select! {
            put = put => panic!("it is not whole yet: {put:?}"),
            // The second part is the rest, which goes once all was put.
            () = is_asked(&mut asked, "PUT", "partNumber=2") => {}
        }
    }
    is_asked(&mut asked, "POST", "uploadId=u1").await;
}

async fn is_asked(asked: &mut UnboundedReceiver<String>, method: &str, query: &str) {
    let waiting = async {
        loop {
            let line = asked.recv().await.unwrap();
            if line.starts_with(method) && line.contains(query) {
                return;
            }
        }
    };
    assert!(timeout(PATIENCE, waiting).await.is_ok(), "{method} {query} was not asked");
}

async fn s3() -> (Blobs, UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = S3Settings {
        bucket: "insula".to_owned(),
        region: "eu-central-1".to_owned(),
        endpoint: Some(format!("http://{}", listener.local_addr().unwrap())),
        access_key_id: "id".to_owned(),
        secret_access_key: "secret".to_owned(),
        allow_http: true,
    };
    let (tell, asked) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            tokio::spawn(answer(connection, tell.clone()));
        }
    });
    (Blobs::s3(settings).unwrap(), asked)
}

/// One request a connection, read to its end.
async fn answer(mut connection: TcpStream, tell: UnboundedSender<String>) {
    let mut read = Vec::new();
    let head_bytes = loop {
        if connection.read_buf(&mut read).await.unwrap() == 0 {
            return;
        }
        if let Some(at) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
    };
    let head = String::from_utf8(read[..head_bytes].to_vec()).unwrap().to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let body_bytes: usize = length.map_or(0, |length| length.trim().parse().unwrap());
    while read.len() < head_bytes + body_bytes {
        if connection.read_buf(&mut read).await.unwrap() == 0 {
            return;
        }
    }
    let line = String::from_utf8_lossy(&read[..head_bytes]).lines().next().unwrap().to_owned();
    let (status, body) = match line.split(' ').next() {
        Some("POST") if line.contains("uploadId=") => {
            ("200 OK", "<CompleteMultipartUploadResult><ETag>\"e1\"</ETag></CompleteMultipartUploadResult>")
        }
        Some("POST") => (
            "200 OK",
            "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>",
        ),
        Some("DELETE") => ("204 No Content", ""),
        _ => ("200 OK", ""),
    };
    let length = body.len();
    let reply = format!(
        "HTTP/1.1 {status}\r\nETag: \"e1\"\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    connection.write_all(reply.as_bytes()).await.unwrap();
    let _ = tell.send(line);
}
