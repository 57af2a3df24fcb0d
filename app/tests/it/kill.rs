//! kill -9 in the middle of an import, of clients' writes, of the approval path and of a stream of the audit log, then a
//! restart. What counts is what the client was told: nothing acknowledged is missing, nothing is there twice, and what was begun
//! comes to its end.

mod approval;
mod caller;
mod chance;
mod import;
mod nodes;
mod stream;
mod writers;

use chance::Chance;
use nodes::Nodes;
use std::io::Write;
use testkit::Backend;

const ROUNDS: usize = 12;
/// Twice on the same server.
const TWO_NODES_ROUNDS: usize = 8;

#[test]
fn killed_on_sqlite() {
    run("SQLite", Backend::Sqlite, &["all"], ROUNDS);
}

#[test]
fn killed_on_postgres_as_two_equals() {
    if let Some(backend) = Backend::postgres() {
        run("PostgreSQL, two equals", backend, &["all", "all"], TWO_NODES_ROUNDS);
    }
}

#[test]
fn killed_on_postgres_as_api_and_worker() {
    if let Some(backend) = Backend::postgres() {
        run("PostgreSQL, api and worker", backend, &["api", "worker"], TWO_NODES_ROUNDS);
    }
}

#[test]
fn killed_before_a_collector_has_answered_on_sqlite() {
    stream_of(Backend::Sqlite, &["all"]);
}

#[test]
fn killed_before_a_collector_has_answered_on_postgres() {
    if let Some(backend) = Backend::postgres() {
        stream_of(backend, &["all", "all"]);
    }
}

fn stream_of(backend: Backend, roles: &'static [&'static str]) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut chance = Chance::new(chance::seed());
        let mut nodes = Nodes::start(&backend, roles).await;
        stream::check(&mut nodes, &mut chance).await;
        nodes.stop().await;
    });
}

/// Whether a kill of this round hit work in flight, as far as a client can know for certain.
#[derive(Default)]
struct Hits {
    rounds: usize,
    hit: usize,
}

impl Hits {
    fn add(&mut self, hit: bool) {
        self.rounds += 1;
        self.hit += usize::from(hit);
    }
}

fn run(name: &str, backend: Backend, roles: &'static [&'static str], rounds: usize) {
    let seed = chance::seed();
    say(&format!("kill -9 on {name}: KILL_SEED={seed}"));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut chance = Chance::new(seed);
        let mut nodes = Nodes::start(&backend, roles).await;
        let (mut imports, mut approvals, mut ended) = (Hits::default(), Hits::default(), Vec::new());
        for round in 0..rounds {
            nodes.all_up().await;
            let caller = nodes.tenant(&format!("round-{round}@example.com")).await;
            if round % 2 == 0 {
                imports.add(import::round(&mut nodes, &mut chance, &caller).await);
            } else {
                let (hit, held) = approval::round(&mut nodes, &mut chance, &caller).await;
                approvals.add(hit);
                ended.push((caller, held));
            }
        }
        // A repeat may come late, of a message whose lease had to run out.
        for (caller, invoices) in &ended {
            approval::check_once(caller, invoices).await;
        }
        let (broken, effective) = nodes.doors.broken();
        say(&format!(
            "kill -9 on {name}: {} kills; {} of {} imports and {} of {} approval rounds were hit in flight; \
             {broken} writes broke off, {effective} of them had taken effect",
            nodes.doors.kills(),
            imports.hit,
            imports.rounds,
            approvals.hit,
            approvals.rounds,
        ));
        assert!(imports.hit > 0, "no kill hit an import in flight; KILL_SEED={seed}");
        assert!(approvals.hit > 0, "no kill hit an approval in flight; KILL_SEED={seed}");
        assert!(broken > 0, "no kill hit a client's write; KILL_SEED={seed}");
        nodes.stop().await;
    });
}

/// Past the test harness, which would keep it for itself when all goes well.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
