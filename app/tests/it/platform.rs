//! What the operators of the installation do: every operation of theirs in the published document. One that is new is tried
//! the day it appears, and fails until it has a recipe to succeed by, below. To tenants they are closed, and tenants are
//! closed to them.

use crate::client::{Client, Told};
use crate::contract::ask::{Ask, Call};
use crate::contract::ground;
use crate::contract::schema::Schemas;
use crate::document::{Operation, all};
use crate::house::{self, Ground, Process};
use crate::tenant::{PASSWORD, id, invited, sign_up};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use testkit::{Backend, eventually};
use uuid::Uuid;

/// Where the id of a session stands until there is one.
const NO_SESSION: &str = "00000000-0000-0000-0000-000000000000";
const REPLAYED: &str = "idempotency-replayed";
/// Less than `eventually` has, so that what is missing is named.
const PATIENCE: Duration = Duration::from_secs(15);

#[test]
fn the_operators_on_sqlite() {
    run(Backend::Sqlite);
}

#[test]
fn the_operators_on_postgres() {
    if let Some(backend) = Backend::postgres() {
        run(backend);
    }
}

fn run(backend: Backend) {
    house::run(async {
        let mut ground = ground(&backend).await;
        // Who is let in again asks until then, and each refusal counts.
        ground.set("INSULA_LIMITS__REFUSED_PER_MINUTE_PER_ADDRESS", "6000");
        let node = ground.start("all");
        let walk = Walk::new(&ground, &node).await;
        let (operators, tenants): (Vec<_>, Vec<_>) =
            all(&walk.document).into_iter().partition(Operation::is_for_operators);
        assert!(operators.len() >= 14 && tenants.len() > 40, "{} {}", operators.len(), tenants.len());
        let mut done = Vec::new();
        for operation in &operators {
            walk.strangers(operation).await;
            walk.mistakes(operation).await;
            done.push((operation, walk.once(operation).await));
        }
        walk.logged(&done).await;
        walk.through_a_member(&node).await;
        for operation in tenants.iter().filter(|operation| !operation.is_public()) {
            walk.nothing_of_tenants(operation).await;
        }
        walk.commands(&ground).await;
        node.stop();
    });
}

struct Walk {
    document: Value,
    schemas: Schemas,
    guest: Client,
    operator: Client,
    /// Of a tenant that nothing is done to.
    owner: Client,
    /// To whom it is done, and what becomes of it is nobody's loss.
    subject: Subject,
}

struct Subject {
    owner: Client,
    tenant: String,
    /// Who is acted as, and by which grant.
    member: String,
    grant: String,
    /// Who was there, and is erased, and the erasing.
    gone: [String; 2],
}

/// A member who has erased themselves, to the end: nothing more changes of it.
async fn erased(owner: &Client, operator: &Client, ground: &Ground) -> [String; 2] {
    let member = invited(owner, &ground.mail(), json!({ "role": "viewer" }), PASSWORD).await;
    let own = owner.with_token(member.tokens["access_token"].as_str().unwrap());
    own.post("/users/me/erase", json!({ "email": member.email })).await.expect(202);
    let gone = member.tokens["user_id"].as_str().unwrap().to_owned();
    let erasure = eventually("they are erased", async || {
        let told = operator.get(&format!("/platform/user-erasures/{gone}")).await.expect(200);
        (told["state"] == "erased").then(|| id(&told))
    })
    .await;
    [gone, erasure]
}

impl Walk {
    async fn new(ground: &Ground, node: &Process) -> Self {
        let guest = node.client();
        let operator = guest.with_token(&ground.operator());
        let owner = sign_up(ground, node, "ada@example.com").await;
        let subject = sign_up(ground, node, "eve@example.com").await;
        let me = subject.get("/users/me").await.expect(200);
        let tenant = me["tenant_id"].as_str().unwrap().to_owned();
        let member = invited(&subject, &ground.mail(), json!({ "role": "member" }), PASSWORD).await.member;
        let gone = erased(&subject, &operator, ground).await;
        let grant = json!({ "role": "member", "reason": "A wrong total", "minutes": 10_080 });
        let grant = id(&subject.post("/users/support-grants", grant).await.expect(201));
        let subject = Subject { owner: subject, tenant, member, grant, gone };
        let document = guest.get("/openapi.json").await.expect(200);
        let schemas = Schemas::new(document.clone());
        let walk = Self { document, schemas, guest, operator, owner, subject };
        walk.close().await;
        let reopen = format!("/platform/tenants/{}/reopen", walk.subject.tenant);
        walk.operator.post(&reopen, json!({})).await.expect(200);
        walk
    }

    /// Their owner closes the subject's tenant, as soon as they are let in again.
    async fn close(&self) {
        eventually("the tenant is closed", async || {
            let name = json!({ "name": "Analytical Engines" });
            (self.subject.owner.post("/users/tenant/close", name).await.status == 200).then_some(())
        })
        .await;
    }

    /// A request that will succeed, once: what has to be there before, and the request itself. What only reads needs none.
    async fn recipe(&self, operation: &Operation) -> Call {
        let call = Call::to(&self.at(operation));
        let tenant = format!("/platform/tenants/{}", self.subject.tenant);
        match operation.id.as_str() {
            _ if operation.method == Method::GET => call,
            "platform_patch_tenant" => {
                self.done(Method::PATCH, &tenant, json!({ "requests_per_minute": null, "max_members": 5 }))
                    .await;
                call.with(json!({ "requests_per_minute": 100_000, "max_members": 50 }))
            }
            "platform_suspend_tenant" => {
                self.operator.post(&format!("{tenant}/resume"), json!({})).await;
                call.with(json!({ "reason": "Has not paid since May" }))
            }
            "platform_resume_tenant" => {
                self.operator.post(&format!("{tenant}/suspend"), json!({ "reason": "For a moment" })).await;
                call
            }
            "platform_reopen_tenant" => {
                for back in ["resume", "reopen"] {
                    self.operator.post(&format!("{tenant}/{back}"), json!({})).await;
                }
                self.close().await;
                call
            }
            "platform_patch_settings" => {
                self.done(Method::PATCH, "/platform/settings", json!({ "sign_up": null })).await;
                // As is configured, so that others may still sign up.
                call.with(json!({ "sign_up": "open" }))
            }
            "platform_open_support_session" => {
                self.operator.post(&format!("{tenant}/resume"), json!({})).await;
                call.with(self.visit())
            }
            "platform_end_support_session" => {
                self.operator.post(&format!("{tenant}/resume"), json!({})).await;
                let opened = self.opened().await;
                Call::to(&call.path.replace(NO_SESSION, opened["session_id"].as_str().unwrap()))
            }
            "platform_put_switch" => {
                self.done(Method::PUT, &call.path, json!({ "share_percent": 100 })).await;
                call.with(json!({ "share_percent": 99 }))
            }
            "platform_put_tenant_switch" => {
                self.done(Method::PUT, &call.path, json!({ "state": null })).await;
                call.with(json!({ "state": "on" }))
            }
            _ => panic!(
                "no test makes {} ({} {}) succeed: add a recipe for it in app/tests/it/platform.rs",
                operation.id, operation.method, operation.path
            ),
        }
    }

    /// On the subject, and on a switch that there is.
    fn at(&self, operation: &Operation) -> String {
        let path = operation.path.replace("/tenants/{id}", &format!("/tenants/{}", self.subject.tenant));
        let path = path.replace("/user-erasures/{id}", &format!("/user-erasures/{}", self.subject.gone[0]));
        let path = path.replace("/switches/{name}", "/switches/users.passkeys");
        let path = path.replace("{session_id}", NO_SESSION);
        assert!(
            !path.contains('{'),
            "no test knows what stands in {path}: say it in app/tests/it/platform.rs"
        );
        path
    }

    /// To the subject, through its member.
    fn visit(&self) -> Value {
        let Subject { member, grant, .. } = &self.subject;
        json!({ "grant_id": grant, "member_id": member, "reason": "Ticket 1815" })
    }

    async fn opened(&self) -> Value {
        let path = format!("/platform/tenants/{}/support-sessions", self.subject.tenant);
        self.operator.post(&path, self.visit()).await.expect(201)
    }

    async fn done(&self, method: Method, path: &str, body: Value) {
        let request = self.operator.request(method, path).header("if-match", "*").json(&body);
        self.operator.try_send(request).await.unwrap().expect(200);
    }

    async fn good(&self, operation: &Operation) -> Ask {
        self.recipe(operation).await.ask(operation)
    }

    async fn send(&self, client: &Client, operation: &Operation, ask: &Ask) -> Told {
        let told = client.try_send(ask.request(client)).await.unwrap();
        let faults = self.schemas.faults(operation, &told);
        assert!(faults.is_empty(), "{}: {faults:?}: {}", operation.id, told.text);
        told
    }

    async fn refused(&self, client: &Client, operation: &Operation, ask: &Ask, status: u16, code: &str) {
        let told = self.send(client, operation, ask).await;
        let is = told.status.as_u16() == status && told.json()["code"] == code;
        assert!(is, "{}: {status} {code} expected, told {told:?}", operation.id);
    }

    async fn strangers(&self, operation: &Operation) {
        let good = self.good(operation).await;
        self.refused(&self.guest, operation, &good, 401, "unauthenticated").await;
        self.refused(&self.owner, operation, &good, 403, "forbidden").await;
    }

    async fn mistakes(&self, operation: &Operation) {
        let good = self.good(operation).await;
        let unknown = good.again().query("zz_unknown=1");
        self.refused(&self.operator, operation, &unknown, 400, "unknown_parameter").await;
        if operation.method != Method::GET {
            let mut body = good.call.json().cloned().unwrap_or_else(|| json!({}));
            body["zz_unknown"] = json!(1);
            let mut spoilt = good.again().body(body);
            spoilt.content_type = Some("application/json");
            self.refused(&self.operator, operation, &spoilt, 400, "malformed").await;
        }
        if operation.requires("If-Match") {
            let without = Ask { if_match: None, ..good.again() };
            self.refused(&self.operator, operation, &without, 428, "precondition_required").await;
            let stale = Ask { if_match: Some("\"987654\"".to_owned()), ..good.again() };
            self.refused(&self.operator, operation, &stale, 412, "version_mismatch").await;
        }
    }

    /// It succeeds, and its key is good for once. Gives the id of the request.
    async fn once(&self, operation: &Operation) -> String {
        let good = self.good(operation).await;
        let told = self.send(&self.operator, operation, &good).await;
        assert!(
            operation.successes().any(|status| status == told.status.as_str()),
            "{}: {told:?}",
            operation.id
        );
        if operation.is_single() {
            let tag = told.headers.get("etag").unwrap_or_else(|| panic!("{} has no ETag", operation.id));
            let tag = tag.to_str().unwrap().to_owned();
            let unchanged = Ask { if_none_match: Some(tag), ..good.clone() };
            assert_eq!(
                self.send(&self.operator, operation, &unchanged).await.status,
                304,
                "{}",
                operation.id
            );
        }
        let writes = [Method::POST, Method::PATCH, Method::DELETE].contains(&operation.method);
        assert_eq!(good.key.is_some(), writes, "{} and its Idempotency-Key", operation.id);
        if writes {
            let again = Ask { request_id: format!("again-{}", Uuid::new_v4()), ..good.clone() };
            let again = self.send(&self.operator, operation, &again).await;
            let replayed = again.headers.get(REPLAYED).is_some_and(|value| value == "true");
            assert!(replayed && again.text == told.text, "{}: {told:?}, then {again:?}", operation.id);
        }
        good.request_id
    }

    /// Each change is in the log that operators read, by whom and of which request, with its halves; and each look.
    async fn logged(&self, done: &[(&Operation, String)]) {
        let untold = async || {
            let log = self.log().await;
            let tells = |operation: &Operation, request_id: &str| {
                log.iter().any(|entry| {
                    let by = entry["request_id"] == request_id && entry["actor"]["kind"] == "operator";
                    by && self.is_whole(operation, entry)
                })
            };
            let untold = done.iter().filter(|(operation, request_id)| !tells(operation, request_id));
            untold.map(|(operation, _)| operation.id.clone()).collect::<Vec<_>>()
        };
        let told = eventually("all that was done is in the log of the operators", async || {
            untold().await.is_empty().then_some(())
        });
        let _ = tokio::time::timeout(PATIENCE, told).await;
        assert_eq!(untold().await, Vec::<String>::new(), "no entry tells of these in full");
        let made = self.log().await;
        assert!(made.iter().any(|entry| entry["action"] == "users.operator.create"), "{made:?}");
        // It is not in that of the tenant to whom it was done.
        self.operator.post(&format!("/platform/tenants/{}/resume", self.subject.tenant), json!({})).await;
        let own = eventually("the subject is let in again", async || {
            let own = self.subject.owner.get("/users/audit-entries?limit=100").await;
            (own.status == 200).then_some(own.text)
        })
        .await;
        assert!(own.contains("users.tenant.create") && !own.contains("users.tenant.suspend"), "{own}");
    }

    /// Of a change what was before or after it; of a look at what, and of a list which page of it.
    fn is_whole(&self, operation: &Operation, entry: &Value) -> bool {
        if operation.method != Method::GET {
            return entry["before"].is_object() || entry["after"].is_object();
        }
        let at = if operation.path.contains("/tenants/{id}") {
            entry["resource"] == "tenant" && entry["resource_id"] == self.subject.tenant
        } else if operation.path.contains("/user-erasures/{id}") {
            entry["resource"] == "user_erasure" && entry["resource_id"] == self.subject.gone[1]
        } else {
            entry["resource"] == "installation"
        };
        let paged = operation.parameter("cursor").is_none() || entry["after"]["page"].is_object();
        let named = !operation.path.contains("{name}") || entry["after"]["name"] == "users.passkeys";
        let is_look = entry["action"].as_str().is_some_and(|action| action.ends_with(".read"));
        is_look && entry["before"].is_null() && at && paged && named
    }

    /// What an operator does in another domain is in the tenant's log with both who they are and whom they acted as, and in
    /// the node's. It ends with the visit.
    async fn through_a_member(&self, node: &Process) {
        let token = self.opened().await["access_token"].as_str().unwrap().to_owned();
        let visitor = self.guest.with_token(&token);
        let me = visitor.get("/users/me").await.expect(200);
        assert_eq!([&me["member_id"], &me["tenants"]], [&json!(self.subject.member), &json!([])]);
        let request_id = format!("visit-{}", Uuid::new_v4());
        let create = visitor.request(Method::POST, "/billing/customers").header("x-request-id", &request_id);
        let create = create.json(&json!({ "name": "Babbage" }));
        visitor.try_send(create).await.unwrap().expect(201);
        let entry = eventually("what the operator did is in the tenant's log", async || {
            let log = self.subject.owner.get("/users/audit-entries?action=billing.customer.create").await;
            let log = log.expect(200)["data"].as_array().cloned().unwrap();
            log.into_iter().find(|entry| entry["request_id"] == request_id)
        })
        .await;
        assert_eq!(entry["actor"], json!({ "kind": "user", "id": me["user_id"] }));
        assert_eq!(entry["impersonator"], me["impersonated_by"]);
        let operator = format!("operator:{}", me["impersonated_by"]["id"].as_str().unwrap());
        eventually("the node's log says who asked", async || {
            let lines = node.log_of(&request_id);
            let told = |line: &String| line.contains("answered") && line.contains(&operator);
            lines.iter().any(told).then_some(())
        })
        .await;

        let report = json!({ "report": "inventory.stock_valuation", "parameters": {} });
        assert_eq!(visitor.post("/reports/runs", report).await.problem(403), "support_cannot_start_jobs");
        let runs = self.subject.owner.get("/reports/runs").await.expect(200);
        assert_eq!(runs["data"], json!([]), "nothing of it is left");
        let revoke = format!("/users/support-grants/{}/revoke", self.subject.grant);
        self.subject.owner.post(&revoke, json!({})).await.expect(200);
        assert_eq!(visitor.get("/billing/customers").await.problem(401), "unauthenticated");
    }

    async fn log(&self) -> Vec<Value> {
        let (mut entries, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/platform/audit-entries?limit=100{cursor}");
            let page = self.operator.get(&path).await.expect(200);
            entries.extend(page["data"].as_array().into_iter().flatten().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return entries,
            }
        }
    }

    async fn nothing_of_tenants(&self, operation: &Operation) {
        let nobody = Uuid::nil().to_string();
        let parts = operation.path.split('/').map(|part| if part.starts_with('{') { &*nobody } else { part });
        let path = parts.collect::<Vec<_>>().join("/");
        let request = self.operator.request(operation.method.clone(), &path);
        let told = self.operator.try_send(request).await.unwrap();
        let forbidden = told.status == 403 && told.json()["code"] == "forbidden";
        assert!(forbidden, "{}: an operator is told {told:?}", operation.id);
    }

    /// What is done on the machine is felt by the node that runs there.
    async fn commands(&self, ground: &Ground) {
        let listed = ground.run(&["operator", "list"]);
        let lines: Vec<_> = listed.lines().collect();
        let [line] = lines[..] else { panic!("one operator expected:\n{listed}") };
        assert!(line.contains("good until") && line.ends_with("Night shift"), "{line}");
        let told = ground.run(&["operator", "revoke", line.split(' ').next().unwrap()]);
        assert!(told.contains("is revoked"), "{told}");
        eventually("the token is refused", async || {
            (self.operator.get("/platform/tenants").await.status == 401).then_some(())
        })
        .await;
        assert!(ground.run(&["operator", "list"]).contains("revoked on"));
    }
}
