//! API keys: made, used, listed, changed, rotated, revoked, and no wider than their maker.

use crate::house::{House, PASSWORD, Person, Reply};
use crate::roles::{faults, logged, tag};
use actix_web::http::Method;
use chrono::Duration;
use kernel::Actor;
use kernel::ctx::Mode;
use serde_json::{Value, json};
use testkit::{Stage, both, eventually};

async fn make(house: &House, by: &Person, body: Value) -> Reply {
    house.post("/api-keys", Some(&by.access), body).await
}

async fn rotate(house: &House, bearer: &str, id: &str, overlap_minutes: u32) -> Reply {
    let body = json!({ "overlap_minutes": overlap_minutes });
    house.post(&format!("/api-keys/{id}/rotate"), Some(bearer), body).await
}

/// Of each of these secrets.
async fn are_good(house: &House, secrets: &[&str]) -> Vec<bool> {
    let mut good = Vec::new();
    for secret in secrets {
        let status = house.get("/me", secret).await.status;
        assert!([200, 401].contains(&status), "{status}");
        good.push(status == 200);
    }
    good
}

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
        make(json!({ "name": "k", "scope": "users.members.read" })).await.is(400);
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

both! {
    async fn a_key_has_its_scopes_alone(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let scopes = ["users.profile.read", "users.members.read", "users.profile.read"];
        let made = make(&house, &ada, json!({ "name": "k", "scopes": scopes })).await.is(201);
        let (id, secret) = (made.at("/id"), made.at("/secret"));
        assert_eq!(made.at("/role"), "custom");
        assert_eq!(made.json()["scopes"], json!(["users.members.read", "users.profile.read"]));
        let shown = house.get(&format!("/api-keys/{id}"), &ada.access).await.is(200);
        assert_eq!((shown.at("/role"), shown.at("/scopes")), (made.at("/role"), made.at("/scopes")));
        house.get("/members", &secret).await.is(200);
        house.get("/audit-entries", &secret).await.problem(403, "forbidden");
        house.get("/tenant", &secret).await.problem(403, "forbidden");
        let me = house.get("/me", &secret).await.is(200);
        assert_eq!((me.at("/permissions"), me.at("/role").as_str()), (made.at("/scopes"), "owner"));

        let of_role = json!({ "name": "k", "role": "viewer", "scopes": null });
        let of_role = make(&house, &ada, of_role).await.is(201);
        assert_eq!((of_role.at("/role").as_str(), of_role.at("/scopes").as_str()), ("viewer", "null"));
        logged(&house, &ada, &id).await;
        let log = house.get(&format!("/audit-entries?resource_id={id}"), &ada.access).await.is(200);
        assert_eq!(log.json()["data"][0]["after"]["scopes"], made.json()["scopes"]);
    }
}

both! {
    async fn scopes_are_named_right_and_no_wider_than_their_maker(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let check = async |body: Value, expected: &[&str]| {
            let refused = make(&house, &ada, body.clone()).await.problem(422, "invalid");
            assert_eq!(faults(&refused), expected, "{body}");
        };
        let unknown = json!({ "name": " ", "scopes": ["users.members.read", "users.cats.read"] });
        check(unknown, &["/name blank", "/scopes/1 unknown_permission"]).await;
        check(json!({ "name": "k", "scopes": [] }), &["/scopes too_few"]).await;
        let many = vec!["users.members.read"; 201];
        check(json!({ "name": "k", "scopes": many }), &["/scopes too_many"]).await;
        let both = json!({ "name": "k", "role": "viewer", "scopes": ["users.members.read"] });
        check(both, &["/scopes ambiguous"]).await;
        make(&house, &ada, json!({ "name": "k", "scopes": vec!["users.members.read"; 200] })).await.is(201);

        let bob = house.member(&ada, "bob@example.com", json!({ "role": "admin" })).await;
        let wide = json!({ "name": "k", "scopes": ["users.members.read", "users.tenant.write"] });
        make(&house, &bob, wide.clone()).await.problem(403, "users.grant_too_wide");
        make(&house, &ada, wide).await.is(201);
    }
}

both! {
    async fn scopes_are_narrower_when_their_maker_is(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "admin" })).await;
        let scopes = json!({ "name": "k", "scopes": ["users.members.read", "users.audit.read"] });
        let made = make(&house, &bob, scopes).await.is(201);
        let secret = made.at("/secret");
        let actor = Actor::ApiKey { id: made.at("/id").parse().unwrap(), owner: bob.user };
        let of_job = async || {
            let visitor = house.stage.visitor();
            let principal = house.identity.resume(&visitor, ada.tenant, &actor).await.unwrap().unwrap();
            principal.permissions.names().map(str::to_owned).collect::<Vec<_>>()
        };
        house.get("/audit-entries", &secret).await.is(200);
        assert_eq!(of_job().await, ["users.audit.read", "users.members.read"]);
        let viewer = json!({ "role": "viewer" });
        house.patch(&format!("/members/{}", bob.membership), &ada.access, "*", viewer).await.is(200);
        house.get("/audit-entries", &secret).await.problem(403, "forbidden");
        house.get("/members", &secret).await.is(200);
        assert_eq!(of_job().await, ["users.members.read"]);
    }
}

both! {
    async fn a_key_that_is_rotated_has_two_secrets_for_a_while(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let made = make(&house, &ada, json!({ "name": "k", "role": "viewer" })).await.is(201);
        let (id, first) = (made.at("/id"), made.at("/secret"));
        assert_eq!(are_good(&house, &[&first]).await, [true]);

        let rotated = rotate(&house, &ada.access, &id, 10).await.is(200);
        let second = rotated.at("/secret");
        assert!(second != first && second.starts_with(&rotated.at("/prefix")), "{second}");
        for same in ["/id", "/name", "/role", "/created_by", "/created_at"] {
            assert_eq!(rotated.at(same), made.at(same), "{same}");
        }
        assert_eq!(rotated.headers.get("cache-control").unwrap(), "no-store");
        assert_ne!(tag(&rotated), tag(&made));
        assert_eq!(are_good(&house, &[&first, &second]).await, [true, true]);
        house.stage.clock.advance(Duration::minutes(10) - Duration::seconds(1));
        assert_eq!(are_good(&house, &[&first, &second]).await, [true, true]);
        house.stage.clock.advance(Duration::seconds(1));
        assert_eq!(are_good(&house, &[&first, &second]).await, [false, true]);

        // Of several rotations within one overlap, only the last secret but one is good as well.
        let third = rotate(&house, &ada.access, &id, 10).await.is(200).at("/secret");
        assert_eq!(are_good(&house, &[&second, &third]).await, [true, true]);
        let fourth = rotate(&house, &ada.access, &id, 10).await.is(200).at("/secret");
        assert_eq!(are_good(&house, &[&second, &third, &fourth]).await, [false, true, true]);
        // Without an overlap the one before ends with the one before that.
        let fifth = rotate(&house, &ada.access, &id, 0).await.is(200).at("/secret");
        assert_eq!(are_good(&house, &[&third, &fourth, &fifth]).await, [false, false, true]);

        let sixth = rotate(&house, &ada.access, &id, 10).await.is(200).at("/secret");
        assert_eq!(are_good(&house, &[&fifth, &sixth]).await, [true, true]);
        house.delete(&format!("/api-keys/{id}"), &ada.access).await.is(204);
        assert_eq!(are_good(&house, &[&fifth, &sixth]).await, [false, false]);
        rotate(&house, &ada.access, &id, 10).await.problem(409, "users.api_key_revoked");
        let mut actions = logged(&house, &ada, &id).await;
        actions.dedup();
        assert_eq!(actions, ["users.api_key.create", "users.api_key.revoke", "users.api_key.rotate"]);
    }
}

both! {
    async fn a_secret_of_before_is_good_no_longer_than_its_key(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let soon = json!({ "name": "k", "expires_at": "2026-01-15T12:05:00Z" });
        let made = make(&house, &ada, soon).await.is(201);
        let (id, first) = (made.at("/id"), made.at("/secret"));
        let second = rotate(&house, &ada.access, &id, 10).await.is(200).at("/secret");
        assert_eq!(are_good(&house, &[&first, &second]).await, [true, true]);
        house.stage.clock.advance(Duration::minutes(5));
        assert_eq!(are_good(&house, &[&first, &second]).await, [false, false]);
        rotate(&house, &ada.access, &id, 10).await.problem(409, "users.api_key_revoked");
    }
}

both! {
    async fn a_key_is_rotated_by_the_person_who_made_it(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, eve) = (house.owner("ada@example.com").await, house.owner("eve@example.com").await);
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "admin" })).await;
        let owners = make(&house, &ada, json!({ "name": "k" })).await.is(201);
        let (id, secret) = (owners.at("/id"), owners.at("/secret"));
        rotate(&house, &secret, &id, 10).await.problem(403, "users.session_required");
        rotate(&house, &bob.access, &id, 10).await.problem(403, "users.not_own_key");
        rotate(&house, &eve.access, &id, 10).await.problem(404, "users.api_key_not_found");
        let refused = rotate(&house, &ada.access, &id, 10_081).await.problem(422, "invalid");
        assert_eq!(faults(&refused), ["/overlap_minutes out_of_range"]);
        assert_eq!(are_good(&house, &[&secret]).await, [true]);

        let admins = make(&house, &ada, json!({ "name": "k", "role": "admin" })).await.is(201).at("/id");
        rotate(&house, &bob.access, &admins, 10).await.problem(403, "users.not_own_key");
        rotate(&house, &ada.access, &admins, 10_080).await.is(200);
        let path = format!("/api-keys/{id}/rotate");
        let key = [("idempotency-key", "one")];
        let again = || house.call(Method::POST, &path, Some(&ada.access), &key, Some(json!({})));
        let (first, second) = (again().await.is(200), again().await.is(200));
        assert_eq!(first.text, second.text);
        // An hour, unless told.
        assert_eq!(are_good(&house, &[&secret, &first.at("/secret")]).await, [true, true]);
        house.stage.clock.advance(Duration::hours(1));
        assert_eq!(are_good(&house, &[&secret, &first.at("/secret")]).await, [false, true]);
    }
}

both! {
    async fn the_keys_of_a_test_tenant_show_it(stage: Stage) {
        let house = House::new(stage).await;
        let body = json!({
            "email": "ada@example.com", "password": PASSWORD, "display_name": "Ada",
            "organization_name": "Engines", "mode": "test",
        });
        let mut other = body.clone();
        other["mode"] = json!("demo");
        house.post("/sign-up", None, other).await.is(400);
        house.post("/sign-up", None, body).await.is(202);
        // The tenant is that of the sign-up whose link is followed.
        house.sign_up("ada@example.com", PASSWORD, "Engines").await.is(202);
        house.verify(house.links().await.first().unwrap(), PASSWORD).await.is(200);
        let (ada, bob) = (house.enter("ada@example.com").await, house.owner("bob@example.com").await);
        assert_eq!(house.get("/tenant", &ada.access).await.is(200).at("/mode"), "test");
        assert_eq!(house.get("/tenant", &bob.access).await.is(200).at("/mode"), "live");

        let visitor = house.stage.visitor();
        for (person, prefix, mode) in [(&ada, "ins_test_", Mode::Test), (&bob, "ins_live_", Mode::Live)] {
            let made = make(&house, person, json!({ "name": "k" })).await.is(201);
            let rotated = rotate(&house, &person.access, &made.at("/id"), 10).await.is(200);
            for key in [&made, &rotated] {
                let secret = key.at("/secret");
                assert!(secret.starts_with(prefix) && key.at("/prefix").starts_with(prefix), "{secret}");
                assert_eq!(key.at("/prefix").len(), prefix.len() + 4);
                let principal = house.identity.authenticate(&visitor, &secret).await.unwrap().unwrap();
                assert_eq!(principal.mode, mode);
            }
        }
    }
}

both! {
    async fn a_key_whose_prefix_does_not_fit_its_tenant_is_refused(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let secret = make(&house, &ada, json!({ "name": "k" })).await.is(201).at("/secret");
        assert_eq!(are_good(&house, &[&secret]).await, [true]);
        // No use case does this.
        let system = house.databases.system("tests").await.unwrap();
        let turn = "UPDATE tenants SET mode = 'test' WHERE public_id = $1";
        assert_eq!(system.execute(turn, vec![ada.tenant.into()]).await.unwrap(), 1);
        system.commit().await.unwrap();
        eventually("the key is refused", || async {
            (house.get("/me", &secret).await.status == 401).then_some(())
        })
        .await;
        house.get("/me", &ada.access).await.is(200);
    }
}

both! {
    async fn a_key_is_changed_by_who_has_seen_it(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, eve) = (house.owner("ada@example.com").await, house.owner("eve@example.com").await);
        let made = make(&house, &ada, json!({ "name": "k", "role": "viewer" })).await.is(201);
        let (path, secret) = (format!("/api-keys/{}", made.at("/id")), made.at("/secret"));
        let patch = async |if_match: &str, body: Value| house.patch(&path, &ada.access, if_match, body).await;
        assert_eq!(tag(&house.get(&path, &ada.access).await.is(200)), tag(&made));

        // Its use is shown, so the tag is another; it is no change, so whoever has not seen it may go on.
        house.get("/me", &secret).await.is(200);
        let used = eventually("the use is noted", || async {
            let shown = house.get(&path, &ada.access).await.is(200);
            (shown.at("/last_used_at") != "null").then_some(shown)
        })
        .await;
        assert_ne!(tag(&used), tag(&made));
        let body = json!({ "name": " Hourly ", "expires_at": "2026-01-15T12:30:00Z" });
        let changed = patch(tag(&made), body.clone()).await.is(200);
        assert_eq!(changed.at("/name"), "Hourly");
        assert_eq!(changed.json()["expires_at"], body["expires_at"]);
        assert_eq!(house.get(&path, &ada.access).await.is(200).text, changed.text);
        for stale in [tag(&made), tag(&used), "\"7\"", "\"abc\""] {
            patch(stale, body.clone()).await.problem(412, "version_mismatch");
        }
        let same = patch(tag(&changed), body.clone()).await.is(200);
        assert_eq!((tag(&same), &same.text), (tag(&changed), &changed.text));
        let blind = house.call(Method::PATCH, &path, Some(&ada.access), &[], Some(body.clone())).await;
        blind.problem(428, "precondition_required");
        house.patch(&path, &eve.access, "*", body).await.problem(404, "users.api_key_not_found");
        let wrong = json!({ "name": " ", "expires_at": "2026-01-15T12:00:00Z" });
        let refused = patch("*", wrong).await.problem(422, "invalid");
        assert_eq!(faults(&refused), ["/name blank", "/expires_at in_the_past"]);
        let refused = patch("*", json!({ "name": null })).await.problem(422, "invalid");
        assert_eq!(faults(&refused), ["/name null"]);
        patch("*", json!({ "role": "owner" })).await.is(400);
        patch("*", json!({ "scopes": ["users.tenant.write"] })).await.is(400);

        let endless = patch("*", json!({ "expires_at": null })).await.is(200);
        assert_eq!((endless.at("/expires_at").as_str(), endless.at("/name").as_str()), ("null", "Hourly"));
        patch("*", json!({ "expires_at": "2026-01-15T12:10:00Z" })).await.is(200);
        assert_eq!(are_good(&house, &[&secret]).await, [true]);
        house.stage.clock.advance(Duration::minutes(10));
        assert_eq!(are_good(&house, &[&secret]).await, [false]);
        patch("*", json!({ "expires_at": null })).await.problem(409, "users.api_key_revoked");

        logged(&house, &ada, &made.at("/id")).await;
        let log = format!("/audit-entries?resource_id={}&action=users.api_key.update", made.at("/id"));
        let log = house.get(&log, &ada.access).await.is(200);
        let named = |half: &str| log.at(&format!("/data/2/{half}/name"));
        assert_eq!((named("before").as_str(), named("after").as_str()), ("k", "Hourly"));
        assert_eq!(log.at("/data/1/after/expires_at"), "null");
    }
}

both! {
    async fn a_key_is_made_good_for_longer_by_the_person_who_made_it(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "admin" })).await;
        let soon = json!({ "name": "k", "expires_at": "2026-01-15T12:30:00Z" });
        let made = make(&house, &ada, soon).await.is(201);
        let (path, secret) = (format!("/api-keys/{}", made.at("/id")), made.at("/secret"));
        let until = |at: Value| json!({ "expires_at": at });
        for later in [json!(null), json!("2026-01-15T12:31:00Z")] {
            let own = house.patch(&path, &secret, "*", until(later.clone())).await;
            own.problem(403, "users.session_required");
            let bobs = house.patch(&path, &bob.access, "*", until(later)).await;
            bobs.problem(403, "users.not_own_key");
        }
        house.patch(&path, &secret, "*", json!({ "name": "mine" })).await.is(200);
        house.patch(&path, &bob.access, "*", until(json!("2026-01-15T12:29:00Z"))).await.is(200);
        house.patch(&path, &secret, "*", until(json!("2026-01-15T12:28:00Z"))).await.is(200);
        house.patch(&path, &ada.access, "*", until(json!("2026-01-15T12:40:00Z"))).await.is(200);
        house.stage.clock.advance(Duration::minutes(39));
        assert_eq!(are_good(&house, &[&secret]).await, [true]);
    }
}

both! {
    async fn a_key_acts_as_its_maker_so_nobody_else_gets_its_secret(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "admin" })).await;
        let soon = house.stage.clock.now() + chrono::Duration::days(1);
        let body = json!({ "name": "k", "role": "viewer", "expires_at": soon });
        let key = house.post("/api-keys", Some(&ada.access), body).await.is(201);
        let path = format!("/api-keys/{}", key.at("/id"));
        let rotate = house.post(&format!("{path}/rotate"), Some(&bob.access), json!({})).await;
        rotate.problem(403, "users.not_own_key");
        let longer = house.patch(&path, &bob.access, "*", json!({ "expires_at": null })).await;
        longer.problem(403, "users.not_own_key");
        let sooner = json!({ "expires_at": soon - chrono::Duration::hours(1) });
        house.patch(&path, &bob.access, "*", sooner).await.is(200);
        house.post("/sign-out", Some(&key.at("/secret")), json!({})).await.problem(409, "users.no_session");
        house.delete(&path, &bob.access).await.is(204);
    }
}
