//! What a tenant asks of its members' sign-ins: that it is asked at every door, of nobody else's members, and that nobody
//! locks themselves out by it.

use crate::house::{House, PASSWORD, Person, Reply};
use crate::passkeys::{enter, entered, registered};
use crate::roles::{faults, tag};
use crate::second_factors::{enrolled, strength};
use actix_web::http::Method;
use actix_web::test::TestRequest;
use chrono::Duration;
use futures::future::join_all;
use kernel::ctx::Strength;
use serde_json::{Value, json};
use std::net::SocketAddr;
use testkit::{Stage, both};

pub const ADA: &str = "ada@example.com";
pub const BOB: &str = "bob@example.com";
pub const EVE: &str = "eve@neighbour.example";
pub const HERE: &str = "203.0.113.7";
const ELSEWHERE: &str = "198.51.100.7";

pub async fn change(house: &House, by: &Person, body: Value) -> Reply {
    house.patch("/policy", &by.access, "*", body).await
}

/// By whoever has this address.
fn from(peer: &str, method: Method, path: &str, bearer: Option<&str>) -> TestRequest {
    let request = TestRequest::with_uri(&format!("/api/v1/users{path}")).method(method);
    let request = request.peer_addr(SocketAddr::new(peer.parse().unwrap(), 4711));
    match bearer {
        Some(bearer) => request.insert_header(("authorization", format!("Bearer {bearer}"))),
        None => request,
    }
}

async fn get_from(house: &House, peer: &str, bearer: &str) -> Reply {
    house.send(from(peer, Method::GET, "/me", Some(bearer))).await
}

pub async fn post_from(house: &House, peer: &str, path: &str, bearer: Option<&str>, body: Value) -> Reply {
    house.send(from(peer, Method::POST, path, bearer).set_json(body)).await
}

async fn change_from(house: &House, peer: &str, by: &Person, body: Value) -> Reply {
    let request = from(peer, Method::PATCH, "/policy", Some(&by.access));
    house.send(request.insert_header(("if-match", "*")).set_json(body)).await
}

pub async fn sign_in_to(house: &House, email: &str, tenant: &Person) -> Reply {
    let body = json!({ "email": email, "password": PASSWORD, "tenant_id": tenant.tenant });
    house.post("/sign-in", None, body).await
}

/// Why this person's sessions ended, as the log has it.
pub async fn reasons(house: &House, by: &Person) -> Vec<String> {
    house.deliver_audit().await;
    let log = house.get("/audit-entries?action=users.session.revoke&limit=100", &by.access).await.is(200);
    let entries = log.json()["data"].as_array().cloned().unwrap();
    entries.iter().filter_map(|entry| entry["after"]["reason"].as_str().map(str::to_owned)).collect()
}

both! {
    async fn without_a_word_nothing_is_asked_and_each_change_is_a_version(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, eve) = (house.owner(ADA).await, house.owner(EVE).await);
        let nothing = json!({
            "second_factor": "optional", "sign_in_methods": ["password", "passkey"], "address_ranges": [],
            "session_minutes": null, "audit_detail_days": null,
        });
        let shown = house.get("/policy", &ada.access).await.is(200);
        assert_eq!((tag(&shown), shown.json()), ("\"0\"", nothing.clone()));
        let body = json!({ "session_minutes": 720, "sign_in_methods": ["passkey", "password"] });
        let blind = house.call(Method::PATCH, "/policy", Some(&ada.access), &[], Some(body.clone())).await;
        blind.problem(428, "precondition_required");
        house.patch("/policy", &ada.access, "\"1\"", body.clone()).await.problem(412, "version_mismatch");
        let changed = house.patch("/policy", &ada.access, "\"0\"", body.clone()).await.is(200);
        let mut expected = nothing.clone();
        expected["session_minutes"] = json!(720);
        assert_eq!((tag(&changed), changed.json()), ("\"1\"", expected));
        assert_eq!(house.get("/policy", &ada.access).await.is(200).text, changed.text);
        house.patch("/policy", &ada.access, "\"0\"", body.clone()).await.problem(412, "version_mismatch");
        assert_eq!(tag(&change(&house, &ada, body).await.is(200)), "\"1\"", "it is as it was");
        let emptied = change(&house, &ada, json!({ "session_minutes": null })).await.is(200);
        assert_eq!((tag(&emptied), emptied.json()), ("\"2\"", nothing.clone()));
        let theirs = house.get("/policy", &eve.access).await.is(200);
        assert_eq!((tag(&theirs), theirs.json()), ("\"0\"", nothing));

        let wrong = json!({
            "second_factor": "passkey", "sign_in_methods": ["password"], "address_ranges": ["10.0.0.0/8", "x"],
            "session_minutes": 4,
        });
        let refused = change(&house, &ada, wrong).await.problem(422, "invalid");
        let expected = [
            "/address_ranges/1 invalid_range",
            "/session_minutes out_of_range",
            "/sign_in_methods contradiction",
        ];
        assert_eq!(faults(&refused), expected);
        let nulls = json!({ "second_factor": null, "sign_in_methods": null, "address_ranges": null });
        let refused = change(&house, &ada, nulls).await.problem(422, "invalid");
        assert_eq!(faults(&refused), ["/second_factor null", "/sign_in_methods null", "/address_ranges null"]);
        change(&house, &ada, json!({ "sign_in_methods": ["carrier_pigeon"] })).await.is(400);
        change(&house, &ada, json!({ "password_length": 12 })).await.is(400);

        let told = join_all((1..=5).map(|hours| change(&house, &eve, json!({ "session_minutes": hours * 60 }))));
        let mut tags: Vec<_> = told.await.into_iter().map(|reply| tag(&reply.is(200)).to_owned()).collect();
        tags.sort_unstable();
        assert_eq!(tags, ["\"1\"", "\"2\"", "\"3\"", "\"4\"", "\"5\""], "of many first words at once none is lost");

        house.deliver_audit().await;
        let log = house.get("/audit-entries?action=users.policy.update", &ada.access).await.is(200);
        assert_eq!(log.json()["data"].as_array().unwrap().len(), 2, "{}", log.text);
        let halves = ["/data/1/before/session_minutes", "/data/1/after/session_minutes"].map(|at| log.at(at));
        assert_eq!(halves, ["null", "720"]);
        assert_eq!(log.at("/data/0/before/session_minutes"), "720");
    }
}

both! {
    async fn it_is_the_owners_to_change_in_person(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let bob = house.member(&ada, BOB, json!({ "role": "admin" })).await;
        let mal = house.member(&ada, "mal@example.com", json!({ "role": "member" })).await;
        let key = house.post("/api-keys", Some(&ada.access), json!({ "name": "k" })).await.is(201).at("/secret");
        let body = json!({ "session_minutes": 60 });
        for (bearer, read, write) in [
            (&ada.access, None, None),
            (&bob.access, None, Some("forbidden")),
            (&mal.access, Some("forbidden"), Some("forbidden")),
            (&key, None, Some("users.session_required")),
        ] {
            let shown = house.get("/policy", bearer).await;
            let changed = house.patch("/policy", bearer, "*", body.clone()).await;
            let run = house.post("/policy/dry-run", Some(bearer), body.clone()).await;
            for (told, refused) in [(shown, read), (changed, write), (run, write)] {
                match refused {
                    Some(code) => drop(told.problem(403, code)),
                    None => drop(told.is(200)),
                }
            }
        }
    }
}

both! {
    async fn who_lacks_the_second_factor_sets_one_up_and_goes_on(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, eve) = (house.owner(ADA).await, house.owner(EVE).await);
        let bob = house.member(&ada, BOB, json!({ "role": "admin" })).await;
        let other = house.person(&sign_in_to(&house, BOB, &ada).await.is(200)).await;
        let key = house.post("/api-keys", Some(&bob.access), json!({ "name": "k" })).await.is(201).at("/secret");
        house.get("/members", &bob.access).await.is(200);
        enrolled(&house, &ada).await;
        assert_eq!(strength(&house, &ada.access).await, Strength::SecondFactor, "it was proved in this session");
        change(&house, &ada, json!({ "second_factor": "required" })).await.is(200);
        house.get("/members", &ada.access).await.is(200);

        let late = house.person(&sign_in_to(&house, BOB, &ada).await.is(200)).await;
        for bearer in [&bob.access, &other.access, &late.access] {
            for path in ["/members", "/tenant", "/policy", "/api-keys", "/audit-entries"] {
                let told = house.get(path, bearer).await.problem(403, "second_factor_needed");
                assert!(told.at("/detail").contains("Set one up"), "{}", told.text);
            }
            let invite = json!({ "email": "x@example.com" });
            house.post("/invitations", Some(bearer), invite).await.problem(403, "second_factor_needed");
            house.get("/me", bearer).await.is(200);
            house.get("/sessions", bearer).await.is(200);
        }
        // What programs do goes on, and so do the neighbour's people.
        house.get("/members", &key).await.is(200);
        house.get("/members", &eve.access).await.is(200);

        let authenticator = enrolled(&house, &bob).await;
        house.get("/members", &bob.access).await.is(200);
        house.get("/api-keys", &bob.access).await.is(200);
        house.get("/members", &other.access).await.problem(403, "second_factor_needed");
        sign_in_to(&house, BOB, &ada).await.problem(401, "users.second_factor_required");
        house.stage.clock.advance(Duration::seconds(30));
        let proofs = json!({ "current_password": PASSWORD, "code": authenticator.code(&house, 0) });
        house.post("/sessions/prove", Some(&other.access), proofs).await.is(204);
        house.get("/members", &other.access).await.is(200);
        house.get("/members", &late.access).await.problem(403, "second_factor_needed");
        let body = json!({ "email": BOB, "password": PASSWORD, "code": authenticator.recovery_codes[0] });
        let opened = house.post("/sign-in", None, body).await.is(200);
        house.get("/members", &opened.at("/access_token")).await.is(200);

        // One that was set up and is given up again does for no longer than the tokens.
        let proofs = json!({ "current_password": PASSWORD, "code": authenticator.recovery_codes[1] });
        house.post("/me/totp/remove", Some(&bob.access), proofs).await.is(204);
        house.get("/members", &bob.access).await.is(200);
        let refresh = json!({ "refresh_token": bob.refresh });
        house.post("/refresh", None, refresh).await.problem(401, "users.refresh_refused");
        house.get("/me", &bob.access).await.problem(401, "unauthenticated");
        house.post("/refresh", None, json!({ "refresh_token": late.refresh })).await.is(200);

        change(&house, &ada, json!({ "second_factor": "optional" })).await.is(200);
        let again = house.person(&sign_in_to(&house, BOB, &ada).await.is(200)).await;
        house.get("/members", &again.access).await.is(200);
    }
}

both! {
    async fn who_moves_in_without_it_is_let_in_and_no_further(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, eve) = (house.owner(ADA).await, house.owner(EVE).await);
        house.member(&ada, EVE, json!({ "role": "admin" })).await;
        enrolled(&house, &ada).await;
        change(&house, &ada, json!({ "second_factor": "required" })).await.is(200);
        house.get("/members", &eve.access).await.is(200);
        let to = json!({ "tenant_id": ada.tenant });
        let moved = house.post("/sessions/switch", Some(&eve.access), to).await.is(200).at("/access_token");
        house.get("/me", &moved).await.is(200);
        house.get("/members", &moved).await.problem(403, "second_factor_needed");
        let back = json!({ "tenant_id": eve.tenant });
        let moved = house.post("/sessions/switch", Some(&moved), back).await.is(200).at("/access_token");
        house.get("/members", &moved).await.is(200);
    }
}

both! {
    async fn a_rule_of_passkeys_is_content_with_nothing_less(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let bob = house.member(&ada, BOB, json!({ "role": "admin" })).await;
        let eve = house.member(&ada, EVE, json!({ "role": "admin" })).await;
        enrolled(&house, &eve).await;
        let device = registered(&house, &ada).await;
        let opened = entered(&house, &device).await;
        change(&house, &opened, json!({ "second_factor": "passkey" })).await.is(200);
        house.get("/members", &opened.access).await.is(200);
        for bearer in [&ada.access, &bob.access, &eve.access] {
            let told = house.get("/members", bearer).await.problem(403, "second_factor_needed");
            assert!(told.at("/detail").contains("passkey"), "{}", told.text);
        }
        let device = registered(&house, &bob).await;
        house.get("/members", &bob.access).await.problem(403, "second_factor_needed");
        // A password makes no other way in beside the passkey.
        for path in ["/me/passkeys/registrations", "/me/totp"] {
            house.post(path, Some(&bob.access), json!({ "current_password": PASSWORD })).await.is(409);
        }
        let by_passkey = entered(&house, &device).await;
        assert_eq!(by_passkey.tenant, ada.tenant);
        house.get("/members", &by_passkey.access).await.is(200);
        // In a session that is open, it is proved in place.
        let begun = house.post("/passkeys/sign-in/begin", None, json!({})).await.is(200).json();
        let answer = device.get(&begun["public_key"]);
        let proof = json!({ "ceremony_id": begun["ceremony_id"], "credential": answer });
        house.post("/sessions/prove", Some(&bob.access), proof).await.is(204);
        assert_eq!(strength(&house, &bob.access).await, Strength::Passkey);
        house.get("/members", &bob.access).await.is(200);
    }
}

both! {
    async fn a_method_that_is_left_out_lets_nobody_in(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, eve) = (house.owner(ADA).await, house.owner(EVE).await);
        // Her account is not made by the invitation.
        house.stage.clock.advance(Duration::minutes(1));
        house.member(&ada, EVE, json!({ "role": "viewer" })).await;
        let device = registered(&house, &ada).await;
        let opened = entered(&house, &device).await;
        change(&house, &opened, json!({ "sign_in_methods": ["passkey"] })).await.is(200);

        // Only who knows the password hears of it.
        house.sign_in(ADA, "not the password").await.problem(401, "users.wrong_credentials");
        house.sign_in(ADA, PASSWORD).await.problem(403, "users.method_not_allowed");
        enter(&house, &device).await.is(200);
        // A session that is open does no more than look after oneself, and ends when it is renewed.
        house.get("/members", &ada.access).await.problem(403, "second_factor_needed");
        house.get("/me", &ada.access).await.is(200);
        let refresh = json!({ "refresh_token": ada.refresh });
        house.post("/refresh", None, refresh.clone()).await.problem(401, "users.refresh_refused");
        house.get("/me", &ada.access).await.problem(401, "unauthenticated");
        house.post("/refresh", None, refresh).await.problem(401, "users.refresh_refused");
        assert_eq!(reasons(&house, &opened).await, ["policy"]);
        house.post("/refresh", None, json!({ "refresh_token": opened.refresh })).await.is(200);

        sign_in_to(&house, EVE, &ada).await.problem(403, "users.method_not_allowed");
        sign_in_to(&house, EVE, &eve).await.is(200);
        let to = json!({ "tenant_id": ada.tenant });
        let refused = house.post("/sessions/switch", Some(&eve.access), to.clone()).await;
        refused.problem(403, "users.method_not_allowed");
        house.get("/members", &eve.access).await.is(200);
        house.post("/refresh", None, json!({ "refresh_token": eve.refresh })).await.is(200);
        let device = registered(&house, &house.enter(EVE).await).await;
        let theirs = entered(&house, &device).await;
        house.post("/sessions/switch", Some(&theirs.access), to).await.is(200);
    }
}

both! {
    async fn an_address_is_asked_for_at_every_door(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, eve) = (house.owner(ADA).await, house.owner(EVE).await);
        house.member(&ada, EVE, json!({ "role": "viewer" })).await;
        let key = house.post("/api-keys", Some(&ada.access), json!({ "name": "k" })).await.is(201).at("/secret");
        for bearer in [&ada.access, &key] {
            get_from(&house, ELSEWHERE, bearer).await.is(200);
        }
        let ranges = json!({ "address_ranges": ["203.0.113.99/24", "2001:db8::/32"] });
        let changed = change_from(&house, HERE, &ada, ranges).await.is(200);
        assert_eq!(changed.json()["address_ranges"], json!(["203.0.113.0/24", "2001:db8::/32"]));

        let refused = "users.address_not_allowed";
        for bearer in [&ada.access, &key] {
            for peer in [HERE, "203.0.113.255", "2001:db8::1", "::ffff:203.0.113.9"] {
                get_from(&house, peer, bearer).await.is(200);
            }
            for peer in [ELSEWHERE, "203.0.114.1", "2001:db9::1", "127.0.0.1", "10.0.0.1", "::1"] {
                get_from(&house, peer, bearer).await.problem(403, refused);
                // What somebody says of themselves is not believed.
                for (name, value) in [("x-forwarded-for", HERE), ("forwarded", "for=203.0.113.7"), ("x-real-ip", HERE)] {
                    let forged = from(peer, Method::GET, "/me", Some(bearer)).insert_header((name, value));
                    house.send(forged).await.problem(403, refused);
                }
            }
            // Where it is not known, it is in no range.
            house.get("/me", bearer).await.problem(403, refused);
        }
        get_from(&house, ELSEWHERE, &eve.access).await.is(200);

        let ask = async |peer: &str, path: &str, body: &Value| post_from(&house, peer, path, None, body.clone()).await;
        let wrong = json!({ "email": ADA, "password": "not the password" });
        ask(ELSEWHERE, "/sign-in", &wrong).await.problem(401, "users.wrong_credentials");
        let right = json!({ "email": ADA, "password": PASSWORD });
        ask(ELSEWHERE, "/sign-in", &right).await.problem(403, refused);
        ask(HERE, "/sign-in", &right).await.is(200);
        let refresh = json!({ "refresh_token": ada.refresh });
        ask(ELSEWHERE, "/refresh", &refresh).await.problem(403, refused);
        let renewed = ask(HERE, "/refresh", &refresh).await.is(200);
        get_from(&house, HERE, &renewed.at("/access_token")).await.is(200);
        // Nor is the answer told again to whoever is elsewhere.
        ask(ELSEWHERE, "/refresh", &refresh).await.problem(403, refused);
        assert_eq!(ask(HERE, "/refresh", &refresh).await.is(200).text, renewed.text);

        let to = json!({ "tenant_id": ada.tenant });
        let moved = post_from(&house, ELSEWHERE, "/sessions/switch", Some(&eve.access), to.clone()).await;
        moved.problem(403, refused);
        get_from(&house, ELSEWHERE, &eve.access).await.is(200);
        let moved = post_from(&house, HERE, "/sessions/switch", Some(&eve.access), to).await.is(200);
        get_from(&house, HERE, &moved.at("/access_token")).await.is(200);
        get_from(&house, ELSEWHERE, &moved.at("/access_token")).await.problem(403, refused);
    }
}

both! {
    async fn a_passkey_opens_no_door_that_is_shut(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let device = registered(&house, &ada).await;
        change_from(&house, HERE, &ada, json!({ "address_ranges": [HERE] })).await.is(200);
        enter(&house, &device).await.problem(403, "users.address_not_allowed");
        let begun = house.post("/passkeys/sign-in/begin", None, json!({})).await.is(200).json();
        let answer = device.get(&begun["public_key"]);
        let body = json!({ "ceremony_id": begun["ceremony_id"], "credential": answer });
        // What was refused has spent nothing.
        let refused = post_from(&house, ELSEWHERE, "/passkeys/sign-in", None, body.clone()).await;
        refused.problem(403, "users.address_not_allowed");
        post_from(&house, HERE, "/passkeys/sign-in", None, body).await.is(200);
        let methods = json!({ "address_ranges": [], "sign_in_methods": ["password"] });
        change_from(&house, HERE, &ada, methods).await.is(200);
        enter(&house, &device).await.problem(403, "users.method_not_allowed");
    }
}

both! {
    async fn a_session_lasts_from_its_sign_in_on(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, eve) = (house.owner(ADA).await, house.owner(EVE).await);
        let minutes = |minutes| house.stage.clock.advance(Duration::minutes(minutes));
        let key = house.post("/api-keys", Some(&ada.access), json!({ "name": "k" })).await.is(201).at("/secret");
        change(&house, &ada, json!({ "session_minutes": 30 })).await.is(200);
        let renewing = house.enter(ADA).await;
        house.member(&ada, EVE, json!({ "role": "viewer" })).await;
        let roving = house.person(&sign_in_to(&house, EVE, &ada).await.is(200)).await;
        let switch = async |bearer: &str, to: &Person| {
            let body = json!({ "tenant_id": to.tenant });
            house.post("/sessions/switch", Some(bearer), body).await.is(200).at("/access_token")
        };

        minutes(20);
        let renewed = house.post("/refresh", None, json!({ "refresh_token": renewing.refresh })).await.is(200);
        let away = switch(&roving.access, &eve).await;
        minutes(9);
        let back = switch(&away, &ada).await;
        // To prove anew who one is makes it no longer.
        house.post("/sessions/prove", Some(&ada.access), json!({ "current_password": PASSWORD })).await.is(204);
        let in_time = [&ada.access, &renewed.at("/access_token"), &back];
        for bearer in in_time {
            house.get("/me", bearer).await.is(200);
        }
        minutes(1);
        for bearer in in_time {
            house.get("/me", bearer).await.problem(401, "unauthenticated");
        }
        for token in [&ada.refresh, &renewed.at("/refresh_token")] {
            let refused = house.post("/refresh", None, json!({ "refresh_token": token })).await;
            refused.problem(401, "users.refresh_refused");
        }
        house.get("/me", &key).await.is(200);
        house.get("/me", &eve.access).await.is(200);
        // Whoever moves there has to have proved themselves since.
        let there = json!({ "tenant_id": ada.tenant });
        let late = house.post("/sessions/switch", Some(&eve.access), there.clone()).await;
        late.problem(403, "users.fresh_credential_needed");
        let proof = json!({ "current_password": PASSWORD });
        house.post("/sessions/prove", Some(&eve.access), proof).await.is(204);
        let moved = house.post("/sessions/switch", Some(&eve.access), there).await.is(200);
        house.get("/me", &moved.at("/access_token")).await.is(200);
        let ada = house.enter(ADA).await;
        let reasons = reasons(&house, &ada).await;
        assert_eq!(reasons.iter().filter(|reason| *reason == "policy").count(), 2, "{reasons:?}");
        house.get("/me", &ada.access).await.is(200);
    }
}

both! {
    async fn nobody_locks_themselves_out(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let ask = async |by: &Person, body: Value| change_from(&house, HERE, by, body).await;
        let refused = async |by: &Person, body: Value, advice: &str| {
            let told = ask(by, body).await.problem(409, "users.policy_locks_you_out");
            assert!(told.at("/detail").contains(advice), "{}", told.text);
        };
        refused(&ada, json!({ "second_factor": "required" }), "Set up an authenticator").await;
        refused(&ada, json!({ "second_factor": "passkey" }), "no passkey").await;
        refused(&ada, json!({ "sign_in_methods": ["passkey"] }), "Sign in with a passkey").await;
        refused(&ada, json!({ "address_ranges": ["198.51.100.0/24"] }), "the address you come from").await;
        let unknown = change(&house, &ada, json!({ "address_ranges": ["203.0.113.0/24"] })).await;
        unknown.problem(409, "users.policy_locks_you_out");
        let shown = house.get("/policy", &ada.access).await.is(200);
        assert_eq!(tag(&shown), "\"0\"", "what was refused has changed nothing");
        ask(&ada, json!({ "address_ranges": ["203.0.113.0/24"] })).await.is(200);
        ask(&ada, json!({ "address_ranges": [] })).await.is(200);

        let device = registered(&house, &ada).await;
        let opened = entered(&house, &device).await;
        refused(&opened, json!({ "sign_in_methods": ["password"] }), "Sign in with your password").await;
        // Who has a passkey and has not used it here is not locked out, and goes on with it.
        ask(&ada, json!({ "second_factor": "passkey" })).await.is(200);
        house.get("/policy", &ada.access).await.problem(403, "second_factor_needed");
        house.get("/policy", &opened.access).await.is(200);
        ask(&opened, json!({ "sign_in_methods": ["passkey"] })).await.is(200);
        house.get("/policy", &opened.access).await.is(200);
    }
}
