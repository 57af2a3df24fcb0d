//! Two processes behind a round robin behave as one. It takes what nodes share: PostgreSQL and Redis.

use super::answers::alike;
use super::ask::Call;
use super::deletion::stays;
use super::keys;
use super::lists::{all_ids, keys_of};
use super::{Walk, ground};
use crate::house::{self, Process};
use crate::tenant::id;
use reqwest::Method;
use serde_json::json;
use std::time::{Duration, Instant};
use testkit::{Backend, eventually};

/// How stale another node may be.
const BOUND: Duration = Duration::from_secs(1);

#[test]
fn two_nodes_are_as_one() {
    let Some(backend) = Backend::postgres() else { return };
    house::run(async {
        let ground = ground(&backend).await;
        let nodes = [ground.start("all"), ground.start("all")];
        let urls: Vec<String> = nodes.iter().map(|node| node.url.clone()).collect();
        let walk = Walk::new(&ground, &nodes[0], nodes[0].client().by_turns(urls)).await;
        walk.part("as one: lists", Box::pin(walk.lists())).await;
        walk.part("as one: cursors", Box::pin(walk.cursors(&nodes))).await;
        walk.part("as one: requests", Box::pin(walk.requests())).await;
        walk.part("as one: keys", Box::pin(walk.keys())).await;
        walk.part("as one: permissions", Box::pin(walk.permissions())).await;
        walk.part("as one: isolation", Box::pin(walk.isolation())).await;
        // What is read often may be a second old on the other node (decision 0017), so versions and deletions are
        // walked on one, and here it is seen how old.
        walk.part("as one: seen at once", Box::pin(walk.seen_at_once(&nodes))).await;
        walk.part("as one: replays", Box::pin(walk.replays(&nodes))).await;
        walk.part("as one: revocation", Box::pin(walk.revocation(&nodes))).await;
        walk.part("as one: successes", Box::pin(walk.successes())).await;
        walk.finish();
        nodes.into_iter().for_each(Process::stop);
    });
}

impl Walk {
    /// A list goes on where the other node has left it, page by page.
    async fn cursors(&self, nodes: &[Process; 2]) {
        let nodes = nodes.each_ref().map(|node| self.owner.client.at(&node.url));
        for list in self.operations.iter().filter(|list| list.parameter("cursor").is_some()) {
            let path = self.path_of(list).await;
            let at_first = all_ids(&nodes[0], &path).await;
            let (mut found, mut cursor) = (Vec::new(), String::new());
            for node in nodes.iter().cycle() {
                let ask = Call::to(&path).ask(list).query(&format!("limit=1{cursor}"));
                let told = self.send_as(node, list, &ask).await;
                if told.status != 200 {
                    self.require(false, || format!("{}: the other node's cursor: {told:?}", list.id));
                    break;
                }
                let page = told.json();
                found.extend(keys_of(&page));
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            // What was added meanwhile may be in it.
            found.retain(|id| at_first.contains(id));
            self.require(found == at_first, || {
                format!("{}: {at_first:?} on one node, {found:?} by turns", list.id)
            });
        }
    }

    /// What one node has written or deleted the other one shows, as the first does.
    async fn seen_at_once(&self, nodes: &[Process; 2]) {
        let [here, there] = nodes.each_ref().map(|node| self.owner.client.at(&node.url));
        let changes = self.operations.iter().filter(|operation| {
            operation.method == Method::PATCH || operation.method == Method::DELETE && !stays(operation)
        });
        for operation in changes {
            let gone = operation.method == Method::DELETE;
            let ask = self.good(operation).await;
            // So that the other one has something to remember.
            there.get(&ask.call.path).await.expect(200);
            let told = self.send_as(&here, operation, &ask).await;
            let written = Instant::now();
            eventually(&format!("{} is seen on the other node", operation.id), async || {
                let shown = there.get(&ask.call.path).await;
                let seen = if gone { shown.status == 404 } else { shown.text == told.text };
                seen.then_some(())
            })
            .await;
            let after = written.elapsed();
            self.require(after < BOUND, || {
                format!("{}: seen on the other node after {after:?}", operation.id)
            });
        }
    }

    async fn replays(&self, nodes: &[Process; 2]) {
        let [here, there] = nodes.each_ref().map(|node| self.owner.client.at(&node.url));
        let takes_key = |name: &str| self.operation(name).parameter("Idempotency-Key").is_some();
        for operation in self.operations.iter().filter(|operation| takes_key(&operation.id)) {
            if !keys::is_replayed(operation) {
                continue;
            }
            let ask = self.good(operation).await;
            let told = self.send_as(&here, operation, &ask).await;
            let again = self.send_as(&there, operation, &ask).await;
            let replayed = again.headers.contains_key("idempotency-replayed");
            self.require(
                replayed && alike(&again).2 == alike(&told).2 && again.status == told.status,
                || format!("{}: told {told:?}, replayed on another node {again:?}", operation.id),
            );
        }
    }

    async fn revocation(&self, nodes: &[Process; 2]) {
        let [here, there] = nodes.each_ref().map(|node| self.owner.client.at(&node.url));
        let me = self.operation("users_show_me");
        let made = here.post("/users/api-keys", json!({ "name": "soon revoked" })).await.expect(201);
        let key = there.with_token(made["secret"].as_str().unwrap());
        key.get("/users/me").await.expect(200);
        let path = format!("/users/api-keys/{}", id(&made));
        here.try_send(here.request(Method::DELETE, &path)).await.unwrap().expect(204);
        let revoked = Instant::now();
        let refused = eventually("the key is refused on the other node", async || {
            let told = self.send_as(&key, me, &Call::to("/users/me").ask(me)).await;
            (told.status == 401).then(|| revoked.elapsed())
        });
        let after = refused.await;
        self.require(after < BOUND, || format!("a revoked key was good on the other node for {after:?}"));
        eprintln!("the contract: a revoked key was refused on the other node after {after:?}");
    }
}
