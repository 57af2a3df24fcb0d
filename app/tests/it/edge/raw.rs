//! A client that sends what no library would.

use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// More than any bound that a test sets; an answer after this is one that hung.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends these bytes and nothing more, and reads until the server closes.
pub async fn exchange(url: &str, sent: &str) -> String {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).await.unwrap();
    // Whoever is refused early may find the way closed while it still sends, and be reset after the answer.
    let _ = stream.write_all(sent.as_bytes()).await;
    let mut told = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut told)).await;
    let told = String::from_utf8(told).unwrap();
    assert!(read.is_ok(), "it does not close; it said {told}");
    told
}

/// A request with these lines of header after the first.
pub fn head(line: &str, fields: &str) -> String {
    format!("{line} HTTP/1.1\r\nhost: insula.test\r\n{fields}\r\n")
}
