//! A client as the contract wants it: when nobody answers, it asks again, with the same key.

use super::nodes::Doors;
use crate::client::{Client, Told};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::sync::atomic::{AtomicBool, Ordering};
use testkit::eventually;

#[derive(Clone)]
pub struct Caller {
    client: Client,
    doors: Doors,
}

/// What a write was answered at last.
pub struct Answer {
    pub told: Told,
    /// It broke off before, so that nobody knew whether it had taken effect.
    pub broke_off: bool,
}

impl Answer {
    pub fn replayed(&self) -> bool {
        self.told.headers.contains_key("idempotency-replayed")
    }
}

impl Caller {
    pub fn new(client: Client, doors: Doors) -> Self {
        Self { client, doors }
    }

    pub async fn post(&self, path: &str, body: &Value, key: &str) -> Answer {
        let broke_off = AtomicBool::new(false);
        let told = eventually(&format!("POST {path} is answered"), async || {
            let client = self.doors.next(&self.client)?;
            let kills = self.doors.kills();
            match client.try_post(path, body, key).await {
                Ok(told) => (!comes_again(&told)).then_some(told),
                Err(error) => {
                    // Otherwise it was sent to what was dead already.
                    let under_way = !error.is_connect() && self.doors.kills() > kills;
                    if under_way && !broke_off.swap(true, Ordering::Relaxed) {
                        self.doors.broke_off();
                    }
                    None
                }
            }
        })
        .await;
        let answer = Answer { told, broke_off: broke_off.into_inner() };
        if answer.broke_off && answer.replayed() {
            self.doors.was_effective();
        }
        answer
    }

    /// With a key nobody needs to know.
    pub async fn write(&self, path: &str, body: Value, status: u16) -> Value {
        self.post(path, &body, &uuid::Uuid::new_v4().to_string()).await.told.expect(status)
    }

    pub async fn upload(&self, path: &str, content_type: &str, body: String) -> Value {
        self.doors.next(&self.client).unwrap().upload(path, content_type, body).await.expect(201)
    }

    pub async fn get(&self, path: &str) -> Value {
        let told = eventually(&format!("GET {path} is answered"), async || {
            let told = self.doors.next(&self.client)?.try_get(path).await.ok()?;
            (!comes_again(&told)).then_some(told)
        })
        .await;
        told.expect(200)
    }

    /// Asks until the resource says so.
    pub async fn until(&self, path: &str, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        eventually(what, async || {
            let found = self.get(path).await;
            holds(&found).then_some(found)
        })
        .await
    }

    /// All of a list.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let separator = if path.contains('?') { '&' } else { '?' };
        let first = format!("{path}{separator}limit=100");
        let (mut found, mut next) = (Vec::new(), first.clone());
        loop {
            let page = self.get(&next).await;
            found.extend(page["data"].as_array().unwrap().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(cursor) => next = format!("{first}&cursor={cursor}"),
                None => return found,
            }
        }
    }
}

/// Not now, says the contract: the same again, a little later.
fn comes_again(told: &Told) -> bool {
    match told.status.as_u16() {
        503 => true,
        409 => told.json()["code"] == "idempotency_key_in_use",
        _ => false,
    }
}

pub fn time(resource: &Value, field: &str) -> DateTime<Utc> {
    resource[field].as_str().unwrap_or_else(|| panic!("no {field} in {resource}")).parse().unwrap()
}
