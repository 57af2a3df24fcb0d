//! The contract, for every operation of the published document: what `shared-kernel/web` promises of each, in the form of a
//! walk. An operation that is new is walked the day it appears, and fails the walk until it has what it needs: a recipe to
//! succeed by (`recipes.rs`), a line in `golden/permissions.txt`, rows in its list (`lists.rs`).
#![expect(clippy::print_stderr, reason = "what was found and how long it took belongs to the test's output")]

pub mod answers;
pub mod ask;
mod audit;
mod crash;
mod deletion;
mod isolation;
mod keys;
mod lists;
mod merge_patch;
mod nodes;
mod permissions;
mod recipes;
mod requests;
mod resources;
pub mod schema;
mod versions;

use crate::client::{Client, Told};
use crate::document::{Operation, operations};
use crate::furnished::Furnished;
use crate::house::{self, Ground, Process};
use crate::tenant::sign_up;
use answers::Seen;
use ask::Ask;
use recipes::Recipes;
use schema::Schemas;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Instant;
use testkit::Backend;

#[test]
fn the_contract_on_sqlite() {
    run(Backend::Sqlite);
}

#[test]
fn the_contract_on_postgres() {
    if let Some(backend) = Backend::postgres() {
        run(backend);
    }
}

fn run(backend: Backend) {
    house::run(async {
        let ground = ground(&backend).await;
        let node = ground.start("all");
        let walk = Walk::new(&ground, &node, node.client()).await;
        walk.resources();
        walk.part("lists", Box::pin(walk.lists())).await;
        walk.part("requests", Box::pin(walk.requests())).await;
        walk.part("audit", Box::pin(walk.audit())).await;
        walk.part("keys", Box::pin(walk.keys())).await;
        walk.part("versions", Box::pin(walk.versions())).await;
        walk.part("merge patches", Box::pin(walk.merge_patch())).await;
        walk.part("permissions", Box::pin(walk.permissions())).await;
        walk.part("isolation", Box::pin(walk.isolation())).await;
        walk.part("deletion", Box::pin(walk.deletion())).await;
        walk.part("successes", Box::pin(walk.successes())).await;
        walk.part("problems", Box::pin(walk.problem_pages())).await;
        walk.finish();
        node.stop();
    });
}

/// The walk asks more often than people do, and from more places.
pub async fn ground(backend: &Backend) -> Ground {
    let mut ground = Ground::new(backend).await;
    // The credential's limit is always the tighter one, which is what the headers tell.
    ground.set("INSULA_LIMITS__REQUESTS_PER_MINUTE_PER_CREDENTIAL", "1000000");
    ground.set("INSULA_LIMITS__REQUESTS_PER_MINUTE_PER_TENANT", "10000000");
    ground.set("INSULA_HTTP__TRUSTED_PROXIES", "127.0.0.1/32");
    // It takes longer than a proof of who somebody is does by default.
    ground.set("INSULA_DOMAINS__USERS__FRESH_MINUTES", "1440");
    ground
}

/// Two tenants with the same in them, and what was found so far.
struct Walk {
    guest: Client,
    owner: Furnished,
    neighbour: Furnished,
    recipes: Recipes,
    operations: Vec<Operation>,
    schemas: Schemas,
    seen: Mutex<Seen>,
    /// All of them are told at the end, not only the first.
    faults: Mutex<Vec<String>>,
}

impl Walk {
    /// `guest` may talk to more than one node.
    async fn new(ground: &Ground, node: &Process, guest: Client) -> Self {
        let document = guest.get("/openapi.json").await.expect(200);
        let furnished = async |email: &str| {
            let owner = sign_up(ground, node, email).await;
            Furnished::new(guest.with_token_of(&owner), &ground.mail()).await
        };
        let (owner, neighbour) =
            tokio::join!(furnished("ada@example.com"), furnished("eve@neighbour.example"));
        Self {
            owner,
            neighbour,
            recipes: Recipes { guest: guest.clone(), mail: ground.mail() },
            operations: operations(&document),
            schemas: Schemas::new(document),
            seen: Mutex::default(),
            faults: Mutex::default(),
            guest,
        }
    }

    async fn part(&self, name: &str, part: std::pin::Pin<Box<dyn Future<Output = ()> + '_>>) {
        let (started, before) = (Instant::now(), self.faults.lock().unwrap().len());
        part.await;
        let found = self.faults.lock().unwrap()[before..].join("\n");
        let count = found.lines().count();
        eprintln!("the contract: {name}: {count} lines of faults in {:?}\n{found}", started.elapsed());
    }

    fn require(&self, holds: bool, fault: impl FnOnce() -> String) {
        if !holds {
            self.faults.lock().unwrap().push(fault());
        }
    }

    /// A request that will succeed, as the owner.
    async fn good(&self, operation: &Operation) -> Ask {
        let status = operation.successes().next().unwrap_or_default();
        self.good_of(&self.owner, operation, status).await
    }

    async fn good_of(&self, tenant: &Furnished, operation: &Operation, status: &str) -> Ask {
        self.recipes.call(tenant, operation, status).await.ask(operation)
    }

    /// Sends it as the owner (or as the call wants), and looks at what every answer must have.
    async fn send(&self, operation: &Operation, ask: &Ask) -> Told {
        self.send_as(&self.owner.client, operation, ask).await
    }

    async fn send_as(&self, client: &Client, operation: &Operation, ask: &Ask) -> Told {
        let told = client.try_send(ask.request(client)).await;
        let told = told.unwrap_or_else(|error| panic!("{}: {error:?}", operation.id));
        let token = ask.call.token.as_deref().or(client.token()).unwrap_or_default();
        self.look_at(operation, ask, token, &told);
        told
    }

    /// The answer is this problem; otherwise that is a fault.
    async fn refused(&self, what: &str, operation: &Operation, ask: &Ask, status: u16, code: &str) -> Told {
        let told = self.send(operation, ask).await;
        self.is_problem(what, operation, &told, status, code);
        told
    }

    fn is_problem(&self, what: &str, operation: &Operation, told: &Told, status: u16, code: &str) {
        let is = told.status.as_u16() == status && told.json()["code"] == code;
        self.require(is, || {
            let (got, text) = (told.status, &told.text);
            format!("{}: {what}: {status} {code} expected, told {got} {text}", operation.id)
        });
    }

    /// Every operation, with each status that the document promises, as far as it was not seen yet.
    async fn successes(&self) {
        for operation in &self.operations {
            for status in operation.successes() {
                if self.saw(operation, status) {
                    continue;
                }
                let ask = self.good_of(&self.owner, operation, status).await;
                let told = self.send(operation, &ask).await;
                self.require(told.status.as_str() == status, || {
                    format!("{}: {status} expected, told {told:?}", operation.id)
                });
            }
        }
    }

    fn saw(&self, operation: &Operation, status: &str) -> bool {
        self.seen.lock().unwrap().statuses.contains(&(operation.id.clone(), status.to_owned()))
    }

    fn operation(&self, id: &str) -> &Operation {
        let found = self.operations.iter().find(|operation| operation.id == id);
        found.unwrap_or_else(|| panic!("there is no operation {id} any more; a list in contract/ names it"))
    }

    fn at(&self, method: &reqwest::Method, path: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.method == *method && operation.path == path)
    }

    fn finish(&self) {
        for operation in &self.operations {
            for status in operation.successes() {
                self.require(self.saw(operation, status), || {
                    format!("{} was never seen to answer {status}", operation.id)
                });
            }
        }
        let faults = std::mem::take(&mut *self.faults.lock().unwrap());
        let distinct: BTreeSet<_> = faults.into_iter().collect();
        let lines: Vec<_> = distinct.into_iter().collect();
        assert!(lines.is_empty(), "{} faults:\n{}", lines.len(), lines.join("\n"));
    }

    /// The code of every problem has its page.
    async fn problem_pages(&self) {
        let codes = self.seen.lock().unwrap().codes.clone();
        for code in codes {
            let page = self.guest.get(&format!("/problems/{code}")).await;
            self.require(page.status == 200, || format!("/problems/{code} is no page: {}", page.status));
        }
    }
}

/// What was found before something that no walk can go on after.
impl Drop for Walk {
    fn drop(&mut self) {
        if std::thread::panicking()
            && let Ok(faults) = self.faults.lock()
        {
            eprintln!("{}", faults.join("\n"));
        }
    }
}
