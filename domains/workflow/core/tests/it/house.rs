//! The domain with a server around it, two tenants with look-alike people, and fakes for what it calls.

use actix_web::body::to_bytes;
use actix_web::test::TestRequest;
use async_trait::async_trait;
use billing_contract::{
    FakeBilling, HoldId, HoldRule, HoldRuleId, InvoiceId, InvoicePendingApproval, InvoiceRejected,
    InvoiceState, InvoiceStatus,
};
use data::{Databases, Subscription};
use inventory_contract::{
    CountCancelled, CountHeld, CountId, CountRejected, CountState, CountStatus, FakeInventory,
};
use jobs::{Filter, Handler, JobFailure, Ledger, MessageSummary, Parcel, Running};
use kernel::ctx::{IdentityProvider, Principal};
use kernel::id::{CredentialId, MessageId};
use kernel::permission::BuiltinRole;
use kernel::{
    Actor, Ctx, Currency, DomainEvent, Id, Money, PermissionSet, Problem, TenantId, UserId, Visitor,
};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use testkit::{Service, Stage, Tenant};
use users_contract::{FakeUsers, Member, UsersError};

type People = Arc<Mutex<HashMap<(TenantId, UserId), Member>>>;

pub struct House {
    pub billing: FakeBilling,
    pub inventory: FakeInventory,
    pub tenant: Tenant,
    pub neighbour: Tenant,
    pub databases: Databases,
    pub handlers: Vec<Handler>,
    pub stage: Stage,
    people: People,
    service: Service,
}

/// Somebody who can call: their id and their bearer.
#[derive(Clone, Debug)]
pub struct Person {
    pub user: UserId,
    pub bearer: String,
}

impl House {
    pub async fn new(stage: Stage) -> Self {
        let known = ["workflow.task_opened", "workflow.task_decided", "audit.entry"];
        let subscription = |event| Subscription { event, subscriber: event, ordered: false };
        stage.subscribe(known.map(subscription).to_vec());
        let (users, billing, people) = (FakeUsers::new(), FakeBilling::new(), People::default());
        let inventory = FakeInventory::new();
        answer_for(&users, &people);
        obey(&billing);
        obey_too(&inventory);
        let platform = stage.platform("workflow").await;
        let deps = workflow::Deps {
            platform,
            users: Arc::new(users.clone()),
            billing: Arc::new(billing.clone()),
            inventory: Arc::new(inventory.clone()),
        };
        let module = workflow::module(workflow::Settings::default(), deps);
        let server = web::Server::new(web::Parts {
            settings: web::Settings::for_tests(),
            clock: stage.clock.clone(),
            secrets: stage.secrets.clone(),
            identity: Arc::new(Bearers),
            entitlements: None,
            apis: vec![module.api],
            info: utoipa::openapi::Info::new("Workflow", "v1"),
        });
        let server = server.unwrap_or_else(|faults| panic!("{faults:#?}"));
        Self {
            billing,
            inventory,
            tenant: stage.tenant(),
            neighbour: stage.tenant(),
            databases: module.databases,
            handlers: module.handlers,
            people,
            service: Service::new(&server).await,
            stage,
        }
    }

    pub fn person(&self, tenant: &Tenant, role: BuiltinRole) -> Person {
        let user = Id::new(self.stage.clock.now());
        self.employ(tenant, user, role, true);
        Person { user, bearer: format!("{}/{user}/{}", tenant.id, role.name()) }
    }

    /// An API key that they made, with a role of its own.
    pub fn key_of(&self, person: &Person, role: BuiltinRole) -> Person {
        let tenant = person.bearer.split('/').next().unwrap();
        Person { user: person.user, bearer: format!("{tenant}/{}/{}/key", person.user, role.name()) }
    }

    /// An operator who acts through them.
    pub fn visit_of(&self, person: &Person) -> Person {
        Person { bearer: format!("{}/visit", person.bearer), ..person.clone() }
    }

    /// What users says of them from now on.
    pub fn employ(&self, tenant: &Tenant, user: UserId, role: BuiltinRole, active: bool) {
        let (email, display_name) = ("ada@example.com".to_owned(), "Ada".to_owned());
        let member = Member { user, email, display_name, role, active };
        self.people.lock().unwrap().insert((tenant.id, user), member);
    }

    /// `call(&ada, "POST /tasks/…/approve", json!({}))`; `Value::Null` sends no body.
    pub async fn call(&self, person: &Person, line: &str, body: Value) -> Reply {
        self.call_with_key(person, line, body, None).await
    }

    pub async fn call_with_key(&self, person: &Person, line: &str, body: Value, key: Option<&str>) -> Reply {
        let (method, path) = line.split_once(' ').unwrap();
        let mut request = TestRequest::default()
            .method(method.parse().unwrap())
            .uri(&format!("/api/v1/workflow{path}"))
            .peer_addr("127.0.0.1:4000".parse().unwrap())
            .append_header(("authorization", format!("Bearer {}", person.bearer)));
        if !body.is_null() {
            request = request.set_json(body);
        }
        if let Some(key) = key {
            request = request.append_header(("idempotency-key", key));
        }
        let response = self.service.call(request).await.unwrap();
        let status = response.status().as_u16();
        let header =
            |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (etag, replayed) = (header("etag"), header("idempotency-replayed").is_some());
        let bytes = to_bytes(response.into_body()).await.unwrap_or_else(|_| panic!("a body"));
        Reply { status, etag, replayed, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    /// A published definition's id.
    pub async fn published(&self, admin: &Person, approver: Value) -> String {
        let created = self.call(admin, "POST /definitions", definition(approver)).await.expect(201);
        let id = created.id();
        self.call(admin, &format!("POST /definitions/{id}/publish"), Value::Null).await.expect(200);
        id
    }

    /// A task that `approver` is asked for; its id.
    pub async fn task(&self, admin: &Person, approver: Value) -> String {
        let hold = self.hold(&self.published(admin, approver).await);
        self.task_of(admin, &hold).await
    }

    /// The task that this hold opens; its id.
    pub async fn task_of(&self, admin: &Person, hold: &InvoicePendingApproval) -> String {
        self.announce(&self.tenant, hold).await.unwrap();
        let tasks = self.call(admin, "GET /tasks?limit=1", Value::Null).await.expect(200);
        tasks.body["data"][0]["id"].as_str().unwrap().to_owned()
    }

    /// A new hold of this definition's rule on a new invoice.
    pub fn hold(&self, definition: &str) -> InvoicePendingApproval {
        let now = self.stage.clock.now();
        InvoicePendingApproval {
            invoice: InvoiceId::new(now),
            rule: definition.parse::<HoldRuleId>().unwrap(),
            hold: HoldId::new(now),
            total: Money::new(123_400, Currency::USD),
            customer_name: "Alfreds Futterkiste".to_owned(),
            requested_by: Some(self.tenant.owner),
        }
    }

    pub async fn announce(&self, tenant: &Tenant, event: &InvoicePendingApproval) -> Result<(), JobFailure> {
        self.announce_as(MessageId::new(self.stage.clock.now()), tenant, event).await
    }

    /// The same message again is a redelivery.
    pub async fn announce_as(
        &self,
        message: MessageId,
        tenant: &Tenant,
        event: &InvoicePendingApproval,
    ) -> Result<(), JobFailure> {
        self.hear("workflow.open_approval", message, tenant, event).await
    }

    /// One hold of the invoice was rejected, and these needed no decision any more.
    pub async fn reject(
        &self,
        tenant: &Tenant,
        rejected: &InvoicePendingApproval,
        cleared: &[&InvoicePendingApproval],
    ) -> Result<(), JobFailure> {
        let event = InvoiceRejected {
            invoice: rejected.invoice,
            rule: rejected.rule,
            hold: rejected.hold,
            rejected_by: tenant.owner,
            reason: None,
            cleared: cleared.iter().map(|hold| hold.hold).collect(),
        };
        let message = MessageId::new(self.stage.clock.now());
        self.hear("workflow.clear_tasks", message, tenant, &event).await
    }

    pub async fn announce_count(&self, tenant: &Tenant, event: &CountHeld) -> Result<(), JobFailure> {
        let message = MessageId::new(self.stage.clock.now());
        self.hear("workflow.open_count_approval", message, tenant, event).await
    }

    /// One hold of the count was rejected, and these needed no decision any more.
    pub async fn reject_count(
        &self,
        tenant: &Tenant,
        rejected: &CountHeld,
        cleared: &[&CountHeld],
    ) -> Result<(), JobFailure> {
        let event = CountRejected {
            count: rejected.count,
            rule: rejected.rule,
            hold: rejected.hold,
            rejected_by: tenant.owner,
            reason: None,
            cleared: cleared.iter().map(|hold| hold.hold).collect(),
        };
        let message = MessageId::new(self.stage.clock.now());
        self.hear("workflow.clear_rejected_count", message, tenant, &event).await
    }

    /// Somebody cancelled the count while these waited for a decision.
    pub async fn cancel_count(
        &self,
        tenant: &Tenant,
        count: CountId,
        cleared: &[&CountHeld],
    ) -> Result<(), JobFailure> {
        let event = CountCancelled { count, cleared: cleared.iter().map(|hold| hold.hold).collect() };
        let message = MessageId::new(self.stage.clock.now());
        self.hear("workflow.clear_cancelled_count", message, tenant, &event).await
    }

    async fn hear<E: DomainEvent>(
        &self,
        name: &'static str,
        message: MessageId,
        tenant: &Tenant,
        event: &E,
    ) -> Result<(), JobFailure> {
        let parcel = parcel(E::KIND, event);
        let ctx = tenant.delivery("workflow", name, message);
        self.handler(name).deliver(ctx, parcel, Running::detached(message)).await
    }

    pub async fn apply(&self, task: &str) -> Result<(), JobFailure> {
        let name = "workflow.apply_decision";
        let message = MessageId::new(self.stage.clock.now());
        let parcel = parcel(name, &json!({ "task": task }));
        self.handler(name).deliver(self.system(), parcel, Running::detached(message)).await
    }

    fn system(&self) -> Ctx {
        self.tenant.ctx_as(Actor::System { domain: "workflow".to_owned() }, PermissionSet::default())
    }

    fn handler(&self, name: &str) -> &Handler {
        self.handlers.iter().find(|handler| handler.name() == name).expect("a handler of this name")
    }

    pub async fn messages(&self, handler: &str) -> Vec<MessageSummary> {
        let filter = Filter { handler: Some(handler.to_owned()), ..Filter::default() };
        Ledger::new(self.databases.clone(), &[]).list(&filter, 100).await.unwrap()
    }

    pub async fn count(&self, person: &Person, list: &str) -> usize {
        let reply = self.call(person, &format!("GET {list}"), Value::Null).await.expect(200);
        reply.body["data"].as_array().unwrap().len()
    }
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub etag: Option<String>,
    pub replayed: bool,
    pub body: Value,
}

impl Reply {
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{}", self.body);
    }

    pub fn id(&self) -> String {
        self.body["id"].as_str().unwrap().to_owned()
    }
}

/// `Invoices over 1,000.00 USD`.
pub fn definition(approver: Value) -> Value {
    json!({
        "name": "Invoices over 1,000.00",
        "trigger": "billing.invoice_finalize",
        "condition": {"total_over": {"amount": 100_000, "currency": "USD"}},
        "approver": approver,
    })
}

fn parcel(kind: &str, payload: &impl serde::Serialize) -> Parcel {
    Parcel { kind: kind.to_owned(), version: 1, payload: serde_json::to_string(payload).unwrap() }
}

fn answer_for(users: &FakeUsers, people: &People) {
    let people = people.clone();
    users.on_resolve_member(move |ctx, request| {
        let member = people.lock().unwrap().get(&(ctx.tenant(), request.user)).cloned();
        member.ok_or(UsersError::MemberNotFound)
    });
}

fn obey(billing: &FakeBilling) {
    let state = |invoice, status| InvoiceState { invoice, status, number: None };
    billing.on_put_hold_rule(|_, put| {
        Ok(HoldRule { rule: put.rule, name: put.name, total_over: put.total_over })
    });
    billing.on_remove_hold_rule(|_, _| Ok(()));
    billing.on_release_hold(move |_, release| Ok(state(release.invoice, InvoiceStatus::Open)));
    billing.on_reject_hold(move |_, reject| Ok(state(reject.invoice, InvoiceStatus::Draft)));
}

fn obey_too(inventory: &FakeInventory) {
    let state = |count, status| CountState { count, status };
    inventory.on_put_hold_rule(|_, put| {
        Ok(inventory_contract::HoldRule { rule: put.rule, name: put.name, over: put.over })
    });
    inventory.on_remove_hold_rule(|_, _| Ok(()));
    inventory.on_release_hold(move |_, release| Ok(state(release.count, CountStatus::Posted)));
    inventory.on_reject_hold(move |_, reject| Ok(state(reject.count, CountStatus::Open)));
}

/// `<tenant>/<user>/<role>` is who it says; the role gives the permissions. With `/key` it is an API key of theirs.
pub struct Bearers;

#[async_trait]
impl IdentityProvider for Bearers {
    async fn authenticate(&self, visitor: &Visitor, bearer: &str) -> Result<Option<Principal>, Problem> {
        let parts: Vec<_> = bearer.split('/').collect();
        let [tenant, user, role, ref how @ ..] = parts[..] else { return Ok(None) };
        let (role, id) = (BuiltinRole::parse(role).unwrap(), user.parse().unwrap());
        let actor = match how {
            [] | ["visit"] => Actor::User { id },
            _ => Actor::ApiKey { id: CredentialId::new(visitor.now()), owner: id },
        };
        let granted = workflow::PERMISSIONS.iter().filter(|permission| permission.is_of(role));
        Ok(Some(Principal {
            actor,
            impersonator: (how == ["visit"]).then(|| Actor::Operator { id: Id::new(visitor.now()) }),
            permissions: granted.map(|permission| permission.name).collect(),
            ..Principal::system(tenant.parse().unwrap(), "workflow", visitor.now())
        }))
    }

    async fn resume(&self, _: &Visitor, _: TenantId, _: &Actor) -> Result<Option<Principal>, Problem> {
        Ok(None)
    }
}
