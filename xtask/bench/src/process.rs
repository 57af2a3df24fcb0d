//! The two servers as processes, and what /proc tells of them and of the database.

use crate::Failure;
use rustix::process::{Pid, Signal, kill_process};
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Linux counts the time of a process in hundredths of a second, whatever the processor.
const TICK: Duration = Duration::from_millis(10);

pub struct Server {
    child: Child,
    pub address: String,
    log: PathBuf,
}

impl Server {
    /// Listens when it returns. What it says goes to a file, as it would to a collector of logs.
    pub fn start(command: &mut Command, port: u16, log: &Path) -> Result<Self, Failure> {
        let file = File::create(log)?;
        let child = command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).spawn()?;
        let mut server = Self { child, address: format!("127.0.0.1:{port}"), log: log.to_owned() };
        let end = Instant::now() + PATIENCE;
        while TcpStream::connect(&server.address).is_err() {
            if Instant::now() > end || server.child.try_wait()?.is_some() {
                return Err(format!("a server did not start:\n{}", server.told()).into());
            }
            sleep(LOOK_EVERY);
        }
        Ok(server)
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn stop(mut self) -> Result<(), Failure> {
        kill_process(Pid::from_child(&self.child), Signal::TERM)?;
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            sleep(LOOK_EVERY);
        }
        Err(format!("a server did not stop:\n{}", self.told()).into())
    }

    fn told(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn free_port() -> Result<u16, Failure> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Processor time of a process and of those of its children that have ended.
pub fn cpu(process: u32) -> Result<Duration, Failure> {
    let stat = Stat::of(process)?;
    Ok(TICK * (stat.own_ticks + stat.waited_ticks))
}

/// The same of a process and all of its children: of PostgreSQL by its postmaster.
pub fn cpu_of_family(parent: u32) -> Result<Duration, Failure> {
    let mut sum = cpu(parent)?;
    for entry in fs::read_dir("/proc")?.flatten() {
        let Some(process) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // One that ended meanwhile is in its parent's account the next time.
        if let Some(stat) = Stat::of(process).ok().filter(|stat| stat.parent == parent) {
            sum += TICK * stat.own_ticks;
        }
    }
    Ok(sum)
}

pub fn parent(process: u32) -> Result<u32, Failure> {
    Ok(Stat::of(process)?.parent)
}

/// Resident memory now and at its peak, in bytes.
pub fn memory(process: u32) -> Result<(u64, u64), Failure> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let kilobytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim_start_matches(':').split_whitespace().next()?.parse::<u64>().ok()
    };
    let found = kilobytes("VmRSS").zip(kilobytes("VmHWM"));
    let (now, peak) = found.ok_or("no memory in /proc; this needs Linux")?;
    Ok((now * 1024, peak * 1024))
}

struct Stat {
    parent: u32,
    own_ticks: u32,
    waited_ticks: u32,
}

impl Stat {
    fn of(process: u32) -> Result<Self, Failure> {
        let text = fs::read_to_string(format!("/proc/{process}/stat"))
            .map_err(|error| format!("/proc/{process}/stat: {error}; this needs Linux"))?;
        Self::read(&text).ok_or_else(|| format!("/proc/{process}/stat reads strangely: {text}").into())
    }

    /// The name in parentheses may have anything in it.
    fn read(text: &str) -> Option<Self> {
        let (_, rest) = text.rsplit_once(") ")?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let number = |at: usize| fields.get(at)?.parse::<u32>().ok();
        Some(Self {
            parent: number(1)?,
            own_ticks: number(11)? + number(12)?,
            waited_ticks: number(13)? + number(14)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Stat;

    #[test]
    fn times_are_read_whatever_the_name_is() {
        let text = "7 (a ) b) S 5 7 7 0 -1 4194560 900 0 0 0 30 12 4 1 20 0 3 0 100 1 2";
        let stat = Stat::read(text).unwrap();
        assert_eq!((stat.parent, stat.own_ticks, stat.waited_ticks), (5, 42, 5));
        assert!(Stat::read("7 (a) S 5").is_none());
    }
}
