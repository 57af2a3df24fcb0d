//! What ends on one node is refused on every other within a second, also while the nodes cannot tell each other.

use crate::client::Client;
use crate::house::{self, Ground, Process};
use crate::proxy::Proxy;
use crate::tenant::{id, sign_in, sign_up};
use reqwest::Method;
use serde_json::json;
use std::time::Duration;
use testkit::{Backend, eventually};
use tokio::time::timeout;

/// A second is promised; the other is for a machine that is busy with other tests.
const BOUND: Duration = Duration::from_secs(2);
const EMAIL: &str = "ada@example.com";

#[test]
fn what_ends_on_one_node_ends_on_the_other_with_redis_and_without() {
    let (Some(backend), Ok(redis)) = (Backend::postgres(), std::env::var("TEST_REDIS_URL")) else { return };
    house::run(async {
        let mut ground = Ground::new(&backend).await;
        let proxy = Proxy::to(&redis).await;
        ground.set("REDIS_URL", &proxy.url);
        ground.set("INSULA_OPERATORS__ADDRESS", "127.0.0.1:0");
        let nodes = [ground.start("all"), ground.start("all")];
        let owner = sign_up(&ground, &nodes[0], EMAIL).await;
        for there in [true, false] {
            if !there {
                proxy.close();
            }
            for node in &nodes {
                redis_is(node, there).await;
            }
            sign_out(&nodes, there).await;
            revoke_key(&nodes, &owner, there).await;
        }
        nodes.into_iter().for_each(Process::stop);
    });
}

async fn redis_is(node: &Process, there: bool) {
    let operators = node.client().at(&node.operators());
    eventually("the check of Redis", async || {
        let ready = operators.get("/health/ready").await.expect(200);
        (ready["checks"]["redis"]["ok"] == there).then_some(())
    })
    .await;
}

async fn sign_out(nodes: &[Process; 2], redis: bool) {
    let guest = nodes[0].client();
    let session = guest.with_token(&sign_in(&guest, EMAIL).await);
    let elsewhere = session.at(&nodes[1].url);
    known(&elsewhere).await;
    session.try_send(session.request(Method::POST, "/users/sign-out")).await.unwrap().expect(204);
    refused(&elsewhere, &format!("a session that was signed out, Redis there: {redis}")).await;
}

async fn revoke_key(nodes: &[Process; 2], owner: &Client, redis: bool) {
    let made = owner.post("/users/api-keys", json!({ "name": "soon revoked" })).await.expect(201);
    let elsewhere = nodes[1].client().with_token(made["secret"].as_str().unwrap());
    known(&elsewhere).await;
    let path = format!("/users/api-keys/{}", id(&made));
    owner.try_send(owner.request(Method::DELETE, &path)).await.unwrap().expect(204);
    refused(&elsewhere, &format!("an API key that was revoked, Redis there: {redis}")).await;
}

/// From now on the node remembers who it is.
async fn known(elsewhere: &Client) {
    elsewhere.get("/users/me").await.expect(200);
}

/// Within the bound, counted from the answer that told its end.
async fn refused(elsewhere: &Client, what: &str) {
    let refused = eventually(what, async || {
        let told = elsewhere.get("/users/me").await;
        (told.status == 401).then_some(())
    });
    assert!(timeout(BOUND, refused).await.is_ok(), "good on the other node after {BOUND:?}: {what}");
}
