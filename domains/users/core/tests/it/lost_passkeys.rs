//! Where a tenant asks for passkeys: that nobody gives up their last one, how who has lost every one comes back, and that
//! nobody else comes in that way.

use crate::house::{House, PASSWORD, Person, Reply};
use crate::passkeys::{NEW, ORIGIN, begin, enter, entered, finish, registered};
use crate::policies::{ADA, BOB, EVE, change, reasons, sign_in_to};
use crate::second_factors::{enrolled, strength};
use chrono::Duration;
use kernel::ctx::Strength;
use serde_json::{Value, json};
use testkit::{Authenticator, Stage, both};
use users_contract::PASSWORD_RESET_SEAL;

async fn sign_in_with(house: &House, email: &str, password: &str, code: &str, to: &Person) -> Reply {
    let body = json!({ "email": email, "password": password, "code": code, "tenant_id": to.tenant });
    house.post("/sign-in", None, body).await
}

/// A passkey of theirs, registered with both proofs.
async fn registered_with(house: &House, person: &Person, password: &str, code: &str) -> Authenticator {
    let proofs = json!({ "current_password": password, "code": code });
    let begun = begin(house, person, proofs).await.is(200).json();
    let mut device = Authenticator::new(ORIGIN);
    finish(house, person, &begun, &mut device).await.is(201);
    device
}

/// Their devices are lost, and an operator has taken the passkeys out, as the runbook says.
async fn lose_passkeys(house: &House, person: &Person) {
    let system = house.databases.system("tests").await.unwrap();
    let sql = "UPDATE passkeys SET deleted_at = $1 WHERE user_id = $2 AND deleted_at IS NULL";
    system.execute(sql, vec![house.stage.clock.now().into(), person.user.into()]).await.unwrap();
    system.commit().await.unwrap();
}

/// Where each of their passkeys is.
async fn passkeys_of(house: &House, bearer: &str) -> Vec<String> {
    let listed = house.get("/me/passkeys", bearer).await.is(200).json();
    let rows = listed["data"].as_array().cloned().unwrap();
    rows.iter().map(|row| format!("/me/passkeys/{}", row["id"].as_str().unwrap())).collect()
}

/// In, and left with nothing but themselves.
async fn is_restricted(house: &House, bearer: &str) {
    for path in ["/members", "/tenant", "/policy", "/api-keys", "/audit-entries"] {
        let told = house.get(path, bearer).await.problem(403, "second_factor_needed");
        assert!(told.at("/detail").contains("Register one"), "{}", told.text);
    }
    for path in ["/me", "/sessions", "/me/passkeys"] {
        house.get(path, bearer).await.is(200);
    }
}

both! {
    async fn the_last_passkey_stays_where_a_tenant_asks_for_one(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, eve) = (house.owner(ADA).await, house.owner(EVE).await);
        let there = house.member(&ada, EVE, json!({ "role": "viewer" })).await;
        let device = registered(&house, &ada).await;
        let opened = entered(&house, &device).await;
        let theirs = registered(&house, &eve).await;
        let own = passkeys_of(&house, &opened.access).await;
        let refused = async |bearer: &str, path: &str, rule: &str| {
            let told = house.delete(path, bearer).await.problem(409, "users.passkey_demanded");
            for word in [rule, "Engines", "Register another"] {
                assert!(told.at("/detail").contains(word), "{}", told.text);
            }
        };
        for (body, rule) in [
            (json!({ "sign_in_methods": ["passkey"] }), "sign_in_methods"),
            (json!({ "sign_in_methods": ["passkey", "password"], "second_factor": "passkey" }), "second_factor"),
        ] {
            change(&house, &opened, body).await.is(200);
            refused(&opened.access, &own[0], rule).await;
            // Nor in a session of another tenant, which asks for nothing.
            let of_eve = passkeys_of(&house, &eve.access).await;
            refused(&eve.access, &of_eve[0], rule).await;
        }
        enter(&house, &device).await.is(200);
        enter(&house, &theirs).await.is(200);

        // One of two may go.
        let begun = begin(&house, &opened, json!({})).await.is(200).json();
        let mut other = Authenticator::new(ORIGIN);
        finish(&house, &opened, &begun, &mut other).await.is(201);
        house.delete(&own[0], &opened.access).await.is(204);
        let left = passkeys_of(&house, &opened.access).await;
        refused(&opened.access, &left[0], "second_factor").await;
        enter(&house, &other).await.is(200);

        // Where they may not act, nothing is asked of them.
        let opened = entered(&house, &other).await;
        let suspend = format!("/members/{}/suspend", there.membership);
        house.post(&suspend, Some(&opened.access), json!({})).await.is(200);
        let of_eve = passkeys_of(&house, &eve.access).await;
        house.delete(&of_eve[0], &eve.access).await.is(204);
        // Nor where the tenant is content without.
        change(&house, &opened, json!({ "second_factor": "required" })).await.is(200);
        house.delete(&left[0], &opened.access).await.is(204);
    }
}

both! {
    async fn who_has_lost_every_passkey_comes_back_with_both_proofs_to_register_one(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        house.owner(BOB).await;
        house.stage.clock.advance(Duration::minutes(1));
        house.member(&ada, BOB, json!({ "role": "admin" })).await;
        let codes = enrolled(&house, &ada).await.recovery_codes;
        let device = registered_with(&house, &ada, PASSWORD, &codes[0]).await;
        let opened = entered(&house, &device).await;
        change(&house, &opened, json!({ "sign_in_methods": ["passkey"] })).await.is(200);
        let not_so = "users.method_not_allowed";

        // Who has a passkey is asked for it, whatever else is right.
        sign_in_with(&house, ADA, PASSWORD, &codes[1], &ada).await.problem(403, not_so);
        lose_passkeys(&house, &ada).await;
        sign_in_to(&house, ADA, &ada).await.problem(401, "users.second_factor_required");
        sign_in_with(&house, ADA, PASSWORD, "0000000000", &ada).await.problem(401, "users.wrong_code");
        // A password alone lets nobody in.
        sign_in_to(&house, BOB, &ada).await.problem(403, not_so);
        let back = house.person(&sign_in_with(&house, ADA, PASSWORD, &codes[1], &ada).await.is(200)).await;
        assert_eq!(strength(&house, &back.access).await, Strength::SecondFactor);
        is_restricted(&house, &back.access).await;
        let told = change(&house, &back, json!({ "sign_in_methods": ["password"] })).await;
        told.problem(403, "second_factor_needed");
        let renewed = house.post("/refresh", None, json!({ "refresh_token": back.refresh })).await.is(200);
        let back = house.person(&renewed).await;
        is_restricted(&house, &back.access).await;
        // What the passkey had opened ends with it.
        let told = house.post("/refresh", None, json!({ "refresh_token": opened.refresh })).await;
        told.problem(401, "users.refresh_refused");

        let device = registered_with(&house, &back, PASSWORD, &codes[2]).await;
        is_restricted(&house, &back.access).await;
        sign_in_with(&house, ADA, PASSWORD, &codes[3], &ada).await.problem(403, not_so);
        let told = house.post("/refresh", None, json!({ "refresh_token": back.refresh })).await;
        told.problem(401, "users.refresh_refused");
        let opened = entered(&house, &device).await;
        house.get("/members", &opened.access).await.is(200);
        house.get("/policy", &opened.access).await.is(200);
        let reasons = reasons(&house, &opened).await;
        assert_eq!(reasons, ["policy", "policy"]);
    }
}

both! {
    async fn who_signed_in_by_passkeys_alone_comes_back_by_mail_and_a_recovery_code(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let device = registered(&house, &ada).await;
        let opened = entered(&house, &device).await;
        let told = house.post("/me/password/remove", Some(&opened.access), json!({})).await.is(200);
        let codes: Vec<String> = serde_json::from_value(told.json()["recovery_codes"].clone()).unwrap();
        change(&house, &opened, json!({ "sign_in_methods": ["passkey"] })).await.is(200);
        house.post("/password-resets", None, json!({ "email": ADA })).await.is(202);
        let token = house.tokens_of("tests.reset", PASSWORD_RESET_SEAL).await.pop().unwrap();
        house.post("/password-resets/complete", None, json!({ "token": token, "password": NEW })).await.is(200);
        // A mailbox and a code are nothing to who has a passkey.
        sign_in_with(&house, ADA, NEW, &codes[0], &ada).await.problem(403, "users.method_not_allowed");
        lose_passkeys(&house, &ada).await;
        house.sign_in(ADA, NEW).await.problem(401, "users.second_factor_required");
        let back = house.person(&sign_in_with(&house, ADA, NEW, &codes[0], &ada).await.is(200)).await;
        is_restricted(&house, &back.access).await;
        let device = registered_with(&house, &back, NEW, &codes[1]).await;
        house.get("/policy", &entered(&house, &device).await.access).await.is(200);
    }
}

both! {
    async fn no_session_of_elsewhere_gets_round_a_passkey(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, eve) = (house.owner(ADA).await, house.owner(EVE).await);
        house.member(&ada, EVE, json!({ "role": "admin" })).await;
        let device = registered(&house, &ada).await;
        let opened = entered(&house, &device).await;
        change(&house, &opened, json!({ "sign_in_methods": ["passkey"] })).await.is(200);
        let codes = enrolled(&house, &eve).await.recovery_codes;
        assert_eq!(strength(&house, &eve.access).await, Strength::SecondFactor);
        let (there, back) = (json!({ "tenant_id": ada.tenant }), json!({ "tenant_id": eve.tenant }));
        let switch = async |bearer: &str, to: &Value| house.post("/sessions/switch", Some(bearer), to.clone()).await;
        // Without one, they come as far as to register one.
        let moved = switch(&eve.access, &there).await.is(200).at("/access_token");
        is_restricted(&house, &moved).await;
        let home = house.person(&switch(&moved, &back).await.is(200)).await;
        house.get("/members", &home.access).await.is(200);
        registered_with(&house, &home, PASSWORD, &codes[0]).await;
        switch(&home.access, &there).await.problem(403, "users.method_not_allowed");
        house.get("/members", &home.access).await.is(200);
    }
}

both! {
    async fn who_is_new_comes_in_for_a_day_to_register_one(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let device = registered(&house, &ada).await;
        let opened = entered(&house, &device).await;
        change(&house, &opened, json!({ "sign_in_methods": ["passkey"] })).await.is(200);
        let not_so = "users.method_not_allowed";
        let asked_in = async |email: &str| {
            house.post("/invitations", Some(&opened.access), json!({ "email": email })).await.is(201);
            let token = house.invitations().await.pop().unwrap();
            house.accept(&token, PASSWORD).await.is(200);
        };

        // Another password is not the one that came with the account.
        asked_in("carl@example.com").await;
        house.stage.clock.advance(Duration::seconds(1));
        house.post("/password-resets", None, json!({ "email": "carl@example.com" })).await.is(202);
        let token = house.tokens_of("tests.reset", PASSWORD_RESET_SEAL).await.pop().unwrap();
        house.post("/password-resets/complete", None, json!({ "token": token, "password": NEW })).await.is(200);
        house.sign_in("carl@example.com", NEW).await.problem(403, not_so);

        asked_in("late@example.com").await;
        asked_in(BOB).await;
        let bob = house.person(&sign_in_to(&house, BOB, &ada).await.is(200)).await;
        assert_eq!(strength(&house, &bob.access).await, Strength::Password);
        is_restricted(&house, &bob.access).await;
        let told = house.post("/refresh", None, json!({ "refresh_token": bob.refresh })).await;
        told.problem(401, "users.refresh_refused");
        let bob = house.enter(BOB).await;
        let device = registered(&house, &bob).await;
        is_restricted(&house, &bob.access).await;
        house.get("/members", &entered(&house, &device).await.access).await.is(200);
        // From then on the passkey is asked for, also when it is lost.
        sign_in_to(&house, BOB, &ada).await.problem(403, not_so);
        lose_passkeys(&house, &bob).await;
        sign_in_to(&house, BOB, &ada).await.problem(403, not_so);

        house.stage.clock.advance(Duration::days(1));
        sign_in_to(&house, "late@example.com", &ada).await.problem(403, not_so);
    }
}
