//! What is deleted a while after it ended, and what stays.

use crate::house::{House, PASSWORD, Reply};
use actix_web::http::Method;
use chrono::{DateTime, Duration, Utc};
use kernel::UserId;
use serde_json::json;
use testkit::{Stage, both};
use uuid::Uuid;

const ADA: &str = "ada@example.com";

async fn refresh(house: &House, token: &str) -> Reply {
    house.post("/refresh", None, json!({ "refresh_token": token })).await
}

async fn count(house: &House, rows: &str) -> i64 {
    let system = house.databases.system("tests").await.unwrap();
    let found = system.query_all(&format!("SELECT count(*) AS n FROM {rows}"), vec![]).await.unwrap();
    system.commit().await.unwrap();
    found[0].try_get("", "n").unwrap()
}

/// How many sessions and refresh tokens there are once everything that ended long ago is deleted.
async fn left(house: &House) -> (i64, i64) {
    house.clean_up().await;
    (count(house, "sessions").await, count(house, "refresh_tokens").await)
}

both! {
    async fn a_session_goes_a_month_after_it_ended(stage: Stage) {
        let house = House::new(stage).await;
        let days = |days| house.stage.clock.advance(Duration::days(days));
        let ada = house.owner(ADA).await;
        let signing_out = house.enter(ADA).await;
        let _expiring = house.enter(ADA).await;
        house.post("/sign-out", Some(&signing_out.access), json!({})).await.is(204);
        days(20);
        let second = refresh(&house, &ada.refresh).await.is(200);
        days(10);
        assert_eq!(left(&house).await, (3, 4));
        days(1);
        assert_eq!(left(&house).await, (2, 3), "a month ago somebody signed out");
        days(7);
        assert_eq!(left(&house).await, (2, 2), "the first token has expired a week ago");
        let third = refresh(&house, &second.at("/refresh_token")).await.is(200);
        house.get("/me", &third.at("/access_token")).await.is(200);
        days(23);
        assert_eq!(left(&house).await, (1, 1), "one session expired a month ago, and the other goes on");
        refresh(&house, &third.at("/refresh_token")).await.is(200);
    }
}

both! {
    /// It has no refresh token.
    async fn an_operators_session_goes_as_well(stage: Stage) {
        let house = House::new(stage).await;
        house.owner(ADA).await;
        house.enter(ADA).await;
        house.operator().await;
        let newest = "(SELECT id FROM sessions ORDER BY id DESC LIMIT 1)";
        let system = house.databases.system("tests").await.unwrap();
        for sql in [
            "DELETE FROM refresh_tokens WHERE session_id IN (SELECT public_id FROM sessions WHERE id IN {newest})",
            "UPDATE sessions SET operator_id = (SELECT public_id FROM operators) WHERE id IN {newest}",
        ] {
            assert_eq!(system.execute(&sql.replace("{newest}", newest), vec![]).await.unwrap(), 1);
        }
        system.commit().await.unwrap();
        house.stage.clock.advance(Duration::days(30));
        assert_eq!(left(&house).await, (2, 1));
        house.stage.clock.advance(Duration::days(1));
        assert_eq!(left(&house).await, (1, 1));
    }
}

both! {
    async fn a_used_token_still_ends_its_session(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let mut newest = ada.refresh.clone();
        for _ in 0..36 {
            house.stage.clock.advance(Duration::days(1));
            newest = refresh(&house, &newest).await.is(200).at("/refresh_token");
            house.clean_up().await;
        }
        let pair = refresh(&house, &newest).await.is(200);
        house.get("/me", &pair.at("/access_token")).await.is(200);
        refresh(&house, &ada.refresh).await.problem(401, "users.refresh_refused");
        house.get("/me", &pair.at("/access_token")).await.problem(401, "unauthenticated");
        refresh(&house, &pair.at("/refresh_token")).await.problem(401, "users.refresh_refused");
        house.clean_up().await;
        assert_eq!(count(&house, "sessions").await, 1, "it has just ended");
    }
}

both! {
    async fn who_was_away_for_long_is_told_of_their_device(stage: Stage) {
        let house = House::new(stage).await;
        house.owner(ADA).await;
        house.stage.clock.advance(Duration::days(100));
        assert_eq!(left(&house).await, (0, 0));
        let body = json!({ "email": ADA, "password": PASSWORD });
        let firefox = [("user-agent", "Firefox")];
        house.call(Method::POST, "/sign-in", None, &firefox, Some(body)).await.is(200);
        assert_eq!(house.messages("tests.device").await.len(), 1);
    }
}

/// A table, for how many days what has ended stays in it, and how a row of person `$2` comes there that ends at `$3`.
const KEPT: [(&str, i64, &str); 6] = [
    (
        "email_tokens",
        30,
        "INSERT INTO email_tokens (tenant_id, public_id, user_id, hash, display_name, organization_name, password_hash, \
         tries, expires_at, created_at, updated_at) VALUES ((SELECT tenant_id FROM memberships WHERE user_id = $2), \
         $1, $2, $4, 'Ada', 'Engines', '', 0, $3, $3, $3)",
    ),
    (
        "password_resets",
        30,
        "INSERT INTO password_resets (public_id, user_id, hash, expires_at, created_at, updated_at) \
         VALUES ($1, $2, $4, $3, $3, $3)",
    ),
    (
        "email_changes",
        30,
        "INSERT INTO email_changes (public_id, user_id, new_email, new_email_key, old_hash, new_hash, expires_at, \
         ended_at, created_at, updated_at) VALUES ($1, $2, 'a@b.example', 'a@b.example', $4, $4, $3, $3, $3, $3)",
    ),
    (
        "recovery_codes",
        30,
        "INSERT INTO recovery_codes (public_id, user_id, hash, created_at, updated_at, deleted_at, deleted_by) \
         VALUES ($1, $2, $4, $3, $3, $3, 'tests')",
    ),
    (
        // Marked as deleted, since two of them have one subject here.
        "sign_in_places",
        90,
        "INSERT INTO sign_in_places (public_id, subject, created_at, updated_at, deleted_at, deleted_by) \
         SELECT $1, $4, $3, $3, $3, 'tests' FROM users WHERE public_id = $2",
    ),
    (
        "passkey_ceremonies",
        0,
        "INSERT INTO passkey_ceremonies (public_id, user_id, sealed_state, expires_at, created_at, updated_at) \
         VALUES ($1, $2, $4, $3, $3, $3)",
    ),
];

async fn insert(house: &House, sql: &str, user: UserId, ends_at: DateTime<Utc>, ids: &[Uuid]) {
    let system = house.databases.system("tests").await.unwrap();
    for id in ids {
        let values = vec![(*id).into(), user.into(), ends_at.into(), vec![0u8; 32].into()];
        assert_eq!(system.execute(sql, values).await.unwrap(), 1);
    }
    system.commit().await.unwrap();
}

async fn is_there(house: &House, table: &str, id: Uuid) -> bool {
    let system = house.databases.system("tests").await.unwrap();
    let sql = format!("SELECT public_id FROM {table} WHERE public_id = $1");
    let found = system.query_all(&sql, vec![id.into()]).await.unwrap();
    system.commit().await.unwrap();
    !found.is_empty()
}

both! {
    async fn links_and_codes_go_when_nobody_asks_for_them_any_more(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        house.stage.clock.advance(Duration::days(1));
        for (table, days, sql) in KEPT {
            let limit = house.stage.clock.now() - Duration::days(days);
            let [ended, still_kept] = [Uuid::from_u128(1), Uuid::from_u128(2)];
            insert(&house, sql, ada.user, limit - Duration::seconds(1), &[ended]).await;
            insert(&house, sql, ada.user, limit + Duration::seconds(1), &[still_kept]).await;
            house.clean_up().await;
            assert!(!is_there(&house, table, ended).await, "{table} keeps what ended");
            assert!(is_there(&house, table, still_kept).await, "{table} loses what it should keep");
        }
        let living = "INSERT INTO recovery_codes (public_id, user_id, hash, created_at, updated_at) \
            VALUES ($1, $2, $4, $3, $3)";
        let id = Uuid::from_u128(3);
        insert(&house, living, ada.user, house.stage.clock.now(), &[id]).await;
        house.stage.clock.advance(Duration::days(400));
        house.clean_up().await;
        assert!(is_there(&house, "recovery_codes", id).await);
        assert_eq!(count(&house, "recovery_codes").await, 1);
        house.sign_in(ADA, PASSWORD).await.is(200);
    }
}

both! {
    async fn a_long_backlog_is_deleted_in_batches(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let (_, _, sql) = KEPT[1];
        let ids: Vec<Uuid> = (1..=2_300).map(Uuid::from_u128).collect();
        insert(&house, sql, ada.user, house.stage.clock.now(), &ids).await;
        house.clean_up().await;
        assert_eq!(count(&house, "password_resets").await, 2_300);
        house.stage.clock.advance(Duration::days(31));
        house.clean_up().await;
        assert_eq!(count(&house, "password_resets").await, 0);
        house.clean_up().await;
    }
}
