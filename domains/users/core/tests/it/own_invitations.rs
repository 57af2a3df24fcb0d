//! An invitation that somebody accepts who is signed in: by their session instead of a password, and only to their own
//! address.

use crate::house::{House, PASSWORD, Person, Reply};
use crate::passkey_only::passkey_only;
use crate::passkeys::{ADA, registered};
use crate::platform::Desk;
use actix_web::http::Method;
use chrono::Duration;
use futures::future::join_all;
use serde_json::{Value, json};
use testkit::{Stage, both};

const PATH: &str = "/me/invitations/accept";
const BOB: &str = "bob@example.com";
const EVE: &str = "eve@example.com";
const INVALID: &str = "users.invitation_invalid";
const USED: &str = "users.invitation_used";
const UNKNOWN: &str = "ins_in_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The token that this address is sent.
async fn asked_in(house: &House, by: &Person, email: &str, role: &str) -> String {
    let body = json!({ "email": email, "role": role });
    house.post("/invitations", Some(&by.access), body).await.is(201);
    house.invitations().await.pop().unwrap()
}

async fn accept(house: &House, bearer: &str, token: &str) -> Reply {
    house.post(PATH, Some(bearer), json!({ "token": token })).await
}

/// From the log of this person's tenant.
async fn entries(house: &House, who: &Person, action: &str) -> Vec<Value> {
    let log = house.get(&format!("/audit-entries?action={action}"), &who.access).await.is(200);
    log.json()["data"].as_array().cloned().unwrap()
}

/// All that is told, save which request it was.
fn told(reply: Reply) -> Value {
    let mut told = reply.problem(422, INVALID).json();
    for of_the_request in ["request_id", "instance"] {
        told.as_object_mut().unwrap().remove(of_the_request);
    }
    told
}

both! {
    async fn who_has_no_password_comes_in_by_their_session(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, eve) = (house.owner(ADA).await, house.owner(EVE).await);
        let device = registered(&house, &ada).await;
        let (opened, _) = passkey_only(&house, &device).await;
        let token = asked_in(&house, &eve, "Ada@Example.com", "admin").await;
        house.accept(&token, PASSWORD).await.problem(422, INVALID);
        let accepted = accept(&house, &opened.access, &token).await.is(200);
        assert_eq!(accepted.at("/tenant_id"), eve.tenant.to_string());
        accept(&house, &opened.access, &token).await.problem(409, USED);
        house.accept(&token, PASSWORD).await.problem(409, USED);

        let to = json!({ "tenant_id": eve.tenant });
        let there = house.person(&house.post("/sessions/switch", Some(&opened.access), to).await.is(200)).await;
        assert_eq!((there.user, &there.membership), (ada.user, &accepted.at("/member_id")));
        assert_eq!(house.get("/me", &there.access).await.is(200).at("/role"), "admin");

        house.deliver_audit().await;
        let told = entries(&house, &eve, "users.invitation.accept").await;
        assert_eq!(told.len(), 1, "{told:?}");
        let who = [&told[0]["after"]["user"], &told[0]["after"]["member"]];
        assert_eq!(who, [&json!(ada.user), &json!(there.membership)]);
        let own = entries(&house, &ada, "users.user.accept_invitation").await;
        assert_eq!(own.len(), 1, "{own:?}");
        assert_eq!(own[0]["actor"], json!({ "kind": "user", "id": ada.user }));
        assert_eq!([&own[0]["before"]["invitation"], &own[0]["after"]["invitation"]], ["open", "accepted"]);
        assert!(!own[0].to_string().contains(&eve.tenant.to_string()), "whereto is nobody's business: {own:?}");
    }
}

both! {
    async fn whoever_else_holds_the_link_is_told_what_of_an_unknown_one(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob, eve) = (house.owner(ADA).await, house.owner(BOB).await, house.owner(EVE).await);
        let token = asked_in(&house, &eve, ADA, "member").await;
        let unknown = told(accept(&house, &bob.access, UNKNOWN).await);
        // More often than a password may be tried, and it is as good as before.
        for _ in 0..6 {
            assert_eq!(told(accept(&house, &bob.access, &token).await), unknown);
        }
        assert_eq!(told(accept(&house, &eve.access, &token).await), unknown, "who invited is no better");
        accept(&house, &ada.access, &token).await.is(200);
        assert_eq!(told(accept(&house, &bob.access, &token).await), unknown, "nor does anybody learn that it was used");
        let members = house.get("/members", &eve.access).await.is(200);
        assert_eq!(members.json()["data"].as_array().unwrap().len(), 2);

        // Of an address that nobody has proved yet, it is nobody's either.
        house.sign_up("grace@example.com", PASSWORD, "Graces").await.is(202);
        let to_grace = asked_in(&house, &eve, "grace@example.com", "member").await;
        assert_eq!(told(accept(&house, &bob.access, &to_grace).await), unknown);

        let late = asked_in(&house, &eve, BOB, "member").await;
        house.stage.clock.advance(Duration::days(7));
        let (ada, bob) = (house.enter(ADA).await, house.enter(BOB).await);
        accept(&house, &bob.access, &late).await.problem(410, "users.invitation_expired");
        assert_eq!(told(accept(&house, &ada.access, &late).await), unknown);
    }
}

both! {
    async fn it_takes_a_person_who_has_proved_themselves(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, eve) = (house.owner(ADA).await, house.owner(EVE).await);
        let token = asked_in(&house, &eve, ADA, "member").await;
        let key = house.post("/api-keys", Some(&ada.access), json!({ "name": "k" })).await.is(201).at("/secret");
        accept(&house, &key, &token).await.problem(403, "users.session_required");
        house.post(PATH, None, json!({ "token": token })).await.problem(401, "unauthenticated");
        house.stage.clock.advance(Duration::minutes(15));
        accept(&house, &ada.access, &token).await.problem(403, "users.fresh_credential_needed");
        let proof = json!({ "current_password": PASSWORD });
        house.post("/sessions/prove", Some(&ada.access), proof).await.is(204);

        // What keeps others out keeps them out as well, and leaves nothing behind.
        let desk = Desk::of(&house).await;
        let path = format!("/tenants/{}", eve.tenant);
        let limit = |most: Value| json!({ "max_members": most });
        desk.with_tag(Method::PATCH, &path, "*", limit(json!(1))).await.is(200);
        accept(&house, &ada.access, &token).await.problem(409, "users.too_many_members");
        desk.with_tag(Method::PATCH, &path, "*", limit(Value::Null)).await.is(200);
        house.deliver_audit().await;
        assert_eq!(entries(&house, &ada, "users.user.accept_invitation").await, Vec::<Value>::new());
        accept(&house, &ada.access, &token).await.is(200);
    }
}

both! {
    async fn of_many_at_once_one_is_let_in(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, eve) = (house.owner(ADA).await, house.owner(EVE).await);
        let token = asked_in(&house, &eve, ADA, "member").await;
        let own = join_all((0..20).map(|_| async { accept(&house, &ada.access, &token).await.status }));
        let by_password = join_all((0..5).map(|_| async { house.accept(&token, PASSWORD).await.status }));
        let (own, by_password) = tokio::join!(own, by_password);
        let of = |status: u16| own.iter().chain(&by_password).filter(|told| **told == status).count();
        // Where too many passwords are hashed at once, some are told to come back.
        assert_eq!((of(200), of(409) + of(503)), (1, 24), "{own:?} {by_password:?}");
        let members = house.get("/members", &eve.access).await.is(200);
        assert_eq!(members.json()["data"].as_array().unwrap().len(), 2);
    }
}

both! {
    async fn a_key_is_answered_again(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, eve) = (house.owner(ADA).await, house.owner(EVE).await);
        let token = asked_in(&house, &eve, ADA, "member").await;
        let send = async || {
            let headers = [("idempotency-key", "once")];
            house.call(Method::POST, PATH, Some(&ada.access), &headers, Some(json!({ "token": token }))).await.is(200)
        };
        let (first, again) = (send().await, send().await);
        assert!(!first.headers.contains_key("idempotency-replayed"));
        assert_eq!(again.headers.get("idempotency-replayed").unwrap(), "true");
        assert_eq!(again.text, first.text);
        accept(&house, &ada.access, &token).await.problem(409, USED);
    }
}
