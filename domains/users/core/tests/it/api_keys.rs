//! API keys: made, used, listed, revoked, and no wider than their maker.

use crate::house::House;
use actix_web::http::Method;
use serde_json::json;
use testkit::{Stage, both, eventually};

both! {
    async fn a_key_works_until_it_is_revoked(stage: Stage) {
        let house = House::new(stage).await;
        let person = house.owner("ada@example.com").await;
        let made = house.post("/api-keys", Some(&person.access), json!({ "name": " Import " })).await.is(201);
        let (id, secret) = (made.at("/id"), made.at("/secret"));
        assert!(secret.starts_with("ins_live_") && secret.starts_with(&made.at("/prefix")), "{secret}");
        assert_eq!(made.at("/name"), "Import");
        assert_eq!(made.at("/role"), "owner");
        assert_eq!(made.headers.get("cache-control").unwrap(), "no-store");
        let me = house.get("/me", &secret).await.is(200);
        assert_eq!(me.at("/user_id"), person.user.to_string());

        let path = format!("/api-keys/{id}");
        let shown = house.get(&path, &secret).await.is(200);
        assert_eq!(shown.at("/created_by"), person.user.to_string());
        let list = house.get("/api-keys", &person.access).await.is(200);
        assert_eq!(list.at("/data/0/id"), id);
        assert!(!shown.text.contains(&secret) && !list.text.contains(&secret));

        house.delete(&path, &person.access).await.is(204);
        house.get("/me", &secret).await.problem(401, "unauthenticated");
        let revoked = house.get(&path, &person.access).await.is(200).at("/revoked_at");
        house.stage.clock.advance(chrono::Duration::minutes(1));
        house.delete(&path, &person.access).await.is(204);
        assert_eq!(house.get(&path, &person.access).await.is(200).at("/revoked_at"), revoked);
    }
}

both! {
    async fn a_key_is_no_wider_than_its_maker(stage: Stage) {
        let house = House::new(stage).await;
        let person = house.owner("ada@example.com").await;
        let make = |bearer: String, role: &'static str| {
            let house = &house;
            async move { house.post("/api-keys", Some(&bearer), json!({ "name": "k", "role": role })).await }
        };
        let demote = async |sql: data::TenantSql| {
            let unit = house.databases.write(&house.ctx_of(&person)).await.unwrap();
            assert_eq!(unit.sql(sql).exec().await.unwrap(), 1);
            unit.commit(()).await.unwrap();
        };
        let admin = make(person.access.clone(), "admin").await.is(201).at("/secret");
        let viewer = make(person.access.clone(), "viewer").await.is(201).at("/secret");
        make(viewer.clone(), "viewer").await.problem(403, "forbidden");
        house.get("/members", &viewer).await.is(200);
        house.get("/audit-entries", &viewer).await.problem(403, "forbidden");

        demote(data::sql!("UPDATE memberships SET role = 'admin' WHERE tenant_id = $1")).await;
        eventually("an admin gives no more than they have", || async {
            (make(person.access.clone(), "owner").await.status == 403).then_some(())
        })
        .await;
        make(person.access.clone(), "owner").await.problem(403, "users.role_too_wide");
        let widest = house.post("/api-keys", Some(&person.access), json!({ "name": "k" })).await.is(201);
        assert_eq!(widest.at("/role"), "admin");

        // The maker becomes a viewer: so do their keys.
        demote(data::sql!("UPDATE memberships SET role = 'viewer' WHERE tenant_id = $1")).await;
        eventually("the key's role follows its maker's", || async {
            (house.get("/api-keys", &admin).await.status == 403).then_some(())
        })
        .await;
        house.get("/members", &admin).await.is(200);
    }
}

both! {
    async fn a_key_makes_no_key_that_would_outlive_it(stage: Stage) {
        let house = House::new(stage).await;
        let person = house.owner("ada@example.com").await;
        let soon = json!({ "name": "k", "expires_at": "2026-01-15T12:30:00Z" });
        let key = house.post("/api-keys", Some(&person.access), soon.clone()).await.is(201).at("/secret");
        for body in [json!({ "name": "k" }), json!({ "name": "k", "role": "viewer" }), soon] {
            house.post("/api-keys", Some(&key), body).await.problem(403, "users.session_required");
        }
        let list = house.get("/api-keys", &key).await.is(200);
        assert_eq!(list.json()["data"].as_array().unwrap().len(), 1);
    }
}

both! {
    async fn keys_expire_and_bad_ones_are_refused(stage: Stage) {
        let house = House::new(stage).await;
        let person = house.owner("ada@example.com").await;
        let make = |body: serde_json::Value| house.post("/api-keys", Some(&person.access), body);
        make(json!({ "name": " " })).await.problem(422, "invalid");
        make(json!({ "name": "k", "expires_at": "2026-01-15T12:00:00Z" })).await.problem(422, "invalid");
        make(json!({ "name": "k", "scopes": [] })).await.is(400);
        make(json!({ "name": "k", "role": "emperor" })).await.is(400);
        let id = "01939f2e-7a3c-7c3e-8f00-000000000001";
        make(json!({ "name": "k", "id": id })).await.is(201);
        make(json!({ "name": "k", "id": id })).await.problem(409, "users.api_key_exists");

        let secret = make(json!({ "name": "k", "expires_at": "2026-01-15T12:30:00Z" })).await.is(201).at("/secret");
        house.get("/me", &secret).await.is(200);
        house.stage.clock.advance(chrono::Duration::minutes(30));
        house.get("/me", &secret).await.problem(401, "unauthenticated");
    }
}

both! {
    async fn the_last_use_is_noted_to_the_minute(stage: Stage) {
        let house = House::new(stage).await;
        let person = house.owner("ada@example.com").await;
        let made = house.post("/api-keys", Some(&person.access), json!({ "name": "k" })).await.is(201);
        let path = format!("/api-keys/{}", made.at("/id"));
        let last_used = || async { house.get(&path, &person.access).await.is(200).at("/last_used_at") };
        assert_eq!(last_used().await, "null");
        house.get("/me", &made.at("/secret")).await.is(200);
        let first = eventually("the use is noted", || async {
            Some(last_used().await).filter(|at| at != "null")
        })
        .await;
        house.stage.clock.advance(chrono::Duration::minutes(2));
        let later = eventually("a later use is noted", || async {
            house.get("/me", &made.at("/secret")).await.is(200);
            Some(last_used().await).filter(|at| *at != first)
        })
        .await;
        assert!(later > first, "{later} {first}");
    }
}

both! {
    async fn a_repeat_answers_the_same_secret_once_made(stage: Stage) {
        let house = House::new(stage).await;
        let person = house.owner("ada@example.com").await;
        let body = json!({ "name": "k" });
        let key = [("idempotency-key", "one")];
        let make = || house.call(Method::POST, "/api-keys", Some(&person.access), &key, Some(body.clone()));
        let first = make().await.is(201);
        let again = make().await.is(201);
        assert_eq!(first.text, again.text);
        assert_eq!(again.headers.get("idempotency-replayed").unwrap(), "true");
        let list = house.get("/api-keys", &person.access).await.is(200);
        assert_eq!(list.json()["data"].as_array().unwrap().len(), 1);
    }
}

both! {
    async fn a_neighbours_key_is_not_there(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner("ada@example.com").await, house.owner("bob@example.com").await);
        let body = json!({ "name": "k", "id": "01939f2e-7a3c-7c3e-8f00-000000000001" });
        let adas = house.post("/api-keys", Some(&ada.access), body.clone()).await.is(201);
        let path = format!("/api-keys/{}", adas.at("/id"));
        house.get(&path, &bob.access).await.problem(404, "users.api_key_not_found");
        house.delete(&path, &bob.access).await.problem(404, "users.api_key_not_found");
        house.post("/api-keys", Some(&bob.access), body).await.is(201);
        house.delete(&path, &bob.access).await.is(204);
        house.get("/me", &adas.at("/secret")).await.is(200);
        assert_eq!(house.get("/members", &bob.access).await.is(200).at("/data/0/email"), "bob@example.com");
    }
}
