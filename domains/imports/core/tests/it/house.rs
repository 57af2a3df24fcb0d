//! The fixture: imports as the app wires it, with a client of its API and a worker.

use crate::warehouse::{PERMISSION, READ_PERMISSION, Warehouse};
use actix_web::body::to_bytes;
use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::test::TestRequest;
use async_trait::async_trait;
use chrono::TimeDelta;
use data::Databases;
use imports::{Deps, PERMISSIONS, Settings};
use jobs::{Domain, Filter, Handler, Ledger, MessageSummary, Runtime, Status};
use kernel::ctx::{IdentityProvider, Principal};
use kernel::{Actor, Id, PermissionSet, Problem, TenantId, Visitor};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
pub use testkit::{Service, Stage, Tenant, both, eventually};
use uuid::Uuid;

pub const UPLOAD_LIMIT_BYTES: u64 = 100_000;

pub struct House {
    pub stage: Stage,
    pub warehouse: Warehouse,
    pub people: People,
    databases: Databases,
    handlers: Vec<Handler>,
    service: Service,
}

/// `owner` and `clerk` of one tenant, `neighbour` of another. The clerk may import, but not write items; the
/// writer may write them, and not read them, the reader the other way round; the partner may do all that the owner may.
#[derive(Clone)]
pub struct People {
    pub tenant: Tenant,
    pub neighbour: Tenant,
    /// What those who are resumed for a job may do; `None`: they are gone.
    pub now: Arc<Mutex<Option<PermissionSet>>>,
}

pub fn all() -> PermissionSet {
    PERMISSIONS.iter().map(|permission| permission.name).chain([PERMISSION, READ_PERMISSION]).collect()
}

pub fn without_target() -> PermissionSet {
    PERMISSIONS.iter().map(|permission| permission.name).collect()
}

#[async_trait]
impl IdentityProvider for People {
    async fn authenticate(&self, _: &Visitor, bearer: &str) -> Result<Option<Principal>, Problem> {
        let (tenant, permissions) = match bearer {
            "owner" | "partner" => (&self.tenant, all()),
            "clerk" => (&self.tenant, without_target()),
            "writer" => (&self.tenant, without_target().names().chain([PERMISSION]).collect()),
            "reader" => (&self.tenant, without_target().names().chain([READ_PERMISSION]).collect()),
            "guest" => (&self.tenant, PermissionSet::default()),
            "neighbour" => (&self.neighbour, all()),
            _ => return Ok(None),
        };
        let id = match bearer {
            "owner" | "neighbour" => tenant.owner,
            other => Id::from_uuid(Uuid::new_v5(&Uuid::NAMESPACE_OID, other.as_bytes())),
        };
        Ok(Some(tenant.principal(Actor::User { id }, permissions)))
    }

    async fn resume(
        &self,
        visitor: &Visitor,
        tenant: TenantId,
        actor: &Actor,
    ) -> Result<Option<Principal>, Problem> {
        let now = self.now.lock().unwrap().clone();
        Ok(now.map(|permissions| Principal {
            actor: actor.clone(),
            permissions,
            ..Principal::system(tenant, "users", visitor.now())
        }))
    }
}

impl House {
    pub async fn new(stage: Stage) -> Self {
        let warehouse = Warehouse::new();
        let people = People {
            tenant: stage.tenant(),
            neighbour: stage.tenant(),
            now: Arc::new(Mutex::new(Some(all()))),
        };
        let deps = Deps { platform: stage.platform("imports").await, offers: vec![warehouse.offer()] };
        let module = imports::module(Settings { upload_limit_bytes: UPLOAD_LIMIT_BYTES }, deps);
        let server = web::Server::new(web::Parts {
            settings: web::Settings::for_tests(),
            clock: stage.clock.clone(),
            secrets: stage.secrets.clone(),
            identity: Arc::new(people.clone()),
            entitlements: None,
            apis: vec![module.api],
            info: utoipa::openapi::Info::new("Imports", "v1"),
        });
        let server = server.unwrap_or_else(|faults| panic!("{faults:#?}"));
        let service = Service::new(&server).await;
        Self { stage, warehouse, people, databases: module.databases, handlers: module.handlers, service }
    }

    /// A worker whose sweep never comes to the aid of a test. It stops when dropped.
    pub fn worker(&self) -> Runtime {
        let setup = jobs::Setup {
            domains: vec![Domain {
                databases: self.databases.clone(),
                handlers: self.handlers.clone(),
                schedules: Vec::new(),
            }],
            remote: Vec::new(),
            settings: jobs::Settings { sweep: Duration::from_secs(3_600), ..jobs::Settings::default() },
            identity: Arc::new(self.people.clone()),
            entitlements: None,
            clock: self.stage.clock.clone(),
        };
        Runtime::start(setup).expect("a worker starts")
    }

    pub async fn send(&self, call: Call) -> Reply {
        let response = match self.service.call(call.0).await {
            Ok(response) => response.into_parts().1,
            Err(error) => error.error_response(),
        };
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = to_bytes(response.into_body()).await.unwrap_or_default().to_vec();
        Reply { status, headers, bytes }
    }

    pub async fn get(&self, who: &str, path: &str) -> Value {
        let reply = self.send(call("GET", path).by(who)).await;
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
        reply.json()
    }

    /// The id of a new upload.
    pub async fn upload(&self, who: &str, csv: &str) -> String {
        let reply = self.send(call("POST", "/uploads").by(who).csv(csv)).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.id()
    }

    /// The id of a new run with the usual mapping.
    pub async fn run(&self, who: &str, upload: &str, mode: &str) -> String {
        let reply = self.send(call("POST", "/runs").by(who).key().json(&request(upload, mode))).await;
        assert_eq!(reply.status, 202, "{reply:?}");
        reply.id()
    }

    pub async fn messages(&self) -> Vec<MessageSummary> {
        self.ledger().list(&Filter::default(), 200).await.unwrap()
    }

    /// The job of the only run.
    pub async fn job(&self) -> MessageSummary {
        let mut jobs = self.messages().await;
        jobs.retain(|job| job.kind == "imports.run_import");
        assert_eq!(jobs.len(), 1, "{jobs:?}");
        jobs.remove(0)
    }

    pub async fn job_reaches(&self, status: Status) -> MessageSummary {
        eventually(&format!("the job is {status:?}"), async || {
            Some(self.job().await).filter(|job| job.status == status)
        })
        .await
    }

    pub fn ledger(&self) -> Ledger {
        Ledger::new(self.databases.clone(), &self.handlers)
    }

    pub fn pass(&self, seconds: i64) {
        self.stage.clock.advance(TimeDelta::seconds(seconds));
        self.databases.wake().notify_one();
    }

    /// The run once it has ended; waiting times of its jobs pass at once.
    pub async fn ended(&self, run: &str) -> Value {
        let path = format!("/runs/{run}");
        eventually("the import ends", async || {
            let found = self.get("owner", &path).await;
            if found["finished_at"].is_string() {
                return Some(found);
            }
            let (messages, now) = (self.messages().await, self.stage.clock.now());
            let waits = |message: &MessageSummary| message.status != Status::Leased && message.run_at > now;
            if messages.iter().all(|message| message.finished_at.is_some() || waits(message)) {
                self.pass(15 * 60);
            }
            None
        })
        .await
    }

    /// The run once it has ended, without any time to pass.
    pub async fn ended_at_once(&self, run: &str) -> Value {
        let path = format!("/runs/{run}");
        eventually("the import ends", async || {
            Some(self.get("owner", &path).await).filter(|found| found["finished_at"].is_string())
        })
        .await
    }

    /// What its own process can no longer do: it died at the last attempt.
    pub async fn kill_at_the_last_attempt(&self) {
        let system = self.databases.system("tests kill a worker").await.expect("the system door");
        let lease = "status = 'leased', attempts = max_attempts, lease_owner = 'gone', lease_until = $1";
        let sql =
            format!("UPDATE {} SET {lease} WHERE kind = 'imports.run_import'", system.table("messages"));
        let killed = system.execute(&sql, vec![self.stage.clock.now().into()]).await.expect("kills");
        assert_eq!(killed, 1);
        system.commit().await.expect("commits");
    }

    /// Every row of a run as `line outcome`, in pages of 100.
    pub async fn rows(&self, who: &str, run: &str, filter: &str) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.get(who, &format!("/runs/{run}/rows?limit=100{filter}{cursor}")).await;
            rows.extend(page["data"].as_array().unwrap().clone());
            let Some(next) = page["next_cursor"].as_str() else { return rows };
            cursor = format!("&cursor={next}");
        }
    }
}

/// The usual request: every field but the currency from its column.
pub fn request(upload: &str, mode: &str) -> Value {
    json!({
        "upload_id": upload,
        "target": "warehouse.items",
        "mode": mode,
        "mapping": {
            "sku": { "column": "id" },
            "name": { "column": "title" },
            "unit_cost": { "column": "price" },
            "currency": { "value": "USD" },
        },
    })
}

/// A file of so many good rows, `s1` and on.
pub fn csv(rows: usize) -> String {
    let rows = (1..=rows).map(|row| format!("s{row},Item {row},{row}.50\n"));
    format!("id,title,price\n{}", rows.collect::<String>())
}

pub struct Call(TestRequest);

pub fn call(method: &str, path: &str) -> Call {
    let method: Method = method.parse().unwrap();
    let peer = "127.0.0.1:4000".parse().unwrap();
    Call(TestRequest::default().method(method).uri(&format!("/api/v1/imports{path}")).peer_addr(peer))
}

impl Call {
    pub fn by(self, who: &str) -> Self {
        self.header("authorization", &format!("Bearer {who}"))
    }

    pub fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.append_header((name, value)))
    }

    /// A fresh idempotency key.
    pub fn key(self) -> Self {
        self.header("idempotency-key", &uuid::Uuid::new_v4().to_string())
    }

    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub fn csv(self, body: impl AsRef<[u8]>) -> Self {
        self.body("text/csv", body)
    }

    pub fn body(self, media_type: &str, body: impl AsRef<[u8]>) -> Self {
        let typed = self.header("content-type", media_type);
        Self(typed.0.set_payload(body.as_ref().to_vec()))
    }
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("JSON: {self:?}"))
    }

    pub fn id(&self) -> String {
        self.json()["id"].as_str().unwrap().to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}
