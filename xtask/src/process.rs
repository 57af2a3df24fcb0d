//! Child processes that do not outlive us: each in a process group of its own, stopped on every way out, Ctrl-C and
//! SIGTERM included.

use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use std::{fmt, io, thread};

const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Why a command ended early, as the user reads it.
#[derive(Debug)]
pub enum Fault {
    Failed(String),
    Usage(String),
    Interrupted(i32),
}

impl Fault {
    pub fn failed(text: impl Into<String>) -> Self {
        Self::Failed(text.into())
    }

    pub fn usage(text: &str) -> Self {
        Self::Usage(text.to_owned())
    }

    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::Interrupted(signal) => 128 + u8::try_from(*signal).unwrap_or(0),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(text) => f.write_str(text),
            Self::Usage(text) => write!(f, "usage:\n{text}"),
            Self::Interrupted(signal) => write!(f, "stopped by signal {signal}"),
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Ctrl-C and its like, as values: nothing is torn down in a signal handler.
pub struct Interrupts(Receiver<i32>);

impl Interrupts {
    pub fn listen() -> Result<Self, Fault> {
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            for signal in signals.forever() {
                if sender.send(signal).is_err() {
                    return;
                }
            }
        });
        Ok(Self(receiver))
    }

    /// Lets this much time pass, unless we are interrupted.
    pub fn pause(&self, time: Duration) -> Result<(), Fault> {
        match self.0.recv_timeout(time) {
            Ok(signal) => Err(Fault::Interrupted(signal)),
            Err(RecvTimeoutError::Timeout) => Ok(()),
            Err(RecvTimeoutError::Disconnected) => Err(Fault::failed("nobody listens for signals any more")),
        }
    }

    /// Looks again and again until there is an answer, for at most `bound`.
    pub fn until<T>(
        &self,
        bound: Duration,
        mut look: impl FnMut() -> Result<Option<T>, Fault>,
    ) -> Result<Option<T>, Fault> {
        let end = Instant::now() + bound;
        loop {
            if let Some(answer) = look()? {
                return Ok(Some(answer));
            }
            if Instant::now() >= end {
                return Ok(None);
            }
            self.pause(LOOK_EVERY)?;
        }
    }
}

/// A child and all that it starts. Dropping it stops them: first by `stop_with`, then, after `patience`, by force.
pub struct Group {
    child: Child,
    stop_with: Signal,
    patience: Duration,
}

impl Group {
    pub fn spawn(command: &mut Command, stop_with: Signal, patience: Duration) -> Result<Self, Fault> {
        let child = command
            .process_group(0)
            .stdin(Stdio::null())
            .spawn()
            .map_err(|error| Fault::failed(format!("{}: {error}", command.get_program().display())))?;
        Ok(Self { child, stop_with, patience })
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn exited(&mut self) -> Result<Option<ExitStatus>, Fault> {
        Ok(self.child.try_wait()?)
    }

    /// Asks it to end and says how it did; `None` when it had to be killed.
    pub fn stop(&mut self) -> Option<ExitStatus> {
        self.signal(self.stop_with);
        let end = Instant::now() + self.patience;
        while Instant::now() < end {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            thread::park_timeout(LOOK_EVERY);
        }
        None
    }

    fn signal(&self, signal: Signal) {
        // It may be gone already, which is what we want.
        let _ = kill_process_group(Pid::from_child(&self.child), signal);
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            self.stop();
        }
        // What the child has started and left behind.
        self.signal(Signal::KILL);
        let _ = self.child.wait();
    }
}

/// Runs to the end with our output; an unsuccessful end is a fault.
pub fn run(interrupts: &Interrupts, command: &mut Command) -> Result<(), Fault> {
    run_with(interrupts, command, |_| Ok(()))
}

/// The same, with a look at the group once it has started.
pub fn run_with(
    interrupts: &Interrupts,
    command: &mut Command,
    started: impl FnOnce(&Group) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let text = shown(command);
    let mut group = Group::spawn(command, Signal::TERM, Duration::from_secs(10))?;
    started(&group)?;
    let status = loop {
        if let Some(status) = group.exited()? {
            break status;
        }
        interrupts.pause(LOOK_EVERY)?;
    };
    if status.success() { Ok(()) } else { Err(Fault::failed(format!("`{text}` failed: {status}"))) }
}

/// The cargo that runs us, without what it told us about our own package.
pub fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&name);
        }
    }
    cargo
}

/// The workspace's root.
pub fn root() -> &'static str {
    concat!(env!("CARGO_MANIFEST_DIR"), "/..")
}

/// Our standard error, for a child's standard output.
pub fn to_stderr() -> Result<Stdio, Fault> {
    Ok(Stdio::from(io::stderr().as_fd().try_clone_to_owned()?))
}

fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let mut text = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}
