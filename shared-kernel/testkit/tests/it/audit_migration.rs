//! The audit log of an installation from before its details were kept apart: everything is still there, and erasable.

use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection, Executor};
use testkit::{Stage, both};
use uuid::Uuid;

const UNDO: &str = "DROP INDEX audit_entries_of_actor; DROP INDEX audit_entries_of_action; DROP TABLE audit_details; \
    ALTER TABLE audit_entries DROP COLUMN detail_hash; ALTER TABLE audit_entries DROP COLUMN actor_user; \
    DELETE FROM users_migrations WHERE version = 'm0003_audit_details';";

/// As the owner of the schema.
async fn undo(stage: &Stage) {
    match stage.postgres_url() {
        Some(url) => {
            let mut owner = PgConnection::connect(&url).await.unwrap();
            let sql = format!("SET ROLE insula_users_owner; SET search_path = users; {UNDO}");
            owner.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.unwrap();
        }
        None => {
            let options = SqliteConnectOptions::new().filename(stage.folder.path().join("users.sqlite"));
            let mut owner = SqliteConnection::connect_with(&options).await.unwrap();
            owner.execute(sqlx::raw_sql(UNDO)).await.unwrap();
        }
    }
}

async fn migrate(stage: &Stage) {
    match stage.postgres_url() {
        Some(url) => migrations::migrate_postgres(&url, &["users"]).await.unwrap(),
        None => {
            migrations::migrate_sqlite(&stage.folder.path().join("users.sqlite"), "users").await.unwrap();
        }
    }
}

#[derive(FromQueryResult)]
struct Row {
    resource: String,
    before: Option<Value>,
    client_address: Option<String>,
    detail_hash: Option<Vec<u8>>,
    actor_user: Option<Uuid>,
    detail: String,
}

both!(
    async fn entries_from_before_keep_their_detail_apart(stage: Stage) {
        undo(&stage).await;
        let tenant = stage.tenant();
        let databases = stage.databases("users").await;
        let ctx = tenant.ctx(&[]);
        let (ada, key) = (Uuid::from_u128(0xada), Uuid::from_u128(0x1234));
        let unit = databases.write(&ctx).await.unwrap();
        let insert = data::sql!(
            "INSERT INTO audit_entries (tenant_id, public_id, action, resource, resource_id, before, after, actor, \
             client_address, request_id, happened_at, created_at) VALUES ($1, $2, 'a.b.c', $3, $2, $4, $5, $6, $7, 'r', $8, $8)"
        );
        for (at, actor, before, address) in [
            (
                1,
                json!({ "kind": "user", "id": ada }),
                Some(json!({ "name": "Ada \"L\"" })),
                Some("203.0.113.9"),
            ),
            (2, json!({ "kind": "api_key", "id": key, "owner": ada }), None, None),
            (3, json!({ "kind": "system", "domain": "users" }), Some(json!([1, 2.5])), None),
        ] {
            let row = unit.sql(insert).bind(Uuid::from_u128(at)).bind(at.to_string()).bind(before);
            let row = row.bind(None::<Value>).bind(actor).bind(address.map(str::to_owned)).bind(ctx.now());
            assert_eq!(row.exec().await.unwrap(), 1);
        }
        unit.commit(()).await.unwrap();

        migrate(&stage).await;
        let unit = databases.write(&ctx).await.unwrap();
        let all = data::sql!(
            "SELECT e.resource, e.before, e.client_address, e.detail_hash, e.actor_user, d.detail FROM audit_entries AS e \
             JOIN audit_details AS d ON d.tenant_id = e.tenant_id AND d.public_id = e.public_id \
             WHERE e.tenant_id = $1 ORDER BY e.id"
        );
        let rows: Vec<Row> = unit.sql(all).all().await.unwrap();
        assert_eq!(rows.iter().map(|row| row.resource.as_str()).collect::<Vec<_>>(), ["1", "2", "3"]);
        assert_eq!(rows.iter().map(|row| row.actor_user).collect::<Vec<_>>(), [Some(ada), Some(ada), None]);
        for row in &rows {
            assert_eq!((&row.before, &row.client_address), (&None, &None), "it can be erased");
            assert_eq!(row.detail_hash.as_deref(), Some(&[][..]), "it was never sealed");
        }
        let details = rows.iter().map(|row| serde_json::from_str(&row.detail).unwrap());
        let expected = [
            json!({ "before": { "name": "Ada \"L\"" }, "after": null, "client_address": "203.0.113.9" }),
            json!({ "before": null, "after": null, "client_address": null }),
            json!({ "before": [1, 2.5], "after": null, "client_address": null }),
        ];
        assert_eq!(details.collect::<Vec<Value>>(), expected);
        drop(unit);

        // A ledger as before.
        for refused in [
            data::sql!("UPDATE audit_entries SET action = 'x' WHERE tenant_id = $1"),
            data::sql!("DELETE FROM audit_entries WHERE tenant_id = $1"),
            data::sql!("UPDATE audit_details SET detail = '{}' WHERE tenant_id = $1"),
        ] {
            let unit = databases.write(&ctx).await.unwrap();
            assert!(unit.sql(refused).exec().await.is_err(), "{refused:?}");
        }
        let unit = databases.write(&ctx).await.unwrap();
        let erase = data::sql!("DELETE FROM audit_details WHERE tenant_id = $1");
        assert_eq!(unit.sql(erase).exec().await.unwrap(), 3);
        // A node of the version before goes on writing while this one is rolled out.
        let row = unit
            .sql(insert)
            .bind(Uuid::from_u128(4))
            .bind("4".to_owned())
            .bind(Some(json!({})))
            .bind(None::<Value>);
        let row = row.bind(json!({ "kind": "user", "id": ada })).bind(None::<String>).bind(ctx.now());
        assert_eq!(row.exec().await.unwrap(), 1);
        unit.commit(()).await.unwrap();
    }
);
