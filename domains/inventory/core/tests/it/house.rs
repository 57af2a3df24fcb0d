//! The inventory domain behind a server of its own, with a tenant and a neighbour who look alike.

use actix_web::body::to_bytes;
use actix_web::http::header::HeaderMap;
use actix_web::test::TestRequest;
use async_trait::async_trait;
use data::Databases;
use inventory::{PERMISSIONS, verify_balances};
use inventory_contract::Inventory;
use kernel::ctx::{IdentityProvider, Principal};
use kernel::permission::BuiltinRole;
use kernel::{Actor, Ctx, Problem, TenantId, Visitor};
use module::{ImportOffer, ReportOffer};
use serde_json::Value;
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use testkit::{Service, Stage, Tenant};

/// Credentials: the owner of each tenant, and a viewer of the first.
pub const OWNER: &str = "owner";
pub const VIEWER: &str = "viewer";
pub const NEIGHBOUR: &str = "neighbour";

pub struct House {
    pub databases: Databases,
    pub owner: Ctx,
    pub neighbour: Ctx,
    pub inventory: Arc<dyn Inventory>,
    pub import: ImportOffer,
    pub report: ReportOffer,
    pub server: web::Server,
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
        import: module.imports.remove(0),
        report: module.reports.remove(0),
        server,
        service,
        stage,
    }
}

struct Identities(HashMap<&'static str, Principal>);

impl Identities {
    fn of(tenant: &Tenant, neighbour: &Tenant) -> Self {
        let readable = PERMISSIONS.iter().filter(|permission| permission.is_of(BuiltinRole::Viewer));
        let viewer = Actor::User { id: tenant.owner };
        Self(HashMap::from([
            (OWNER, tenant.ctx(PERMISSIONS).principal().clone()),
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

    pub async fn get(&self, path: &str) -> Reply {
        self.send(call(&format!("GET {path}"))).await.expect(200)
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

    /// Balances are the sums of movements and reservations, of both tenants.
    pub async fn verify(&self) {
        for ctx in [&self.owner, &self.neighbour] {
            let drifts = verify_balances(&self.databases, ctx).await.unwrap();
            assert!(drifts.is_empty(), "{drifts:?}");
        }
    }
}
