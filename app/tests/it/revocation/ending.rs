//! One end: what is asked at the first node, what is asked at the second all the while, and how long that was answered as
//! before.

use crate::client::{Client, Told};
use reqwest::Method;
use serde_json::Value;
use std::cell::Cell;
use std::time::{Duration, Instant};
use testkit::eventually;

const BOUND: Duration = Duration::from_secs(1);

/// What is ended by one request at the first node, and what is asked at the second.
pub struct Ending {
    pub what: &'static str,
    pub by: Client,
    pub method: Method,
    pub path: String,
    pub body: Option<Value>,
    /// The request itself is refused, and ends something all the same.
    pub is_refused: bool,
    pub probe: Probe,
}

pub struct Probe {
    pub client: Client,
    pub method: Method,
    pub path: &'static str,
    pub body: Option<Value>,
    /// An address that it comes from; without it, that of this machine.
    pub from: Option<&'static str>,
    /// The status of the answer until then, and from then on.
    pub before: u16,
    pub after: u16,
}

impl Probe {
    /// Whether the credential is good at all.
    pub fn is_known(client: Client) -> Self {
        Self { after: 401, ..Self::may(client, "/users/me") }
    }

    pub fn may(client: Client, path: &'static str) -> Self {
        Self { client, method: Method::GET, path, body: None, from: None, before: 200, after: 403 }
    }

    pub fn may_post(client: Client, path: &'static str, body: Value) -> Self {
        Self { method: Method::POST, body: Some(body), ..Self::may(client, path) }
    }

    /// Of what is ended by allowing it again.
    pub fn the_other_way(self) -> Self {
        Self { before: self.after, after: self.before, ..self }
    }

    pub async fn ask(&self) -> Told {
        let mut request = self.client.request(self.method.clone(), self.path);
        if let Some(address) = self.from {
            request = request.header("x-forwarded-for", address);
        }
        if let Some(body) = &self.body {
            request = request.json(body);
        }
        self.client.try_send(request).await.unwrap()
    }
}

impl Ending {
    pub fn post(what: &'static str, by: &Client, path: impl Into<String>, body: Value, probe: Probe) -> Self {
        let (by, path, body) = (by.clone(), path.into(), Some(body));
        Self { what, by, method: Method::POST, path, body, is_refused: false, probe }
    }

    pub fn patch(
        what: &'static str,
        by: &Client,
        path: impl Into<String>,
        body: Value,
        probe: Probe,
    ) -> Self {
        Self { method: Method::PATCH, ..Self::post(what, by, path, body, probe) }
    }

    pub fn put(what: &'static str, by: &Client, path: impl Into<String>, body: Value, probe: Probe) -> Self {
        Self { method: Method::PUT, ..Self::post(what, by, path, body, probe) }
    }

    pub async fn must_be_felt(self, redis: bool) {
        let Self { what, by, method, path, body, is_refused, probe } = self;
        // From now on the node remembers who it is and what they may do.
        probe.ask().await.expect(probe.before);
        let mut request = by.request(method.clone(), &path);
        if [Method::PATCH, Method::PUT].contains(&method) {
            request = request.header("if-match", "*");
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let told = by.try_send(request).await.unwrap();
        assert_eq!(told.status.is_success(), !is_refused, "{what}: {told:?}");
        felt(what, &probe, redis).await;
    }
}

/// Counted from the answer that told its end: when the last request was sent that was answered as before.
pub async fn felt(what: &str, probe: &Probe, redis: bool) {
    let (told, last_good) = (Instant::now(), Cell::new(Duration::ZERO));
    eventually(what, async || {
        let sent = told.elapsed();
        let answer = probe.ask().await;
        let status = answer.status.as_u16();
        if status == probe.before {
            last_good.set(sent);
            return None;
        }
        assert_eq!(status, probe.after, "{what}: {answer:?}");
        Some(())
    })
    .await;
    let went_on = last_good.get();
    eprintln!("{what} went on for {} ms on the other node; Redis there: {redis}", went_on.as_millis());
    assert!(went_on < BOUND, "{what} went on for {went_on:?} on the other node; Redis there: {redis}");
}
