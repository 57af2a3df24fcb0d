//! What ends API keys and their secrets.

use super::House;
use super::ending::{Ending, Probe};
use crate::tenant::id;
use kernel::Clock;
use reqwest::Method;
use serde_json::json;
use std::cell::Cell;
use testkit::eventually;

impl House<'_> {
    /// Its path, and how its secret fares at the second node.
    async fn key(&self) -> (String, Probe) {
        let made = self.owner.post("/users/api-keys", json!({ "name": "soon ended" })).await.expect(201);
        let probe = Probe::is_known(self.there(made["secret"].as_str().unwrap()));
        (format!("/users/api-keys/{}", id(&made)), probe)
    }

    pub(super) async fn a_key(&self) -> Ending {
        let (path, probe) = self.key().await;
        let ending = Ending::post("an API key that was revoked", &self.owner, path, json!({}), probe);
        Ending { method: Method::DELETE, body: None, ..ending }
    }

    pub(super) async fn a_secret_without_an_overlap(&self) -> Ending {
        let (key, probe) = self.key().await;
        let (path, rotate) = (format!("{key}/rotate"), json!({ "overlap_minutes": 0 }));
        Ending::post("a secret of an API key that has another", &self.owner, path, rotate, probe)
    }

    /// It ends by itself, and nobody is told: each node must know when, to the moment.
    pub(super) async fn a_secret_with_an_overlap(&self) {
        let (key, probe) = self.key().await;
        self.owner.post(&format!("{key}/rotate"), json!({ "overlap_minutes": 1 })).await.expect(200);
        let (_, key) = key.rsplit_once('/').unwrap();
        // The shortest overlap is a minute.
        let ends_at_ms = self
            .moved(format!(
                "UPDATE users.api_keys SET previous_until = previous_until - interval '57 seconds' \
                 WHERE public_id = '{key}' RETURNING ceil(extract(epoch FROM previous_until) * 1000)::bigint"
            ))
            .await;
        let clock = Clock::system();
        let was_good = Cell::new(false);
        eventually("the end of an overlap", async || {
            let sent_at_ms = clock.now().timestamp_millis();
            let told = probe.ask().await;
            if told.status == 200 {
                assert!(sent_at_ms < ends_at_ms, "good {} ms after its end", sent_at_ms - ends_at_ms);
                was_good.set(true);
                return None;
            }
            assert_eq!(told.status, 401, "{told:?}");
            let early_ms = ends_at_ms - clock.now().timestamp_millis();
            // What is written is rounded up to a whole one.
            assert!(early_ms <= 1, "it ended {early_ms} ms early");
            Some(())
        })
        .await;
        assert!(was_good.get(), "the former secret was not good in the overlap");
    }
}
