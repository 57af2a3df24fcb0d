//! `cargo xtask ci`: format, the gates on change, lint, tests, and whether the README's first command really starts and answers.

use crate::process::{self, Fault, Group, Interrupts};
use crate::{compat_command, say, services, test};
use rustix::process::Signal;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

const ANSWERS_WITHIN: Duration = Duration::from_secs(60);
const STOPS_WITHIN: Duration = Duration::from_secs(30);
const ASKED_WITHIN: Duration = Duration::from_secs(5);

pub fn run(interrupts: &Interrupts) -> Result<(), Fault> {
    step("format");
    process::run(interrupts, process::cargo().args(["fmt", "--all", "--", "--check"]))?;
    step("compat");
    compat_command::run(&[])?;
    lint(interrupts)?;
    step("test");
    test::run(interrupts, &[])?;
    step("the README's first command starts and answers");
    first_command(interrupts)?;
    say("xtask: all of CI passed");
    Ok(())
}

pub fn lint(interrupts: &Interrupts) -> Result<(), Fault> {
    step("lint");
    let arguments = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    process::run(interrupts, process::cargo().args(arguments))
}

/// `cargo run` as the README has it, but on a free port and in a folder of its own.
fn first_command(interrupts: &Interrupts) -> Result<(), Fault> {
    process::run(interrupts, process::cargo().args(["build", "--bin", "insula"]))?;
    let data = tempfile::tempdir()?;
    let port = services::free_port()?;
    let mut command = process::cargo();
    // The newcomer has set nothing.
    let ours = |name: &str| name.starts_with("INSULA_") || ["DATABASE_URL", "REDIS_URL"].contains(&name);
    for (name, _) in std::env::vars_os().filter(|(name, _)| ours(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    command
        .arg("run")
        .env("INSULA_HTTP__ADDRESS", format!("127.0.0.1:{port}"))
        .env("INSULA_DATA__FOLDER", data.path());
    let begun = Instant::now();
    let mut server = Group::spawn(command.stdout(process::to_stderr()?), Signal::TERM, STOPS_WITHIN)?;
    for path in ["/health/ready", "/docs"] {
        answers(interrupts, &mut server, port, path)?;
        say(&format!("xtask: {path} answers {:.1} s after `cargo run`", begun.elapsed().as_secs_f64()));
    }
    match server.stop() {
        Some(status) if status.success() => Ok(()),
        Some(status) => {
            Err(Fault::failed(format!("after SIGTERM the server ended with {status} instead of 0")))
        }
        None => Err(Fault::failed(format!(
            "the server did not end within {} s of SIGTERM",
            STOPS_WITHIN.as_secs()
        ))),
    }
}

fn answers(interrupts: &Interrupts, server: &mut Group, port: u16, path: &str) -> Result<(), Fault> {
    let mut last = String::from("no answer");
    let up = interrupts.until(ANSWERS_WITHIN, || {
        if let Some(status) = server.exited()? {
            return Err(Fault::failed(format!("`cargo run` ended with {status} before {path} answered")));
        }
        last = get(port, path).unwrap_or_else(|error| error.to_string());
        Ok((last == "200").then_some(()))
    })?;
    up.ok_or_else(|| {
        Fault::failed(format!("{path} did not answer 200 within {} s: {last}", ANSWERS_WITHIN.as_secs()))
    })
}

/// The status of a GET, after following one redirect within the server.
fn get(port: u16, path: &str) -> std::io::Result<String> {
    let head = head_of(port, path)?;
    let status = status_of(&head);
    match location_of(&head).filter(|location| status.starts_with('3') && location.starts_with('/')) {
        Some(location) => Ok(status_of(&head_of(port, location)?).to_owned()),
        None => Ok(status.to_owned()),
    }
}

fn head_of(port: u16, path: &str) -> std::io::Result<String> {
    let mut stream =
        TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), ASKED_WITHIN)?;
    stream.set_read_timeout(Some(ASKED_WITHIN))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(64 * 1024).read_to_end(&mut answer)?;
    let text = String::from_utf8_lossy(&answer);
    Ok(text.split("\r\n\r\n").next().unwrap_or_default().to_owned())
}

fn status_of(head: &str) -> &str {
    head.split_whitespace().nth(1).unwrap_or("no HTTP")
}

fn location_of(head: &str) -> Option<&str> {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("location"))
        .map(|(_, value)| value.trim())
}

fn step(name: &str) {
    say(&format!("xtask: --- {name}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_and_a_location_are_read_from_the_head() {
        let head = "HTTP/1.0 308 Permanent Redirect\r\nContent-Length: 0\r\nLOCATION: /docs/";
        assert_eq!((status_of(head), location_of(head)), ("308", Some("/docs/")));
        assert_eq!((status_of(""), location_of("HTTP/1.1 200 OK")), ("no HTTP", None));
    }
}
