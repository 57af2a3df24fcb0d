//! Passkeys: that they let their owner in, and that nothing else that looks like one does.

use crate::house::{House, PASSWORD, Person, Reply};
use crate::platform::Desk;
use crate::second_factors::{enrolled, strength};
use actix_web::http::Method;
use chrono::Duration;
use futures::future::join_all;
use kernel::ctx::Strength;
use serde_json::{Value, json};
use testkit::{Authenticator, Stage, both, eventually};
use uuid::Uuid;

pub const ADA: &str = "ada@example.com";
/// What is wrong, and a device that does it so.
type Spoilt = (&'static str, fn(&mut Authenticator));

const BOB: &str = "bob@example.com";
pub const NEW: &str = "a longer horse battery staple";
pub const NEWER: &str = "no horse and no battery at all";
/// As the stage has it.
pub const ORIGIN: &str = "http://insula.test";

pub async fn begin(house: &House, person: &Person, proofs: Value) -> Reply {
    house.post("/me/passkeys/registrations", Some(&person.access), proofs).await
}

pub async fn begun(house: &House, person: &Person) -> Value {
    begin(house, person, json!({ "current_password": PASSWORD })).await.is(200).json()
}

/// By who has one already.
async fn another_begun(house: &House, opened: &Person) -> Value {
    begin(house, opened, json!({})).await.is(200).json()
}

pub async fn finish(house: &House, person: &Person, begun: &Value, device: &mut Authenticator) -> Reply {
    let credential = device.create(&begun["public_key"]);
    let body = json!({ "ceremony_id": begun["ceremony_id"], "name": " Phone ", "credential": credential });
    house.post("/me/passkeys", Some(&person.access), body).await
}

pub async fn registered(house: &House, person: &Person) -> Authenticator {
    let mut device = Authenticator::new(ORIGIN);
    finish(house, person, &begun(house, person).await, &mut device).await.is(201);
    device
}

async fn challenge(house: &House) -> Value {
    house.post("/passkeys/sign-in/begin", None, json!({})).await.is(200).json()
}

fn signed(begun: &Value, device: &Authenticator) -> Value {
    json!({ "ceremony_id": begun["ceremony_id"], "credential": device.get(&begun["public_key"]) })
}

async fn answer(house: &House, body: &Value) -> Reply {
    house.post("/passkeys/sign-in", None, body.clone()).await
}

pub async fn enter(house: &House, device: &Authenticator) -> Reply {
    answer(house, &signed(&challenge(house).await, device)).await
}

pub async fn entered(house: &House, device: &Authenticator) -> Person {
    house.person(&enter(house, device).await.is(200)).await
}

/// What is told of it, which must be the same whatever is wrong.
fn refused(reply: Reply) -> String {
    reply.problem(401, "users.passkey_refused").at("/detail")
}

fn fault(reply: Reply) -> [String; 2] {
    let reply = reply.problem(422, "invalid");
    ["/errors/0/pointer", "/errors/0/code"].map(|pointer| reply.at(pointer))
}

both! {
    async fn whoever_registers_one_signs_in_with_it(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner(ADA).await, house.owner(BOB).await);
        let begun = begun(&house, &ada).await;
        assert_eq!(begun["expires_at"], "2026-01-15T12:05:00Z");
        assert_eq!(begun["public_key"]["rp"], json!({ "id": "insula.test", "name": "Insula" }));
        assert_eq!(begun["public_key"]["user"]["name"], ADA);
        let mut device = Authenticator::new(ORIGIN);
        let made = finish(&house, &ada, &begun, &mut device).await.is(201);
        assert_eq!((made.at("/name"), made.at("/last_used_at")), ("Phone".to_owned(), "null".to_owned()));
        assert_eq!(device.user_handle, ada.user.uuid().as_bytes());
        let told = house.messages("tests.passkey").await;
        assert_eq!(told.len(), 1, "the owner is told");
        assert!(told[0].2.contains(ADA) && !told[0].2.contains("Phone"), "{}", told[0].2);

        let tokens = enter(&house, &device).await.is(200);
        assert_eq!(tokens.headers.get("cache-control").unwrap(), "no-store");
        let opened = house.person(&tokens).await;
        assert_eq!((opened.user, opened.tenant), (ada.user, ada.tenant));
        assert_eq!(strength(&house, &opened.access).await, Strength::Passkey);
        let renewed = house.post("/refresh", None, json!({ "refresh_token": opened.refresh })).await.is(200);
        assert_eq!(strength(&house, &renewed.at("/access_token")).await, Strength::Passkey);
        let listed = house.get("/me/passkeys", &ada.access).await.is(200);
        assert_eq!(listed.at("/data/0/id"), made.at("/id"));
        assert_eq!(listed.at("/data/0/last_used_at"), "2026-01-15T12:00:00Z");
        assert_eq!(listed.json()["data"].as_array().unwrap().len(), 1);
        assert_eq!(house.get("/me/passkeys", &bob.access).await.is(200).json()["data"], json!([]));
        let own = house.get("/me/second-factors", &ada.access).await.is(200);
        assert_eq!((own.at("/password"), own.at("/passkeys")), ("true".to_owned(), "1".to_owned()));
        house.sign_in(ADA, PASSWORD).await.is(200);
    }
}

both! {
    async fn what_is_wrong_with_one_is_told_alike(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let device = registered(&house, &ada).await;
        let expected = refused(answer(&house, &json!({ "ceremony_id": Uuid::nil(), "credential": {} })).await);
        let spoilt: [Spoilt; 9] = [
            ("another site", |it| it.origin = "http://insula.example".to_owned()),
            ("a site below", |it| it.origin = "http://www.insula.test".to_owned()),
            ("another port", |it| it.origin = "http://insula.test:8080".to_owned()),
            ("another scheme", |it| it.origin = "https://insula.test".to_owned()),
            ("made for another site", |it| it.rp_id = Some("insula.example".to_owned())),
            ("not unlocked", |it| it.user_verified = false),
            ("in another's frame", |it| it.cross_origin = true),
            ("a key that nobody has", |it| it.credential_id[0] ^= 1),
            ("of nobody", |it| it.user_handle[0] ^= 1),
        ];
        for (what, spoil) in spoilt {
            let mut other = device.clone();
            spoil(&mut other);
            assert_eq!(refused(enter(&house, &other).await), expected, "{what}");
        }
        // A device that says it has Ada's passkey, and has another key.
        let mut forger = Authenticator::new(ORIGIN);
        forger.user_handle.clone_from(&device.user_handle);
        forger.credential_id.clone_from(&device.credential_id);
        assert_eq!(refused(enter(&house, &forger).await), expected);

        let begun = challenge(&house).await;
        let good = signed(&begun, &device);
        for part in ["signature", "authenticatorData", "clientDataJSON", "userHandle"] {
            let mut altered = good.clone();
            let text = altered["credential"]["response"][part].as_str().unwrap().to_owned();
            let other = if &text[8..9] == "A" { "B" } else { "A" };
            altered["credential"]["response"][part] = json!(format!("{}{other}{}", &text[..8], &text[9..]));
            assert_eq!(refused(answer(&house, &altered).await), expected, "{part}");
        }
        let mut swapped = good.clone();
        swapped["ceremony_id"] = challenge(&house).await["ceremony_id"].clone();
        assert_eq!(refused(answer(&house, &swapped).await), expected, "another's challenge");
        let registration = another_begun(&house, &entered(&house, &device).await).await;
        swapped["ceremony_id"] = registration["ceremony_id"].clone();
        assert_eq!(refused(answer(&house, &swapped).await), expected, "the ceremony of a registration");
        swapped["ceremony_id"] = json!(Uuid::new_v4());
        assert_eq!(refused(answer(&house, &swapped).await), expected, "a ceremony that nobody began");
        answer(&house, &good).await.is(200);
        assert_eq!(refused(answer(&house, &good).await), expected, "once more");
        let late = signed(&challenge(&house).await, &device);
        house.stage.clock.advance(Duration::minutes(5));
        assert_eq!(refused(answer(&house, &late).await), expected, "too late");
        enter(&house, &device).await.is(200);
    }
}

both! {
    async fn of_many_at_once_one_is_let_in(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let mut device = registered(&house, &ada).await;
        let good = signed(&challenge(&house).await, &device);
        let told = join_all((0..10).map(|_| answer(&house, &good))).await;
        let (opened, others): (Vec<_>, Vec<_>) = told.into_iter().partition(|reply| reply.status == 200);
        assert_eq!(opened.len(), 1);
        others.into_iter().for_each(|reply| drop(refused(reply)));
        // A counter is moved on by one of those who answer with it.
        device.counter = 1;
        let mut answers = Vec::new();
        for _ in 0..5 {
            answers.push(signed(&challenge(&house).await, &device));
        }
        let told = join_all(answers.iter().map(|good| answer(&house, good))).await;
        assert_eq!(told.iter().filter(|reply| reply.status == 200).count(), 1);
    }
}

both! {
    async fn a_counter_that_does_not_go_on_is_a_copys(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let mut device = Authenticator::new(ORIGIN);
        device.counter = 7;
        finish(&house, &ada, &begun(&house, &ada).await, &mut device).await.is(201);
        for (counter, passes) in [(7, false), (8, true), (8, false), (0, false), (7, false), (9, true), (40, true)] {
            device.counter = counter;
            let told = enter(&house, &device).await;
            assert_eq!(told.status, if passes { 200 } else { 401 }, "{counter}: {}", told.text);
        }
    }
}

both! {
    async fn anothers_passkey_is_not_registered_and_lets_nobody_in(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner(ADA).await, house.owner(BOB).await);
        let device = registered(&house, &ada).await;
        let mut same = Authenticator::new(ORIGIN);
        same.credential_id.clone_from(&device.credential_id);
        let told = finish(&house, &bob, &begun(&house, &bob).await, &mut same).await;
        told.problem(409, "users.passkey_exists");
        refused(enter(&house, &same).await);
        let mut bobs = registered(&house, &bob).await;
        let own = bobs.user_handle.clone();
        bobs.user_handle.clone_from(&device.user_handle);
        refused(enter(&house, &bobs).await);
        bobs.user_handle = own;
        let opened = entered(&house, &bobs).await;
        assert_eq!(opened.user, bob.user);
        let of_ada = house.get("/me/passkeys", &ada.access).await.at("/data/0/id");
        let path = format!("/me/passkeys/{of_ada}");
        house.get(&path, &bob.access).await.problem(404, "users.passkey_not_found");
        house.delete(&path, &bob.access).await.problem(404, "users.passkey_not_found");
        assert_eq!(entered(&house, &device).await.user, ada.user);
        house.delete(&path, &ada.access).await.is(204);
        house.get(&path, &ada.access).await.problem(404, "users.passkey_not_found");
        refused(enter(&house, &device).await);
        // Its key is free again, and a registration of it is another passkey.
        finish(&house, &opened, &another_begun(&house, &opened).await, &mut same).await.is(201);
        assert_eq!(entered(&house, &same).await.user, bob.user);
    }
}

both! {
    async fn registering_takes_a_proof_and_an_answer_to_its_own_challenge(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner(ADA).await, house.owner(BOB).await);
        let wrong = json!({ "current_password": "not the password" });
        assert_eq!(fault(begin(&house, &ada, json!({})).await), ["/current_password", "password_required"]);
        assert_eq!(fault(begin(&house, &ada, wrong).await), ["/current_password", "wrong_password"]);

        let unknown = ["/ceremony_id", "unknown_ceremony"];
        let mut device = Authenticator::new(ORIGIN);
        let of_bob = begun(&house, &bob).await;
        assert_eq!(fault(finish(&house, &ada, &of_bob, &mut device).await), unknown);
        let mut sign_in = begun(&house, &ada).await;
        sign_in["ceremony_id"] = challenge(&house).await["ceremony_id"].clone();
        assert_eq!(fault(finish(&house, &ada, &sign_in, &mut device).await), unknown);
        let begun = begun(&house, &ada).await;
        let spoilt: [Spoilt; 4] = [
            ("another site", |it| it.origin = "https://insula.example".to_owned()),
            ("made for another site", |it| it.rp_id = Some("insula.example".to_owned())),
            ("not unlocked", |it| it.user_verified = false),
            ("in another's frame", |it| it.cross_origin = true),
        ];
        for (what, spoil) in spoilt {
            let mut other = device.clone();
            spoil(&mut other);
            let told = finish(&house, &ada, &begun, &mut other).await;
            assert_eq!(fault(told), ["/credential", "no_answer"], "{what}");
        }
        let other = self::begun(&house, &ada).await;
        let swapped = json!({ "ceremony_id": begun["ceremony_id"], "public_key": other["public_key"] });
        let told = finish(&house, &ada, &swapped, &mut device).await;
        assert_eq!(fault(told), ["/credential", "no_answer"], "another's challenge");
        let body = json!({ "ceremony_id": begun["ceremony_id"], "name": " ", "credential": {} });
        let told = house.post("/me/passkeys", Some(&ada.access), body).await;
        assert_eq!(fault(told), ["/name", "blank"]);
        finish(&house, &ada, &begun, &mut device).await.is(201);
        assert_eq!(fault(finish(&house, &ada, &begun, &mut device).await), unknown, "once more");
        let late = another_begun(&house, &entered(&house, &device).await).await;
        let excluded = late["public_key"]["excludeCredentials"].as_array().unwrap();
        assert_eq!(excluded.len(), 1, "the device is told not to make another");
        house.stage.clock.advance(Duration::minutes(5));
        assert_eq!(fault(finish(&house, &ada, &late, &mut Authenticator::new(ORIGIN)).await), unknown, "too late");
        assert_eq!(house.messages("tests.passkey").await.len(), 1);
    }
}

both! {
    async fn one_person_has_ten(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let tenth = begun(&house, &ada).await;
        let eleventh = begun(&house, &ada).await;
        let opened = entered(&house, &registered(&house, &ada).await).await;
        for _ in 0..8 {
            let begun = another_begun(&house, &opened).await;
            finish(&house, &opened, &begun, &mut Authenticator::new(ORIGIN)).await.is(201);
        }
        finish(&house, &ada, &tenth, &mut Authenticator::new(ORIGIN)).await.is(201);
        let told = finish(&house, &ada, &eleventh, &mut Authenticator::new(ORIGIN)).await;
        told.problem(409, "users.too_many_passkeys");
        let told = begin(&house, &ada, json!({ "current_password": PASSWORD })).await;
        told.problem(409, "users.too_many_passkeys");
    }
}

both! {
    async fn a_passkey_is_both_factors_and_is_made_with_both(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let codes = enrolled(&house, &ada).await.recovery_codes;
        let password = json!({ "current_password": PASSWORD });
        assert_eq!(fault(begin(&house, &ada, password).await), ["/code", "code_required"]);
        let with = async |code: &str| {
            begin(&house, &ada, json!({ "current_password": PASSWORD, "code": code })).await
        };
        assert_eq!(fault(with("0000000000").await), ["/code", "wrong_code"]);
        let begun = with(&codes[0]).await.is(200).json();
        assert_eq!(fault(with(&codes[0]).await), ["/code", "wrong_code"]);
        let mut device = Authenticator::new(ORIGIN);
        finish(&house, &ada, &begun, &mut device).await.is(201);
        let opened = entered(&house, &device).await;
        begin(&house, &opened, json!({})).await.is(200);
        house.sign_in(ADA, PASSWORD).await.problem(401, "users.second_factor_required");
    }
}

both! {
    async fn a_passkey_proves_for_a_quarter_of_an_hour_and_a_password_does_not_prolong_it(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let device = registered(&house, &ada).await;
        let opened = entered(&house, &device).await;
        house.stage.clock.advance(Duration::seconds(899));
        begin(&house, &opened, json!({})).await.is(200);
        house.stage.clock.advance(Duration::seconds(1));
        let by_password = json!({ "current_password": PASSWORD, "new_password": NEW });
        let takes_a_passkey: [(&str, Value); 5] = [
            ("/me/passkeys/registrations", json!({})),
            ("/me/passkeys/registrations", json!({ "current_password": PASSWORD })),
            ("/me/password", json!({ "new_password": NEW })),
            ("/me/password", by_password),
            ("/me/password/remove", json!({})),
        ];
        for (path, body) in takes_a_passkey {
            let told = house.post(path, Some(&opened.access), body).await;
            told.problem(409, "users.passkey_session_required");
        }
        assert_eq!(strength(&house, &opened.access).await, Strength::Passkey);
        // And by a passkey a password is chosen without the one before.
        let opened = entered(&house, &device).await;
        let newer = json!({ "new_password": NEWER });
        house.post("/me/password", Some(&opened.access), newer).await.is(204);
        house.sign_in(ADA, NEWER).await.is(200);
    }
}

both! {
    /// Or a stolen password would get round a tenant that asks for passkeys, by a session of another that does not.
    async fn who_has_one_makes_another_way_in_by_that_alone(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let codes = enrolled(&house, &ada).await.recovery_codes;
        let both = |code: &str| json!({ "current_password": PASSWORD, "code": code });
        let begun = begin(&house, &ada, both(&codes[0])).await.is(200).json();
        let mut device = Authenticator::new(ORIGIN);
        finish(&house, &ada, &begun, &mut device).await.is(201);
        let refused = async |who: &Person, path: &str| {
            let told = house.post(path, Some(&who.access), both(&codes[1])).await;
            told.problem(409, "users.passkey_session_required");
        };
        house.post("/sessions/prove", Some(&ada.access), both(&codes[2])).await.is(204);
        refused(&ada, "/me/passkeys/registrations").await;
        let opened = entered(&house, &device).await;
        let authenticator = |path: &'static str| house.post(path, Some(&opened.access), json!({}));
        authenticator("/me/totp").await.problem(409, "users.totp_exists");
        authenticator("/me/recovery-codes").await.is(200);
        authenticator("/me/totp/remove").await.is(204);
        let password = json!({ "current_password": PASSWORD });
        let told = house.post("/me/totp", Some(&ada.access), password).await;
        told.problem(409, "users.passkey_session_required");
        authenticator("/me/totp").await.is(200);
        house.stage.clock.advance(Duration::minutes(15));
        refused(&opened, "/me/passkeys/registrations").await;
    }
}

both! {
    async fn it_opens_what_its_owner_may_enter(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner(ADA).await, house.owner(BOB).await);
        let there = house.member(&bob, ADA, json!({ "role": "viewer" })).await;
        let device = registered(&house, &ada).await;
        let mut body = signed(&challenge(&house).await, &device);
        body["tenant_id"] = json!(Uuid::new_v4());
        answer(&house, &body).await.problem(403, "users.no_membership");
        body["tenant_id"] = json!(bob.tenant);
        let suspend = format!("/members/{}/suspend", there.membership);
        house.post(&suspend, Some(&bob.access), json!({})).await.is(200);
        answer(&house, &body).await.problem(403, "users.no_membership");
        let resume = format!("/members/{}/resume", there.membership);
        house.post(&resume, Some(&bob.access), json!({})).await.is(200);
        let opened = house.person(&answer(&house, &body).await.is(200)).await;
        assert_eq!((opened.user, opened.tenant), (ada.user, bob.tenant));
        // One that moves to another tenant is as strong there.
        let moved = json!({ "tenant_id": ada.tenant });
        let moved = house.post("/sessions/switch", Some(&opened.access), moved).await.is(200);
        assert_eq!(strength(&house, &moved.at("/access_token")).await, Strength::Passkey);
        assert_eq!(entered(&house, &device).await.tenant, ada.tenant, "the one joined first");
        let body = signed(&challenge(&house).await, &device);
        let before = house.messages("tests.device").await.len();
        house.call(Method::POST, "/passkeys/sign-in", None, &[("user-agent", "New")], Some(body)).await.is(200);
        assert_eq!(house.messages("tests.device").await.len(), before + 1, "its owner is told of a new device");
    }
}

both! {
    async fn a_key_has_none_and_a_tenant_without_them_registers_none(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let begun = begun(&house, &ada).await;
        let device = registered(&house, &ada).await;
        let own = house.get("/me/passkeys", &ada.access).await.at("/data/0/id");
        let one = format!("/me/passkeys/{own}");
        let key = house.post("/api-keys", Some(&ada.access), json!({ "name": "k" })).await.is(201).at("/secret");
        let answered = json!({
            "ceremony_id": begun["ceremony_id"], "name": "Phone",
            "credential": Authenticator::new(ORIGIN).create(&begun["public_key"]),
        });
        let password = json!({ "current_password": PASSWORD });
        let requests: [(Method, &str, Option<Value>); 6] = [
            (Method::GET, "/me/passkeys", None),
            (Method::GET, &one, None),
            (Method::DELETE, &one, None),
            (Method::POST, "/me/passkeys/registrations", Some(password.clone())),
            (Method::POST, "/me/passkeys", Some(answered.clone())),
            (Method::POST, "/me/password/remove", Some(json!({}))),
        ];
        for (method, path, body) in requests {
            let told = house.call(method, path, Some(&key), &[], body).await;
            told.problem(403, "users.session_required");
        }
        let desk = Desk::of(&house).await;
        desk.put("/switches/users.passkeys", json!({ "share_percent": 0 })).await.is(200);
        eventually("passkeys are off", || async {
            (begin(&house, &ada, password.clone()).await.status == 403).then_some(())
        })
        .await;
        begin(&house, &ada, password).await.problem(403, "users.passkeys_off");
        house.post("/me/passkeys", Some(&ada.access), answered).await.problem(403, "users.passkeys_off");
        // Those there are go on.
        enter(&house, &device).await.is(200);
        house.delete(&one, &ada.access).await.is(204);
    }
}

both! {
    async fn old_challenges_go_when_others_are_given(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        for _ in 0..4 {
            challenge(&house).await;
        }
        begun(&house, &ada).await;
        house.stage.clock.advance(Duration::minutes(5));
        challenge(&house).await;
        let system = house.databases.system("tests").await.unwrap();
        let rows = system.query_all("SELECT count(*) AS n FROM passkey_ceremonies", Vec::new()).await.unwrap();
        let left: i64 = rows[0].try_get("", "n").unwrap();
        system.commit().await.unwrap();
        assert_eq!(left, 1);
    }
}

both! {
    async fn one_that_is_given_up_is_forgotten(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let device = registered(&house, &ada).await;
        let opened = entered(&house, &device).await;
        let own = house.get("/me/passkeys", &opened.access).await.at("/data/0/id");
        house.delete(&format!("/me/passkeys/{own}"), &opened.access).await.is(204);
        let system = house.databases.system("tests").await.unwrap();
        let sql = "SELECT name, credential_id, credential FROM passkeys WHERE deleted_at IS NOT NULL";
        let rows = system.query_all(sql, vec![]).await.unwrap();
        system.commit().await.unwrap();
        let [row] = &rows[..] else { panic!("one passkey: {}", rows.len()) };
        let text = |column| row.try_get::<String>("", column).unwrap();
        assert_eq!((text("name"), text("credential")), (String::new(), String::new()));
        assert_eq!(row.try_get::<Vec<u8>>("", "credential_id").unwrap(), [0_u8; 0]);
    }
}
