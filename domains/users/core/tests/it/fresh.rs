//! What is sensitive takes a person who has proved just now who they are, and proving it takes all that a sign-in does.

use crate::house::{House, PASSWORD, Person, Reply};
use crate::passkeys::{ORIGIN, entered, registered};
use crate::roles::{faults, role};
use crate::second_factors::{enrolled, strength};
use crate::teams::{add, team};
use actix_web::http::Method;
use chrono::Duration;
use kernel::ctx::Strength;
use serde_json::{Value, json};
use testkit::{Authenticator, Stage, both, eventually};
use users::Settings;

const ADA: &str = "ada@example.com";
const BOB: &str = "bob@example.com";
const STALE: &str = "users.fresh_credential_needed";

async fn prove(house: &House, who: &Person, proof: Value) -> Reply {
    house.post("/sessions/prove", Some(&who.access), proof).await
}

async fn prove_by_password(house: &House, who: &Person) -> Reply {
    prove(house, who, json!({ "current_password": PASSWORD })).await
}

async fn answer(house: &House, device: &Authenticator) -> Value {
    let begun = house.post("/passkeys/sign-in/begin", None, json!({})).await.is(200).json();
    json!({ "ceremony_id": begun["ceremony_id"], "credential": device.get(&begun["public_key"]) })
}

/// Something that is sensitive and changes little.
async fn make_key(house: &House, bearer: &str) -> Reply {
    house.post("/api-keys", Some(bearer), json!({ "name": "k", "role": "viewer" })).await
}

both! {
    async fn what_is_sensitive_takes_a_proof_of_just_now(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let elsewhere = house.enter(ADA).await;
        let bob = house.member(&ada, BOB, json!({ "role": "member" })).await;
        let eve = house.member(&ada, "eve@example.com", json!({ "role": "admin" })).await;
        let soon = json!({ "name": "k", "role": "viewer", "expires_at": "2026-01-15T18:00:00Z" });
        let key = house.post("/api-keys", Some(&ada.access), soon).await.is(201).at("/id");
        let key = format!("/api-keys/{key}");
        let sent = json!({ "email": "mal@example.com", "role": "admin" });
        let sent = house.post("/invitations", Some(&ada.access), sent).await.is(201).at("/id");
        let auditor = role(&house, &ada, "Auditor", &["users.audit.read"]).await;
        let clerk = role(&house, &ada, "Clerk", &["users.members.read"]).await;
        let admins = team(&house, &ada, json!({ "name": "Admins", "role": "admin" })).await;
        let clerks = team(&house, &ada, json!({ "name": "Clerks", "role": "member" })).await;
        let member = format!("/members/{}", bob.membership);

        house.stage.clock.advance(Duration::seconds(899));
        make_key(&house, &ada.access).await.is(201);
        house.stage.clock.advance(Duration::seconds(1));
        let (post, patch) = (Method::POST, Method::PATCH);
        let sensitive: [(&Method, String, Value, u16); 16] = [
            (&post, "/api-keys".to_owned(), json!({ "name": "k", "role": "viewer" }), 201),
            (&post, format!("{key}/rotate"), json!({}), 200),
            (&patch, key.clone(), json!({ "expires_at": "2026-01-15T19:00:00Z" }), 200),
            (&patch, "/policy".to_owned(), json!({ "session_minutes": 600 }), 200),
            (&patch, member.clone(), json!({ "role": "admin" }), 200),
            (&patch, member.clone(), json!({ "role": "owner" }), 200),
            (&patch, member.clone(), json!({ "role_id": auditor }), 200),
            (&post, "/invitations".to_owned(), json!({ "email": "x@example.com", "role": "admin" }), 201),
            (&post, format!("/invitations/{sent}/resend"), json!({}), 200),
            (&post, "/teams".to_owned(), json!({ "name": "More admins", "role": "admin" }), 201),
            (&patch, clerks.clone(), json!({ "role": "admin" }), 200),
            (&post, format!("{admins}/members"), json!({ "member_id": bob.membership }), 201),
            (&patch, format!("/roles/{clerk}"), json!({ "permissions": ["users.audit.read"] }), 200),
            (&patch, format!("/members/{}", eve.membership), json!({ "role": "viewer" }), 200),
            (&post, format!("{member}/suspend"), json!({}), 200),
            (&post, format!("{member}/remove"), json!({}), 200),
        ];
        let ask = async |who: &Person, (method, path, body, _): &(&Method, String, Value, u16)| {
            let if_match: &[(&str, &str)] = if **method == patch { &[("if-match", "*")] } else { &[] };
            house.call((*method).clone(), path, Some(&who.access), if_match, Some(body.clone())).await
        };
        for request in &sensitive {
            let told = ask(&ada, request).await;
            assert_eq!((told.status, told.at("/code").as_str()), (403, STALE), "{request:?}: {}", told.text);
            assert!(told.at("/detail").contains("/sessions/prove"), "{}", told.text);
        }
        // What hands out or takes no more than a member may do is done without.
        let harmless: [(&Method, String, Value, u16); 5] = [
            (&post, "/invitations".to_owned(), json!({ "email": "y@example.com", "role": "member" }), 201),
            (&patch, member.clone(), json!({ "role": "viewer" }), 200),
            (&patch, member.clone(), json!({ "role": "member" }), 200),
            (&patch, key.clone(), json!({ "expires_at": "2026-01-15T17:00:00Z", "name": "shorter" }), 200),
            (&patch, "/tenant".to_owned(), json!({ "name": "Engines & Co" }), 200),
        ];
        for request in &harmless {
            ask(&ada, request).await.is(request.3);
        }
        add(&house, &ada, &clerks, &bob).await.is(201);
        house.get("/api-keys", &ada.access).await.is(200);

        prove_by_password(&house, &ada).await.is(204);
        make_key(&house, &elsewhere.access).await.problem(403, STALE);
        for request in &sensitive {
            ask(&ada, request).await.is(request.3);
        }
        house.stage.clock.advance(Duration::minutes(15));
        make_key(&house, &ada.access).await.problem(403, STALE);
        let fresh = house.enter(ADA).await;
        make_key(&house, &fresh.access).await.is(201);
    }
}

async fn add_by(house: &House, bearer: &str, team: &str, who: &Person) -> Reply {
    let body = json!({ "member_id": who.membership });
    house.post(&format!("{team}/members"), Some(bearer), body).await
}

both! {
    /// And gives nobody more than a member may, or whoever stole it would have an accomplice who stays.
    async fn a_key_is_not_asked(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let bob = house.member(&ada, BOB, json!({ "role": "member" })).await;
        let key = house.post("/api-keys", Some(&ada.access), json!({ "name": "k" })).await.is(201).at("/secret");
        let member = format!("/members/{}", bob.membership);
        let eve = house.member(&ada, "eve@example.com", json!({ "role": "admin" })).await;
        let clerk = format!("/roles/{}", role(&house, &ada, "Clerk", &["users.members.read"]).await);
        let clerks = team(&house, &ada, json!({ "name": "Clerks", "role": "member" })).await;
        let admins = team(&house, &ada, json!({ "name": "Admins", "role": "admin" })).await;
        house.stage.clock.advance(Duration::hours(2));
        let widened = json!({ "permissions": ["users.audit.read"] });
        for (method, path, body) in [
            (Method::PATCH, &member, json!({ "role": "admin" })),
            (Method::PATCH, &member, json!({ "role": "owner" })),
            (Method::PATCH, &clerk, widened),
            (Method::PATCH, &clerks, json!({ "role": "admin" })),
            (Method::POST, &"/teams".to_owned(), json!({ "name": "More admins", "role": "admin" })),
            (Method::POST, &format!("{admins}/members"), json!({ "member_id": bob.membership })),
        ] {
            let if_match: &[(&str, &str)] = if method == Method::PATCH { &[("if-match", "*")] } else { &[] };
            let told = house.call(method, path, Some(&key), if_match, Some(body)).await;
            told.problem(403, "users.session_required");
        }
        house.patch(&member, &key, "*", json!({ "role": "viewer" })).await.is(200);
        house.patch(&member, &key, "*", json!({ "role": "member" })).await.is(200);
        add_by(&house, &key, &clerks, &bob).await.is(201);
        // It takes what it may not give.
        let others = format!("/members/{}", eve.membership);
        house.patch(&others, &key, "*", json!({ "role": "member" })).await.is(200);
        house.post(&format!("{member}/remove"), Some(&key), json!({})).await.is(200);
        let proof = json!({ "current_password": PASSWORD });
        house.post("/sessions/prove", Some(&key), proof).await.problem(403, "users.session_required");
    }
}

both! {
    async fn how_long_a_proof_does_is_a_setting(stage: Stage) {
        let house = House::with_settings(stage, Settings { fresh_minutes: 1, ..Settings::default() }).await;
        let ada = house.owner(ADA).await;
        make_key(&house, &ada.access).await.is(201);
        house.stage.clock.advance(Duration::minutes(1));
        make_key(&house, &ada.access).await.problem(403, STALE);
    }
}

both! {
    async fn proving_takes_all_that_a_sign_in_does(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner(ADA).await, house.owner(BOB).await);
        let wrong = json!({ "current_password": "not the password" });
        let refused = prove(&house, &ada, wrong.clone()).await.problem(422, "invalid");
        assert_eq!(faults(&refused), ["/current_password wrong_password"]);
        for (body, expected) in [
            (json!({}), "/current_password missing"),
            (json!({ "code": "000000" }), "/current_password missing"),
            (json!({ "credential": {} }), "/ceremony_id missing"),
            (json!({ "ceremony_id": ada.user }), "/credential missing"),
            (json!({ "current_password": PASSWORD, "credential": {} }), "/current_password ambiguous"),
            (json!({ "ceremony_id": ada.user, "credential": {}, "code": "000000" }), "/code ambiguous"),
            (json!({ "ceremony_id": ada.user, "credential": {} }), "/credential no_answer"),
        ] {
            let refused = prove(&house, &ada, body.clone()).await.problem(422, "invalid");
            assert_eq!(faults(&refused), [expected], "{body}");
        }
        let authenticator = enrolled(&house, &ada).await;
        house.stage.clock.advance(Duration::minutes(15));
        let refused = prove_by_password(&house, &ada).await.problem(422, "invalid");
        assert_eq!(faults(&refused), ["/code code_required"]);
        let with = async |code: &str| {
            prove(&house, &ada, json!({ "current_password": PASSWORD, "code": code })).await
        };
        assert_eq!(faults(&with("000000x").await.problem(422, "invalid")), ["/code wrong_code"]);
        make_key(&house, &ada.access).await.problem(403, STALE);
        let code = authenticator.code(&house, 0);
        with(&code).await.is(204);
        make_key(&house, &ada.access).await.is(201);
        assert_eq!(strength(&house, &ada.access).await, Strength::SecondFactor);
        assert_eq!(faults(&with(&code).await.problem(422, "invalid")), ["/code wrong_code"], "each is good once");
        with(&authenticator.recovery_codes[0]).await.is(204);

        assert!(house.deliver_audit().await.iter().all(Result::is_ok));
        let log = house.get("/audit-entries?action=users.session.prove", &ada.access).await.is(200);
        assert_eq!(log.json()["data"].as_array().unwrap().len(), 2, "{}", log.text);
        let told = ["/before/authenticated_at", "/after/authenticated_at", "/after/second_factor"];
        let told = told.map(|at| log.at(&format!("/data/1{at}")));
        assert_eq!(told, ["2026-01-15T12:00:00Z", "2026-01-15T12:15:00Z", "totp"]);
        assert!(!log.text.contains(&code) && !log.text.contains(PASSWORD), "{}", log.text);

        // Whoever guesses waits, as at a sign-in.
        for _ in 0..6 {
            prove(&house, &bob, wrong.clone()).await.problem(422, "invalid");
        }
        prove_by_password(&house, &bob).await.problem(429, "too_many_requests");
        house.sign_in(BOB, PASSWORD).await.problem(429, "too_many_requests");
        house.stage.clock.advance(Duration::minutes(1));
        prove_by_password(&house, &bob).await.is(204);
    }
}

both! {
    async fn a_session_of_a_passkey_is_proved_by_a_passkey(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let device = registered(&house, &ada).await;
        let opened = entered(&house, &device).await;
        house.stage.clock.advance(Duration::minutes(15));
        make_key(&house, &opened.access).await.problem(403, STALE);
        let refused = prove_by_password(&house, &opened).await.problem(422, "invalid");
        assert_eq!(faults(&refused), ["/current_password passkey_required"]);
        make_key(&house, &opened.access).await.problem(403, STALE);
        let proof = answer(&house, &device).await;
        prove(&house, &opened, proof.clone()).await.is(204);
        make_key(&house, &opened.access).await.is(201);
        assert_eq!(strength(&house, &opened.access).await, Strength::Passkey);
        let refused = prove(&house, &opened, proof).await.problem(422, "invalid");
        assert_eq!(faults(&refused), ["/credential no_answer"], "each answer is good once");
        // One of a password is worth more from then on.
        prove(&house, &ada, answer(&house, &device).await).await.is(204);
        assert_eq!(strength(&house, &ada.access).await, Strength::Passkey);
        make_key(&house, &ada.access).await.is(201);
    }
}

both! {
    async fn a_passkey_that_is_not_theirs_proves_nothing(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner(ADA).await, house.owner(BOB).await);
        let device = registered(&house, &ada).await;
        let theirs = registered(&house, &bob).await;
        let mut forger = Authenticator::new(ORIGIN);
        forger.user_handle.clone_from(&device.user_handle);
        forger.credential_id.clone_from(&device.credential_id);
        for device in [&theirs, &forger] {
            let refused = prove(&house, &ada, answer(&house, device).await).await.problem(422, "invalid");
            assert_eq!(faults(&refused), ["/credential no_answer"]);
            assert_eq!(strength(&house, &ada.access).await, Strength::Password);
        }
    }
}

both! {
    /// The session is fresh from then on, so it takes no less than proving it.
    async fn changing_the_password_takes_a_code_of_who_has_a_second_factor(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let authenticator = enrolled(&house, &ada).await;
        house.stage.clock.advance(Duration::minutes(15));
        let change = async |code: Option<&str>| {
            let body = json!({ "current_password": PASSWORD, "new_password": "a longer horse", "code": code });
            house.post("/me/password", Some(&ada.access), body).await
        };
        assert_eq!(faults(&change(None).await.problem(422, "invalid")), ["/code code_required"]);
        assert_eq!(faults(&change(Some("000000x")).await.problem(422, "invalid")), ["/code wrong_code"]);
        make_key(&house, &ada.access).await.problem(403, STALE);
        change(Some(&authenticator.recovery_codes[0])).await.is(204);
        assert_eq!(strength(&house, &ada.access).await, Strength::SecondFactor);
        make_key(&house, &ada.access).await.is(201);
        house.sign_in(ADA, "a longer horse").await.problem(401, "users.second_factor_required");
    }
}

both! {
    /// Where another node has ended it, it is believed here for less than a second.
    async fn a_session_that_has_ended_is_not_proved_anew(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let device = registered(&house, &ada).await;
        let opened = entered(&house, &device).await;
        house.get("/me", &opened.access).await.is(200);
        house.stage.clock.advance(Duration::seconds(1));
        let proof = answer(&house, &device).await;
        let system = house.databases.system("tests").await.unwrap();
        let end = "UPDATE users SET sessions_ended_at = $1 WHERE email_key = 'ada@example.com'";
        assert_eq!(system.execute(end, vec![house.stage.clock.now().into()]).await.unwrap(), 1);
        system.commit().await.unwrap();
        let chosen = json!({ "new_password": "a longer horse" });
        for (path, body) in [("/sessions/prove", proof), ("/me/password", chosen), ("/me/password/remove", json!({}))] {
            house.post(path, Some(&opened.access), body).await.is(401);
        }
        eventually("it has ended", || async {
            (house.get("/me", &opened.access).await.status == 401).then_some(())
        })
        .await;
        house.sign_in(ADA, PASSWORD).await.is(200);
    }
}

both! {
    /// It ends keys and teams for good, so a session that somebody found does not do.
    async fn nobody_leaves_by_a_session_that_was_proved_long_ago(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let bob = house.member(&ada, BOB, json!({ "role": "member" })).await;
        house.stage.clock.advance(Duration::minutes(15));
        let leave = async || house.post("/me/leave", Some(&bob.access), json!({})).await;
        leave().await.problem(403, STALE);
        house.get("/me", &bob.access).await.is(200);
        prove_by_password(&house, &bob).await.is(204);
        leave().await.is(204);
        house.get("/me", &bob.access).await.problem(401, "unauthenticated");
    }
}
