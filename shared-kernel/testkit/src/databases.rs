//! Fresh databases, cheaply: a migrated template is made once, then copied (a file on SQLite, `CREATE DATABASE …
//! TEMPLATE` on PostgreSQL).

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection, Executor};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tempfile::TempDir;
use tokio::sync::OnceCell;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    /// The server's URL; each test makes a database of its own there.
    Postgres(String),
}

impl Backend {
    /// Where a server is given.
    pub fn postgres() -> Option<Self> {
        std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty()).map(Self::Postgres)
    }
}

static SQLITE_TEMPLATES: OnceCell<TempDir> = OnceCell::const_new();

/// Copies every domain's migrated file into `folder`.
pub async fn sqlite_files(folder: &Path) {
    let templates = SQLITE_TEMPLATES
        .get_or_init(|| async {
            let templates = tempfile::tempdir().expect("a temporary folder");
            for domain in migrations::DOMAINS {
                let file = sqlite_file(templates.path(), domain);
                migrations::migrate_sqlite(&file, domain).await.expect("migrates");
            }
            templates
        })
        .await;
    for domain in migrations::DOMAINS {
        std::fs::copy(sqlite_file(templates.path(), domain), sqlite_file(folder, domain)).expect("copies");
    }
}

pub fn sqlite_file(folder: &Path, domain: &str) -> PathBuf {
    folder.join(format!("{domain}.sqlite"))
}

/// A database of the test's own on the server; dropped with it.
pub struct PostgresDatabase {
    server_url: String,
    name: String,
}

static POSTGRES_TEMPLATE: OnceCell<String> = OnceCell::const_new();
const TEMPLATE_LOCK: i64 = 0x7465_7374;

impl PostgresDatabase {
    /// Migrated.
    pub async fn create(server_url: &str) -> Self {
        let template = POSTGRES_TEMPLATE.get_or_init(|| template(server_url)).await;
        Self::copy(server_url, template).await
    }

    /// As a new installation finds it.
    pub async fn empty(server_url: &str) -> Self {
        Self::copy(server_url, "template0").await
    }

    async fn copy(server_url: &str, template: &str) -> Self {
        let name = format!("insula_test_{}", uuid::Uuid::new_v4().simple());
        let mut connection = connect(server_url).await;
        let sql = format!("CREATE DATABASE {name} TEMPLATE {template}");
        connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.expect("copies the template");
        connection.close().await.expect("closes");
        Self { server_url: server_url.to_owned(), name }
    }

    pub fn url(&self) -> String {
        with_database(&self.server_url, &self.name)
    }
}

impl Drop for PostgresDatabase {
    /// The test's own runtime is going down, so this has a thread and a runtime of its own.
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let server_url = self.server_url.clone();
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime starts").block_on(async {
                let mut connection = connect(&server_url).await;
                connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.expect("drops");
            });
        });
        let _ = dropping.join();
    }
}

/// The migrated template of this version's migrations, made by whichever test process comes first.
async fn template(server_url: &str) -> String {
    let name = format!("insula_template_{}", fingerprint());
    let mut connection = connect(server_url).await;
    sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(TEMPLATE_LOCK)
        .execute(&mut connection)
        .await
        .expect("locks");
    let known: (bool,) = sqlx::query_as("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)")
        .bind(&name)
        .fetch_one(&mut connection)
        .await
        .expect("asks");
    if !known.0 {
        let making = format!("{name}_making");
        for sql in [format!("DROP DATABASE IF EXISTS {making}"), format!("CREATE DATABASE {making}")] {
            connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.expect("makes the template");
        }
        let url = with_database(server_url, &making);
        migrations::migrate_postgres(&url, &migrations::DOMAINS).await.expect("migrates");
        let sql = format!("ALTER DATABASE {making} RENAME TO {name}");
        connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.expect("renames");
    }
    connection.close().await.expect("closes, and lets go of the lock");
    name
}

fn fingerprint() -> String {
    static FINGERPRINT: OnceLock<String> = OnceLock::new();
    FINGERPRINT
        .get_or_init(|| {
            let texts = migrations::DOMAINS.iter().flat_map(|domain| migrations::of(domain));
            let all: String = texts.map(|migration| format!("{}{}", migration.name, migration.sql)).collect();
            uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, all.as_bytes()).simple().to_string()
        })
        .clone()
}

async fn connect(url: &str) -> PgConnection {
    let options: PgConnectOptions = url.parse().expect("TEST_DATABASE_URL is a postgres:// URL");
    PgConnection::connect_with(&options).await.expect("the test server answers")
}

/// The same server and credentials, another database.
fn with_database(url: &str, name: &str) -> String {
    let (base, query) = url.split_once('?').map_or((url, None), |(base, query)| (base, Some(query)));
    let authority = base.find("://").map_or(0, |at| at + 3);
    let end = base[authority..].find('/').map_or(base.len(), |at| authority + at);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}/{name}{query}", &base[..end])
}
