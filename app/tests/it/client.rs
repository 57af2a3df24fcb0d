//! A tenant's program: JSON over HTTP with a credential, and what it was told.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    /// Of one node, or of several that are asked by turns.
    urls: Arc<[String]>,
    turn: Arc<AtomicUsize>,
    token: Option<String>,
}

#[derive(Debug)]
pub struct Told {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Told {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The body of an answer with this status; anything else ends the test with the whole answer.
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// The code of a problem with this status.
    pub fn problem(self, status: u16) -> String {
        assert_eq!(self.headers.get("content-type").unwrap(), "application/problem+json", "{self:?}");
        self.expect(status)["code"].as_str().unwrap().to_owned()
    }
}

impl Client {
    pub fn new(url: &str) -> Self {
        // A second installation in one process finds it there already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // A node closes a connection that has been silent for 5 s, which a request must not be about to go over.
        let http = reqwest::Client::builder().pool_idle_timeout(Duration::from_secs(2));
        let http = http.timeout(Duration::from_secs(20)).build().unwrap();
        Self { http, urls: Arc::new([url.to_owned()]), turn: Arc::default(), token: None }
    }

    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// Whoever the other speaks for.
    pub fn with_token_of(&self, other: &Self) -> Self {
        Self { token: other.token.clone(), ..self.clone() }
    }

    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Of the node that it asks, or the first of them.
    pub fn url(&self) -> &str {
        &self.urls[0]
    }

    pub fn without_token(&self) -> Self {
        Self { token: None, ..self.clone() }
    }

    /// The same program, talking to another node.
    pub fn at(&self, url: &str) -> Self {
        self.by_turns([url.to_owned()])
    }

    /// The same program behind a round robin.
    pub fn by_turns(&self, urls: impl Into<Arc<[String]>>) -> Self {
        Self { urls: urls.into(), ..self.clone() }
    }

    pub async fn get(&self, path: &str) -> Told {
        self.try_get(path).await.unwrap()
    }

    /// An error when the node went away.
    pub async fn try_get(&self, path: &str) -> Result<Told, reqwest::Error> {
        self.try_send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Told {
        self.try_post(path, &body, &uuid::Uuid::new_v4().to_string()).await.unwrap()
    }

    pub async fn patch(&self, path: &str, etag: &str, body: Value) -> Told {
        self.try_send(self.request(Method::PATCH, path).header("if-match", etag).json(&body)).await.unwrap()
    }

    /// With the digest that an upload with a key is held to.
    pub async fn upload(&self, path: &str, content_type: &str, body: impl Into<reqwest::Body>) -> Told {
        let body = body.into();
        let digest = STANDARD.encode(Sha256::digest(body.as_bytes().unwrap()));
        let request = self.request(Method::POST, path).header("content-type", content_type);
        let request = request.header("content-digest", format!("sha-256=:{digest}:"));
        let request = request.header("idempotency-key", uuid::Uuid::new_v4().to_string());
        self.try_send(request.body(body)).await.unwrap()
    }

    /// With a key of the caller's choice; an error when the node went away, and then nobody knows what happened.
    pub async fn try_post(&self, path: &str, body: &Value, key: &str) -> Result<Told, reqwest::Error> {
        self.try_send(self.request(Method::POST, path).header("idempotency-key", key).json(body)).await
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let whole = [
            "/api",
            "/health",
            "/docs",
            "/metrics",
            "/internal",
            "/problems",
            "/.well-known",
            "/oauth",
            "/scim",
        ]
        .iter()
        .any(|start| path.starts_with(start));
        let url = &self.urls[self.turn.fetch_add(1, Ordering::Relaxed) % self.urls.len()];
        let url = if whole { format!("{url}{path}") } else { format!("{url}/api/v1{path}") };
        let request = self.http.request(method, url);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn try_send(&self, request: reqwest::RequestBuilder) -> Result<Told, reqwest::Error> {
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        Ok(Told { status, headers, text: response.text().await? })
    }
}
