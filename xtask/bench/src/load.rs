//! One round of load. wrk does it: it takes little of the machine that it shares with what is measured.

use crate::Failure;
use crate::scenario::{Furniture, Scenario};
use std::path::{Path, PathBuf};
use std::process::Command;

const SCRIPT: &str = include_str!("load.lua");

pub struct Load {
    script: PathBuf,
    folder: PathBuf,
    api_key: String,
    connections: u64,
    rounds: std::cell::Cell<u64>,
}

/// What one round came to.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    pub requests: u64,
    pub seconds: f64,
    pub p50_ms: f64,
    pub p95_ms: f64,
    pub p99_ms: f64,
}

impl Load {
    pub fn new(folder: &Path, furniture: &Furniture, connections: u64) -> Result<Self, Failure> {
        let script = folder.join("load.lua");
        std::fs::write(&script, SCRIPT)?;
        Ok(Self {
            script,
            folder: folder.to_owned(),
            api_key: furniture.api_key.clone(),
            connections,
            rounds: std::cell::Cell::new(0),
        })
    }

    pub fn script(&self) -> &Path {
        &self.script
    }

    /// A round in which anything was refused is none.
    pub fn drive(
        &self,
        scenario: Scenario,
        furniture: &Furniture,
        address: &str,
        seconds: u64,
    ) -> Result<Round, Failure> {
        let paths = self.folder.join("paths");
        std::fs::write(&paths, scenario.paths(furniture).join("\n"))?;
        let round = self.rounds.get() + 1;
        self.rounds.set(round);
        let output = Command::new("wrk")
            .args(["--threads", "1", "--connections", &self.connections.to_string()])
            .args(["--duration", &format!("{seconds}s"), "--timeout", "10s", "--latency", "--script"])
            .arg(&self.script)
            .arg(format!("http://{address}/"))
            .env("BENCH_PATHS", &paths)
            .env("BENCH_METHOD", if scenario.is_write() { "POST" } else { "GET" })
            .env("BENCH_RUN", format!("R{round}"))
            .env("BENCH_API_KEY", &self.api_key)
            .output()
            .map_err(|error| format!("wrk, which makes the load, does not start: {error}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        read(&text).map_err(|fault| {
            format!("{scenario} at {address}: {fault}\n{text}{}", String::from_utf8_lossy(&output.stderr))
                .into()
        })
    }
}

fn read(output: &str) -> Result<Round, String> {
    let line = output.lines().find_map(|line| line.strip_prefix("figures ")).ok_or("wrk told no figures")?;
    let figures: Vec<u64> = line.split(' ').filter_map(|figure| figure.parse().ok()).collect();
    let [requests, micros, p50, p95, p99, refused, broken] = figures[..] else {
        return Err(format!("these are no figures: {line}"));
    };
    if refused + broken > 0 {
        return Err(format!("{refused} requests were refused and {broken} broken"));
    }
    if requests == 0 {
        return Err("nothing was answered".to_owned());
    }
    let ms = |micros: u64| micros as f64 / 1e3;
    Ok(Round { requests, seconds: micros as f64 / 1e6, p50_ms: ms(p50), p95_ms: ms(p95), p99_ms: ms(p99) })
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_round_is_read_and_one_with_refusals_is_refused() {
        let round = read("Running 3s test\nfigures 3000 3000000 1500 2500 9000 0 0\n")
            .map(|round| (round.requests, round.seconds, round.p50_ms, round.p95_ms, round.p99_ms));
        assert_eq!(round, Ok((3000, 3.0, 1.5, 2.5, 9.0)));
        for (output, fault) in [
            ("figures 3000 3000000 1500 2500 9000 7 0\n", "7 requests were refused"),
            ("figures 3000 3000000 1500 2500 9000 0 2\n", "2 broken"),
            ("figures 0 3000000 0 0 0 0 0\n", "nothing was answered"),
            ("figures 1 2\n", "no figures"),
            ("unable to connect\n", "no figures"),
        ] {
            let told = read(output).map(|_| ()).unwrap_err();
            assert!(told.contains(fault), "{output}: {told}");
        }
    }
}
