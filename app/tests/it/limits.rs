//! Rate limits of two processes: with one Redis they count together, without it each for itself.

use crate::client::Client;
use crate::house::{self, Ground};
use crate::proxy::Proxy;
use crate::tenant::{sign_in, sign_up};
use testkit::{Backend, eventually};

const LIMIT: usize = 300;

#[test]
fn two_nodes_share_a_limit_and_each_keeps_it_alone_without_redis() {
    let (Some(backend), Ok(redis)) = (Backend::postgres(), std::env::var("TEST_REDIS_URL")) else { return };
    house::run(async {
        let mut ground = Ground::new(&backend).await;
        let proxy = Proxy::to(&redis).await;
        ground.set("REDIS_URL", &proxy.url);
        ground.set("INSULA_LIMITS__REQUESTS_PER_MINUTE_PER_CREDENTIAL", &LIMIT.to_string());
        let nodes = [ground.start("all"), ground.start("all")];
        let owner = sign_up(&ground, &nodes[0], "ada@example.com").await;
        let guest = nodes[0].client();

        // What one node has admitted, the other knows after two settlements at most.
        let [first, second] = [0, 1].map(|node| owner.at(&nodes[node].url));
        assert_eq!(admitted(&first, LIMIT + 1).await, LIMIT);
        let more = admitted(&second, LIMIT).await;
        assert!(more < LIMIT, "the second node knows of nothing: {more} more than {LIMIT}");
        let over = second.get("/users/me").await;
        let wait: u64 = over.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=120).contains(&wait), "{over:?}");
        assert_eq!(over.problem(429), "too_many_requests");

        proxy.close();
        let owner = guest.with_token(&sign_in(&guest, "ada@example.com").await);
        let [first, second] = [0, 1].map(|node| owner.at(&nodes[node].url));
        assert_eq!(admitted(&first, LIMIT + 1).await, LIMIT);
        assert!(admitted(&second, LIMIT / 3).await == LIMIT / 3, "each counts for itself");

        proxy.open();
        eventually("the second node hears of the first again", async || {
            (second.get("/users/me").await.status == 429).then_some(())
        })
        .await;
        let warnings = nodes[1].log().matches("each node limits for itself").count();
        assert_eq!(warnings, 1, "{}", nodes[1].log());
        nodes.into_iter().for_each(|node| node.stop());
    });
}

/// How many of so many are; the others are told to wait, and nothing else ever happens.
async fn admitted(client: &Client, times: usize) -> usize {
    let mut admitted = 0;
    for _ in 0..times {
        match client.get("/users/me").await {
            told if told.status == 200 => admitted += 1,
            told => assert_eq!(told.problem(429), "too_many_requests"),
        }
    }
    admitted
}
