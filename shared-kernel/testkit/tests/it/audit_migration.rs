//! The audit log of an installation from before its details were kept apart, and from before it had a tree: everything is still
//! there.

use kernel::TenantId;
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection, Executor};
use testkit::{Stage, Tenant, both};
use uuid::Uuid;

const UNDO: &str = "DROP INDEX audit_entries_of_actor; DROP INDEX audit_entries_of_action; DROP TABLE audit_details; \
    ALTER TABLE audit_entries DROP COLUMN detail_hash; ALTER TABLE audit_entries DROP COLUMN actor_user; \
    DELETE FROM users_migrations WHERE version = 'm0003_audit_details';";

/// As the owner of the schema.
async fn undo(stage: &Stage, undo: &str) {
    match stage.postgres_url() {
        Some(url) => {
            let mut owner = PgConnection::connect(&url).await.unwrap();
            let sql = format!("SET ROLE insula_users_owner; SET search_path = users; {undo}");
            owner.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.unwrap();
        }
        None => {
            let options = SqliteConnectOptions::new().filename(stage.folder.path().join("users.sqlite"));
            let mut owner = SqliteConnection::connect_with(&options).await.unwrap();
            owner.execute(sqlx::raw_sql(AssertSqlSafe(undo.to_owned()))).await.unwrap();
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
        undo(&stage, UNDO).await;
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

fn undo_tree(stage: &Stage) -> String {
    let trigger = match stage.postgres_url() {
        Some(_) => "DROP FUNCTION audit_entry_unsealed() CASCADE",
        None => "DROP TRIGGER audit_entries_unsealed",
    };
    format!(
        "{trigger}; DROP TABLE audit_backlogs; DROP TABLE audit_unsealed; DROP TABLE audit_tiles; DROP TABLE audit_leaves; \
         DROP TABLE audit_trees; DROP TABLE audit_exports; ALTER TABLE audit_entries DROP COLUMN sealed; \
         DELETE FROM users_migrations WHERE version = 'm0017_audit_tree';"
    )
}

#[derive(FromQueryResult)]
struct Left {
    unsealed: i64,
    begins: Option<Uuid>,
}

both!(
    async fn a_log_from_before_the_tree_is_left_to_be_taken_up(stage: Stage) {
        undo(&stage, &undo_tree(&stage)).await;
        let databases = stage.databases("users").await;
        let mut tenants = [stage.tenant(), stage.tenant(), stage.tenant()];
        for (number, tenant) in tenants.iter_mut().enumerate() {
            tenant.id = TenantId::from_uuid(Uuid::from_u128(number as u128));
        }
        let write = async |tenant: &Tenant, entries: &[u128]| {
            let ctx = tenant.ctx(&[]);
            let unit = databases.write(&ctx).await.unwrap();
            let insert = data::sql!(
                "INSERT INTO audit_entries (tenant_id, public_id, action, resource, resource_id, actor, request_id, \
                 happened_at, created_at) VALUES ($1, $2, 'a.b.c', 'r', $2, $3, 'r', $4, $4)"
            );
            for entry in entries {
                let row = unit.sql(insert).bind(Uuid::from_u128(*entry)).bind(json!({ "kind": "system" }));
                assert_eq!(row.bind(ctx.now()).exec().await.unwrap(), 1);
            }
            unit.commit(()).await.unwrap();
        };
        // The first is the platform's, and the second has no log.
        write(&tenants[0], &[5]).await;
        write(&tenants[2], &[9, 7, 8]).await;

        migrate(&stage).await;
        let left = async |tenant: &Tenant| {
            let left = data::sql!(
                "SELECT (SELECT count(*) FROM audit_unsealed WHERE tenant_id = $1) AS unsealed, \
                 (SELECT public_id FROM audit_backlogs WHERE tenant_id = $1) AS begins"
            );
            let unit = databases.write(&tenant.ctx(&[])).await.unwrap();
            let Left { unsealed, begins } = unit.sql(left).one().await.unwrap().unwrap();
            (unsealed, begins.map(|entry| entry.as_u128()))
        };
        assert_eq!(left(&tenants[0]).await, (0, Some(5)), "nothing was gone through");
        assert_eq!(left(&tenants[1]).await, (0, None));
        assert_eq!(left(&tenants[2]).await, (0, Some(7)));
        // What a node of the version before writes from then on is noted.
        write(&tenants[2], &[3, 10]).await;
        assert_eq!(left(&tenants[2]).await, (2, Some(7)));
    }
);
