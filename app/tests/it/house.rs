//! Processes of `insula` for tests: on SQLite in a folder, or several on one PostgreSQL database with Redis.

use crate::client::Client;
use crate::sso::PROVIDER;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};
use testkit::Backend;
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

/// Where a house's data is; it outlives its processes.
pub struct Ground {
    pub folder: tempfile::TempDir,
    postgres: Option<testkit::PostgresDatabase>,
    settings: Vec<(String, String)>,
    _machine: Share,
}

/// Some tests measure time and others take all the machine has: these do not run at the same time.
static MACHINE: LazyLock<Arc<RwLock<()>>> = LazyLock::new(Arc::default);

#[expect(dead_code, reason = "held until the test ends")]
enum Share {
    Part(OwnedRwLockReadGuard<()>),
    Whole(OwnedRwLockWriteGuard<()>),
}

/// Runs a test to its end.
pub fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(test);
}

impl Ground {
    pub async fn new(backend: &Backend) -> Self {
        Self::with(backend, Share::Part(MACHINE.clone().read_owned().await)).await
    }

    /// While no other test has a house.
    pub async fn alone(backend: &Backend) -> Self {
        Self::with(backend, Share::Whole(MACHINE.clone().write_owned().await)).await
    }

    async fn with(backend: &Backend, machine: Share) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let postgres = match backend {
            Backend::Sqlite => None,
            Backend::Postgres(url) => Some(testkit::PostgresDatabase::empty(url).await),
        };
        let mut ground = Self { folder, postgres, settings: Vec::new(), _machine: machine };
        // Tests sign up and in more often a minute than people do.
        ground.set("INSULA_LIMITS__PUBLIC_PER_MINUTE_PER_ADDRESS", "6000");
        ground.set("INSULA_LIMITS__TRIES_PER_MINUTE_PER_ACCOUNT", "6000");
        // Tenants' providers are on this machine, and so are the files that prove domains.
        ground.set("INSULA_OUTBOUND__ALLOW_PRIVATE_ADDRESSES", "true");
        ground.set("INSULA_DOMAINS__USERS__DOMAIN_PROOFS_URL", &PROVIDER.proofs_url());
        // All installations of one test run share a Redis, and come from one address.
        ground.set("INSULA_REDIS__NAMESPACE", &uuid::Uuid::new_v4().simple().to_string());
        ground
    }

    pub fn set(&mut self, variable: &str, value: &str) {
        self.settings.push((variable.to_owned(), value.to_owned()));
    }

    /// As other programs reach the same data; `None` on SQLite.
    pub fn database_url(&self) -> Option<String> {
        self.postgres.as_ref().map(testkit::PostgresDatabase::url)
    }

    pub fn mail(&self) -> std::path::PathBuf {
        self.folder.path().join("mail")
    }

    /// Starts a process and waits until it listens.
    pub fn start(&self, role: &str) -> Process {
        let mut command = Command::new(env!("CARGO_BIN_EXE_insula"));
        command.args(["serve", "--role", role]).env_clear().envs(self.variables());
        command
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        Process::of(command.spawn().unwrap())
    }

    /// The token of a new operator of this installation, as whoever has the machine makes one.
    pub fn operator(&self) -> String {
        let told = self.run(&["operator", "create", "Night shift"]);
        told.lines().find(|line| line.starts_with("ins_op_")).unwrap_or_else(|| panic!("{told}")).to_owned()
    }

    /// What a command answers on stdout.
    pub fn run(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_insula"));
        command.args(arguments).env_clear().envs(self.variables()).current_dir(self.folder.path());
        let output = command.output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "insula {arguments:?}: {}\n{told}", output.status);
        String::from_utf8(output.stdout).unwrap()
    }

    /// A process's whole environment; of two with one name the later counts.
    pub fn variables(&self) -> Vec<(String, String)> {
        let folder = |name: &str| self.folder.path().join(name).display().to_string();
        let mut variables = vec![
            ("INSULA_HTTP__ADDRESS", "127.0.0.1:0".to_owned()),
            ("INSULA_HTTP__PUBLIC_URL", "http://insula.test".to_owned()),
            ("INSULA_HTTP__WORKERS", "2".to_owned()),
            ("INSULA_DATA__FOLDER", folder("")),
            ("INSULA_MAIL__FOLDER", self.mail().display().to_string()),
            ("INSULA_LOGS__FORMAT", "json".to_owned()),
            // A walk through everything may take longer than people's tokens live.
            ("INSULA_DOMAINS__USERS__ACCESS_TOKEN_MINUTES", "120".to_owned()),
        ];
        if let Some(database) = &self.postgres {
            std::fs::write(folder("master.key"), MASTER_KEY).unwrap();
            variables.push(("DATABASE_URL", database.url()));
            variables.push(("INSULA_SECRETS__MASTER_KEY", MASTER_KEY.to_owned()));
            variables.push(("INSULA_BLOBS__SHARED", "true".to_owned()));
            if let Ok(redis) = std::env::var("TEST_REDIS_URL") {
                variables.push(("REDIS_URL", redis));
            }
        }
        let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value));
        // What is set again counts as it was set last.
        let variables: BTreeMap<_, _> = variables.chain(self.settings.iter().cloned()).collect();
        variables.into_iter().collect()
    }
}

pub const MASTER_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const START_TIMEOUT: Duration = Duration::from_secs(60);

pub struct Process {
    child: Child,
    pub url: String,
    log: Arc<Mutex<Vec<String>>>,
}

impl Process {
    fn of(mut child: Child) -> Self {
        let log = Arc::new(Mutex::new(Vec::new()));
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (ready, address) = std::sync::mpsc::channel();
        let lines = log.clone();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let address = line.contains("Insula is ready").then(|| address_in(&line));
                lines.lock().unwrap().push(line);
                if let Some(address) = address {
                    let _ = ready.send(address);
                }
            }
        });
        match address.recv_timeout(START_TIMEOUT) {
            Ok(address) => Self { child, url: format!("http://{address}"), log },
            Err(_) => {
                let _ = child.kill();
                panic!("insula did not start:\n{}", log.lock().unwrap().join("\n"));
            }
        }
    }

    pub fn client(&self) -> Client {
        Client::new(&self.url)
    }

    /// As the machine's power would: nothing is flushed, nobody is told.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Where its health and its figures are asked for, when they have an address of their own.
    pub fn monitoring(&self) -> String {
        let log = self.log();
        let line = log.lines().find(|line| line.contains("Insula is ready")).unwrap();
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        format!("http://{}", line["operators"].as_str().unwrap())
    }

    /// SIGTERM.
    pub fn ask_to_stop(&self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
    }

    /// SIGTERM, and whether it went well and in time.
    pub fn stop(mut self) {
        self.ask_to_stop();
        let deadline = Instant::now() + START_TIMEOUT;
        loop {
            match self.child.try_wait().unwrap() {
                Some(status) => {
                    assert!(status.success(), "{status}:\n{}", self.log());
                    return;
                }
                None if Instant::now() > deadline => panic!("it does not stop:\n{}", self.log()),
                None => std::thread::yield_now(),
            }
        }
    }

    pub fn log(&self) -> String {
        self.log.lock().unwrap().join("\n")
    }

    /// The lines that have this in them.
    pub fn log_of(&self, part: &str) -> Vec<String> {
        self.log.lock().unwrap().iter().filter(|line| line.contains(part)).cloned().collect()
    }
}

/// A test that fails leaves no process behind.
impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn address_in(line: &str) -> String {
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    line["address"].as_str().unwrap().to_owned()
}

/// The newest mail to this address whose text has `wanted`.
pub fn mail_to(folder: &Path, address: &str, wanted: &str) -> Option<String> {
    let files = std::fs::read_dir(folder).ok()?.filter_map(Result::ok);
    let texts = files.filter_map(|file| {
        let written_at = file.metadata().ok()?.modified().ok()?;
        Some((written_at, std::fs::read_to_string(file.path()).ok()?))
    });
    let wanted = texts.filter(|(_, text)| text.contains(address) && text.contains(wanted));
    Some(wanted.max()?.1)
}
