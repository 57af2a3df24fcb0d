//! Tokens of a session: how they are changed, and how they end.

use crate::house::House;
use futures::future::join_all;
use serde_json::json;
use std::collections::BTreeSet;
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
        let pairs: BTreeSet<_> = told
            .into_iter()
            .filter(|reply| reply.status != 503)
            .map(|reply| {
                let reply = reply.is(200);
                (reply.at("/access_token"), reply.at("/refresh_token"))
            })
            .collect();
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
