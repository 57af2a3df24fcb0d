//! What somebody tries who means no good: to be made more than they are, to guess, to pass for another address, and to come
//! back with what they had.

use crate::house::{House, PASSWORD, Reply};
use crate::teams::{add, team};
use actix_web::http::Method;
use actix_web::test::TestRequest;
use chrono::Duration;
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use testkit::{Stage, both};
use users_contract::PASSWORD_RESET_SEAL;

const EMAIL: &str = "ada@example.com";
const WRONG: &str = "not the password";
const NEW: &str = "a longer horse battery staple";
/// How long anybody waits at most.
const LONGEST_S: i64 = 15 * 60;

fn sign_in(peer: Ipv4Addr, email: &str, password: &str) -> TestRequest {
    post(peer, "/sign-in", json!({ "email": email, "password": password }))
}

fn post(peer: Ipv4Addr, path: &str, body: Value) -> TestRequest {
    let request = TestRequest::post().uri(&format!("/api/v1/users{path}"));
    request.peer_addr(SocketAddr::from((peer, 4000))).set_json(body)
}

fn wait_s(told: &Reply) -> i64 {
    let wait = told.headers.get("retry-after").expect("how long to wait");
    wait.to_str().unwrap().parse().unwrap()
}

/// So many wrong passwords for one account, each from an address of its own, evenly over this time. How many were tried;
/// the others were told to wait.
async fn storm(house: &House, tries: u32, over: Duration) -> usize {
    let step = over / i32::try_from(tries).unwrap();
    let requests = (1..=tries).map(|number| {
        house.stage.clock.advance(step);
        sign_in(Ipv4Addr::from_bits(0x0a00_0000 + number), EMAIL, WRONG)
    });
    let told = house.send_all(requests).await;
    let (tried, refused): (Vec<_>, Vec<_>) = told.iter().partition(|told| told.status == 401);
    for told in &refused {
        assert_eq!(told.status, 429, "{}", told.text);
        assert!((1..=LONGEST_S).contains(&wait_s(told)), "{}", told.text);
    }
    tried.len()
}

both! {
    async fn of_ten_thousand_guesses_in_a_minute_few_are_tried_and_nobody_is_locked_out(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(EMAIL).await;
        let home = Ipv4Addr::new(192, 0, 2, 1);
        // Those that are free and the first that is not, then one after each of 1, 2, 4, 8 and 16 seconds.
        assert_eq!(storm(&house, 10_000, Duration::minutes(1)).await, 11);
        house.get("/me", &ada.access).await.is(200);
        let told = house.send(sign_in(home, EMAIL, PASSWORD)).await.problem(429, "too_many_requests");
        house.stage.clock.advance(Duration::seconds(wait_s(&told)));
        house.send(sign_in(home, EMAIL, PASSWORD)).await.is(200);

        // From now on she is at home there. Elsewhere who reads the mail need not wait, however many go on.
        let abroad = Ipv4Addr::new(203, 0, 113, 7);
        assert_eq!(storm(&house, 100, Duration::seconds(1)).await, 6);
        house.send(sign_in(abroad, EMAIL, PASSWORD)).await.problem(429, "too_many_requests");
        house.send(post(abroad, "/password-resets", json!({ "email": EMAIL }))).await.is(202);
        let token = house.tokens_of("tests.reset", PASSWORD_RESET_SEAL).await.pop().unwrap();
        let complete = json!({ "token": token, "password": NEW });
        house.send(post(abroad, "/password-resets/complete", complete)).await.is(200);
        assert_eq!(storm(&house, 100, Duration::seconds(1)).await, 6);
        house.send(sign_in(abroad, EMAIL, NEW)).await.is(200);
    }
}

both! {
    async fn who_is_at_home_waits_for_no_stranger(stage: Stage) {
        let house = House::new(stage).await;
        house.owner(EMAIL).await;
        let [home, abroad] = [Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::new(203, 0, 113, 7)];
        house.send(sign_in(home, EMAIL, PASSWORD)).await.is(200);
        for _ in 0..2 {
            assert_eq!(storm(&house, 30, Duration::milliseconds(900)).await, 6);
            house.send(sign_in(abroad, EMAIL, PASSWORD)).await.problem(429, "too_many_requests");
            house.send(sign_in(home, EMAIL, PASSWORD)).await.is(200);
            // It was no stranger who proved it, so strangers wait on.
            house.send(sign_in(abroad, EMAIL, PASSWORD)).await.problem(429, "too_many_requests");
            house.stage.clock.advance(Duration::days(1) + Duration::seconds(LONGEST_S));
        }

        // Who guesses at her home holds up nobody but those who come from there.
        for status in [401, 401, 401, 401, 401, 401, 429] {
            assert_eq!(house.send(sign_in(home, EMAIL, WRONG)).await.status, status);
        }
        house.send(sign_in(home, EMAIL, PASSWORD)).await.problem(429, "too_many_requests");
        house.send(sign_in(abroad, EMAIL, PASSWORD)).await.is(200);

        // It is her home no more when she was away for long.
        house.stage.clock.advance(Duration::days(90));
        assert_eq!(storm(&house, 30, Duration::milliseconds(900)).await, 6);
        house.send(sign_in(home, EMAIL, PASSWORD)).await.problem(429, "too_many_requests");
    }
}

both! {
    async fn strangers_learn_nothing_by_waiting(stage: Stage) {
        let house = House::new(stage).await;
        house.owner(EMAIL).await;
        house.send(sign_in(Ipv4Addr::new(192, 0, 2, 1), EMAIL, PASSWORD)).await.is(200);
        let mut told = Vec::new();
        for (network, email) in [(0x0a01_0000, EMAIL), (0x0a02_0000, "nobody@example.com")] {
            let guesses = (0..10).map(|number| sign_in(Ipv4Addr::from_bits(network + number), email, WRONG));
            let replies = house.send_all(guesses).await;
            let codes: Vec<_> = replies.iter().map(|reply| (reply.status, reply.at("/detail"))).collect();
            let waits: Vec<_> = replies.iter().filter(|reply| reply.status == 429).map(wait_s).collect();
            told.push((codes, waits));
            let reset = post(Ipv4Addr::new(198, 51, 100, 7), "/password-resets", json!({ "email": email }));
            house.send(reset).await.is(202);
        }
        assert_eq!(told[0], told[1]);
        assert_eq!(told[0].1.len(), 4, "{told:?}");
    }
}

/// But for what is each request's own.
fn alike(told: &Reply) -> (u16, String) {
    let request_id = told.headers.get("x-request-id").expect("an id").to_str().unwrap();
    (told.status, told.text.replace(request_id, "…"))
}

both! {
    async fn who_signs_up_with_anothers_address_does_not_learn_whether_it_has_an_account(stage: Stage) {
        let house = House::new(stage).await;
        house.owner(EMAIL).await;
        let peers = [(EMAIL, [198, 51, 100, 7]), ("nobody@example.com", [198, 51, 100, 8])];
        let told = async |(email, peer): (&str, [u8; 4])| {
            let peer = Ipv4Addr::from(peer);
            let sign_up = json!({
                "email": email, "password": NEW, "display_name": "Mal", "organization_name": "Thieves",
            });
            let mut told = vec![alike(&house.send(post(peer, "/sign-up", sign_up)).await.is(202))];
            // By and by they wait, with the password of that sign-up as with any other.
            for password in [NEW, WRONG, NEW, NEW, NEW, NEW, NEW, NEW] {
                told.push(alike(&house.send(sign_in(peer, email, password)).await));
            }
            let reset = post(peer, "/password-resets", json!({ "email": email }));
            told.push(alike(&house.send(reset).await.is(202)));
            told
        };
        let [known, unknown] = [told(peers[0]).await, told(peers[1]).await];
        assert_eq!(known, unknown);
        let statuses: Vec<_> = known.iter().map(|(status, _)| *status).collect();
        assert_eq!(statuses, [202, 401, 401, 401, 401, 401, 401, 429, 429, 202]);
        assert!(known[1].1.contains("not verified yet"), "{}", known[1].1);
    }
}

both! {
    async fn nobody_floods_a_mailbox_with_links(stage: Stage) {
        let house = House::new(stage).await;
        house.owner(EMAIL).await;
        let ask = |number: u32| {
            post(Ipv4Addr::from_bits(0x0a00_0000 + number), "/password-resets", json!({ "email": EMAIL }))
        };
        let sent = async || house.tokens_of("tests.reset", PASSWORD_RESET_SEAL).await;
        for number in 0..8 {
            house.send(ask(number)).await.is(202);
        }
        assert_eq!(sent().await.len(), 5);
        // With half of their time gone they make room for others, and are good all the same.
        house.stage.clock.advance(Duration::minutes(31));
        house.send(ask(9)).await.is(202);
        let links = sent().await;
        assert_eq!(links.len(), 6);
        let complete = json!({ "token": links[0], "password": NEW });
        house.post("/password-resets/complete", None, complete).await.is(200);
        // A link that is spent takes no place.
        house.send(ask(10)).await.is(202);
        assert_eq!(sent().await.len(), 7);
    }
}

both! {
    async fn another_address_than_ones_own_cannot_be_claimed(stage: Stage) {
        let house = House::new(stage).await;
        house.owner(EMAIL).await;
        let [thief, victim] = [7, 9].map(|host| Ipv4Addr::new(192, 0, 2, host));
        // One more than an address has free, each for another account, and all in the victim's name.
        let forged = |number: u32| {
            let request = sign_in(thief, &format!("nobody-{number}@example.com"), WRONG);
            let request = request.insert_header(("x-forwarded-for", victim.to_string()));
            request.insert_header(("forwarded", format!("for={victim}")))
        };
        let told = house.send_all((0..51).map(forged)).await;
        assert!(told.iter().all(|told| told.status == 401), "{:?}", told.last().map(|told| &told.text));
        house.send(forged(51)).await.problem(429, "too_many_requests");
        // Neither does yet another name help.
        let other = sign_in(thief, EMAIL, PASSWORD).insert_header(("x-forwarded-for", "198.51.100.1"));
        house.send(other).await.problem(429, "too_many_requests");
        house.send(sign_in(victim, EMAIL, PASSWORD)).await.is(200);
    }
}

/// A request that is good, and what somebody might add to it.
type Case<'a> = (Method, &'a str, Option<&'a str>, Value, &'a [&'a str], u16);

both! {
    async fn nobody_becomes_more_by_a_field_of_their_own(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, nick) = (house.owner(EMAIL).await, house.owner("nick@example.com").await);
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "member" })).await;
        house.post("/invitations", Some(&ada.access), json!({ "email": "eve@example.com" })).await.is(201);
        let token = house.invitations().await.pop().unwrap();
        let by_ada = Some(&*ada.access);
        let of_bob = format!("/members/{}", bob.membership);
        let sign_up = json!({
            "email": "mal@example.com", "password": PASSWORD, "display_name": "Mal", "organization_name": "Thieves",
        });
        let sign_in = json!({ "email": EMAIL, "password": PASSWORD });
        let accept = json!({ "token": token, "password": PASSWORD, "display_name": "Eve" });
        let role = json!({ "name": "Auditor", "permissions": ["users.audit.read"] });
        let key = json!({ "name": "k", "role": "viewer" });
        let cases: [Case<'_>; 9] = [
            (
                Method::POST, "/sign-up", None, sign_up,
                &["role", "role_id", "tenant_id", "user_id", "owner", "permissions", "email_verified_at"], 202,
            ),
            (Method::POST, "/sign-in", None, sign_in, &["user_id", "role", "permissions", "strength"], 200),
            (
                Method::POST, "/invitations/accept", None, accept,
                &["role", "role_id", "tenant_id", "email", "user_id", "state"], 200,
            ),
            (
                Method::POST, "/invitations", by_ada, json!({ "email": "grace@example.com" }),
                &["tenant_id", "invited_by", "state", "member_id"], 201,
            ),
            (
                Method::PATCH, &of_bob, by_ada, json!({ "role": "viewer" }),
                &["id", "tenant_id", "user_id", "email", "state", "permissions", "version"], 200,
            ),
            (
                Method::PATCH, "/tenant", by_ada, json!({ "name": "Engines Ltd" }),
                &["id", "tenant_id", "owner", "mode", "state", "version"], 200,
            ),
            (Method::POST, "/roles", by_ada, role, &["tenant_id", "version", "members"], 201),
            (Method::POST, "/teams", by_ada, json!({ "name": "Night shift" }), &["tenant_id", "members"], 201),
            (
                Method::POST, "/api-keys", by_ada, key,
                &["tenant_id", "member_id", "user_id", "created_by", "permissions", "secret"], 201,
            ),
        ];
        for (method, path, bearer, good, fields, status) in cases {
            let headers: &[(&str, &str)] = if method == Method::PATCH { &[("if-match", "*")] } else { &[] };
            for field in fields {
                let mut body = good.clone();
                body[*field] = json!(nick.tenant);
                let told = house.call(method.clone(), path, bearer, headers, Some(body)).await;
                let told = told.problem(400, "malformed");
                let errors = told.json()["errors"].as_array().cloned().unwrap();
                let named: Vec<_> = errors.iter().map(|fault| fault["pointer"].clone()).collect();
                assert_eq!(named, [format!("/{field}")], "{method} {path}: {}", told.text);
            }
            // It was the field alone.
            house.call(method, path, bearer, headers, Some(good)).await.is(status);
        }
        let eve = house.enter("eve@example.com").await;
        assert_eq!(house.get("/me", &eve.access).await.is(200).at("/role"), "member");
        assert_eq!(eve.tenant, ada.tenant);
        let of_nick = house.get("/members", &nick.access).await.is(200);
        assert_eq!(of_nick.json()["data"].as_array().unwrap().len(), 1, "{}", of_nick.text);
    }
}

both! {
    async fn who_is_let_in_again_has_nothing_of_before(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(EMAIL).await;
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "viewer" })).await;
        let eve = house.member(&ada, "eve@example.com", json!({ "role": "member" })).await;
        let night = team(&house, &ada, json!({ "name": "Night shift", "role": "admin" })).await;
        add(&house, &ada, &night, &bob).await.is(201);
        let [of_bob, of_eve] = [&bob, &eve].map(|who| format!("/members/{}", who.membership));
        for (who, manager) in [(&of_bob, &ada), (&of_eve, &bob)] {
            let body = json!({ "manager_id": manager.membership });
            house.patch(who, &ada.access, "*", body).await.is(200);
        }
        let key = house.post("/api-keys", Some(&bob.access), json!({ "name": "k" })).await.is(201).at("/secret");
        house.post(&format!("{of_bob}/remove"), Some(&ada.access), json!({})).await.is(200);

        let back = house.member(&ada, "bob@example.com", json!({ "role": "viewer" })).await;
        let me = house.get("/me", &back.access).await.is(200);
        assert_eq!(me.at("/role"), "viewer");
        house.get("/api-keys", &back.access).await.problem(403, "forbidden");
        let in_team = house.get(&format!("{night}/members"), &ada.access).await.is(200);
        assert_eq!(in_team.json()["data"], json!([]));
        for who in [&format!("/members/{}", back.membership), &of_eve] {
            assert_eq!(house.get(who, &ada.access).await.is(200).at("/manager_id"), "null");
        }
        for credential in [&bob.access, &key] {
            house.get("/tenant", credential).await.is(401);
        }
        let refresh = house.post("/refresh", None, json!({ "refresh_token": bob.refresh })).await;
        refresh.problem(401, "users.refresh_refused");
        let sessions = house.get("/sessions", &back.access).await.is(200);
        assert_eq!(sessions.json()["data"].as_array().unwrap().len(), 1, "{}", sessions.text);
    }
}
