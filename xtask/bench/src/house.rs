//! Where the data of a run is, and Insula's process on it, set as in production: JSON lines to a file, limits counted
//! but far away, every safeguard on.

use crate::Failure;
use crate::measure::variable;
use crate::options::{Stores, Which};
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
/// Connections outlive the turns of the others.
pub const KEPT: [(&str, &str); 1] = [("INSULA_HTTP__KEEP_ALIVE_MS", "600000")];

/// On a disk, beside the program: a temporary folder may be in memory, where a sync costs nothing.
pub fn folder() -> Result<tempfile::TempDir, Failure> {
    let beside = std::env::current_exe()?.parent().map(Path::to_owned).unwrap_or_default();
    Ok(tempfile::Builder::new().prefix("insula-stock-").tempdir_in(beside)?)
}

impl Stores {
    pub fn backends(&self) -> Vec<Which> {
        self.backend.map_or_else(|| vec![Which::Sqlite, Which::Postgres], |backend| vec![backend])
    }

    pub fn server(&self) -> Option<String> {
        self.database_url.clone().or_else(|| variable("BENCH_DATABASE_URL"))
    }

    /// With a folder of its own below `folder`, and on PostgreSQL a database of its own.
    pub async fn house(&self, backend: Which, folder: &Path, name: &str) -> Result<House, Failure> {
        let folder = folder.join(name);
        std::fs::create_dir_all(&folder)?;
        let mut house = match backend {
            Which::Sqlite => House::sqlite(&folder),
            Which::Postgres => {
                let server = self.server().ok_or("set BENCH_DATABASE_URL, or run it by `cargo xtask`")?;
                let redis = self.redis_url.clone().or_else(|| variable("BENCH_REDIS_URL"));
                House::postgres_named(&format!("insula_{name}"), &folder, &server, redis).await?
            }
        };
        house.program = self.binary.as_deref().map(found).transpose()?;
        Ok(house)
    }
}

/// Whole, since a process is started in another folder.
fn found(program: &Path) -> Result<PathBuf, Failure> {
    program.canonicalize().map_err(|error| format!("{}: {error}", program.display()).into())
}

pub enum Storage {
    Sqlite,
    Postgres { database: String, redis: Option<String>, postmaster: u32 },
}

pub struct House {
    pub folder: PathBuf,
    pub storage: Storage,
    /// Another build of Insula than the one beside this program.
    pub program: Option<PathBuf>,
}

impl House {
    pub fn sqlite(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), storage: Storage::Sqlite, program: None }
    }

    pub async fn postgres(folder: &Path, server: &str, redis: Option<String>) -> Result<Self, Failure> {
        Self::postgres_named(DATABASE, folder, server, redis).await
    }

    /// For a run that has several at once.
    pub async fn postgres_named(
        name: &str,
        folder: &Path,
        server: &str,
        redis: Option<String>,
    ) -> Result<Self, Failure> {
        let mut connection = PgConnection::connect(server).await?;
        connection.execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))).await?;
        connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await?;
        let backend: i32 = connection.fetch_one("SELECT pg_backend_pid()").await?.try_get(0)?;
        let postmaster = process::parent(u32::try_from(backend)?)?;
        let (start, _) = server.rsplit_once('/').ok_or("the database's URL ends in no name")?;
        let database = format!("{start}/{name}");
        let storage = Storage::Postgres { database, redis, postmaster };
        Ok(Self { folder: folder.to_owned(), storage, program: None })
    }

    /// What a large run leaves behind on a server that goes on; a folder goes by itself.
    pub async fn clear(&self, server: Option<&str>) -> Result<(), Failure> {
        if let (Storage::Postgres { database, .. }, Some(server)) = (&self.storage, server) {
            let name = database.rsplit_once('/').map_or("", |(_, name)| name);
            let mut connection = PgConnection::connect(server).await?;
            connection.execute(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).await?;
        }
        Ok(())
    }

    pub fn mail(&self) -> PathBuf {
        self.folder.join("mail")
    }

    pub fn start_insula(&self, role: &str) -> Result<Server, Failure> {
        self.start_insula_with(role, &[])
    }

    pub fn start_insula_with(&self, role: &str, settings: &[(&str, &str)]) -> Result<Server, Failure> {
        let port = free_port()?;
        let mut command = self.insula()?;
        command.args(["serve", "--role", role]).env("INSULA_HTTP__ADDRESS", format!("127.0.0.1:{port}"));
        command.envs(settings.iter().copied());
        Server::start(&mut command, port, &self.folder.join(format!("insula-{role}.log")))
    }

    /// What `insula inventory verify` says; a fault where the books do not hold.
    pub fn verify(&self) -> Result<String, Failure> {
        let mut command = self.insula()?;
        // It reads all there is, in a few statements.
        command.args(["inventory", "verify"]).env("INSULA_DATABASE__STATEMENT_TIMEOUT_MS", "3600000");
        let output = command.output()?;
        let told = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            let because = String::from_utf8_lossy(&output.stderr);
            return Err(format!("the books do not hold:\n{told}{because}").into());
        }
        Ok(told.lines().last().unwrap_or_default().to_owned())
    }

    /// The program, set as every process of this house is.
    fn insula(&self) -> Result<Command, Failure> {
        let beside = std::env::current_exe()?.with_file_name("insula");
        let program = self.program.clone().unwrap_or(beside);
        if !program.exists() {
            return Err(format!("{} is missing: build it with the same profile", program.display()).into());
        }
        let mut command = Command::new(program);
        command.env_clear().current_dir(&self.folder);
        for (name, value) in [
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
        if let Storage::Postgres { database, redis, .. } = &self.storage {
            command.env("DATABASE_URL", database);
            if let Some(redis) = redis {
                command.env("REDIS_URL", redis);
            }
            // Houses that stand side by side share a Redis.
            command.env("INSULA_REDIS__NAMESPACE", database.rsplit_once('/').map_or("", |(_, name)| name));
        }
        Ok(command)
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
