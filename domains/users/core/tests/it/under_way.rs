//! A request that was let in before something ended elsewhere does nothing after it that would last: the unit of work asks
//! again. What another node has ended is believed here for nearly a second, and so it is as with a request that waits.

use crate::house::{House, Person, Reply};
use crate::passkeys::registered;
use crate::roles::role;
use crate::second_factors::enrolled;
use crate::teams::team;
use actix_web::http::Method;
use chrono::Duration;
use serde_json::{Value, json};
use testkit::{Stage, both, eventually};

type Asked = (Method, String, Value);

async fn ask(house: &House, who: &Person, (method, path, body): &Asked) -> Reply {
    let if_match: &[(&str, &str)] = if *method == Method::PATCH { &[("if-match", "*")] } else { &[] };
    house.call(method.clone(), path, Some(&who.access), if_match, Some(body.clone())).await
}

/// Who they are is known here from now on, and what another node does is not.
async fn known(house: &House, who: &Person) {
    house.stage.clock.advance(Duration::seconds(1));
    eventually("they are known", || async {
        (house.get("/me", &who.access).await.status == 200).then_some(())
    })
    .await;
}

async fn end_elsewhere(house: &House, who: &Person) {
    known(house, who).await;
    let system = house.databases.system("tests").await.unwrap();
    let end = "UPDATE users SET sessions_ended_at = $1 WHERE public_id = $2";
    let values = vec![house.stage.clock.now().into(), who.user.into()];
    assert_eq!(system.execute(end, values).await.unwrap(), 1);
    system.commit().await.unwrap();
}

async fn let_back(house: &House, who: &Person) {
    let system = house.databases.system("tests").await.unwrap();
    let back = "UPDATE users SET sessions_ended_at = NULL WHERE public_id = $1";
    assert_eq!(system.execute(back, vec![who.user.into()]).await.unwrap(), 1);
    system.commit().await.unwrap();
}

both! {
    async fn what_would_outlive_a_session_is_not_done_by_one_that_has_ended(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "viewer" })).await;
        let key = house.post("/api-keys", Some(&ada.access), json!({ "name": "k" })).await.is(201).at("/id");
        let clerk = role(&house, &ada, "Clerk", &["users.members.read"]).await;
        let clerks = team(&house, &ada, json!({ "name": "Clerks", "role": "viewer" })).await;
        registered(&house, &ada).await;
        let passkey = house.get("/me/passkeys", &ada.access).await.is(200).at("/data/0/id");
        let grant = json!({ "role": "viewer", "reason": "A wrong total", "minutes": 240 });
        let (post, patch) = (Method::POST, Method::PATCH);
        let lasting: [Asked; 12] = [
            (post.clone(), "/api-keys".to_owned(), json!({ "name": "late", "role": "viewer" })),
            (post.clone(), format!("/api-keys/{key}/rotate"), json!({})),
            (patch.clone(), format!("/members/{}", bob.membership), json!({ "role": "admin" })),
            (post.clone(), format!("/members/{}/suspend", bob.membership), json!({})),
            (post.clone(), "/invitations".to_owned(), json!({ "email": "mal@example.com", "role": "viewer" })),
            (post.clone(), "/roles".to_owned(), json!({ "name": "Late", "permissions": ["users.audit.read"] })),
            (patch.clone(), format!("/roles/{clerk}"), json!({ "permissions": ["users.audit.read"] })),
            (post.clone(), "/teams".to_owned(), json!({ "name": "Late", "role": "admin" })),
            (post.clone(), format!("{clerks}/members"), json!({ "member_id": bob.membership })),
            (patch.clone(), "/policy".to_owned(), json!({ "session_minutes": 600 })),
            (post.clone(), "/support-grants".to_owned(), grant),
            (Method::DELETE, format!("/me/passkeys/{passkey}"), json!({})),
        ];
        for request in &lasting {
            end_elsewhere(&house, &ada).await;
            let told = ask(&house, &ada, request).await;
            assert_eq!(told.status, 401, "{request:?}: {}", told.text);
            let_back(&house, &ada).await;
        }
        // It was good for all of them.
        known(&house, &ada).await;
        for request in &lasting {
            let told = ask(&house, &ada, request).await;
            assert!((200..300).contains(&told.status), "{request:?}: {}", told.text);
        }
    }
}

both! {
    async fn a_second_factor_is_not_changed_by_a_session_that_has_ended(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let authenticator = enrolled(&house, &ada).await;
        end_elsewhere(&house, &ada).await;
        let proofs = json!({ "current_password": crate::house::PASSWORD, "code": authenticator.recovery_codes[0] });
        let renew = (Method::POST, "/me/recovery-codes".to_owned(), proofs);
        assert_eq!(ask(&house, &ada, &renew).await.status, 401);
    }
}

both! {
    async fn nobody_undoes_what_was_done_to_them(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let eve = house.member(&ada, "eve@example.com", json!({ "role": "admin" })).await;
        let own = uuid::Uuid::parse_str(&eve.membership).unwrap();
        let path = format!("/members/{}", eve.membership);
        let shown = async |at: &str| house.get(&path, &ada.access).await.is(200).at(at);

        known(&house, &eve).await;
        let suspend = data::sql!("UPDATE memberships SET state = 'suspended' WHERE tenant_id = $1 AND public_id = $2");
        house.meddle(&ada, suspend, Some(own)).await.unwrap();
        let resume = (Method::POST, format!("{path}/resume"), json!({}));
        let told = ask(&house, &eve, &resume).await;
        assert!([401, 403].contains(&told.status), "{}", told.text);
        assert_eq!(shown("/state").await, "suspended");
        house.post(&resume.1, Some(&ada.access), json!({})).await.is(200);

        known(&house, &eve).await;
        let demote = data::sql!("UPDATE memberships SET role = 'viewer' WHERE tenant_id = $1 AND public_id = $2");
        house.meddle(&ada, demote, Some(own)).await.unwrap();
        let requests = [
            (Method::PATCH, path.clone(), json!({ "role": "admin" })),
            (Method::POST, "/api-keys".to_owned(), json!({ "name": "late", "role": "viewer" })),
            (Method::POST, "/invitations".to_owned(), json!({ "email": "mal@example.com", "role": "viewer" })),
        ];
        for request in &requests {
            let told = ask(&house, &eve, request).await;
            assert_eq!(told.status, 403, "{request:?}: {}", told.text);
        }
        assert_eq!(shown("/role").await, "viewer");
    }
}
