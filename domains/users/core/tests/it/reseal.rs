//! After the master key was replaced: what it sealed still opens, and is sealed anew by the one that came.

use crate::erasure::{erase_people, settle};
use crate::house::{House, PASSWORD};
use crate::second_factors::{Authenticator, enrolled, enter};
use chrono::Duration;
use kernel::TenantId;
use kernel::id::PLATFORM;
use module::Resealed;
use secrets::{MasterKey, Secrets};
use serde_json::json;
use testkit::{Stage, both};

const ADA: &str = "ada@example.com";

/// A node that is started with these keys.
async fn started(mut stage: Stage, secrets: &Secrets) -> House {
    stage.secrets = secrets.clone();
    House::new(stage).await
}

async fn reseal(house: &House, what: &str) -> Resealed {
    let sealed = house.sealed.iter().find(|sealed| sealed.what() == what).unwrap();
    sealed.reseal(&house.stage.visitor()).await.unwrap()
}

async fn sealed_secrets(house: &House) -> Vec<Vec<u8>> {
    let system = house.databases.system("tests").await.unwrap();
    let sql = "SELECT sealed_secret FROM totp_factors WHERE deleted_at IS NULL ORDER BY id";
    let rows = system.query_all(sql, vec![]).await.unwrap();
    system.commit().await.unwrap();
    rows.iter().map(|row| row.try_get("", "sealed_secret").unwrap()).collect()
}

async fn next_code(house: &House, authenticator: &Authenticator) -> String {
    house.stage.clock.advance(Duration::seconds(30));
    authenticator.code(house, 0)
}

/// What the log of the installation was told.
async fn told(house: &House) -> Vec<String> {
    let entries = house.messages("users.append_audit_entry").await;
    let of = |(_, tenant, payload): (_, TenantId, String)| (tenant == PLATFORM).then_some(payload);
    let mut told: Vec<String> = entries.into_iter().filter_map(of).collect();
    told.retain(|payload| payload.contains("users.installation.reseal"));
    told
}

both! {
    async fn what_is_kept_for_long_is_sealed_anew(stage: Stage) {
        let (old, new) = (MasterKey::generate(), MasterKey::generate());
        let rotated = Secrets::rotated(&new, std::slice::from_ref(&old));
        let house = started(stage, &Secrets::new(&old)).await;
        let ada = house.owner(ADA).await;
        let bob = house.owner("bob@example.com").await;
        let authenticator = enrolled(&house, &ada).await;
        enrolled(&house, &bob).await;
        let before = sealed_secrets(&house).await;
        let done = |anew, already| Resealed { anew, already, unreadable: 0 };
        assert_eq!(reseal(&house, "authenticators").await, done(0, 2));
        assert_eq!(reseal(&house, "signing keys").await, done(0, 1));

        let house = started(house.stage, &rotated).await;
        enter(&house, &next_code(&house, &authenticator).await).await.is(200);
        enter(&house, &authenticator.recovery_codes[0]).await.is(200);
        assert_eq!(sealed_secrets(&house).await, before);
        assert_eq!(reseal(&house, "authenticators").await, done(2, 0));
        let after = sealed_secrets(&house).await;
        assert!(after.iter().all(|sealed| rotated.is_of_newest(sealed)) && after != before);
        assert_eq!(reseal(&house, "signing keys").await, done(1, 0));
        let entries = told(&house).await;
        assert_eq!(entries.len(), 2, "{entries:?}");
        assert!(entries[0].contains("authenticators") && entries[0].contains("\"by_former_keys\":2"), "{entries:?}");
        assert_eq!(reseal(&house, "authenticators").await, done(0, 2));
        assert_eq!(sealed_secrets(&house).await, after);
        assert_eq!(reseal(&house, "signing keys").await, done(0, 1));
        assert_eq!(told(&house).await.len(), 2, "nothing was done");

        // The former key is taken away: recovery codes were hashed with it, and go with it.
        let house = started(house.stage, &Secrets::new(&new)).await;
        enter(&house, &next_code(&house, &authenticator).await).await.is(200);
        enter(&house, &authenticator.recovery_codes[1]).await.problem(401, "users.wrong_code");
    }
}

both! {
    async fn what_no_key_opens_is_counted_and_left(stage: Stage) {
        let (old, new) = (MasterKey::generate(), MasterKey::generate());
        let house = started(stage, &Secrets::new(&old)).await;
        let ada = house.owner(ADA).await;
        let bob = house.owner("bob@example.com").await;
        let authenticator = enrolled(&house, &ada).await;
        let before = sealed_secrets(&house).await;

        let house = started(house.stage, &Secrets::new(&new)).await;
        enrolled(&house, &bob).await;
        enter(&house, &next_code(&house, &authenticator).await).await.problem(500, "internal");
        let done = Resealed { anew: 0, already: 1, unreadable: 1 };
        assert_eq!(reseal(&house, "authenticators").await, done);
        assert_eq!(sealed_secrets(&house).await[..1], before[..]);

        let house = started(house.stage, &Secrets::rotated(&new, &[old])).await;
        assert_eq!(reseal(&house, "authenticators").await, Resealed { anew: 1, already: 1, unreadable: 0 });
        enter(&house, &next_code(&house, &authenticator).await).await.is(200);
    }
}

both! {
    async fn what_was_given_up_is_left_out(stage: Stage) {
        let (old, new) = (MasterKey::generate(), MasterKey::generate());
        let house = started(stage, &Secrets::new(&old)).await;
        let ada = house.owner(ADA).await;
        let authenticator = enrolled(&house, &ada).await;
        let code = next_code(&house, &authenticator).await;
        let proofs = json!({ "current_password": PASSWORD, "code": code });
        house.post("/me/totp/remove", Some(&ada.access), proofs).await.is(204);
        let house = started(house.stage, &Secrets::rotated(&new, &[old])).await;
        assert_eq!(reseal(&house, "authenticators").await, Resealed::default());
    }
}

both! {
    async fn who_is_being_erased_is_sealed_anew(stage: Stage) {
        let (old, new) = (MasterKey::generate(), MasterKey::generate());
        let grace = "grace@example.com";
        let house = started(stage, &Secrets::new(&old)).await;
        let ada = house.owner(ADA).await;
        let person = house.member(&ada, grace, json!({ "role": "member" })).await;
        house.post("/me/erase", Some(&person.access), json!({ "email": grace })).await.is(202);

        let house = started(house.stage, &Secrets::rotated(&new, &[old])).await;
        let done = |anew, already| Resealed { anew, already, unreadable: 0 };
        let people = "people who are being erased";
        assert_eq!(reseal(&house, people).await, done(1, 0));
        assert_eq!(reseal(&house, people).await, done(0, 1));
        reseal(&house, "signing keys").await;

        let house = started(house.stage, &Secrets::new(&new)).await;
        settle(&house).await;
        assert_eq!(erase_people(&house).await, [true], "the former key is not needed");
        assert_eq!(reseal(&house, people).await, Resealed::default(), "they are told, and it is gone");
    }
}
