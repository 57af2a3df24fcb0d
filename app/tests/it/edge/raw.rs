//! A client that sends what no library would.

use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// More than any bound that a test sets; an answer after this is one that hung.
const PATIENCE: Duration = Duration::from_secs(10);
/// The same for one write of a client that reads nothing: the server first fills all that lies between them.
const FILLING: Duration = Duration::from_secs(40);
/// Between the bytes of a client that drips.
const PAUSE: Duration = Duration::from_millis(100);

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

/// Asks this again and again and takes nothing of the answers, until the server closes. When neither side has room for
/// more, a write waits, and it fails once the connection is gone.
pub async fn never_take(url: &str, sent: &str) {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).await.unwrap();
    loop {
        match timeout(FILLING, stream.write_all(sent.as_bytes())).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return,
            Err(_) => panic!("it does not close"),
        }
    }
}

/// A request with these lines of header after the first.
pub fn head(line: &str, fields: &str) -> String {
    format!("{line} HTTP/1.1\r\nhost: insula.test\r\n{fields}\r\n")
}

/// A connection that more than one request goes over.
pub struct Kept(BufReader<TcpStream>);

impl Kept {
    pub async fn open(url: &str) -> Self {
        let stream = TcpStream::connect(url.trim_start_matches("http://")).await.unwrap();
        Self(BufReader::new(stream))
    }

    pub async fn send(&mut self, sent: &str) {
        self.0.write_all(sent.as_bytes()).await.unwrap();
    }

    /// Its head and its body, of which it says the length.
    pub async fn answer(&mut self) -> String {
        let read = async {
            let mut told = String::new();
            while !told.ends_with("\r\n\r\n") {
                let read = self.0.read_line(&mut told).await.unwrap();
                assert!(read > 0, "it closes; it said {told}");
            }
            let length = told.lines().find_map(|line| line.strip_prefix("content-length: "));
            let mut body = vec![0; length.unwrap_or_else(|| panic!("no length: {told}")).parse().unwrap()];
            self.0.read_exact(&mut body).await.unwrap();
            told + &String::from_utf8(body).unwrap()
        };
        timeout(PATIENCE, read).await.unwrap_or_else(|_| panic!("no answer, or not all of it"))
    }

    /// Sends a byte now and then until the server closes.
    pub async fn drip(&mut self) {
        let drip = async {
            loop {
                match timeout(PAUSE, self.0.read_u8()).await {
                    Ok(Ok(_)) => panic!("it answers"),
                    // The end, or a reset.
                    Ok(Err(_)) => return,
                    Err(_) => drop(self.0.write_all(b"x").await),
                }
            }
        };
        timeout(PATIENCE, drip).await.unwrap_or_else(|_| panic!("it does not close"));
    }
}
