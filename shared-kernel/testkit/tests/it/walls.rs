//! One tenant cannot see another's rows, and one domain cannot see another's tables: by type, by statement, and on
//! PostgreSQL by role and row-level security.

use crate::customer;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Executor};
use testkit::{Backend, PostgresDatabase, Stage, both};

both!(
    async fn a_neighbour_sees_and_changes_nothing(stage: Stage) {
        use sea_orm::ColumnTrait;
        let databases = stage.databases("billing").await;
        let (ctx, neighbour) = (stage.tenant().ctx(&[]), stage.tenant().ctx(&[]));
        let unit = databases.write(&ctx).await.unwrap();
        let made = customer::insert(&unit, &ctx, "Ada").await;
        unit.commit(()).await.unwrap();

        let read = databases.read(&neighbour).await.unwrap();
        assert_eq!(read.find::<customer::Entity>().count().await.unwrap(), 0);
        let same_id = read.find::<customer::Entity>().filter(customer::Column::PublicId.eq(made.public_id));
        assert!(same_id.one().await.unwrap().is_none());
        drop(read);
        let unit = databases.write(&neighbour).await.unwrap();
        let touched =
            unit.update::<customer::Entity>().set(customer::Column::Name, "Eve").exec().await.unwrap();
        assert_eq!(touched, 0);
        // A client may choose an id that a neighbour has: it says nothing about the neighbour.
        let row = customer::ActiveModel {
            public_id: sea_orm::Set(made.public_id),
            name: sea_orm::Set("Eve".to_owned()),
            metadata: sea_orm::Set("{}".to_owned()),
            ..Default::default()
        };
        unit.insert(row).await.unwrap();
        unit.commit(()).await.unwrap();
    }
);

both!(
    async fn the_system_door_leads_to_the_platforms_tables_alone(stage: Stage) {
        let databases = stage.databases("billing").await;
        let system = databases.system("a test knocks").await.unwrap();
        assert!(system.query_all("SELECT id FROM messages", vec![]).await.is_ok());
        let refused = system.query_all("SELECT id FROM customers", vec![]).await.unwrap_err();
        let expected = if system.is_postgres() { "permission denied" } else { "system door" };
        assert!(format!("{refused:?}").contains(expected), "{refused:?}");
    }
);

/// On SQLite the types are the wall, and in debug builds each statement is read as well.
#[test]
fn an_unscoped_statement_is_caught_on_sqlite() {
    testkit::run(testkit::Backend::Sqlite, async |stage: Stage| {
        let databases = stage.databases("billing").await;
        let read = databases.read(&stage.tenant().ctx(&[])).await.unwrap();
        // An entity's own query cannot be run from here, but a platform query could name the table.
        let sneaky = <sneak::Entity as sea_orm::EntityTrait>::find();
        let refused = read.platform_one(sneaky).await.unwrap_err();
        assert!(format!("{refused:?}").contains("leaves the tenant out"), "{refused:?}");
    });
}

/// An entity that claims a tenant's table for the platform.
mod sneak {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "customers")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
    impl data::PlatformEntity for Entity {
        const REASON: &'static str = "a test lies";
    }
}

async fn as_role(
    stage: &Stage,
    role: &str,
    tenant: Option<kernel::TenantId>,
    sql: &str,
) -> Result<usize, String> {
    let url = stage.postgres_url().unwrap();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let tenant = tenant.map(|tenant| format!("SET LOCAL app.tenant_id = '{tenant}';")).unwrap_or_default();
    let begin = format!("BEGIN; SET LOCAL ROLE {role}; {tenant}");
    connection.execute(sqlx::raw_sql(AssertSqlSafe(begin))).await.unwrap();
    let rows = connection.fetch_all(sqlx::raw_sql(AssertSqlSafe(sql))).await;
    rows.map(|rows| rows.len()).map_err(|error| error.to_string())
}

#[test]
fn postgres_refuses_other_domains_and_hides_other_tenants() {
    let Some(backend) = testkit::Backend::postgres() else { return };
    testkit::run(backend, async |stage: Stage| {
        let databases = stage.databases("billing").await;
        let (tenant, neighbour) = (stage.tenant(), stage.tenant());
        let ctx = tenant.ctx(&[]);
        let unit = databases.write(&ctx).await.unwrap();
        customer::insert(&unit, &ctx, "Ada").await;
        unit.commit(()).await.unwrap();

        let all = "SELECT id FROM billing.customers";
        let check = async |role: &str, tenant, sql: &str, expected: Result<usize, &str>| {
            let said = as_role(&stage, role, tenant, sql).await;
            match (&said, expected) {
                (Ok(rows), Ok(wanted)) if *rows == wanted => {}
                (Err(error), Err(part)) if error.contains(part) => {}
                _ => panic!("{role}: {sql}: {said:?}, expected {expected:?}"),
            }
        };
        check("insula_billing", Some(tenant.id), all, Ok(1)).await;
        check("insula_billing", Some(neighbour.id), all, Ok(0)).await;
        check("insula_billing", None, all, Ok(0)).await;
        check("insula_billing_owner", None, all, Ok(1)).await;
        check("insula_users", Some(tenant.id), all, Err("permission denied for schema billing")).await;
        check(
            "insula_billing",
            None,
            "SELECT id FROM users.users",
            Err("permission denied for schema users"),
        )
        .await;
        check("insula_billing_system", None, all, Err("permission denied for table customers")).await;
        let foreign = format!(
            "INSERT INTO billing.customers (tenant_id, public_id, name, metadata, version, created_at, updated_at) \
             VALUES ('{}', gen_random_uuid(), 'Eve', '{{}}', 1, now(), now())",
            neighbour.id
        );
        check("insula_billing", Some(tenant.id), &foreign, Err("row-level security")).await;
        let ledger = "UPDATE inventory.movements SET quantity = 0";
        check("insula_inventory", Some(tenant.id), ledger, Err("permission denied for table movements"))
            .await;
    });
}

/// Every table that has a `tenant_id` has row-level security, forced, or it would be a hole that no test above sees.
#[test]
fn row_level_security_is_forced_on_every_tenant_table() {
    let Some(backend) = testkit::Backend::postgres() else { return };
    testkit::run(backend, async |stage: Stage| {
        let mut connection = PgConnection::connect(&stage.postgres_url().unwrap()).await.unwrap();
        let rows: Vec<(String, bool)> = sqlx::query_as(
            "SELECT n.nspname || '.' || c.relname, c.relrowsecurity AND c.relforcerowsecurity \
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' \
             WHERE c.relkind = 'r' AND n.nspname = ANY($1)",
        )
        .bind(migrations::DOMAINS.map(str::to_owned).to_vec())
        .fetch_all(&mut connection)
        .await
        .unwrap();
        assert!(rows.len() > 20, "{rows:?}");
        let bare: Vec<_> = rows.iter().filter(|(_, forced)| !forced).collect();
        assert!(bare.is_empty(), "without forced row-level security: {bare:?}");
    });
}

/// As an administrator prepares a server: the login role may create nothing and has no rights of its own.
#[test]
fn a_login_role_that_inherits_nothing_is_enough() {
    let Some(Backend::Postgres(url)) = Backend::postgres() else { return };
    testkit::run(Backend::Postgres(url.clone()), async |stage: Stage| {
        let database = PostgresDatabase::empty(&url).await;
        let login = format!("insula_login_{}", uuid::Uuid::new_v4().simple());
        let mut admin = PgConnection::connect(&database.url()).await.unwrap();
        let role = format!("CREATE ROLE {login} LOGIN NOINHERIT PASSWORD 'secret'");
        admin.execute(sqlx::raw_sql(AssertSqlSafe(role))).await.unwrap();
        let provision = migrations::provision_sql(&login, &migrations::DOMAINS);
        admin.execute(sqlx::raw_sql(AssertSqlSafe(provision))).await.unwrap();

        let (_, server) = database
            .url()
            .split_once('@')
            .map(|(user, server)| (user.to_owned(), server.to_owned()))
            .unwrap();
        let url = format!("postgres://{login}:secret@{server}");
        migrations::migrate_postgres(&url, &migrations::DOMAINS).await.unwrap();
        let mut bare = PgConnection::connect(&url).await.unwrap();
        let refused = bare.execute("SELECT id FROM billing.customers").await.unwrap_err().to_string();
        assert!(refused.contains("permission denied"), "{refused}");
        bare.close().await.unwrap();

        let databases = stage.databases_at(&url, "billing").await;
        let ctx = stage.tenant().ctx(&[]);
        let unit = databases.write(&ctx).await.unwrap();
        customer::insert(&unit, &ctx, "Ada").await;
        unit.commit(()).await.unwrap();
        let read = databases.read(&ctx).await.unwrap();
        assert_eq!(read.find::<customer::Entity>().count().await.unwrap(), 1);
        drop((read, databases));
        // What the role owns are memberships; they go with it.
        let drop_role = format!("DROP ROLE {login}");
        admin.execute(sqlx::raw_sql(AssertSqlSafe(drop_role))).await.unwrap();
    });
}
