//! The billing module as the app would run it, alone on a test's stage: its HTTP surface, its contract over a loopback
//! of the remote form, and what it wrote to the message table.

use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::test;
use async_trait::async_trait;
use billing::{Deps, Settings};
use billing_contract::{Billing, RemoteBilling};
use data::{AuditRecorded, Databases, Subscription};
use kernel::ctx::{IdentityProvider, Principal};
use kernel::permission::PermissionSet;
use kernel::{Actor, Ctx, DomainEvent, Problem, TenantId, Visitor};
use module::{ImportOffer, ImportTarget, Module, ReportSource};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use testkit::{Loopback, Service, Stage, Tenant};
use web::{Parts, Server};

pub struct House {
    pub stage: Stage,
    pub billing: RemoteBilling,
    pub report: Arc<dyn ReportSource>,
    imports: Vec<ImportOffer>,
    pub databases: Databases,
    /// What a full member of a tenant may do.
    pub permissions: PermissionSet,
    service: Service,
    tokens: Arc<Tokens>,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub fn id(&self) -> String {
        self.body["id"].as_str().unwrap_or_else(|| panic!("no id in {}", self.body)).to_owned()
    }

    /// `201`, or `422 /name blank, /email not_an_address`, or `409 billing.id_taken`.
    pub fn outcome(&self) -> String {
        let code = self.body["code"].as_str().unwrap_or_default();
        let empty = Vec::new();
        let errors = self.body["errors"].as_array().unwrap_or(&empty);
        let text = |fault: &Value, name: &str| fault[name].as_str().unwrap().to_owned();
        let faults: Vec<_> = errors
            .iter()
            .map(|fault| format!("{} {}", text(fault, "pointer"), text(fault, "code")))
            .collect();
        let detail = if faults.is_empty() { code.to_owned() } else { faults.join(", ") };
        format!("{} {detail}", self.status).trim().to_owned()
    }
}

impl House {
    pub async fn new(stage: Stage) -> Self {
        let subscription = |event| Subscription { event, subscriber: "users.watch", ordered: false };
        stage.subscribe(vec![
            subscription(AuditRecorded::KIND),
            subscription(billing_contract::InvoicePendingApproval::KIND),
            subscription(billing_contract::InvoiceFinalized::KIND),
            subscription(billing_contract::InvoiceRejected::KIND),
        ]);
        let platform = stage.platform("billing").await;
        let databases = platform.databases.clone();
        let Module { api, permissions, contract, entitlements, mut reports, imports, .. } =
            billing::module(Settings::default(), Deps { platform });
        assert_eq!(api.faults(), &[] as &[String]);
        let contract = contract.unwrap();
        assert!(contract.object::<dyn Billing>().is_some());
        let tokens = Arc::new(Tokens::default());
        let info = utoipa::openapi::InfoBuilder::new().title("Billing").version("1").build();
        let server = Server::new(Parts {
            settings: web::Settings::for_tests(),
            clock: stage.clock.clone(),
            secrets: stage.secrets.clone(),
            identity: tokens.clone(),
            entitlements,
            apis: vec![api],
            info,
        });
        Self {
            billing: RemoteBilling::new(Arc::new(Loopback(contract.server))),
            report: reports.remove(0).source,
            imports,
            databases,
            permissions: permissions.iter().map(|permission| permission.name).collect(),
            service: Service::new(&server.unwrap()).await,
            tokens,
            stage,
        }
    }

    /// A new tenant, and a client signed in as its owner.
    pub fn tenant(&self) -> Client<'_> {
        let tenant = self.stage.tenant();
        let token = tenant.id.to_string();
        self.admit(&tenant, &token, self.permissions.clone());
        Client { house: self, tenant, token }
    }

    /// The import target of this name.
    pub fn target(&self, name: &str) -> Arc<dyn ImportTarget> {
        let offer = self.imports.iter().find(|offer| offer.definition.name == name);
        offer.unwrap_or_else(|| panic!("no target {name}")).target.clone()
    }

    fn admit(&self, tenant: &Tenant, token: &str, permissions: PermissionSet) {
        let principal = tenant.principal(Actor::User { id: tenant.owner }, permissions);
        self.tokens.0.lock().unwrap().insert(token.to_owned(), principal);
    }

    /// The events of this kind, in order.
    pub async fn events<E: DomainEvent>(&self) -> Vec<E> {
        let payloads = self.payloads(E::KIND).await;
        payloads.iter().map(|payload| read(payload)).collect()
    }

    /// The actions that were recorded, in order.
    pub async fn audited(&self) -> Vec<AuditRecorded> {
        self.events().await
    }

    async fn payloads(&self, kind: &str) -> Vec<String> {
        let system = self.databases.system("a test reads messages").await.unwrap();
        let sql = format!("SELECT payload FROM {} WHERE kind = $1 ORDER BY id", system.table("messages"));
        let rows = system.query_all(&sql, vec![kind.into()]).await.unwrap();
        rows.iter().map(|row| row.try_get("", "payload").unwrap()).collect()
    }
}

fn read<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap()
}

/// Somebody's way in.
#[derive(Clone)]
pub struct Client<'a> {
    pub house: &'a House,
    pub tenant: Tenant,
    token: String,
}

impl Client<'_> {
    pub fn ctx(&self) -> Ctx {
        let actor = Actor::User { id: self.tenant.owner };
        self.tenant.ctx_as(actor, self.house.permissions.clone())
    }

    /// The same person with only these permissions.
    pub fn with_only(&self, permissions: &[&str]) -> Self {
        let token = format!("{}/{}", self.token, permissions.join("+"));
        self.house.admit(&self.tenant, &token, permissions.iter().copied().collect());
        Self { token, ..self.clone() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    /// `Value::Null` sends no body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, &[], Some(body).filter(|body| !body.is_null())).await
    }

    /// A POST with an idempotency key and no body.
    pub async fn act(&self, path: &str, key: &str) -> Answer {
        self.send(Method::POST, path, &[("idempotency-key", key)], None).await
    }

    pub async fn patch(&self, path: &str, version: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, &[("if-match", version)], Some(body)).await
    }

    /// `path` is below `/api/v1/billing`, or whole.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let path = if path.starts_with("/api/") { path.to_owned() } else { format!("/api/v1/billing{path}") };
        let mut request = test::TestRequest::with_uri(&path)
            .method(method)
            .insert_header(("authorization", format!("Bearer {}", self.token)));
        for header in headers {
            request = request.insert_header(*header);
        }
        if let Some(body) = body {
            request = request.set_json(body);
        }
        let response = self.house.service.call(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = test::read_body(response).await;
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        Answer { status, headers, body }
    }

    pub async fn customer(&self, name: &str) -> String {
        let answer = self.post("/customers", serde_json::json!({ "name": name })).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.id()
    }

    /// A product of this name and its price.
    pub async fn price(&self, name: &str, amount: i64, interval: &str) -> String {
        let product = self.post("/products", serde_json::json!({ "name": name })).await.id();
        let body = serde_json::json!({ "unit_amount": money(amount, "USD"), "interval": interval });
        let answer = self.post(&format!("/products/{product}/prices"), body).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.id()
    }

    /// A draft for a new customer with one line.
    pub async fn draft(&self, amount: i64, currency: &str) -> String {
        let customer = self.customer("Alfreds Futterkiste").await;
        let line = serde_json::json!({
            "description": "Chai", "quantity": "1", "unit_amount": money(amount, currency)
        });
        let body = serde_json::json!({ "customer_id": customer, "lines": [line] });
        let answer = self.post("/invoices", body).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.id()
    }

    pub async fn finalize(&self, invoice: &str) -> Answer {
        let key = self.ctx().new_id::<()>().to_string();
        self.act(&format!("/invoices/{invoice}/finalize"), &key).await
    }

    pub async fn invoice(&self, id: &str) -> Value {
        self.get(&format!("/invoices/{id}")).await.body
    }
}

pub fn money(amount: i64, currency: &str) -> Value {
    serde_json::json!({ "amount": amount, "currency": currency })
}

/// Bearer tokens and who they stand for.
#[derive(Default)]
struct Tokens(Mutex<HashMap<String, Principal>>);

#[async_trait]
impl IdentityProvider for Tokens {
    async fn authenticate(&self, _: &Visitor, bearer: &str) -> Result<Option<Principal>, Problem> {
        Ok(self.0.lock().unwrap().get(bearer).cloned())
    }

    async fn resume(&self, _: &Visitor, _: TenantId, _: &Actor) -> Result<Option<Principal>, Problem> {
        Ok(None)
    }
}
