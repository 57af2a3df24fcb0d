//! Sessions: how their tokens are changed, in which tenants they are, and how they end.

use crate::house::{House, PASSWORD, Person};
use actix_web::test::TestRequest;
use futures::future::join_all;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use testkit::{Stage, both};

both! {
    async fn a_refresh_token_is_good_once(stage: Stage) {
        let house = House::new(stage).await;
        let person = house.owner("ada@example.com").await;
        house.get("/me", &person.access).await.is(200);
        let refresh = |token: &str| house.post("/refresh", None, json!({ "refresh_token": token }));

        let second = refresh(&person.refresh).await.is(200);
        let (access, token) = (second.at("/access_token"), second.at("/refresh_token"));
        house.get("/me", &access).await.is(200);
        house.get("/me", &person.access).await.problem(401, "unauthenticated");
        let third = refresh(&token).await.is(200);
        house.get("/me", &third.at("/access_token")).await.is(200);

        // An ancestor comes back: somebody else has it, and the whole session ends, however short ago it was used.
        refresh(&person.refresh).await.problem(401, "users.refresh_refused");
        house.get("/me", &third.at("/access_token")).await.problem(401, "unauthenticated");
        refresh(&third.at("/refresh_token")).await.problem(401, "users.refresh_refused");
        refresh("ins_rt_unknown").await.problem(401, "users.refresh_refused");
        house.get("/me", &third.at("/refresh_token")).await.problem(401, "unauthenticated");
    }
}

both! {
    async fn of_a_hundred_refreshes_at_once_one_counts_and_all_are_told_it(stage: Stage) {
        let house = House::new(stage).await;
        let person = house.owner("ada@example.com").await;
        let refresh = |token: String| {
            let house = &house;
            async move { house.post("/refresh", None, json!({ "refresh_token": token })).await }
        };
        let told = join_all((0..100).map(|_| refresh(person.refresh.clone()))).await;
        // Where they wait too long for the database, some are told to come back.
        let pairs: Vec<_> = told
            .into_iter()
            .filter(|reply| reply.status != 503)
            .map(|reply| {
                let reply = reply.is(200);
                (reply.at("/access_token"), reply.at("/refresh_token"))
            })
            .collect();
        assert!(pairs.len() > 1, "nobody came too late");
        let pairs = BTreeSet::from_iter(pairs);
        assert_eq!(pairs.len(), 1, "one pair came of it");
        let (access, next) = pairs.into_iter().next().unwrap();
        house.get("/me", &access).await.is(200);

        // Its child is used: from then on the parent is an ancestor.
        house.stage.clock.advance(chrono::Duration::seconds(1));
        let third = refresh(next.clone()).await.is(200);
        assert_eq!(refresh(next.clone()).await.is(200).at("/access_token"), third.at("/access_token"));
        refresh(person.refresh.clone()).await.problem(401, "users.refresh_refused");
        house.get("/me", &third.at("/access_token")).await.is(401);
        refresh(next).await.problem(401, "users.refresh_refused");
    }
}

both! {
    async fn after_ten_seconds_the_parent_ends_the_session_too(stage: Stage) {
        let house = House::new(stage).await;
        let person = house.owner("ada@example.com").await;
        let refresh = || house.post("/refresh", None, json!({ "refresh_token": person.refresh }));
        let first = refresh().await.is(200);
        house.stage.clock.advance(chrono::Duration::seconds(10));
        refresh().await.problem(401, "users.refresh_refused");
        house.get("/me", &first.at("/access_token")).await.is(401);
    }
}

both! {
    async fn tokens_expire(stage: Stage) {
        let house = House::new(stage).await;
        let person = house.owner("ada@example.com").await;
        house.stage.clock.advance(chrono::Duration::minutes(59));
        house.get("/me", &person.access).await.is(200);
        house.stage.clock.advance(chrono::Duration::minutes(1));
        house.get("/me", &person.access).await.problem(401, "unauthenticated");
        house.stage.clock.advance(chrono::Duration::days(30));
        let late = house.post("/refresh", None, json!({ "refresh_token": person.refresh })).await;
        late.problem(401, "users.refresh_refused");
    }
}

both! {
    async fn a_hash_of_former_parameters_is_renewed_by_signing_in(stage: Stage) {
        /// `PASSWORD` with a fifth of today's memory.
        const FORMER: &str =
            "$argon2id$v=19$m=4096,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$eezaVEpweMTU7cixm+TlTaCBu/evKKr3iQzw3ZEw6Oc";
        let house = House::new(stage).await;
        house.owner("ada@example.com").await;
        let bob = house.owner("bob@example.com").await;
        let hash_of = async |user: kernel::UserId| {
            let system = house.databases.system("tests").await.unwrap();
            let sql = "SELECT password_hash FROM users WHERE public_id = $1";
            let rows = system.query_all(sql, vec![user.into()]).await.unwrap();
            system.commit().await.unwrap();
            rows[0].try_get::<String>("", "password_hash").unwrap()
        };
        let todays = hash_of(bob.user).await;
        let system = house.databases.system("tests").await.unwrap();
        let age = "UPDATE users SET password_hash = $1 WHERE email_key = 'ada@example.com'";
        assert_eq!(system.execute(age, vec![FORMER.into()]).await.unwrap(), 1);
        system.commit().await.unwrap();

        house.sign_in("ada@example.com", "wrong horse").await.problem(401, "users.wrong_credentials");
        let ada = house.enter("ada@example.com").await;
        let renewed = hash_of(ada.user).await;
        assert!(renewed.starts_with("$argon2id$v=19$m=19456,"), "{renewed}");
        house.enter("ada@example.com").await;
        assert_eq!(hash_of(ada.user).await, renewed, "a hash of today is left alone");
        house.enter("bob@example.com").await;
        assert_eq!(hash_of(bob.user).await, todays);
    }
}

both! {
    async fn signing_out_ends_one_session(stage: Stage) {
        let house = House::new(stage).await;
        let person = house.owner("ada@example.com").await;
        let other = house.enter("ada@example.com").await;
        house.get("/me", &person.access).await.is(200);
        house.post("/sign-out", Some(&person.access), json!({})).await.is(204);
        house.get("/me", &person.access).await.problem(401, "unauthenticated");
        let refresh = house.post("/refresh", None, json!({ "refresh_token": person.refresh })).await;
        refresh.problem(401, "users.refresh_refused");
        house.get("/me", &other.access).await.is(200);

        let key = house.post("/api-keys", Some(&other.access), json!({ "name": "k" })).await.is(201);
        house.post("/sign-out", Some(&key.at("/secret")), json!({})).await.problem(409, "users.no_session");
    }
}

/// Bob, who is a member of Ada's and of Eve's: a session in hers, and two in the other.
async fn in_two_tenants(house: &House) -> ([Person; 2], [Person; 3]) {
    let (ada, eve) = (house.owner("ada@example.com").await, house.owner("eve@example.com").await);
    let mut sessions = Vec::new();
    for owner in [&ada, &eve] {
        house.stage.clock.advance(chrono::Duration::seconds(1));
        sessions.push(house.member(owner, "bob@example.com", json!({ "role": "member" })).await);
    }
    house.stage.clock.advance(chrono::Duration::seconds(1));
    sessions.push(again(house, &eve).await);
    ([ada, eve], <[Person; 3]>::try_from(sessions).ok().unwrap())
}

/// One more of Bob's there.
async fn again(house: &House, owner: &Person) -> Person {
    let body = json!({ "email": "bob@example.com", "password": PASSWORD, "tenant_id": owner.tenant });
    house.person(&house.post("/sign-in", None, body).await.is(200)).await
}

async fn listed(house: &House, path: &str, by: &Person) -> (Vec<Value>, Value) {
    let told = house.get(path, &by.access).await.is(200).json();
    (told["data"].as_array().cloned().unwrap(), told["next_cursor"].clone())
}

/// What the log of this owner's tenant has of this.
async fn logged(house: &House, owner: &Person, action: &str) -> Vec<Value> {
    let (entries, _) = listed(house, "/audit-entries?limit=100", owner).await;
    entries.into_iter().filter(|entry| entry["action"] == action).collect()
}

both! {
    async fn a_person_sees_their_sessions_in_all_tenants_and_ends_each(stage: Stage) {
        let house = House::new(stage).await;
        let ([ada, eve], [bob, elsewhere, third]) = in_two_tenants(&house).await;
        let (all, _) = listed(&house, "/sessions", &bob).await;
        let tenants: Vec<_> = all.iter().map(|row| row["tenant_id"].clone()).collect();
        assert_eq!(tenants, [json!(eve.tenant), json!(eve.tenant), json!(ada.tenant)]);
        assert!(all.iter().all(|row| row["tenant_name"] == "Engines"), "{all:?}");
        let current: Vec<_> = all.iter().map(|row| row["is_current"] == true).collect();
        assert_eq!(current, [false, false, true]);
        for (sort, limit) in [("-created_at", 1), ("-created_at", 2), ("created_at", 1), ("created_at", 2)] {
            let mut paged = Vec::new();
            let mut cursor = String::new();
            loop {
                let path = format!("/sessions?sort={sort}&limit={limit}{cursor}");
                let (rows, next) = listed(&house, &path, &third).await;
                assert!(rows.len() <= limit);
                paged.extend(rows.into_iter().map(|row| row["id"].clone()));
                let Some(next) = next.as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            if sort == "created_at" {
                paged.reverse();
            }
            assert_eq!(paged, all.iter().map(|row| row["id"].clone()).collect::<Vec<_>>(), "{sort} {limit}");
        }
        for owner in [&ada, &eve] {
            assert_eq!(listed(&house, "/sessions", owner).await.0.len(), 1, "those of others are not hers to see");
        }

        let revoke = format!("/sessions/{}/revoke", all[1]["id"].as_str().unwrap());
        for owner in [&ada, &eve] {
            house.post(&revoke, Some(&owner.access), json!({})).await.problem(404, "users.session_not_found");
        }
        for person in [&bob, &elsewhere, &third] {
            house.get("/me", &person.access).await.is(200);
        }
        house.post(&revoke, Some(&bob.access), json!({})).await.is(204);
        house.post(&revoke, Some(&bob.access), json!({})).await.is(204);
        house.get("/me", &elsewhere.access).await.problem(401, "unauthenticated");
        for person in [&bob, &third] {
            house.get("/me", &person.access).await.is(200);
        }
        assert_eq!(listed(&house, "/sessions", &third).await.0.len(), 2);
        house.deliver_audit().await.into_iter().for_each(|outcome| outcome.unwrap());
        let of_eve = logged(&house, &eve, "users.session.revoke").await;
        assert_eq!(of_eve.len(), 1, "{of_eve:?}");
        assert_eq!([&of_eve[0]["resource_id"], &of_eve[0]["after"]["user"]], [&all[1]["id"], &json!(bob.user)]);
        assert_eq!(of_eve[0]["actor"]["kind"], "system", "where he asked from is nothing to her tenant");
        assert_eq!(logged(&house, &ada, "users.session.revoke").await, [] as [Value; 0]);
    }
}

both! {
    async fn a_session_says_by_which_device_and_from_where_it_was_opened(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        house.stage.clock.advance(chrono::Duration::seconds(1));
        let peer: SocketAddr = "203.0.113.7:4000".parse().unwrap();
        let body = json!({ "email": "ada@example.com", "password": PASSWORD });
        let request = TestRequest::post().uri("/api/v1/users/sign-in").peer_addr(peer);
        let request = request.insert_header(("user-agent", "Firefox")).set_json(body);
        let opened = house.person(&house.send(request).await.is(200)).await;
        for reader in [&ada, &opened] {
            let (rows, _) = listed(&house, "/sessions", reader).await;
            let told: Vec<_> = rows.iter().map(|row| [&row["device"], &row["client_address"]]).collect();
            assert_eq!(told, [[&json!("Firefox"), &json!("203.0.113.7")], [&Value::Null, &Value::Null]]);
        }
    }
}

both! {
    async fn a_person_ends_all_their_sessions_in_all_tenants(stage: Stage) {
        let house = House::new(stage).await;
        let ([ada, eve], [bob, elsewhere, third]) = in_two_tenants(&house).await;
        for person in [&ada, &eve, &bob, &elsewhere, &third] {
            house.get("/me", &person.access).await.is(200);
        }
        house.stage.clock.advance(chrono::Duration::seconds(1));
        house.post("/sessions/revoke-others", Some(&bob.access), json!({})).await.is(204);
        for person in [&elsewhere, &third] {
            house.get("/me", &person.access).await.problem(401, "unauthenticated");
        }
        for person in [&ada, &eve, &bob] {
            house.get("/me", &person.access).await.is(200);
        }
        assert_eq!(listed(&house, "/sessions", &bob).await.0.len(), 1);
        house.post("/sessions/revoke-others", Some(&bob.access), json!({})).await.is(204);

        let fourth = again(&house, &eve).await;
        house.stage.clock.advance(chrono::Duration::seconds(1));
        house.post("/sessions/revoke-all", Some(&bob.access), json!({})).await.is(204);
        for person in [&bob, &fourth] {
            house.get("/me", &person.access).await.problem(401, "unauthenticated");
            let refresh = house.post("/refresh", None, json!({ "refresh_token": person.refresh })).await;
            refresh.problem(401, "users.refresh_refused");
        }
        for person in [&ada, &eve] {
            house.get("/me", &person.access).await.is(200);
        }
        let back = again(&house, &eve).await;
        assert_eq!(listed(&house, "/sessions", &back).await.0.len(), 1);

        house.deliver_audit().await.into_iter().for_each(|outcome| outcome.unwrap());
        let ended = logged(&house, &eve, "users.session.revoke_others").await;
        let counts: Vec<_> = ended.iter().map(|entry| entry["before"]["active"].as_array().unwrap().len()).collect();
        assert_eq!(counts, [1, 2], "the newest first");
        assert_eq!(logged(&house, &eve, "users.user.end_sessions").await, [] as [Value; 0]);
        let all = logged(&house, &ada, "users.user.end_sessions").await;
        assert_eq!(all.len(), 1, "{all:?}");
        assert_eq!(all[0]["before"], json!({ "sessions": "active", "sessions_ended_at": null }));
        assert_eq!(all[0]["after"]["sessions"], "ended");
    }
}

both! {
    async fn a_session_that_has_moved_ends_with_all_and_no_key_ends_any(stage: Stage) {
        let house = House::new(stage).await;
        let ([ada, _], [bob, elsewhere, _]) = in_two_tenants(&house).await;
        house.stage.clock.advance(chrono::Duration::seconds(1));
        let to = json!({ "tenant_id": ada.tenant });
        let moved = house.post("/sessions/switch", Some(&elsewhere.access), to).await.is(200);
        house.get("/me", &moved.at("/access_token")).await.is(200);
        house.stage.clock.advance(chrono::Duration::seconds(1));
        house.post("/sessions/revoke-all", Some(&bob.access), json!({})).await.is(204);
        house.get("/me", &moved.at("/access_token")).await.problem(401, "unauthenticated");
        let key = house.post("/api-keys", Some(&ada.access), json!({ "name": "k" })).await.is(201).at("/secret");
        house.post("/sessions/revoke-all", Some(&key), json!({})).await.problem(403, "users.session_required");
        house.get("/me", &ada.access).await.is(200);
    }
}
