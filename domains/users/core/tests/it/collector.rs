//! A collector of audit logs, on this machine: what it was sent, and what it answers.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const TAKEN: &str = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
/// It reads what it is sent and never answers.
pub const SILENCE: &str = "";

/// What came in one request.
#[derive(Clone)]
pub struct Sent {
    pub id: String,
    pub timestamp: String,
    pub signature: String,
    pub body: String,
}

impl Sent {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn entries(&self) -> Vec<Value> {
        self.json()["data"]["entries"].as_array().unwrap().clone()
    }

    pub fn leaves(&self) -> Vec<i64> {
        self.entries().iter().map(|entry| entry["leaf_index"].as_i64().unwrap()).collect()
    }

    /// As its receiver does it.
    pub fn is_signed_by(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        assert_eq!(key.len(), 32);
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(format!("{}.{}.{}", self.id, self.timestamp, self.body).as_bytes());
        let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        self.signature.split(' ').any(|signature| signature == expected)
    }
}

#[derive(Clone)]
pub struct Collector {
    pub url: String,
    pub port: u16,
    pub sent: Arc<Mutex<Vec<Sent>>>,
    /// What it answers next; then it takes all.
    answers: Arc<Mutex<VecDeque<&'static str>>>,
}

impl Collector {
    pub async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let collector = Self {
            url: format!("http://127.0.0.1:{port}/audit"),
            port,
            sent: Arc::default(),
            answers: Arc::default(),
        };
        let serving = collector.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let serving = serving.clone();
                tokio::spawn(async move { serving.serve(stream).await });
            }
        });
        collector
    }

    async fn serve(&self, mut stream: TcpStream) {
        let (mut bytes, mut buffer) = (Vec::new(), vec![0; 65_536]);
        let (head, body) = loop {
            let Ok(read @ 1..) = stream.read(&mut buffer).await else { return };
            bytes.extend_from_slice(&buffer[..read]);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n")
                && body.len() == header(head, "content-length").parse::<usize>().unwrap()
            {
                break (head.to_owned(), body.to_owned());
            }
        };
        assert!(head.starts_with("POST /audit HTTP/1.1"), "{head}");
        assert_eq!(header(&head, "content-type"), "application/json");
        let answer = self.answers.lock().unwrap().pop_front().unwrap_or(TAKEN);
        self.sent.lock().unwrap().push(Sent {
            id: header(&head, "webhook-id"),
            timestamp: header(&head, "webhook-timestamp"),
            signature: header(&head, "webhook-signature"),
            body,
        });
        if answer == SILENCE {
            while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
        }
        let _ = stream.write_all(answer.as_bytes()).await;
    }

    pub fn answers(&self, answers: &[&'static str]) {
        self.answers.lock().unwrap().extend(answers);
    }

    /// Since it was last asked.
    pub fn take(&self) -> Vec<Sent> {
        std::mem::take(&mut *self.sent.lock().unwrap())
    }
}

fn header(head: &str, name: &str) -> String {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    let found = lines.find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map_or("", |(_, value)| value.trim()).to_owned()
}
