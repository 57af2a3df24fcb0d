//! A private PostgreSQL and a private Redis in a folder of their own, for as long as the value lives. They forget
//! everything and, for tests, sync nothing: speed is all they are for. Each asks for a password, since others may use the machine.

use crate::find::{self, Program};
use crate::install;
use crate::keeper::Keeper;
use crate::process::{self, Fault, Group, Interrupts};
use rustix::fs::statvfs;
use rustix::process::{Signal, geteuid};
use std::fs::{self, File, Permissions};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

const READY_WITHIN: Duration = Duration::from_secs(60);
const PATIENCE: Duration = Duration::from_secs(10);
/// A test's database is some two thousand files, made and deleted: on a disk that takes longer than most tests.
const MEMORY: &str = "/dev/shm";
/// The tests that run at once and PostgreSQL's log need a quarter of it.
const ROOM_BYTES: u64 = 8 << 30;
/// Another process may take a port between our look and the server's.
const ATTEMPTS: usize = 3;

/// The order of the fields is the order of their end.
pub struct Services {
    pub database_url: Option<String>,
    pub redis_url: Option<String>,
    /// What runs, in words.
    pub account: Vec<String>,
    _postgres: Option<Group>,
    _redis: Option<Group>,
    pub keeper: Keeper,
    _folder: TempDir,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Tests,
    /// With PostgreSQL's own defaults: what is measured must be as durable as in production.
    Measuring,
}

struct Place {
    folder: PathBuf,
    password: String,
    /// Root may not run PostgreSQL, so both run as this user and group.
    account: Option<(u32, u32)>,
}

/// Starts those that are wanted, and installs what is missing if it may.
pub fn start(
    interrupts: &Interrupts,
    postgres: bool,
    redis: bool,
    purpose: Purpose,
) -> Result<Services, Fault> {
    let (postgres, redis) = programs(interrupts, postgres, redis)?;
    let (place, folder) = Place::make(purpose)?;
    let mut services = Services {
        database_url: None,
        redis_url: None,
        account: Vec::new(),
        _postgres: None,
        _redis: None,
        keeper: Keeper::of(&place.folder)?,
        _folder: folder,
    };
    if let Some(program) = postgres {
        init_postgres(interrupts, &program, &place)?;
        let (group, port) =
            attempts(|| start_postgres(interrupts, &program, &place, purpose, &mut services.keeper))?;
        services._postgres = Some(group);
        services.database_url =
            Some(format!("postgres://postgres:{}@127.0.0.1:{port}/postgres", place.password));
        services.account.push(format!("PostgreSQL {} ({})", program.version, program.path.display()));
    }
    if let Some(program) = redis {
        let (group, port) = attempts(|| start_redis(interrupts, &program, &place, &mut services.keeper))?;
        services._redis = Some(group);
        services.redis_url = Some(format!("redis://:{}@127.0.0.1:{port}/0", place.password));
        services.account.push(format!("Redis {} ({})", program.version, program.path.display()));
    }
    Ok(services)
}

fn programs(
    interrupts: &Interrupts,
    postgres: bool,
    redis: bool,
) -> Result<(Option<Program>, Option<Program>), Fault> {
    let look = || (find::postgres().filter(|_| postgres), find::redis().filter(|_| redis));
    let lacking = |found: &(Option<Program>, Option<Program>)| {
        let mut packages = Vec::new();
        if postgres && found.0.is_none() {
            packages.push("postgresql");
        }
        if redis && found.1.is_none() {
            packages.push("redis-server");
        }
        packages
    };
    let found = look();
    let packages = lacking(&found);
    if packages.is_empty() {
        return Ok(found);
    }
    install::install(interrupts, &packages)?;
    let found = look();
    let packages = lacking(&found);
    if packages.is_empty() { Ok(found) } else { Err(install::missing(&packages)) }
}

impl Place {
    /// Root's own temporary folder may be closed to the account that the servers run under.
    fn make(purpose: Purpose) -> Result<(Self, TempDir), Fault> {
        let root = geteuid().is_root();
        let parent = if root { PathBuf::from("/tmp") } else { std::env::temp_dir() };
        let folder = match purpose {
            Purpose::Tests if has_room(MEMORY) => {
                folder_in(Path::new(MEMORY)).or_else(|_| folder_in(&parent))
            }
            _ => folder_in(&parent),
        }?;
        let account = if root {
            let account = find::account("postgres").or_else(|| find::account("nobody"));
            Some(account.ok_or_else(|| {
                Fault::failed(
                    "PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody`",
                )
            })?)
        } else {
            None
        };
        let place = Self { folder: folder.path().to_owned(), password: password()?, account };
        place.give(&place.folder)?;
        Ok((place, folder))
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder);
        if let Some((user, group)) = self.account {
            command.uid(user).gid(group);
        }
        command
    }

    fn give(&self, path: &Path) -> Result<(), Fault> {
        match self.account {
            Some((user, group)) => Ok(chown(path, Some(user), Some(group))?),
            None => Ok(()),
        }
    }

    fn write(&self, name: &str, text: &str) -> Result<PathBuf, Fault> {
        let path = self.folder.join(name);
        fs::write(&path, text)?;
        self.give(&path)?;
        Ok(path)
    }
}

fn has_room(folder: &str) -> bool {
    statvfs(folder).is_ok_and(|room| room.f_bavail.saturating_mul(room.f_frsize) >= ROOM_BYTES)
}

fn folder_in(parent: &Path) -> std::io::Result<TempDir> {
    let closed = Permissions::from_mode(0o700);
    tempfile::Builder::new().prefix("insula-test-").permissions(closed).tempdir_in(parent)
}

fn init_postgres(interrupts: &Interrupts, program: &Program, place: &Place) -> Result<(), Fault> {
    let password = place.write("password", &place.password)?;
    let log = place.folder.join("initdb.log");
    let locale = if cfg!(target_os = "linux") { "C.UTF-8" } else { "en_US.UTF-8" };
    let mut command = place.command(&program.path.join("initdb"));
    command
        .args(["--no-sync", "--auth=password", "--username=postgres", "--encoding=UTF8"])
        .arg(format!("--locale={locale}"))
        .arg(format!("--pwfile={}", password.display()))
        .args(["-D", "postgres"]);
    process::run(interrupts, logged(&mut command, &log)?).map_err(|fault| match fault {
        Fault::Failed(text) => Fault::Failed(format!("{text}\n{}", tail(&log))),
        other => other,
    })
}

fn start_postgres(
    interrupts: &Interrupts,
    program: &Program,
    place: &Place,
    purpose: Purpose,
    keeper: &mut Keeper,
) -> Result<(Group, u16), Fault> {
    let port = free_port()?;
    let log = place.folder.join("postgres.log");
    let mut command = place.command(&program.path.join("postgres"));
    command.args(["-D", "postgres", "-h", "127.0.0.1", "-k", "."]).args(["-p", &port.to_string()]);
    let forgetful: &[&str] = match purpose {
        Purpose::Tests => &["fsync=off", "synchronous_commit=off", "full_page_writes=off"],
        // Its default is for small machines.
        Purpose::Measuring => &["shared_buffers=2GB"],
    };
    let always = ["max_connections=300", "max_locks_per_transaction=256", "timezone=UTC"];
    for setting in always.iter().chain(forgetful) {
        command.args(["-c", *setting]);
    }
    // SIGINT is PostgreSQL's fast shutdown: it does not wait for clients.
    let mut group = Group::spawn(logged(&mut command, &log)?, Signal::INT, PATIENCE)?;
    keeper.watch("INT", &group)?;
    let state = place.folder.join("postgres/postmaster.pid");
    // The eighth line of this file is how pg_ctl knows, too.
    let ready =
        || fs::read_to_string(&state).is_ok_and(|text| text.lines().nth(7).map(str::trim) == Some("ready"));
    wait(interrupts, "PostgreSQL", &mut group, &log, ready)?;
    Ok((group, port))
}

fn start_redis(
    interrupts: &Interrupts,
    program: &Program,
    place: &Place,
    keeper: &mut Keeper,
) -> Result<(Group, u16), Fault> {
    let port = free_port()?;
    let log = place.folder.join("redis.log");
    let settings = format!(
        "bind 127.0.0.1\nport {port}\nsave \"\"\nappendonly no\ndir {}\nrequirepass {}\n",
        place.folder.display(),
        place.password
    );
    let settings = place.write("redis.conf", &settings)?;
    let mut command = place.command(&program.path);
    let mut group = Group::spawn(logged(command.arg(settings), &log)?, Signal::TERM, PATIENCE)?;
    keeper.watch("TERM", &group)?;
    let ask = format!("AUTH {}\r\nPING\r\n", place.password);
    let ready = || answer(port, ask.as_bytes(), 12).is_ok_and(|answer| answer == b"+OK\r\n+PONG\r\n");
    wait(interrupts, "Redis", &mut group, &log, ready)?;
    Ok((group, port))
}

fn wait(
    interrupts: &Interrupts,
    name: &str,
    group: &mut Group,
    log: &Path,
    ready: impl Fn() -> bool,
) -> Result<(), Fault> {
    let up = interrupts.until(READY_WITHIN, || match group.exited()? {
        Some(status) => Err(Fault::failed(format!("{name} ended with {status}:\n{}", tail(log)))),
        None => Ok(ready().then_some(())),
    })?;
    up.ok_or_else(|| {
        Fault::failed(format!("{name} is not ready after {} s:\n{}", READY_WITHIN.as_secs(), tail(log)))
    })
}

fn attempts<T>(mut attempt: impl FnMut() -> Result<T, Fault>) -> Result<T, Fault> {
    for _ in 1..ATTEMPTS {
        match attempt() {
            Err(Fault::Failed(_)) => {}
            outcome => return outcome,
        }
    }
    attempt()
}

fn answer(port: u16, ask: &[u8], length: usize) -> std::io::Result<Vec<u8>> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    stream.write_all(ask)?;
    let mut answer = vec![0; length];
    stream.read_exact(&mut answer)?;
    Ok(answer)
}

pub fn free_port() -> Result<u16, Fault> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn logged<'a>(command: &'a mut Command, log: &Path) -> Result<&'a mut Command, Fault> {
    let file = File::create(log)?;
    Ok(command.stdout(file.try_clone()?).stderr(file))
}

fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

fn password() -> Result<String, Fault> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
