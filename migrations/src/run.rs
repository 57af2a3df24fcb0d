//! Runs what is pending. On PostgreSQL under a polled session lock (a transaction-level one deadlocks with
//! `CREATE INDEX CONCURRENTLY`), so that any number of nodes may start at once.

use crate::{ddl, domains, postgres};
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectOptions, Database, DatabaseConnection, DbBackend, Statement};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection, Executor, Row};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the database does not answer: {0}")]
    Unavailable(#[source] sqlx::Error),
    #[error(
        "the login role may not create what Insula needs ({0}). Have an administrator run what \
         `insula migrate --print-sql` prints, then start again"
    )]
    NotAllowed(#[source] sqlx::Error),
    #[error("another node has been migrating for over {0:?}")]
    Locked(Duration),
    #[error(
        "the {domain} database has migrations this version does not know ({unknown}) and lacks some it does: \
         run the newer version"
    )]
    Diverged { domain: &'static str, unknown: String },
    #[error("migrating {domain} failed")]
    Failed { domain: &'static str, source: DbErr },
}

const LOCK: i64 = 0x696e_7375_6c61;
const LOCK_WAIT: Duration = Duration::from_secs(120);
const LOCK_POLL: Duration = Duration::from_millis(100);

/// Brings the domains on this server up to date, making roles and schemas where they are missing.
pub async fn migrate_postgres(url: &str, domains: &[&'static str]) -> Result<(), Error> {
    let options: PgConnectOptions = url.parse().map_err(Error::Unavailable)?;
    let mut guard = PgConnection::connect_with(&options).await.map_err(Error::Unavailable)?;
    lock(&mut guard).await?;
    provision(&mut guard, options.get_username(), domains).await?;
    for domain in domains.iter().copied() {
        let owner = format!("insula_{domain}_owner");
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false);
        options.map_sqlx_postgres_opts(move |options| {
            options.options([("search_path", domain), ("role", &owner)])
        });
        migrate(domain, options).await?;
    }
    // The lock goes with the connection.
    guard.close().await.map_err(Error::Unavailable)
}

/// Brings one domain's file up to date.
pub async fn migrate_sqlite(file: &Path, domain: &'static str) -> Result<(), Error> {
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", file.display()));
    options.max_connections(1).sqlx_logging(false);
    migrate(domain, options).await
}

async fn lock(connection: &mut PgConnection) -> Result<(), Error> {
    let mut waited = Duration::ZERO;
    loop {
        let row = sqlx::query("SELECT pg_try_advisory_lock($1)").bind(LOCK).fetch_one(&mut *connection).await;
        if row.and_then(|row| row.try_get::<bool, _>(0)).map_err(Error::Unavailable)? {
            return Ok(());
        }
        if waited >= LOCK_WAIT {
            return Err(Error::Locked(waited));
        }
        tokio::time::sleep(LOCK_POLL).await;
        waited += LOCK_POLL;
    }
}

async fn provision(connection: &mut PgConnection, login: &str, domains: &[&str]) -> Result<(), Error> {
    let known: i64 = sqlx::query(
        "SELECT (SELECT count(*) FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner \
         WHERE r.rolname = 'insula_' || n.nspname || '_owner' AND n.nspname = ANY($1)) \
         + (SELECT count(*) FROM pg_extension WHERE extname = ANY($2))",
    )
    .bind(domains.iter().map(|domain| (*domain).to_owned()).collect::<Vec<_>>())
    .bind(postgres::EXTENSIONS.map(str::to_owned).to_vec())
    .fetch_one(&mut *connection)
    .await
    .and_then(|row| row.try_get(0))
    .map_err(Error::Unavailable)?;
    if usize::try_from(known).is_ok_and(|known| known == domains.len() + postgres::EXTENSIONS.len()) {
        return Ok(());
    }
    let sql = postgres::provision_sql(login, domains);
    connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.map(drop).map_err(Error::NotAllowed)
}

async fn migrate(domain: &'static str, options: ConnectOptions) -> Result<(), Error> {
    let failed = |source| Error::Failed { domain, source };
    let database = Database::connect(options).await.map_err(failed)?;
    let applied = applied(&database, domain).await.map_err(failed)?;
    let ours = domains::of(domain);
    let unknown: Vec<&str> = applied
        .iter()
        .map(String::as_str)
        .filter(|name| !ours.iter().any(|migration| migration.name == *name))
        .collect();
    let pending = ours.iter().any(|migration| !applied.contains(migration.name));
    let outcome = match (pending, unknown.is_empty()) {
        (true, false) => Err(Error::Diverged { domain, unknown: unknown.join(", ") }),
        (true, true) => {
            tracing::info!(domain, "bringing the schema up to date");
            run(&database, domain).await.map_err(failed)
        }
        (false, false) => {
            tracing::warn!(domain, unknown = unknown.join(", "), "the database is newer than this version");
            Ok(())
        }
        (false, true) => Ok(()),
    };
    database.close().await.map_err(failed)?;
    outcome
}

fn history_table(domain: &str) -> String {
    format!("{domain}_migrations")
}

async fn applied(database: &DatabaseConnection, domain: &str) -> Result<BTreeSet<String>, DbErr> {
    let table = history_table(domain);
    if !SchemaManager::new(database).has_table(&table).await? {
        return Ok(BTreeSet::new());
    }
    let sql = format!("SELECT version FROM {table}");
    let rows = database.query_all_raw(Statement::from_string(database.get_database_backend(), sql)).await?;
    rows.iter().map(|row| row.try_get("", "version")).collect()
}

async fn run(database: &DatabaseConnection, domain: &'static str) -> Result<(), DbErr> {
    macro_rules! migrators {
        ($($name:ident = $domain:literal),*) => {
            match domain {
                $($domain => {
                    struct $name;
                    #[async_trait::async_trait]
                    impl MigratorTrait for $name {
                        fn migrations() -> Vec<Box<dyn MigrationTrait>> {
                            steps($domain)
                        }
                        fn migration_table_name() -> DynIden {
                            Alias::new(history_table($domain)).into_iden()
                        }
                    }
                    $name::up(database, None).await
                })*
                other => Err(DbErr::Custom(format!("no migrations of {other}"))),
            }
        };
    }
    migrators!(
        Users = "users",
        Billing = "billing",
        Inventory = "inventory",
        Workflow = "workflow",
        Notifications = "notifications",
        Reports = "reports",
        Imports = "imports"
    )
}

fn steps(domain: &'static str) -> Vec<Box<dyn MigrationTrait>> {
    let steps = domains::of(domain).iter().map(|migration| Step { domain, migration: *migration });
    steps.map(|step| Box::new(step) as Box<dyn MigrationTrait>).collect()
}

struct Step {
    domain: &'static str,
    migration: domains::Migration,
}

impl MigrationName for Step {
    fn name(&self) -> &str {
        self.migration.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    #[expect(elided_lifetimes_in_paths, reason = "async_trait needs the trait's own spelling")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = match manager.get_database_backend() {
            DbBackend::Postgres => ddl::for_postgres(self.domain, self.migration.sql),
            _ => ddl::for_sqlite(self.migration.sql),
        };
        manager.get_connection().execute_unprepared(&sql).await.map(drop)
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
