//! A house with the reports domain alone, one made-up report, and people who may do different things.

use actix_web::body::to_bytes;
use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::test::TestRequest;
use async_trait::async_trait;
use data::{Databases, sql};
use jobs::{Handler, JobFailure, Parcel, Running};
use kernel::ctx::{IdentityProvider, Principal};
use kernel::{Actor, Ctx, Id, Problem, TenantId, Visitor};
use module::{
    Cell, FakeReportSource, ReportColumn, ReportDefinition, ReportOffer, ReportPage, ReportParameter,
    ReportSource,
};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use testkit::{Service, Stage, Tenant};
use uuid::Uuid;

pub const READ: &str = "reports.runs.read";
pub const WRITE: &str = "reports.runs.write";
pub const OWN: &str = "shop.sales.read";

pub struct House {
    pub tenant: Tenant,
    pub databases: Databases,
    pub handlers: Vec<Handler>,
    pub people: People,
    service: Service,
}

#[derive(Clone)]
pub struct People {
    tokens: Arc<BTreeMap<&'static str, Principal>>,
    /// Whether jobs still find whom to act for.
    pub gone: Arc<AtomicBool>,
}

#[async_trait]
impl IdentityProvider for People {
    async fn authenticate(&self, _: &Visitor, bearer: &str) -> Result<Option<Principal>, Problem> {
        Ok(self.tokens.get(bearer).cloned())
    }

    async fn resume(&self, _: &Visitor, _: TenantId, _: &Actor) -> Result<Option<Principal>, Problem> {
        let gone = self.gone.load(Ordering::SeqCst);
        Ok(self.tokens.get("owner").filter(|_| !gone).cloned())
    }
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name} in {self:?}")).to_str().unwrap()
    }
}

#[derive(Clone, Debug, FromQueryResult)]
pub struct Message {
    pub public_id: Uuid,
    pub kind: String,
    pub payload_version: i32,
    pub payload: String,
    pub handler: String,
}

pub fn definition() -> ReportDefinition {
    let column = |(name, title): (&str, &str)| ReportColumn { name: name.into(), title: title.into() };
    let parameter = |name: &str, required| ReportParameter {
        name: name.into(),
        description: format!("The {name}"),
        required,
    };
    ReportDefinition {
        name: "shop.sales".into(),
        title: "Sales".into(),
        permission: OWN.into(),
        parameters: vec![parameter("month", true), parameter("currency", false)],
        columns: [("item", "Item"), ("total", "Total")].map(column).to_vec(),
    }
}

/// Pages of `rows`, the cursor being where the next one starts.
pub fn paged(rows: Vec<Vec<Cell>>, per_page: usize) -> FakeReportSource {
    let source = FakeReportSource::new();
    source.on_read(move |_, request| {
        let start = request.cursor.map_or(0, |cursor| cursor.parse().unwrap());
        let end = rows.len().min(start + per_page);
        let next_cursor = (end < rows.len()).then(|| end.to_string());
        Ok(ReportPage { rows: rows[start..end].to_vec(), next_cursor })
    });
    source
}

pub fn row(item: &str, total: &str) -> Vec<Cell> {
    vec![Cell::Text(item.into()), Cell::Number(total.into())]
}

impl House {
    pub async fn new(stage: &Stage, source: impl ReportSource + 'static) -> Self {
        let platform = stage.platform("reports").await;
        let databases = platform.databases.clone();
        let offers = vec![ReportOffer { definition: definition(), source: Arc::new(source) }];
        let module = reports::module(reports::Settings {}, reports::Deps { platform, offers });
        assert_eq!(module.api.faults(), &[] as &[String]);
        let tenant = stage.tenant();
        let people = people(&tenant, &stage.tenant());
        let server = web::Server::new(web::Parts {
            settings: web::Settings::for_tests(),
            clock: stage.clock.clone(),
            secrets: stage.secrets.clone(),
            identity: Arc::new(people.clone()),
            entitlements: None,
            apis: vec![module.api],
            info: utoipa::openapi::Info::new("Reports", "v1"),
        });
        let server = server.unwrap_or_else(|faults| panic!("{faults:#?}"));
        let service = Service::new(&server).await;
        Self { tenant, databases, handlers: module.handlers, people, service }
    }

    pub async fn get(&self, by: &str, path: &str) -> Reply {
        self.send(by, Method::GET, path, None, &[]).await
    }

    pub async fn post(&self, by: &str, path: &str, body: Value) -> Reply {
        self.send(by, Method::POST, path, Some(body), &[]).await
    }

    pub async fn send(
        &self,
        by: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Reply {
        let mut request = TestRequest::default()
            .method(method)
            .uri(&format!("/api/v1/reports{path}"))
            .peer_addr("127.0.0.1:4000".parse().unwrap())
            .append_header(("authorization", format!("Bearer {by}")));
        for header in headers {
            request = request.append_header(*header);
        }
        if let Some(body) = body {
            request =
                request.append_header(("content-type", "application/json")).set_payload(body.to_string());
        }
        let response = self.service.call(request).await;
        let response = match response {
            Ok(response) => response.into_parts().1,
            Err(error) => error.error_response(),
        };
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = to_bytes(response.into_body()).await.map_err(|_| "the body broke off").unwrap().to_vec();
        Reply { status, headers, body }
    }

    /// Asks for the made-up report and answers the run's id.
    pub async fn ask(&self, more: Value) -> String {
        let mut body = json!({ "report": "shop.sales", "parameters": { "month": "2026-01" } });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let reply = self.post("owner", "/runs", body).await;
        assert_eq!(reply.status, 202, "{reply:?}");
        reply.json()["id"].as_str().unwrap().to_owned()
    }

    pub async fn run(&self, id: &str) -> Value {
        self.get("owner", &format!("/runs/{id}")).await.json()
    }

    pub fn ctx(&self) -> Ctx {
        self.ctx_with(&[READ, WRITE, OWN])
    }

    pub fn ctx_with(&self, permissions: &[&str]) -> Ctx {
        let actor = Actor::User { id: self.tenant.owner };
        self.tenant.ctx_as(actor, permissions.iter().copied().collect())
    }

    /// All that were written, in their order.
    pub async fn messages(&self, handler: &str) -> Vec<Message> {
        let read = self.databases.read(&self.ctx()).await.unwrap();
        let rows = read.sql(sql!(
            "SELECT public_id, kind, payload_version, payload, handler FROM messages \
             WHERE tenant_id = $1 AND handler = $2 ORDER BY id"
        ));
        rows.bind(handler).all::<Message>().await.unwrap()
    }

    /// How many of them are done.
    pub async fn done(&self, handler: &str) -> usize {
        let read = self.databases.read(&self.ctx()).await.unwrap();
        let rows = read.sql(sql!(
            "SELECT public_id, kind, payload_version, payload, handler FROM messages \
             WHERE tenant_id = $1 AND handler = $2 AND status = 'done'"
        ));
        rows.bind(handler).all::<Message>().await.unwrap().len()
    }

    /// All that waits to be written is as its process left it when it died at the last attempt.
    pub async fn kill_at_the_last_attempt(&self, stage: &Stage) {
        let system = self.databases.system("tests kill a worker").await.unwrap();
        let lease = "status = 'leased', attempts = max_attempts, lease_owner = 'gone', lease_until = $1";
        let sql =
            format!("UPDATE {} SET {lease} WHERE kind = 'reports.run_report'", system.table("messages"));
        assert!(system.execute(&sql, vec![stage.clock.now().into()]).await.unwrap() > 0);
        system.commit().await.unwrap();
    }

    /// Runs the newest message of this handler as the runtime would.
    pub async fn deliver(&self, ctx: &Ctx, handler: &str) -> Result<(), JobFailure> {
        let message = self.messages(handler).await.pop().expect("a message");
        let found = self.handlers.iter().find(|known| known.name() == message.handler).expect("a handler");
        let version = u16::try_from(message.payload_version).unwrap();
        let parcel = Parcel { kind: message.kind, version, payload: message.payload };
        found.deliver(ctx.clone(), parcel, Running::detached(Id::from_uuid(message.public_id))).await
    }
}

fn people(tenant: &Tenant, neighbour: &Tenant) -> People {
    let person = |tenant: &Tenant, permissions: &[&'static str]| {
        tenant.principal(Actor::User { id: tenant.owner }, permissions.iter().copied().collect())
    };
    let tokens = BTreeMap::from([
        ("owner", person(tenant, &[READ, WRITE, OWN])),
        ("reader", person(tenant, &[READ, OWN])),
        ("outsider", person(tenant, &[READ, WRITE])),
        ("neighbour", person(neighbour, &[READ, WRITE, OWN])),
    ]);
    People { tokens: Arc::new(tokens), gone: Arc::new(AtomicBool::new(false)) }
}
