//! Where the data of a run is, and Insula's process on it, set as in production: JSON lines to a file, limits counted
//! but far away, every safeguard on.

use crate::Failure;
use crate::process::{self, Server, free_port};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Row};
use std::path::{Path, PathBuf};
use std::process::Command;

const MASTER_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const DATABASE: &str = "insula_bench";
/// The most the configuration allows: they are counted all the same.
pub const LIMIT: &str = "10000000";

pub enum Storage {
    Sqlite,
    Postgres { database: String, redis: Option<String>, postmaster: u32 },
}

pub struct House {
    pub folder: PathBuf,
    pub storage: Storage,
}

impl House {
    pub fn sqlite(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), storage: Storage::Sqlite }
    }

    pub async fn postgres(folder: &Path, server: &str, redis: Option<String>) -> Result<Self, Failure> {
        let mut connection = PgConnection::connect(server).await?;
        connection.execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"))).await?;
        connection.execute(AssertSqlSafe(format!("CREATE DATABASE {DATABASE}"))).await?;
        let backend: i32 = connection.fetch_one("SELECT pg_backend_pid()").await?.try_get(0)?;
        let postmaster = process::parent(u32::try_from(backend)?)?;
        let (start, _) = server.rsplit_once('/').ok_or("the database's URL ends in no name")?;
        let database = format!("{start}/{DATABASE}");
        Ok(Self { folder: folder.to_owned(), storage: Storage::Postgres { database, redis, postmaster } })
    }

    pub fn mail(&self) -> PathBuf {
        self.folder.join("mail")
    }

    pub fn start_insula(&self, role: &str) -> Result<Server, Failure> {
        self.start_insula_with(role, &[])
    }

    pub fn start_insula_with(&self, role: &str, settings: &[(&str, &str)]) -> Result<Server, Failure> {
        let port = free_port()?;
        let program = std::env::current_exe()?.with_file_name("insula");
        if !program.exists() {
            return Err(format!("{} is missing: build it with the same profile", program.display()).into());
        }
        let mut command = Command::new(program);
        command.args(["serve", "--role", role]).env_clear().current_dir(&self.folder);
        for (name, value) in [
            ("INSULA_HTTP__ADDRESS", format!("127.0.0.1:{port}")),
            ("INSULA_HTTP__PUBLIC_URL", "http://insula.test".to_owned()),
            ("INSULA_DATA__FOLDER", self.folder.display().to_string()),
            ("INSULA_LOGS__FORMAT", "json".to_owned()),
            // One token is sent from the beginning to the end.
            ("INSULA_DOMAINS__USERS__ACCESS_TOKEN_MINUTES", "1440".to_owned()),
            ("INSULA_LIMITS__REQUESTS_PER_MINUTE_PER_CREDENTIAL", LIMIT.to_owned()),
            ("INSULA_LIMITS__REQUESTS_PER_MINUTE_PER_TENANT", LIMIT.to_owned()),
            ("INSULA_SECRETS__MASTER_KEY", MASTER_KEY.to_owned()),
        ] {
            command.env(name, value);
        }
        command.envs(settings.iter().copied());
        if let Storage::Postgres { database, redis, .. } = &self.storage {
            command.env("DATABASE_URL", database);
            if let Some(redis) = redis {
                command.env("REDIS_URL", redis);
            }
        }
        Server::start(&mut command, port, &self.folder.join(format!("insula-{role}.log")))
    }

    pub fn start_bare(&self) -> Result<Server, Failure> {
        let port = free_port()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["bare", "--port", &port.to_string()]);
        match &self.storage {
            Storage::Sqlite => command.arg("--sqlite").arg(&self.folder),
            Storage::Postgres { database, .. } => command.args(["--postgres", database]),
        };
        Server::start(&mut command, port, &self.folder.join("bare.log"))
    }

    /// Whether a domain's messages are all worked off.
    pub async fn is_quiet(&self, domain: &str) -> Result<bool, Failure> {
        // The next of what recurs always waits; it is of no tenant.
        let unfinished = "SELECT count(*) FROM messages WHERE status IN ('queued', 'retrying', 'leased') \
                          AND tenant_id IS NOT NULL";
        let left: i64 = match &self.storage {
            Storage::Postgres { database, .. } => {
                let mut connection = PgConnection::connect(database).await?;
                let sql = unfinished.replace("messages", &format!("{domain}.messages"));
                connection.fetch_one(AssertSqlSafe(sql)).await?.try_get(0)?
            }
            Storage::Sqlite => {
                let file = self.folder.join(format!("{domain}.sqlite"));
                let options = SqliteConnectOptions::new().filename(file).disable_statement_logging();
                let mut connection = SqliteConnection::connect_with(&options).await?;
                connection.fetch_one(unfinished).await?.try_get(0)?
            }
        };
        Ok(left == 0)
    }

    /// What the database would do by itself sooner or later is done before anything is measured.
    pub async fn settle(&self) -> Result<(), Failure> {
        if let Storage::Postgres { database, .. } = &self.storage {
            let mut connection = PgConnection::connect(database).await?;
            for statement in ["VACUUM ANALYZE", "CHECKPOINT"] {
                connection.execute(statement).await?;
            }
        }
        Ok(())
    }
}
