//! Second factors: how an authenticator is set up and given up, and that nothing but its codes, each once, and the recovery
//! codes, each once, lets its owner in.

use crate::house::{House, PASSWORD, Person, Reply};
use actix_web::http::Method;
use chrono::Duration;
use futures::future::join_all;
use kernel::ctx::Strength;
use serde_json::{Value, json};
use testkit::{Stage, both, eventually, totp};
use users_contract::PASSWORD_RESET_SEAL;

const ADA: &str = "ada@example.com";
const NEW: &str = "a longer horse battery staple";

pub struct Authenticator {
    /// As people type it.
    pub secret: String,
    pub recovery_codes: Vec<String>,
}

impl Authenticator {
    /// What it shows so many steps from now.
    pub fn code(&self, house: &House, steps: i64) -> String {
        totp::code(&self.secret, house.stage.clock.now().timestamp() + 30 * steps)
    }
}

async fn enrol(house: &House, person: &Person) -> Authenticator {
    let told =
        house.post("/me/totp", Some(&person.access), json!({ "current_password": PASSWORD })).await.is(200);
    assert_eq!(told.headers.get("cache-control").unwrap(), "no-store");
    assert!(told.at("/otpauth_url").contains(&told.at("/secret")), "{}", told.text);
    Authenticator { secret: told.at("/secret"), recovery_codes: Vec::new() }
}

async fn confirm(house: &House, person: &Person, code: &str) -> Reply {
    house.post("/me/totp/confirm", Some(&person.access), json!({ "code": code })).await
}

/// Set up and confirmed; the code of the present step is spent.
pub async fn enrolled(house: &House, person: &Person) -> Authenticator {
    let authenticator = enrol(house, person).await;
    let told = confirm(house, person, &authenticator.code(house, 0)).await.is(200);
    assert_eq!(told.headers.get("cache-control").unwrap(), "no-store");
    Authenticator { recovery_codes: recovery_codes(&told), ..authenticator }
}

fn recovery_codes(told: &Reply) -> Vec<String> {
    let codes = told.json()["recovery_codes"].as_array().cloned().unwrap();
    codes.into_iter().map(|code| code.as_str().unwrap().to_owned()).collect()
}

pub async fn enter(house: &House, code: &str) -> Reply {
    house.post("/sign-in", None, json!({ "email": ADA, "password": PASSWORD, "code": code })).await
}

async fn both_proofs(house: &House, person: &Person, path: &str, password: &str, code: &str) -> Reply {
    house.post(path, Some(&person.access), json!({ "current_password": password, "code": code })).await
}

/// Of who has a password and no passkey.
fn shows(totp: &Value, recovery_codes: usize) -> Value {
    json!({ "password": true, "passkeys": 0, "totp": totp, "recovery_codes_left": recovery_codes })
}

pub async fn strength(house: &House, bearer: &str) -> Strength {
    let principal = house.identity.authenticate(&house.stage.visitor(), bearer).await.unwrap();
    principal.expect("the token is good").credential.strength
}

both! {
    async fn it_is_asked_for_once_it_is_confirmed(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let bob = house.owner("bob@example.com").await;
        let none = house.get("/me/second-factors", &ada.access).await.is(200);
        assert_eq!(none.json(), shows(&Value::Null, 0));
        confirm(&house, &ada, "000000").await.problem(409, "users.no_totp");
        let wrong = json!({ "current_password": "not the password" });
        let refused = house.post("/me/totp", Some(&ada.access), wrong).await.problem(422, "invalid");
        assert_eq!(refused.at("/errors/0/pointer"), "/current_password");

        let void = enrol(&house, &ada).await;
        let authenticator = enrol(&house, &ada).await;
        house.sign_in(ADA, PASSWORD).await.is(200);
        let refused = confirm(&house, &ada, &void.code(&house, 0)).await.problem(422, "invalid");
        assert_eq!(refused.at("/errors/0/pointer"), "/code");
        assert_eq!(refused.at("/errors/0/code"), "wrong_code");
        let spent = authenticator.code(&house, 0);
        let codes = recovery_codes(&confirm(&house, &ada, &spent).await.is(200));
        assert_eq!(codes.len(), 10);
        confirm(&house, &ada, &authenticator.code(&house, 1)).await.problem(409, "users.no_totp");
        let again = json!({ "current_password": PASSWORD });
        house.post("/me/totp", Some(&ada.access), again).await.problem(409, "users.totp_exists");
        let shown = house.get("/me/second-factors", &ada.access).await.is(200);
        let since = json!({ "confirmed_at": "2026-01-15T12:00:00Z" });
        assert_eq!(shown.json(), shows(&since, 10));

        house.sign_in(ADA, PASSWORD).await.problem(401, "users.second_factor_required");
        house.sign_in(ADA, "not the password").await.problem(401, "users.wrong_credentials");
        enter(&house, &spent).await.problem(401, "users.wrong_code");
        house.sign_in("bob@example.com", PASSWORD).await.is(200);
        assert_eq!(strength(&house, &ada.access).await, Strength::SecondFactor, "it was proved there");
        house.stage.clock.advance(Duration::seconds(30));
        let opened = enter(&house, &authenticator.code(&house, 0)).await.is(200);
        assert_eq!(strength(&house, &opened.at("/access_token")).await, Strength::SecondFactor);

        // Neither new tokens nor another tenant make it less.
        let refresh = json!({ "refresh_token": opened.at("/refresh_token") });
        let bearer = house.post("/refresh", None, refresh).await.is(200).at("/access_token");
        assert_eq!(strength(&house, &bearer).await, Strength::SecondFactor);
        house.post("/invitations", Some(&bob.access), json!({ "email": ADA })).await.is(201);
        house.accept(&house.invitations().await.pop().unwrap(), PASSWORD).await.is(200);
        let there = json!({ "tenant_id": bob.tenant });
        let bearer = house.post("/sessions/switch", Some(&bearer), there).await.is(200).at("/access_token");
        assert_eq!(strength(&house, &bearer).await, Strength::SecondFactor);
    }
}

both! {
    async fn a_code_is_good_once_and_a_step_around(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let authenticator = enrolled(&house, &ada).await;
        house.stage.clock.advance(Duration::seconds(300));
        let code = |steps| authenticator.code(&house, steps);
        enter(&house, &code(-2)).await.problem(401, "users.wrong_code");
        enter(&house, &code(2)).await.problem(401, "users.wrong_code");
        enter(&house, &code(-1)).await.is(200);
        enter(&house, &code(-1)).await.problem(401, "users.wrong_code");
        enter(&house, &code(0)).await.is(200);
        enter(&house, &code(1)).await.is(200);
        enter(&house, &code(0)).await.problem(401, "users.wrong_code");
        enter(&house, "").await.problem(401, "users.wrong_code");
    }
}

both! {
    async fn a_recovery_code_is_good_once(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let authenticator = enrolled(&house, &ada).await;
        let old = &authenticator.recovery_codes;
        let left = async || {
            house.get("/me/second-factors", &ada.access).await.is(200).at("/recovery_codes_left")
        };
        let typed = old[0].to_uppercase().replace('-', " ");
        let opened = enter(&house, &typed).await.is(200);
        assert_eq!(strength(&house, &opened.at("/access_token")).await, Strength::SecondFactor);
        enter(&house, &old[0]).await.problem(401, "users.wrong_code");
        assert_eq!(left().await, "9");

        let path = "/me/recovery-codes";
        let refused = both_proofs(&house, &ada, path, "not the password", &old[1]).await.problem(422, "invalid");
        assert_eq!(refused.at("/errors/0/pointer"), "/current_password");
        let refused = both_proofs(&house, &ada, path, PASSWORD, &old[0]).await.problem(422, "invalid");
        assert_eq!(refused.at("/errors/0/pointer"), "/code");
        let told = both_proofs(&house, &ada, path, PASSWORD, &old[1]).await.is(200);
        assert_eq!(told.headers.get("cache-control").unwrap(), "no-store");
        let new = recovery_codes(&told);
        assert!(new.len() == 10 && new.iter().all(|code| !old.contains(code)), "{new:?}");
        enter(&house, &old[2]).await.problem(401, "users.wrong_code");
        enter(&house, &new[0]).await.is(200);
        assert_eq!(left().await, "9");
    }
}

both! {
    async fn giving_it_up_takes_both_proofs_and_ends_the_recovery_codes(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let remove = async |password: &str, code: &str| {
            both_proofs(&house, &ada, "/me/totp/remove", password, code).await
        };
        remove(PASSWORD, "000000").await.problem(409, "users.no_totp");
        let first = enrolled(&house, &ada).await;
        house.stage.clock.advance(Duration::seconds(30));
        remove("not the password", &first.code(&house, 0)).await.problem(422, "invalid");
        remove(PASSWORD, &first.code(&house, -1)).await.problem(422, "invalid");
        remove(PASSWORD, &first.code(&house, 0)).await.is(204);
        let none = house.get("/me/second-factors", &ada.access).await.is(200);
        assert_eq!(none.json(), shows(&Value::Null, 0));
        house.sign_in(ADA, PASSWORD).await.is(200);

        let second = enrolled(&house, &ada).await;
        enter(&house, &first.recovery_codes[0]).await.problem(401, "users.wrong_code");
        enter(&house, &first.code(&house, 1)).await.problem(401, "users.wrong_code");
        remove(PASSWORD, &second.recovery_codes[0]).await.is(204);

        assert!(house.deliver_audit().await.iter().all(Result::is_ok));
        let log = house.get("/audit-entries?limit=100", &ada.access).await.is(200);
        for action in ["users.totp.enrol", "users.totp.confirm", "users.totp.remove"] {
            let entries = log.json()["data"].as_array().cloned().unwrap();
            let mut of_action = entries.iter().filter(|entry| entry["action"] == action);
            assert!(of_action.clone().count() == 2, "{action}: {}", log.text);
            assert!(of_action.all(|entry| entry["before"].is_object() && entry["after"].is_object()), "{}", log.text);
        }
        for authenticator in [&first, &second] {
            let mut secrets = authenticator.recovery_codes.iter().chain([&authenticator.secret]);
            assert!(secrets.all(|secret| !log.text.contains(secret.as_str())), "{}", log.text);
        }
    }
}

both! {
    async fn of_twenty_sign_ins_with_one_code_one_gets_in(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let authenticator = enrolled(&house, &ada).await;
        house.stage.clock.advance(Duration::seconds(30));
        for code in [authenticator.code(&house, 0), authenticator.recovery_codes[0].clone()] {
            let told = join_all((0..20).map(|_| enter(&house, &code))).await;
            let statuses: Vec<u16> = told.iter().map(|reply| reply.status).collect();
            assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
            assert!(statuses.iter().all(|status| [200, 401, 429, 503].contains(status)), "{statuses:?}");
            // Those that were not fast enough are failed tries.
            house.stage.clock.advance(Duration::hours(25));
        }
    }
}

both! {
    async fn wrong_codes_are_waited_for_and_no_new_password_helps(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let authenticator = enrolled(&house, &ada).await;
        house.stage.clock.advance(Duration::seconds(30));
        for _ in 0..3 {
            enter(&house, "000000x").await.problem(401, "users.wrong_code");
            // The right password alone forgets no wrong code.
            both_proofs(&house, &ada, "/me/totp/remove", PASSWORD, "000000x").await.problem(422, "invalid");
        }
        let good = authenticator.code(&house, 0);
        let waits = enter(&house, &good).await.problem(429, "too_many_requests");
        assert_eq!(waits.headers.get("retry-after").unwrap(), "1");
        both_proofs(&house, &ada, "/me/totp/remove", PASSWORD, &good).await.problem(429, "too_many_requests");
        house.sign_in(ADA, PASSWORD).await.problem(401, "users.second_factor_required");
        reset(&house).await;
        let body = json!({ "email": ADA, "password": NEW, "code": good });
        house.post("/sign-in", None, body.clone()).await.problem(429, "too_many_requests");
        house.stage.clock.advance(Duration::seconds(1));
        house.post("/sign-in", None, body).await.is(200);
    }
}

#[test]
fn a_right_code_tells_nothing_where_wrong_ones_were_counted_meanwhile() {
    // PostgreSQL alone has a lock that holds it up after its first look at what was counted.
    let Some(backend) = testkit::Backend::postgres() else { return };
    testkit::run(backend, async |stage| {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let authenticator = enrolled(&house, &ada).await;
        house.stage.clock.advance(Duration::seconds(30));
        enter(&house, "000000x").await.problem(401, "users.wrong_code");

        let door = house.databases.system("tests").await.unwrap();
        door.execute("LOCK TABLE recovery_codes IN ACCESS EXCLUSIVE MODE", vec![]).await.unwrap();
        let others_fail = async {
            eventually("it waits for the lock", || async {
                let system = house.databases.system("tests").await.unwrap();
                let sql = "SELECT count(*) AS waiting FROM pg_locks \
                     WHERE relation = 'recovery_codes'::regclass AND NOT granted";
                let waiting = system.query_all(sql, vec![]).await.unwrap();
                system.commit().await.unwrap();
                (waiting[0].try_get::<i64>("", "waiting").unwrap() > 0).then_some(())
            })
            .await;
            let until = house.stage.clock.now() + Duration::seconds(30);
            door.execute("UPDATE sign_in_failures SET delayed_until = $1", vec![until.into()]).await.unwrap();
            door.commit().await.unwrap();
        };
        let good = authenticator.code(&house, 0);
        let (told, ()) = tokio::join!(enter(&house, &good), others_fail);
        told.problem(429, "too_many_requests");
        house.stage.clock.advance(Duration::seconds(30));
        // It was not spent.
        enter(&house, &good).await.is(200);
    });
}

/// Another password, by the link of a mail.
async fn reset(house: &House) {
    house.post("/password-resets", None, json!({ "email": ADA })).await.is(202);
    let token = house.tokens_of("tests.reset", PASSWORD_RESET_SEAL).await.pop().unwrap();
    house.post("/password-resets/complete", None, json!({ "token": token, "password": NEW })).await.is(200);
}

both! {
    async fn a_reset_does_not_go_round_it(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let authenticator = enrolled(&house, &ada).await;
        house.stage.clock.advance(Duration::seconds(30));
        reset(&house).await;
        house.sign_in(ADA, NEW).await.problem(401, "users.second_factor_required");
        let enter = async |code: &str| {
            house.post("/sign-in", None, json!({ "email": ADA, "password": NEW, "code": code })).await
        };
        enter("000000x").await.problem(401, "users.wrong_code");
        let opened = enter(&authenticator.code(&house, 0)).await.is(200);
        let shown = house.get("/me/second-factors", &opened.at("/access_token")).await.is(200);
        assert_eq!(shown.at("/recovery_codes_left"), "10");
        enter(&authenticator.recovery_codes[0]).await.is(200);
    }
}

both! {
    async fn a_key_has_none_and_changes_none(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let authenticator = enrolled(&house, &ada).await;
        let key = house.post("/api-keys", Some(&ada.access), json!({ "name": "k" })).await.is(201).at("/secret");
        let proofs = json!({ "current_password": PASSWORD, "code": authenticator.recovery_codes[0] });
        let requests: [(Method, &str, Option<Value>); 5] = [
            (Method::GET, "/me/second-factors", None),
            (Method::POST, "/me/totp", Some(json!({ "current_password": PASSWORD }))),
            (Method::POST, "/me/totp/confirm", Some(json!({ "code": authenticator.code(&house, 1) }))),
            (Method::POST, "/me/totp/remove", Some(proofs.clone())),
            (Method::POST, "/me/recovery-codes", Some(proofs)),
        ];
        for (method, path, body) in requests {
            let told = house.call(method, path, Some(&key), &[], body).await;
            told.problem(403, "users.session_required");
        }
        assert_eq!(strength(&house, &key).await, Strength::Key);
    }
}
