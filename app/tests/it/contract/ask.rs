//! One request as a value, so that a test can take a good one and spoil a single thing of it.

use crate::client::Client;
use crate::document::Operation;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What a recipe gives: where, with what, and as whom if not as the tenant's owner.
#[derive(Clone)]
pub struct Call {
    pub path: String,
    pub query: String,
    pub body: Body,
    pub token: Option<String>,
}

#[derive(Clone)]
pub enum Body {
    None,
    Json(Value),
    Raw(&'static str, Vec<u8>),
}

/// A call with its headers.
#[derive(Clone)]
pub struct Ask {
    pub method: Method,
    pub call: Call,
    pub request_id: String,
    pub key: Option<String>,
    pub if_match: Option<String>,
    pub if_none_match: Option<String>,
    pub content_type: Option<&'static str>,
}

impl Call {
    pub fn to(path: &str) -> Self {
        Self { path: path.to_owned(), query: String::new(), body: Body::None, token: None }
    }

    pub fn with(self, body: Value) -> Self {
        Self { body: Body::Json(body), ..self }
    }

    pub fn json(&self) -> Option<&Value> {
        match &self.body {
            Body::Json(body) => Some(body),
            _ => None,
        }
    }

    /// As well-formed as a client of good will would send it.
    pub fn ask(self, operation: &Operation) -> Ask {
        let key = operation.parameter("Idempotency-Key").map(|_| Uuid::new_v4().to_string());
        let if_match = operation.requires("If-Match").then(|| "*".to_owned());
        let content_type = match self.body {
            Body::None => None,
            Body::Json(_) => Some("application/json"),
            Body::Raw(media_type, _) => Some(media_type),
        };
        let request_id = format!("walk-{}", Uuid::new_v4());
        let method = operation.method.clone();
        Ask { method, call: self, request_id, key, if_match, if_none_match: None, content_type }
    }
}

impl Ask {
    pub fn request(&self, client: &Client) -> RequestBuilder {
        let Call { path, query, body, token } = &self.call;
        let separator = if query.is_empty() { "" } else { "?" };
        let client = match token {
            Some(token) => client.with_token(token),
            None => client.clone(),
        };
        let mut request = client.request(self.method.clone(), &format!("{path}{separator}{query}"));
        request = request.header("x-request-id", &self.request_id).header("x-forwarded-for", somebody());
        let headers = [
            ("idempotency-key", self.key.as_deref()),
            ("if-match", self.if_match.as_deref()),
            ("if-none-match", self.if_none_match.as_deref()),
            ("content-type", self.content_type),
        ];
        for (name, value) in headers {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        match body {
            Body::None => request,
            Body::Json(body) => request.body(body.to_string()),
            Body::Raw(_, bytes) => {
                let digest = STANDARD.encode(Sha256::digest(bytes));
                request.header("content-digest", format!("sha-256=:{digest}:")).body(bytes.clone())
            }
        }
    }

    pub fn query(mut self, query: &str) -> Self {
        query.clone_into(&mut self.call.query);
        self
    }

    pub fn body(mut self, body: Value) -> Self {
        self.call.body = Body::Json(body);
        self
    }

    /// The same path with another id where this one is.
    pub fn at(mut self, id: &str, other: &str) -> Self {
        self.call.path = self.call.path.replace(id, other);
        self
    }

    /// The same effect wanted once more.
    pub fn again(&self) -> Self {
        let key = self.key.as_ref().map(|_| Uuid::new_v4().to_string());
        Self { key, ..self.clone() }
    }
}

/// An address that nobody asks from twice: those without a credential are counted by theirs.
fn somebody() -> String {
    let [a, b, c, ..] = Uuid::new_v4().into_bytes();
    format!("10.{a}.{b}.{c}")
}
