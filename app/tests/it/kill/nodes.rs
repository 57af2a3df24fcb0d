//! The processes of one house while they are killed and started again, and the doors clients find open meanwhile.

use super::caller::Caller;
use super::chance::Chance;
use crate::client::Client;
use crate::house::{Ground, Process};
use crate::tenant::sign_up;
use chrono::{DateTime, Utc};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;
use testkit::Backend;
use tokio::task::{JoinHandle, block_in_place, spawn_blocking};

pub struct Nodes {
    ground: Arc<Ground>,
    nodes: Vec<Node>,
    pub doors: Doors,
    logs: Vec<String>,
}

struct Node {
    role: &'static str,
    state: State,
}

enum State {
    Down,
    Starting(JoinHandle<Process>),
    Up(Process),
}

/// Recovery is to be quick here; and the clients ask more often than people do.
const SETTINGS: [(&str, &str); 5] = [
    ("INSULA_OUTBOUND__ALLOW_PRIVATE_ADDRESSES", "true"),
    ("INSULA_JOBS__LEASE_MS", "1000"),
    ("INSULA_JOBS__SWEEP_INTERVAL_MS", "1000"),
    ("INSULA_LIMITS__REQUESTS_PER_MINUTE_PER_CREDENTIAL", "10000000"),
    ("INSULA_LIMITS__REQUESTS_PER_MINUTE_PER_TENANT", "10000000"),
];

impl Nodes {
    pub async fn start(backend: &Backend, roles: &[&'static str]) -> Self {
        let mut ground = Ground::alone(backend).await;
        for (variable, value) in SETTINGS {
            ground.set(variable, value);
        }
        let nodes = roles.iter().map(|role| Node { role, state: State::Down }).collect();
        let mut nodes = Self { ground: Arc::new(ground), nodes, doors: Doors::default(), logs: Vec::new() };
        nodes.all_up().await;
        nodes
    }

    pub async fn tenant(&self, email: &str) -> Caller {
        let up = self.nodes.iter().find_map(|node| match &node.state {
            State::Up(process) if node.role != "worker" => Some(process),
            _ => None,
        });
        let owner = sign_up(&self.ground, up.unwrap(), email).await;
        Caller::new(owner, self.doors.clone())
    }

    /// Who is killed in one round, one blow after another.
    pub fn blows(&self, chance: &mut Chance) -> Vec<Vec<usize>> {
        match self.nodes.len() {
            1 => vec![vec![0]; chance.within(1..4)],
            _ if chance.one_in(4) => vec![vec![0, 1]],
            _ if chance.one_in(2) => vec![vec![0], vec![1]],
            _ => vec![vec![1], vec![0]],
        }
    }

    /// When it was done. What the house cannot do without is started again; the rest may wait for the next blow.
    pub async fn kill(&mut self, blow: &[usize], chance: &mut Chance) -> DateTime<Utc> {
        for index in blow {
            let process = self.nodes[*index].up(&self.ground, &self.doors, *index).await;
            self.logs.push(process.log());
            self.doors.0.kills.fetch_add(1, Ordering::SeqCst);
            block_in_place(|| process.kill());
            self.doors.close(*index);
        }
        let killed_at = SystemTime::now().into();
        let left = self.nodes.iter().filter(|node| !matches!(node.state, State::Down));
        let roles: Vec<_> = left.map(|node| node.role).collect();
        let enough = roles.iter().any(|role| *role != "worker") && roles.iter().any(|role| *role != "api");
        if !enough || chance.one_in(2) {
            for (index, node) in self.nodes.iter_mut().enumerate() {
                node.start(&self.ground, &self.doors, index);
            }
        }
        killed_at
    }

    pub async fn all_up(&mut self) {
        for (index, node) in self.nodes.iter_mut().enumerate() {
            node.start(&self.ground, &self.doors, index);
        }
        for (index, node) in self.nodes.iter_mut().enumerate() {
            node.state = State::Up(node.up(&self.ground, &self.doors, index).await);
        }
    }

    /// The nodes that do jobs.
    pub fn workers(&self) -> impl Iterator<Item = usize> {
        (0..self.nodes.len()).filter(|node| self.nodes[*node].role != "api")
    }

    pub async fn stop(mut self) {
        self.all_up().await;
        for node in self.nodes.drain(..) {
            if let State::Up(process) = node.state {
                process.stop();
            }
        }
    }
}

impl Node {
    /// Nobody waits for it: clients find it when its door is open.
    fn start(&mut self, ground: &Arc<Ground>, doors: &Doors, index: usize) {
        if matches!(self.state, State::Down) {
            let (ground, doors, role) = (ground.clone(), doors.clone(), self.role);
            self.state = State::Starting(spawn_blocking(move || {
                let process = ground.start(role);
                if role != "worker" {
                    doors.opened(index, &process.url);
                }
                process
            }));
        }
    }

    /// Takes the process, once it is up.
    async fn up(&mut self, ground: &Arc<Ground>, doors: &Doors, index: usize) -> Process {
        self.start(ground, doors, index);
        match std::mem::replace(&mut self.state, State::Down) {
            State::Up(process) => process,
            State::Starting(starting) => starting.await.unwrap(),
            State::Down => unreachable!("it has just been started"),
        }
    }
}

/// A test that fails shows what the processes complained of.
impl Drop for Nodes {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let living = self.nodes.iter().filter_map(|node| match &node.state {
                State::Up(process) => Some(process.log()),
                _ => None,
            });
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
    kills: AtomicUsize,
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

    /// How many there were; counted just before each.
    pub fn kills(&self) -> usize {
        self.0.kills.load(Ordering::SeqCst)
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
