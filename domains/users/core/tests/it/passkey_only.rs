//! Whoever goes without a password: that no password lets them in, nor a mail alone, and that they keep a passkey.

use crate::house::{House, PASSWORD, Person};
use crate::passkeys::{ADA, NEW, NEWER, ORIGIN, begin, enter, entered, finish, registered};
use crate::second_factors::strength;
use chrono::Duration;
use futures::future::join_all;
use kernel::ctx::Strength;
use serde_json::{Value, json};
use testkit::{Authenticator, Stage, both, eventually};
use users_contract::{EMAIL_APPROVAL_SEAL, EMAIL_CONFIRMATION_SEAL, PASSWORD_RESET_SEAL};

pub async fn passkey_only(house: &House, device: &Authenticator) -> (Person, Vec<String>) {
    let opened = entered(house, device).await;
    let told = house.post("/me/password/remove", Some(&opened.access), json!({})).await.is(200);
    assert_eq!(told.headers.get("cache-control").unwrap(), "no-store");
    let codes = told.json()["recovery_codes"].as_array().cloned().unwrap();
    (opened, codes.into_iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

/// Another password, by the link of a mail.
async fn reset(house: &House) {
    house.post("/password-resets", None, json!({ "email": ADA })).await.is(202);
    let token = house.tokens_of("tests.reset", PASSWORD_RESET_SEAL).await.pop().unwrap();
    house.post("/password-resets/complete", None, json!({ "token": token, "password": NEW })).await.is(200);
}

both! {
    async fn who_has_no_password_is_not_let_in_by_one(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let told = house.post("/me/password/remove", Some(&ada.access), json!({})).await;
        told.problem(409, "users.passkey_session_required");
        let device = registered(&house, &ada).await;
        house.stage.clock.advance(Duration::seconds(1));
        let (opened, codes) = passkey_only(&house, &device).await;
        assert_eq!(codes.len(), 10);
        eventually("a session of the password has ended", || async {
            (house.get("/me", &ada.access).await.status == 401).then_some(())
        })
        .await;
        assert_eq!(house.messages("tests.changed").await.len(), 1, "the owner is told");
        let own = house.get("/me/second-factors", &opened.access).await.is(200);
        let shown = json!({ "password": false, "passkeys": 1, "totp": null, "recovery_codes_left": 10 });
        assert_eq!(own.json(), shown);
        let wrong = house.sign_in(ADA, PASSWORD).await.problem(401, "users.wrong_credentials");
        let unknown = house.sign_in("nobody@example.com", PASSWORD).await.problem(401, "users.wrong_credentials");
        assert_eq!(wrong.at("/detail"), unknown.at("/detail"));
        let with_code = json!({ "email": ADA, "password": PASSWORD, "code": codes[0] });
        house.post("/sign-in", None, with_code).await.problem(401, "users.wrong_credentials");
        house.get("/me", &opened.access).await.is(200);
        enter(&house, &device).await.is(200);

        // Done again, it gives other codes.
        let (_, others) = passkey_only(&house, &device).await;
        house.stage.clock.advance(Duration::seconds(1));
        reset(&house).await;
        let enter_by = async |code: &str| {
            house.post("/sign-in", None, json!({ "email": ADA, "password": NEW, "code": code })).await
        };
        house.sign_in(ADA, NEW).await.problem(401, "users.second_factor_required");
        enter_by(&codes[0]).await.problem(401, "users.wrong_code");
        let by_code = house.person(&enter_by(&others[0]).await.is(200)).await;
        assert_eq!(strength(&house, &by_code.access).await, Strength::SecondFactor);
        enter_by(&others[0]).await.problem(401, "users.wrong_code");
        // Nor does a password that is chosen in such a session.
        let body = json!({ "current_password": NEW, "new_password": NEWER, "code": others[1] });
        house.post("/me/password", Some(&by_code.access), body).await.is(204);
        house.sign_in(ADA, NEWER).await.problem(401, "users.second_factor_required");

        // One that is chosen by a passkey does.
        let opened = entered(&house, &device).await;
        house.post("/me/password", Some(&opened.access), json!({ "new_password": PASSWORD })).await.is(204);
        let own = house.get("/me/second-factors", &opened.access).await.is(200);
        let shown = json!({ "password": true, "passkeys": 1, "totp": null, "recovery_codes_left": 0 });
        assert_eq!(own.json(), shown);
        house.sign_in(ADA, PASSWORD).await.is(200);
    }
}

both! {
    async fn who_has_no_password_keeps_a_passkey(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let first = registered(&house, &ada).await;
        let (opened, _) = passkey_only(&house, &first).await;
        let only = house.get("/me/passkeys", &opened.access).await.at("/data/0/id");
        let path = format!("/me/passkeys/{only}");
        house.delete(&path, &opened.access).await.problem(409, "users.last_passkey");
        enter(&house, &first).await.is(200);
        house.stage.clock.advance(Duration::seconds(1));
        let begun = begin(&house, &opened, json!({})).await.is(200).json();
        let mut second = Authenticator::new(ORIGIN);
        finish(&house, &opened, &begun, &mut second).await.is(201);
        let listed = house.get("/me/passkeys", &opened.access).await.json();
        let paths: Vec<_> = listed["data"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect();
        let paths: Vec<_> = paths.iter().map(|id| format!("/me/passkeys/{}", id.as_str().unwrap())).collect();
        let told = join_all(paths.iter().map(|path| house.delete(path, &opened.access))).await;
        let mut statuses: Vec<_> = told.iter().map(|reply| reply.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409], "of two at once one stays");
        let entered = [&first, &second].map(|device| enter(&house, device));
        let entered = join_all(entered).await;
        assert_eq!(entered.iter().filter(|reply| reply.status == 200).count(), 1);
    }
}

both! {
    async fn no_codes_are_given_without_a_passkey(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let device = registered(&house, &ada).await;
        let opened = entered(&house, &device).await;
        let only = house.get("/me/passkeys", &opened.access).await.at("/data/0/id");
        house.delete(&format!("/me/passkeys/{only}"), &opened.access).await.is(204);
        let told = house.post("/me/password/remove", Some(&opened.access), json!({})).await;
        told.problem(409, "users.no_passkey");
        house.sign_in(ADA, PASSWORD).await.is(200);
    }
}

both! {
    async fn who_has_no_password_moves_to_another_address_by_a_passkey(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let device = registered(&house, &ada).await;
        let ask = async |who: &Person, proofs: Value| {
            let mut body = proofs;
            body["new_email"] = json!("ada@elsewhere.example");
            house.post("/me/email-change", Some(&who.access), body).await
        };
        let without = ask(&ada, json!({})).await.problem(422, "invalid");
        let fault = ["/errors/0/pointer", "/errors/0/code"].map(|at| without.at(at));
        assert_eq!(fault, ["/current_password", "password_required"]);
        let (opened, _) = passkey_only(&house, &device).await;
        ask(&ada, json!({})).await.problem(409, "users.passkey_session_required");
        ask(&ada, json!({ "current_password": PASSWORD })).await.problem(422, "invalid");
        house.stage.clock.advance(Duration::minutes(15));
        ask(&opened, json!({})).await.problem(409, "users.passkey_session_required");
        let opened = entered(&house, &device).await;
        ask(&opened, json!({})).await.is(202);
        let links = [("tests.approval", EMAIL_APPROVAL_SEAL), ("tests.confirmation", EMAIL_CONFIRMATION_SEAL)];
        for (subscriber, seal) in links {
            let token = house.tokens_of(subscriber, seal).await.pop().unwrap();
            house.post("/email-changes/confirm", None, json!({ "token": token })).await.is(200);
        }
        let opened = entered(&house, &device).await;
        assert_eq!(house.get("/me", &opened.access).await.is(200).at("/email"), "ada@elsewhere.example");
    }
}
