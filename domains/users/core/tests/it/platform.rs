//! The operators of the installation: who they are, what they do to tenants, and that they see nothing of what is in one.

use crate::house::{House, PASSWORD, Reply};
use actix_web::http::Method;
use kernel::id::{OperatorId, PLATFORM};
use kernel::{Actor, Id, TenantId};
use serde_json::{Value, json};
use testkit::{Stage, both, eventually};
use users_contract::PASSWORD_RESET_SEAL;

/// An operator at the desk.
pub struct Desk<'a> {
    house: &'a House,
    pub token: String,
}

impl<'a> Desk<'a> {
    pub async fn of(house: &'a House) -> Self {
        Self { house, token: house.operator().await }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.house.platform(Method::GET, path, Some(&self.token), &[], None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.house.platform(Method::POST, path, Some(&self.token), &[], Some(body)).await
    }

    /// Whatever the version is.
    async fn patch(&self, path: &str, body: Value) -> Reply {
        self.with_tag(Method::PATCH, path, "*", body).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Reply {
        self.with_tag(Method::PUT, path, "*", body).await
    }

    pub async fn with_tag(&self, method: Method, path: &str, tag: &str, body: Value) -> Reply {
        self.house.platform(method, path, Some(&self.token), &[("if-match", tag)], Some(body)).await
    }

    async fn suspend(&self, tenant: TenantId) {
        let reason = json!({ "reason": "Has not paid since May" });
        self.post(&format!("/tenants/{tenant}/suspend"), reason).await.is(200);
    }

    /// Until `status` is what this credential is told.
    async fn felt(&self, access: &str, status: u16) {
        eventually("the operator's decision is felt", || async {
            (self.house.get("/me", access).await.status == status).then_some(())
        })
        .await;
    }
}

async fn asked(house: &House, path: &str, token: Option<&str>) -> Reply {
    house.platform(Method::GET, path, token, &[], None).await
}

pub fn two(reply: &Reply, pointers: [&str; 2]) -> [String; 2] {
    pointers.map(|pointer| reply.at(pointer))
}

pub fn etag(reply: &Reply) -> &str {
    reply.headers.get("etag").unwrap().to_str().unwrap()
}

both! {
    async fn an_operators_token_ends(stage: Stage) {
        let house = House::new(stage).await;
        let visitor = house.stage.visitor();
        let tenants = |token: String| {
            let house = &house;
            async move { asked(house, "/tenants", Some(&token)).await }
        };
        let made = house.operators.create(&visitor, " Night shift ", 2).await.unwrap();
        assert!(made.token.starts_with("ins_op_"), "{}", made.token);
        assert_eq!(made.operator.name, "Night shift");
        tenants(made.token.clone()).await.is(200);
        tenants(format!("{}x", made.token)).await.problem(401, "unauthenticated");

        let other = house.operators.create(&visitor, "Day shift", 366).await.unwrap();
        tenants(other.token.clone()).await.is(200);
        let revoked = house.operators.revoke(&visitor, other.operator.id).await.unwrap();
        assert_eq!(revoked.revoked_at, Some(house.stage.clock.now()));
        tenants(other.token).await.problem(401, "unauthenticated");
        let again = house.operators.revoke(&visitor, other.operator.id).await.unwrap();
        assert_eq!(again.revoked_at, revoked.revoked_at);

        house.stage.clock.advance(chrono::Duration::days(2));
        tenants(made.token).await.problem(401, "unauthenticated");
        let listed = house.operators.list(&visitor).await.unwrap();
        let names: Vec<_> = listed.iter().map(|operator| operator.name.as_str()).collect();
        assert_eq!(names, ["Day shift", "Night shift"]);

        let unknown = house.operators.revoke(&visitor, Id::new(house.stage.clock.now())).await.unwrap_err();
        assert_eq!(unknown.kind.code, "users.operator_not_found");
        for (name, days) in [(" ", 1), ("Ada", 0), ("Ada", 367)] {
            let refused = house.operators.create(&visitor, name, days).await.err().unwrap();
            assert_eq!(refused.kind.code, "invalid", "{name:?} {days}");
        }
    }
}

both! {
    async fn operators_and_tenants_do_not_meet(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let desk = Desk::of(&house).await;
        let key = house.post("/api-keys", Some(&ada.access), json!({ "name": "k", "role": "owner" })).await.is(201);
        for path in ["/tenants", "/settings", "/switches", "/audit-entries"] {
            asked(&house, path, None).await.problem(401, "unauthenticated");
            asked(&house, path, Some(&ada.access)).await.problem(403, "forbidden");
            asked(&house, path, Some(&key.at("/secret"))).await.problem(403, "forbidden");
            desk.get(path).await.is(200);
        }
        for path in ["/me", "/members", "/tenant", "/audit-entries", "/api-keys", "/sessions"] {
            house.get(path, &desk.token).await.problem(403, "forbidden");
        }
        house.post("/invitations", Some(&desk.token), json!({ "email": "x@example.com" })).await.problem(403, "forbidden");
        // No role of a tenant's own, and no key, can have what is theirs.
        for permission in ["platform.tenants.read", "platform.tenants.write"] {
            let role = json!({ "name": "Operator", "permissions": [permission] });
            house.post("/roles", Some(&ada.access), role).await.problem(422, "invalid");
            let key = json!({ "name": "k", "scopes": [permission] });
            house.post("/api-keys", Some(&ada.access), key).await.problem(422, "invalid");
        }
        let permissions = house.get("/authorization/permissions", &ada.access).await.is(200);
        assert!(!permissions.text.contains("platform."), "{}", permissions.text);
    }
}

both! {
    async fn a_job_of_an_operator_acts_while_they_are_one(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let visitor = house.stage.visitor();
        let id = house.operators.create(&visitor, "Night shift", 90).await.unwrap().operator.id;
        let operator = Actor::Operator { id };
        let resume = |tenant, actor: Actor| {
            let (house, visitor) = (&house, &visitor);
            async move { house.identity.resume(visitor, tenant, &actor).await.unwrap() }
        };
        let resumed = resume(PLATFORM, operator.clone()).await.unwrap();
        assert_eq!((resumed.tenant, &resumed.actor), (PLATFORM, &operator));
        assert!(resumed.permissions.names().all(|name| name.starts_with("platform.")), "{resumed:?}");
        assert!(resume(ada.tenant, operator.clone()).await.is_none(), "has no business of their own in a tenant");
        assert!(resume(PLATFORM, Actor::User { id: ada.user }).await.is_none());
        let nobody: OperatorId = Id::new(house.stage.clock.now());
        assert!(resume(PLATFORM, Actor::Operator { id: nobody }).await.is_none());
        house.operators.revoke(&visitor, id).await.unwrap();
        assert!(resume(PLATFORM, operator).await.is_none(), "is revoked");
    }
}

both! {
    async fn tenants_are_listed_and_limited(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner("ada@example.com").await, house.owner("bob@example.com").await);
        let desk = Desk::of(&house).await;
        let all = desk.get("/tenants?sort=created_at&limit=1").await.is(200);
        let next = format!("/tenants?sort=created_at&limit=1&cursor={}", all.at("/next_cursor"));
        let last = desk.get(&next).await.is(200);
        let mut ids = [all.at("/data/0/id"), last.at("/data/0/id")];
        ids.sort();
        let mut expected = [ada.tenant.to_string(), bob.tenant.to_string()];
        expected.sort();
        assert_eq!((ids, last.at("/next_cursor")), (expected, "null".to_owned()));
        assert_eq!(desk.get("/tenants?state=suspended").await.is(200).at("/data"), "[]");

        let path = format!("/tenants/{}", ada.tenant);
        let shown = desk.get(&path).await.is(200);
        assert_eq!(two(&shown, ["/name", "/state"]), ["Engines", "active"]);
        assert_eq!(two(&shown, ["/requests_per_minute", "/max_members"]), ["null", "null"]);
        let limits = json!({ "requests_per_minute": 600, "max_members": 3 });
        let stale = desk.with_tag(Method::PATCH, &path, "\"987\"", limits.clone()).await;
        stale.problem(412, "version_mismatch");
        let limited = desk.with_tag(Method::PATCH, &path, etag(&shown), limits).await.is(200);
        assert_eq!(two(&limited, ["/requests_per_minute", "/max_members"]), ["600", "3"]);
        let lifted = desk.patch(&path, json!({ "requests_per_minute": null })).await.is(200);
        assert_eq!(two(&lifted, ["/requests_per_minute", "/max_members"]), ["null", "3"]);
        let unchanged = desk.patch(&path, json!({})).await.is(200);
        assert_eq!(etag(&unchanged), etag(&lifted));
        for limit in [0, -1, 10_000_001] {
            let both = json!({ "requests_per_minute": limit, "max_members": limit });
            let refused = desk.patch(&path, both).await.problem(422, "invalid");
            assert_eq!(refused.at("/errors/1/pointer"), "/max_members", "{limit}");
        }
        let other = desk.get(&format!("/tenants/{}", bob.tenant)).await.is(200);
        assert_eq!(other.at("/max_members"), "null");
        for path in [format!("/tenants/{}", bob.user), "/tenants/nobody".to_owned()] {
            desk.get(&path).await.is(404);
        }
    }
}

both! {
    async fn a_tenants_own_limit_of_requests_is_felt(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner("ada@example.com").await, house.owner("bob@example.com").await);
        let desk = Desk::of(&house).await;
        let path = format!("/tenants/{}", ada.tenant);
        desk.patch(&path, json!({ "requests_per_minute": 1 })).await.is(200);
        desk.felt(&ada.access, 429).await;
        house.get("/me", &bob.access).await.is(200);
        desk.patch(&path, json!({ "requests_per_minute": null })).await.is(200);
        desk.felt(&ada.access, 200).await;
    }
}

both! {
    async fn nothing_of_a_suspended_tenant_passes(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner("ada@example.com").await, house.owner("bob@example.com").await);
        let desk = Desk::of(&house).await;
        let key = house.post("/api-keys", Some(&ada.access), json!({ "name": "k", "role": "viewer" })).await.is(201);
        house.post("/invitations", Some(&ada.access), json!({ "email": "bob@example.com" })).await.is(201);
        let of_bob = house.invitations().await.pop().unwrap();
        house.accept(&of_bob, PASSWORD).await.is(200);
        house.post("/invitations", Some(&ada.access), json!({ "email": "grace@example.com" })).await.is(201);
        let of_grace = house.invitations().await.pop().unwrap();
        let reset = json!({ "email": "ada@example.com" });
        house.post("/password-resets", None, reset.clone()).await.is(202);
        let resets = house.tokens_of("tests.reset", PASSWORD_RESET_SEAL).await;
        // Nobody has proved this one's address yet.
        house.sign_up("eve@example.com", PASSWORD, "Eve's").await.is(202);
        let of_eve = house.links().await.pop().unwrap();
        let eves = house.messages("tests.verification").await.pop().unwrap().1;

        desk.suspend(ada.tenant).await;
        desk.suspend(eves).await;
        desk.felt(&ada.access, 401).await;
        desk.felt(&key.at("/secret"), 401).await;
        let refresh = json!({ "refresh_token": ada.refresh });
        house.post("/refresh", None, refresh.clone()).await.problem(401, "users.refresh_refused");
        house.sign_in("ada@example.com", PASSWORD).await.problem(403, "users.no_membership");
        house.accept(&of_grace, PASSWORD).await.problem(403, "users.tenant_suspended");
        house.verify(&of_eve, PASSWORD).await.problem(403, "users.tenant_suspended");
        let switch = json!({ "tenant_id": ada.tenant });
        house.post("/sessions/switch", Some(&bob.access), switch).await.problem(404, "users.tenant_not_found");
        let there = json!({ "email": "bob@example.com", "password": PASSWORD, "tenant_id": ada.tenant });
        house.post("/sign-in", None, there).await.problem(403, "users.no_membership");
        house.post("/password-resets", None, reset).await.is(202);
        let sent = house.tokens_of("tests.reset", PASSWORD_RESET_SEAL).await;
        assert_eq!(sent.len(), resets.len(), "a reset was sent in the name of a suspended tenant");
        let complete = json!({ "token": resets.last(), "password": "another one that is long enough" });
        house.post("/password-resets/complete", None, complete).await.problem(422, "users.reset_invalid");
        // What becomes of it is told in mail alone.
        house.sign_up("ada@example.com", PASSWORD, "Again").await.is(202);
        house.sign_up("eve@example.com", PASSWORD, "Again").await.is(202);
        house.get("/me", &bob.access).await.is(200);

        let shown = desk.get("/tenants?state=suspended").await.is(200);
        assert_eq!(shown.at("/data/1/suspension_reason"), "Has not paid since May");
        let path = format!("/tenants/{}", ada.tenant);
        let again = desk.post(&format!("{path}/suspend"), json!({ "reason": "Again" })).await;
        again.problem(409, "users.tenant_state");
        let resumed = desk.post(&format!("{path}/resume"), json!({})).await.is(200);
        assert_eq!(two(&resumed, ["/state", "/suspension_reason"]), ["active", "null"]);
        desk.post(&format!("{path}/resume"), json!({})).await.problem(409, "users.tenant_state");
        desk.felt(&ada.access, 200).await;
        house.post("/refresh", None, refresh).await.is(200);
        house.accept(&of_grace, PASSWORD).await.is(200);
        for reason in ["", " ", &"x".repeat(501)] {
            let refused = desk.post(&format!("{path}/suspend"), json!({ "reason": reason })).await;
            assert_eq!(refused.problem(422, "invalid").at("/errors/0/pointer"), "/reason");
        }
        let nowhere = format!("/tenants/{}/suspend", bob.user);
        desk.post(&nowhere, json!({ "reason": "None" })).await.problem(404, "users.no_such_tenant");
    }
}

both! {
    async fn a_tenant_has_no_more_members_than_it_may(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner("ada@example.com").await, house.owner("bob@example.com").await);
        let desk = Desk::of(&house).await;
        let invite = |owner: &str, email: &str| {
            let (house, owner, body) = (&house, owner.to_owned(), json!({ "email": email }));
            async move { house.post("/invitations", Some(&owner), body).await }
        };
        for email in ["grace@example.com", "joan@example.com"] {
            invite(&ada.access, email).await.is(201);
        }
        let [of_grace, of_joan] = <[String; 2]>::try_from(house.invitations().await).unwrap();
        desk.patch(&format!("/tenants/{}", ada.tenant), json!({ "max_members": 2 })).await.is(200);

        let accepted = house.accept(&of_grace, PASSWORD).await.is(200);
        house.accept(&of_joan, PASSWORD).await.problem(409, "users.too_many_members");
        invite(&ada.access, "mary@example.com").await.problem(409, "users.too_many_members");
        // Who is a member is told that, whether there is room or not.
        invite(&ada.access, "grace@example.com").await.problem(409, "users.member_already");
        let grace = format!("/members/{}", accepted.at("/member_id"));
        house.post(&format!("{grace}/suspend"), Some(&ada.access), json!({})).await.is(200);
        invite(&ada.access, "mary@example.com").await.problem(409, "users.too_many_members");
        house.post(&format!("{grace}/remove"), Some(&ada.access), json!({})).await.is(200);
        house.accept(&of_joan, PASSWORD).await.is(200);
        invite(&bob.access, "mary@example.com").await.is(201);
    }
}

both! {
    async fn operators_say_who_may_sign_up(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let desk = Desk::of(&house).await;
        house.post("/invitations", Some(&ada.access), json!({ "email": "grace@example.com" })).await.is(201);
        let link = house.invitations().await.pop().unwrap();
        let shown = desk.get("/settings").await.is(200);
        assert_eq!(two(&shown, ["/sign_up", "/configured_sign_up"]), ["null", "open"]);

        let closed = json!({ "sign_up": "closed" });
        let stale = desk.with_tag(Method::PATCH, "/settings", "\"987\"", closed.clone()).await;
        stale.problem(412, "version_mismatch");
        let changed = desk.with_tag(Method::PATCH, "/settings", etag(&shown), closed).await.is(200);
        assert_eq!(two(&changed, ["/sign_up", "/configured_sign_up"]), ["closed", "open"]);
        house.sign_up("bob@example.com", PASSWORD, "Bob's").await.problem(403, "users.sign_up_closed");
        house.accept(&link, PASSWORD).await.problem(403, "users.sign_up_closed");

        desk.patch("/settings", json!({ "sign_up": "invitation" })).await.is(200);
        house.sign_up("bob@example.com", PASSWORD, "Bob's").await.problem(403, "users.sign_up_closed");
        house.accept(&link, PASSWORD).await.is(200);
        desk.patch("/settings", json!({ "sign_up": "nobody" })).await.is(400);

        let open = desk.patch("/settings", json!({ "sign_up": null })).await.is(200);
        assert_eq!(open.at("/sign_up"), "null");
        house.sign_up("bob@example.com", PASSWORD, "Bob's").await.is(202);
        let same = desk.patch("/settings", json!({})).await.is(200);
        assert_eq!(etag(&same), etag(&open));
    }
}

both! {
    async fn what_operators_do_is_in_a_log_of_theirs(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let visitor = house.stage.visitor();
        let made = house.operators.create(&visitor, "Night shift", 90).await.unwrap();
        let (token, path) = (Some(made.token.as_str()), format!("/tenants/{}/suspend", ada.tenant));
        let suspend = || {
            let headers = [("idempotency-key", "once"), ("x-request-id", "of-the-operator")];
            let (house, path) = (&house, &path);
            async move {
                let body = json!({ "reason": "Has not paid since May" });
                house.platform(Method::POST, path, token, &headers, Some(body)).await
            }
        };
        let first = suspend().await.is(200);
        let again = suspend().await.is(200);
        assert_eq!(again.headers.get("idempotency-replayed").unwrap(), "true");
        assert_eq!(again.text, first.text);
        let outcomes = house.deliver_audit().await;
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");

        let log = asked(&house, "/audit-entries", token).await.is(200);
        let entries = log.json()["data"].as_array().cloned().unwrap();
        let actions: Vec<_> = entries.iter().filter_map(|entry| entry["action"].as_str()).collect();
        assert_eq!(actions, ["users.tenant.suspend", "users.operator.create", "users.signing_key.create"]);
        assert_eq!(entries[0]["actor"], json!({ "kind": "operator", "id": made.operator.id }));
        assert_eq!(log.at("/data/0/request_id"), "of-the-operator");
        assert_eq!(two(&log, ["/data/0/before/state", "/data/0/after/state"]), ["active", "suspended"]);
        assert_eq!(log.at("/data/0/after/reason"), "Has not paid since May");
        assert_eq!(log.at("/data/0/verification"), "verified");
        assert_eq!(entries[1]["actor"], json!({ "kind": "system", "domain": "users" }));
        assert!(!log.text.contains(&made.token), "{}", log.text);

        for (filter, count) in [
            (format!("resource_id={}", ada.tenant), 1),
            ("action=users.operator.create".to_owned(), 1),
            ("action=users.tenant.create".to_owned(), 0),
        ] {
            let found = asked(&house, &format!("/audit-entries?{filter}"), token).await;
            assert_eq!(found.is(200).json()["data"].as_array().unwrap().len(), count, "{filter}");
        }
        let resume = format!("/tenants/{}/resume", ada.tenant);
        house.platform(Method::POST, &resume, token, &[], Some(json!({}))).await.is(200);
        let own = eventually("the tenant is back", || async {
            let own = house.get("/audit-entries", &ada.access).await;
            (own.status == 200).then_some(own)
        })
        .await;
        assert!(own.text.contains("users.tenant.create") && !own.text.contains("suspend"), "{}", own.text);
    }
}
