//! The processes of one house while they are killed and started again, and the doors clients find open meanwhile.

use super::caller::Caller;
use super::chance::Chance;
use crate::client::Client;
use crate::house::{Ground, Process};
use crate::tenant::sign_up;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use testkit::Backend;
use tokio::task::block_in_place;

pub struct Nodes {
    ground: Ground,
    roles: &'static [&'static str],
    processes: Vec<Option<Process>>,
    pub doors: Doors,
    pub kills: usize,
    logs: Vec<String>,
}

/// Recovery is to be quick here; and the clients ask more often than people do.
const SETTINGS: [(&str, &str); 4] = [
    ("INSULA_JOBS__LEASE_MS", "1000"),
    ("INSULA_JOBS__SWEEP_INTERVAL_MS", "1000"),
    ("INSULA_LIMITS__REQUESTS_PER_MINUTE_PER_CREDENTIAL", "10000000"),
    ("INSULA_LIMITS__REQUESTS_PER_MINUTE_PER_TENANT", "10000000"),
];

impl Nodes {
    pub async fn start(backend: &Backend, roles: &'static [&'static str]) -> Self {
        let mut ground = Ground::alone(backend).await;
        for (variable, value) in SETTINGS {
            ground.set(variable, value);
        }
        let processes = roles.iter().map(|_| None).collect();
        let mut nodes =
            Self { ground, roles, processes, doors: Doors::default(), kills: 0, logs: Vec::new() };
        nodes.all_up();
        nodes
    }

    pub async fn tenant(&mut self, email: &str) -> Caller {
        self.all_up();
        let door = self.roles.iter().position(|role| *role != "worker").unwrap();
        let owner = sign_up(&self.ground, self.processes[door].as_ref().unwrap(), email).await;
        Caller::new(owner, self.doors.clone())
    }

    /// Who is killed in one round, one blow after another.
    pub fn blows(&self, chance: &mut Chance) -> Vec<Vec<usize>> {
        match self.roles {
            [_] if chance.one_in(2) => vec![vec![0]],
            [_] => vec![vec![0], vec![0]],
            _ if chance.one_in(4) => vec![vec![0, 1]],
            _ if chance.one_in(2) => vec![vec![0], vec![1]],
            _ => vec![vec![1], vec![0]],
        }
    }

    pub fn kill(&mut self, blow: &[usize]) {
        for node in blow {
            let process = self.processes[*node].take().unwrap();
            self.logs.push(process.log());
            block_in_place(|| process.kill());
            self.doors.close(*node);
            self.kills += 1;
        }
    }

    /// So that a client can look; what is not needed for it stays down.
    pub fn door_up(&mut self) {
        if self.doors.open().is_empty() {
            self.all_up();
        }
    }

    /// So that requests are answered and work is done; what is not needed for it may stay down.
    pub fn enough_up(&mut self, chance: &mut Chance) {
        let up: Vec<_> = (0..self.roles.len()).filter(|node| self.processes[*node].is_some()).collect();
        let enough = up.iter().any(|node| self.works(*node)) && !self.doors.open().is_empty();
        if !enough || chance.one_in(2) {
            self.all_up();
        }
    }

    pub fn all_up(&mut self) {
        for (node, role) in self.roles.iter().enumerate() {
            if self.processes[node].is_none() {
                let process = block_in_place(|| self.ground.start(role));
                if *role != "worker" {
                    self.doors.opened(node, &process.url);
                }
                self.processes[node] = Some(process);
            }
        }
    }

    /// The nodes that do jobs.
    pub fn workers(&self) -> impl Iterator<Item = usize> {
        (0..self.roles.len()).filter(|node| self.works(*node))
    }

    fn works(&self, node: usize) -> bool {
        self.roles[node] != "api"
    }

    pub fn stop(mut self) {
        for process in self.processes.drain(..).flatten() {
            process.stop();
        }
    }
}

/// A test that fails shows what the processes complained of.
impl Drop for Nodes {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let living = self.processes.iter().flatten().map(Process::log);
            let lines: Vec<String> = self.logs.drain(..).chain(living).collect();
            let lines = lines.iter().flat_map(|log| log.lines());
            for line in lines.filter(|line| line.contains("\"ERROR\"") || line.contains("\"WARN\"")) {
                super::say(line);
            }
        }
    }
}

/// Where the API answers now, by node; and what became of the writes that were under way when one closed.
#[derive(Clone, Default)]
pub struct Doors(Arc<Inner>);

#[derive(Default)]
struct Inner {
    open: Mutex<Vec<(usize, String)>>,
    turn: AtomicUsize,
    broken: AtomicUsize,
    effective: AtomicUsize,
}

impl Doors {
    fn open(&self) -> Vec<(usize, String)> {
        self.0.open.lock().unwrap().clone()
    }

    fn opened(&self, node: usize, url: &str) {
        self.0.open.lock().unwrap().push((node, url.to_owned()));
    }

    fn close(&self, node: usize) {
        self.0.open.lock().unwrap().retain(|(open, _)| *open != node);
    }

    /// The doors by turns, as a load balancer gives them.
    pub fn next(&self, client: &Client) -> Option<Client> {
        let open = self.open();
        let turn = self.0.turn.fetch_add(1, Ordering::Relaxed);
        let (_, url) = open.get(turn % open.len().max(1))?;
        Some(client.at(url))
    }

    pub fn broke_off(&self) {
        self.0.broken.fetch_add(1, Ordering::Relaxed);
    }

    pub fn was_effective(&self) {
        self.0.effective.fetch_add(1, Ordering::Relaxed);
    }

    /// How many writes broke off, and how many of them had taken effect.
    pub fn broken(&self) -> (usize, usize) {
        (self.0.broken.load(Ordering::Relaxed), self.0.effective.load(Ordering::Relaxed))
    }
}
