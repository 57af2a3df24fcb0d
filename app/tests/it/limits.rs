//! Rate limits of two processes: with one Redis they count together, without it each for itself. And what they leave to the
//! owner of an account that strangers guess at.

use crate::client::{Client, Told};
use crate::house::{self, Ground};
use crate::proxy::Proxy;
use crate::tenant::{PASSWORD, mailed_token, sign_in, sign_up};
use reqwest::Method;
use serde_json::{Value, json};
use std::cell::Cell;
use std::time::Instant;
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
        until_refused(&first).await;
        let more = admitted(&second, LIMIT).await;
        assert!(more < LIMIT, "the second node knows of nothing: {more} more than {LIMIT}");
        let over = second.get("/users/me").await;
        let wait: u64 = over.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=120).contains(&wait), "{over:?}");
        assert_eq!(over.problem(429), "too_many_requests");

        proxy.close();
        let owner = guest.with_token(&sign_in(&guest, "ada@example.com").await);
        let [first, second] = [0, 1].map(|node| owner.at(&nodes[node].url));
        until_refused(&first).await;
        assert_eq!(admitted(&second, LIMIT / 3).await, LIMIT / 3, "each counts for itself");

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

#[test]
fn strangers_keep_no_owner_out_on_sqlite() {
    strangers_keep_no_owner_out(Backend::Sqlite);
}

#[test]
fn strangers_keep_no_owner_out_on_postgres() {
    if let Some(backend) = Backend::postgres() {
        strangers_keep_no_owner_out(backend);
    }
}

fn strangers_keep_no_owner_out(backend: Backend) {
    const EMAIL: &str = "ada@example.com";
    const NEW: &str = "a longer horse battery staple";
    house::run(async {
        let mut ground = Ground::new(&backend).await;
        ground.set("INSULA_HTTP__TRUSTED_PROXIES", "127.0.0.0/8");
        ground.set("INSULA_LIMITS__TRIES_PER_MINUTE_PER_ACCOUNT", "10");
        let node = ground.start("all");
        sign_up(&ground, &node, EMAIL).await;
        let guest = node.client();
        let try_with =
            async |from: &str, password: &str| sign_in_from(&guest, from, EMAIL, password).await.status;
        let (home, abroad) = ("203.0.113.7", "203.0.113.8");
        assert_eq!(try_with(home, PASSWORD).await, 200);

        // One network uses up what the edge lets it try; many more go on.
        let mut policies = Vec::new();
        for number in 0..60 {
            let from = if number < 30 { "198.51.100.7".to_owned() } else { format!("192.0.2.{number}") };
            let told = sign_in_from(&guest, &from, EMAIL, "not the password").await;
            assert!([401, 429].contains(&told.status.as_u16()), "{told:?}");
            policies.push(told.headers["ratelimit-policy"].to_str().unwrap().to_owned());
            if number % 20 == 0 {
                assert_eq!(try_with(home, PASSWORD).await, 200, "after {number} guesses");
            }
        }
        let at_the_edge = policies.iter().filter(|policy| policy.starts_with("\"account\"")).count();
        assert!(at_the_edge > 10, "{policies:?}");
        // From one that was tried on it is a second at least.
        let number = Cell::new(0_u16);
        eventually("a guess that is tried", async || {
            let [high, low] = number.get().to_be_bytes();
            number.set(number.get() + 1);
            let told = sign_in_from(&guest, &format!("198.18.{high}.{low}"), EMAIL, "a guess").await;
            (told.status == 401).then_some(())
        })
        .await;
        assert_eq!(try_with(abroad, PASSWORD).await, 429, "who comes from elsewhere is a stranger");
        assert_eq!(try_with(home, PASSWORD).await, 200);

        // Abroad the owner chooses another password by mail, and is let in from there, while it goes on.
        let reset = json!({ "email": EMAIL });
        from(&guest, abroad, "/users/password-resets", &reset).await.expect(202);
        let token = mailed_token(&ground.mail(), EMAIL, "reset-password").await;
        let complete = json!({ "token": token, "password": NEW });
        from(&guest, abroad, "/users/password-resets/complete", &complete).await.expect(200);
        for number in 100..110 {
            let told = sign_in_from(&guest, &format!("192.0.2.{number}"), EMAIL, "not the password").await;
            assert!([401, 429].contains(&told.status.as_u16()), "{told:?}");
        }
        assert_eq!(try_with(abroad, NEW).await, 200);
        node.stop();
    });
}

async fn sign_in_from(guest: &Client, address: &str, email: &str, password: &str) -> Told {
    from(guest, address, "/users/sign-in", &json!({ "email": email, "password": password })).await
}

async fn from(guest: &Client, address: &str, path: &str, body: &Value) -> Told {
    let request = guest.request(Method::POST, path).header("x-forwarded-for", address).json(body);
    guest.try_send(request).await.unwrap()
}

/// It is after just the limit, but for what the minute frees again while it is asked.
async fn until_refused(client: &Client) {
    let begun = Instant::now();
    let mut admitted = 0;
    while client.get("/users/me").await.status == 200 {
        admitted += 1;
        let freed = LIMIT * usize::try_from(begun.elapsed().as_secs()).unwrap() / 60 + LIMIT / 60;
        assert!(admitted <= LIMIT + freed, "{admitted} in {:?}", begun.elapsed());
    }
    assert!(admitted >= LIMIT, "{admitted}");
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
