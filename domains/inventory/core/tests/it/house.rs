//! The inventory domain behind a server of its own, with a tenant and a neighbour who look alike.

use actix_web::body::to_bytes;
use actix_web::http::header::HeaderMap;
use actix_web::test::TestRequest;
use async_trait::async_trait;
use data::{Databases, sql};
use inventory::{PERMISSIONS, verify_balances, verify_values};
use inventory_contract::Inventory;
use jobs::{Handler, Parcel, Running};
use kernel::ctx::{IdentityProvider, Principal};
use kernel::id::MessageId;
use kernel::permission::BuiltinRole;
use kernel::{Actor, Ctx, DomainEvent, Id, Permission, PermissionSet, Problem, TenantId, Visitor};
use module::{ImportOffer, ImportTarget, ReportOffer};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use testkit::{Service, Stage, Tenant};

/// Credentials: the owner of each tenant, and a viewer of the first.
pub const OWNER: &str = "owner";
pub const VIEWER: &str = "viewer";
pub const NEIGHBOUR: &str = "neighbour";
/// A key of the first tenant's that sees sales alone.
pub const SELLER: &str = "seller";
/// An operator who acts through the owner.
pub const OPERATOR: &str = "operator";

pub struct House {
    pub databases: Databases,
    pub owner: Ctx,
    pub neighbour: Ctx,
    pub inventory: Arc<dyn Inventory>,
    pub imports: Vec<ImportOffer>,
    pub report: ReportOffer,
    pub server: web::Server,
    tenants: [Tenant; 2],
    handlers: Vec<Handler>,
    keys: AtomicUsize,
    service: Service,
    /// Held for its folder and database.
    pub stage: Stage,
}

pub async fn house(stage: Stage) -> House {
    let platform = stage.platform("inventory").await;
    let (tenant, neighbour) = (stage.tenant(), stage.tenant());
    let mut module = inventory::module(inventory::Settings::default(), inventory::Deps { platform });
    let many = NonZeroU32::new(1_000_000).unwrap();
    let server = web::Server::new(web::Parts {
        settings: web::Settings {
            credential_requests_per_minute: many,
            tenant_requests_per_minute: many,
            ..web::Settings::for_tests()
        },
        clock: stage.clock.clone(),
        secrets: stage.secrets.clone(),
        identity: Arc::new(Identities::of(&tenant, &neighbour)),
        entitlements: None,
        apis: vec![module.api],
        info: utoipa::openapi::Info::new("Inventory", "v1"),
    });
    let server = server.unwrap_or_else(|faults| panic!("{faults:#?}"));
    let service = Service::new(&server).await;
    House {
        databases: module.databases,
        owner: tenant.ctx(PERMISSIONS),
        neighbour: neighbour.ctx(PERMISSIONS),
        inventory: module.contract.and_then(|contract| contract.object::<dyn Inventory>()).unwrap(),
        imports: module.imports,
        report: module.reports.remove(0),
        server,
        tenants: [tenant, neighbour],
        handlers: module.handlers,
        keys: AtomicUsize::default(),
        service,
        stage,
    }
}

struct Identities(HashMap<&'static str, Principal>);

impl Identities {
    fn of(tenant: &Tenant, neighbour: &Tenant) -> Self {
        let readable = PERMISSIONS.iter().filter(|permission| permission.is_of(BuiltinRole::Viewer));
        let viewer = Actor::User { id: tenant.owner };
        let sales = PERMISSIONS.iter().filter(|permission| permission.name == "inventory.sales.read");
        let owner = tenant.ctx(PERMISSIONS);
        let operator = Actor::Operator { id: Id::new(owner.now()) };
        Self(HashMap::from([
            (SELLER, tenant.principal(viewer.clone(), sales.map(|permission| permission.name).collect())),
            (OPERATOR, Principal { impersonator: Some(operator), ..owner.principal().clone() }),
            (OWNER, owner.principal().clone()),
            (VIEWER, tenant.principal(viewer, readable.map(|permission| permission.name).collect())),
            (NEIGHBOUR, neighbour.ctx(PERMISSIONS).principal().clone()),
        ]))
    }
}

#[async_trait]
impl IdentityProvider for Identities {
    async fn authenticate(&self, _: &Visitor, bearer: &str) -> Result<Option<Principal>, Problem> {
        Ok(self.0.get(bearer).cloned())
    }

    async fn resume(&self, _: &Visitor, _: TenantId, _: &Actor) -> Result<Option<Principal>, Problem> {
        Ok(None)
    }
}

pub struct Call(TestRequest);

/// `call("GET /items")`, below inventory's base, by the owner.
pub fn call(line: &str) -> Call {
    call_by(OWNER, line)
}

pub fn call_by(credential: &str, line: &str) -> Call {
    let (method, path) = line.split_once(' ').unwrap();
    let request = TestRequest::default()
        .method(method.parse().unwrap())
        .uri(&format!("/api/v1/inventory{path}"))
        .peer_addr("127.0.0.1:4000".parse().unwrap());
    Call(request).header("authorization", &format!("Bearer {credential}"))
}

impl Call {
    pub fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.append_header((name, value)))
    }

    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    pub fn if_match(self, tag: &str) -> Self {
        self.header("if-match", tag)
    }

    pub fn json(self, body: Value) -> Self {
        let call = self.header("content-type", "application/json");
        Self(call.0.set_payload(body.to_string()))
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
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("JSON: {self:?}"))
    }

    pub fn text(&self, field: &str) -> String {
        self.json()[field].as_str().unwrap_or_default().to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// Status and problem code, or the status alone.
    pub fn outcome(&self) -> (u16, String) {
        let code = if self.status >= 400 { self.text("code") } else { String::new() };
        (self.status, code)
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Self {
        assert_eq!(self.outcome(), (status, code.to_owned()), "{}", String::from_utf8_lossy(&self.body));
        self
    }
}

#[derive(FromQueryResult)]
struct Message {
    payload_version: i32,
    payload: String,
    run_at: chrono::DateTime<chrono::Utc>,
}

impl House {
    pub async fn send(&self, call: Call) -> Reply {
        let response = match self.service.call(call.0).await {
            Ok(response) => response.into_parts().1,
            Err(error) => error.error_response(),
        };
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = to_bytes(response.into_body()).await.unwrap_or_default().to_vec();
        Reply { status, headers, body }
    }

    /// `house.target("inventory.items")`.
    pub fn target(&self, name: &str) -> &Arc<dyn ImportTarget> {
        &self.imports.iter().find(|offer| offer.definition.name == name).unwrap().target
    }

    /// Somebody of the tenant who may do these things alone.
    pub fn who_may(&self, these: impl Fn(&Permission) -> bool) -> Ctx {
        let these: Vec<Permission> = PERMISSIONS.iter().copied().filter(these).collect();
        self.tenants[0].ctx(&these)
    }

    /// The id of a new item with so much on hand.
    pub async fn item(&self, credential: &str, sku: &str, on_hand: &str) -> String {
        let body = serde_json::json!({ "sku": sku, "name": format!("The {sku}") });
        let item = self.send(call_by(credential, "POST /items").json(body)).await.expect(201).text("id");
        if on_hand != "0" {
            let receipt = call_by(credential, &format!("POST /items/{item}/receipts"));
            let receipt =
                receipt.key(&format!("first-{item}")).json(serde_json::json!({ "quantity": on_hand }));
            self.send(receipt).await.expect(201);
        }
        item
    }

    /// A new item with more said of it: `{ "tracking": "lot" }`.
    pub async fn item_with(&self, sku: &str, fields: Value) -> String {
        let mut body = json!({ "sku": sku, "name": format!("The {sku}") });
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        self.send(call("POST /items").json(body)).await.expect(201).text("id")
    }

    /// With a key that was never used.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        let key = self.keys.fetch_add(1, Ordering::SeqCst);
        self.send(call(&format!("POST {path}")).key(&format!("new-{key}")).json(body)).await
    }

    pub async fn receive(&self, item: &str, body: Value) -> Reply {
        self.post(&format!("/items/{item}/receipts"), body).await
    }

    pub async fn adjust(&self, item: &str, body: Value) -> Reply {
        self.post(&format!("/items/{item}/adjustments"), body).await
    }

    pub async fn reserve(&self, body: Value) -> Reply {
        self.post("/reservations", body).await
    }

    pub async fn ship(&self, reservation: &str) -> Reply {
        let key = self.keys.fetch_add(1, Ordering::SeqCst);
        let ship = call(&format!("POST /reservations/{reservation}/ship"));
        self.send(ship.key(&format!("new-{key}"))).await
    }

    pub async fn warehouse(&self, code: &str) -> String {
        self.post("/warehouses", json!({ "code": code, "name": code })).await.expect(201).text("id")
    }

    pub async fn location(&self, warehouse: &str, code: &str, kind: &str) -> String {
        let body = json!({ "warehouse_id": warehouse, "code": code, "name": code, "kind": kind });
        self.post("/locations", body).await.expect(201).text("id")
    }

    /// Under which the main warehouse goes, and its floor.
    pub fn main(&self) -> String {
        self.owner.tenant().to_string()
    }

    /// The rows of a list of at most a hundred.
    pub async fn list(&self, path: &str) -> Vec<Value> {
        let separator = if path.contains('?') { '&' } else { '?' };
        let listed = self.get(&format!("{path}{separator}limit=100")).await.json();
        assert_eq!(listed["next_cursor"], Value::Null, "{path}");
        listed["data"].as_array().unwrap().clone()
    }

    /// What was published of this kind, if the stage has a subscriber to it.
    pub async fn events<E: DomainEvent>(&self) -> Vec<E> {
        let of_kind = self.messages(E::KIND).await.into_iter();
        of_kind.map(|message| serde_json::from_str(&message.payload).unwrap()).collect()
    }

    /// Runs the jobs of this kind that are due, whether or not they ran before; how many there were.
    pub async fn run_jobs(&self, kind: &str) -> usize {
        let system = Actor::System { domain: "inventory".to_owned() };
        let system = self.tenants[0].ctx_as(system, PermissionSet::default());
        let handler = self.handlers.iter().find(|handler| handler.name() == kind).unwrap();
        let due = self.messages(kind).await.into_iter().filter(|message| message.run_at <= system.now());
        let due: Vec<_> = due.collect();
        for message in &due {
            let version = u16::try_from(message.payload_version).unwrap();
            let payload = message.payload.clone();
            let parcel = Parcel { kind: kind.to_owned(), version, payload };
            let running = Running::detached(MessageId::new(system.now()));
            handler.deliver(system.clone(), parcel, running).await.unwrap();
        }
        due.len()
    }

    async fn messages(&self, kind: &str) -> Vec<Message> {
        let tx = self.databases.read(&self.tenants[0].ctx(PERMISSIONS)).await.unwrap();
        let sent = tx.sql(sql!(
            "SELECT payload_version, payload, run_at FROM messages WHERE tenant_id = $1 AND kind = $2 ORDER BY id"
        ));
        sent.bind(kind.to_owned()).all().await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(call(&format!("GET {path}"))).await.expect(200)
    }

    /// Runs the jobs of this kind that are due, and those that they ask for. What has run before runs again, which must
    /// change nothing.
    pub async fn run_all_jobs(&self, kind: &str) {
        let mut done = 0;
        loop {
            let there = self.run_jobs(kind).await;
            if there == done {
                return;
            }
            done = there;
        }
    }

    /// On hand, reserved, available.
    #[track_caller]
    pub fn stock(&self, item: &str) -> impl Future<Output = [String; 3]> {
        let path = format!("/items/{item}");
        async move {
            let item = self.get(&path).await;
            ["on_hand", "reserved", "available"].map(|field| item.text(field))
        }
    }

    /// Balances are the sums of movements and reservations, and values of their entries, of both tenants.
    pub async fn verify(&self) {
        for tenant in &self.tenants {
            let drifts = verify_balances(&self.databases, &tenant.ctx(PERMISSIONS)).await.unwrap();
            assert!(drifts.is_empty(), "{drifts:?}");
            let drifts = verify_values(&self.databases, &tenant.ctx(PERMISSIONS)).await.unwrap();
            assert!(drifts.is_empty(), "{drifts:?}");
        }
    }
}
