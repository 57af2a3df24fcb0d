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
    stream.write_all(sent.as_bytes()).await.unwrap();
    let mut told = Vec::new();
    match timeout(PATIENCE, stream.read_to_end(&mut told)).await {
        Ok(read) => drop(read.unwrap()),
        Err(_) => panic!("it does not close; it said {}", String::from_utf8_lossy(&told)),
    }
    String::from_utf8(told).unwrap()
}

/// A request with these lines of header after the first.
pub fn head(line: &str, fields: &str) -> String {
    format!("{line} HTTP/1.1\r\nhost: insula.test\r\n{fields}\r\n")
}
