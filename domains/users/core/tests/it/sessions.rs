//! Tokens of a session: how they are changed, and how they end.

use crate::house::House;
use serde_json::json;
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

        // An ancestor comes back: somebody else has it, and the whole session ends.
        refresh(&person.refresh).await.problem(401, "users.refresh_refused");
        house.get("/me", &third.at("/access_token")).await.problem(401, "unauthenticated");
        refresh(&third.at("/refresh_token")).await.problem(401, "users.refresh_refused");
        refresh("ins_rt_unknown").await.problem(401, "users.refresh_refused");
        house.get("/me", &third.at("/refresh_token")).await.problem(401, "unauthenticated");
    }
}

both! {
    async fn of_racing_refreshes_one_at_most_wins(stage: Stage) {
        let house = House::new(stage).await;
        let person = house.owner("ada@example.com").await;
        let refresh = || house.post("/refresh", None, json!({ "refresh_token": person.refresh }));
        let (a, b, c, d) = tokio::join!(refresh(), refresh(), refresh(), refresh());
        let won = [&a, &b, &c, &d].iter().filter(|reply| reply.status == 200).count();
        assert_eq!(won, 1, "{} {} {} {}", a.text, b.text, c.text, d.text);
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
