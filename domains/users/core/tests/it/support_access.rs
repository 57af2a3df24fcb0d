//! Support access: an operator looks at a tenant through one of its members, as far and as long as the tenant lets them, never
//! as who may do more, and never unseen.

use crate::house::{House, PASSWORD, Person, Reply};
use crate::platform::Desk;
use crate::roles::role;
use crate::teams::{add, team};
use actix_web::http::Method;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use kernel::Actor;
use kernel::ctx::Strength;
use kernel::id::OperatorId;
use serde_json::{Value, json};
use testkit::{Stage, both, eventually};
use uuid::Uuid;

pub const ADA: &str = "ada@example.com";
pub const BOB: &str = "bob@example.com";
const NOT_GRANTED: &str = "users.support_not_granted";
const TOO_WIDE: &str = "users.support_too_wide";

/// Ada's tenant, in which Bob has a role, and an operator at the desk.
struct Scene<'a> {
    house: &'a House,
    ada: Person,
    bob: Person,
    desk: Desk<'a>,
    operator: OperatorId,
}

/// What an operator was given.
struct Opened {
    id: String,
    token: String,
}

impl<'a> Scene<'a> {
    async fn new(house: &'a House, role: &str) -> Self {
        let ada = house.owner(ADA).await;
        let bob = house.member(&ada, BOB, json!({ "role": role })).await;
        let desk = Desk::of(house).await;
        let operators = house.operators.list(&house.stage.visitor()).await.unwrap();
        Self { house, ada, bob, desk, operator: operators[0].id }
    }

    async fn grant(&self, role: &str, minutes: i64) -> String {
        granted(self.house, &self.ada, role, minutes).await
    }

    async fn revoke(&self, grant: &str) -> Reply {
        self.house.post(&format!("/support-grants/{grant}/revoke"), Some(&self.ada.access), json!({})).await
    }

    fn path(&self, rest: &str) -> String {
        format!("/tenants/{}/{rest}", self.ada.tenant)
    }

    async fn ask(&self, grant: &str, member: &str) -> Reply {
        self.desk.post(&self.path("support-sessions"), asked(grant, member)).await
    }

    async fn open(&self, grant: &str) -> Opened {
        let opened = self.ask(grant, &self.bob.membership).await.is(201);
        Opened { id: opened.at("/session_id"), token: opened.at("/access_token") }
    }

    async fn end(&self, session: &str) -> Reply {
        self.desk.post(&self.path(&format!("support-sessions/{session}/end")), json!({})).await
    }

    /// Until nobody gets in by this token any more.
    async fn is_out(&self, opened: &Opened) {
        eventually("the operator is out", || async {
            (self.house.get("/me", &opened.token).await.status == 401).then_some(())
        })
        .await;
    }

    /// Those of Bob's sessions that an operator has.
    async fn seen_by_bob(&self, access: &str) -> Vec<Value> {
        let sessions = self.house.get("/sessions", access).await.is(200).json();
        let sessions = sessions["data"].as_array().cloned().unwrap();
        sessions.into_iter().filter(|session| session["is_support"] == true).collect()
    }
}

pub async fn granted(house: &House, owner: &Person, role: &str, minutes: i64) -> String {
    let body = json!({ "role": role, "reason": "A wrong total", "minutes": minutes });
    house.post("/support-grants", Some(&owner.access), body).await.is(201).at("/id")
}

fn asked(grant: &str, member: &str) -> Value {
    json!({ "grant_id": grant, "member_id": member, "reason": " Ticket 1815 " })
}

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

pub fn entries(log: &Reply) -> Vec<Value> {
    log.json()["data"].as_array().cloned().unwrap()
}

both! {
    async fn an_operator_looks_at_a_tenant_through_a_member(stage: Stage) {
        let house = House::new(stage).await;
        let scene = Scene::new(&house, "member").await;
        let (ada, bob) = (&scene.ada, &scene.bob);
        let grant = scene.grant("member", 240).await;
        let shown = scene.desk.get(&scene.path("support-grants")).await.is(200);
        assert_eq!(shown.at("/data/0/id"), grant);
        assert_eq!([shown.at("/data/0/role"), shown.at("/data/0/reason")], ["member", "A wrong total"]);
        assert_eq!(shown.at("/data/0/expires_at"), "2026-01-15T16:00:00Z");
        assert!(!shown.text.contains(&ada.membership), "{}", shown.text);

        let opened = scene.ask(&grant, &bob.membership).await.is(201);
        assert_eq!(opened.headers.get("cache-control").unwrap(), "no-store");
        assert_eq!([opened.at("/token_type"), opened.at("/expires_in_seconds")], ["Bearer", "3600"]);
        assert_eq!(opened.at("/tenant_id"), ada.tenant.to_string());
        assert_eq!(opened.at("/user_id"), bob.user.to_string());
        assert!(opened.json().get("refresh_token").is_none());
        let token = opened.at("/access_token");
        let (claims, now) = (claims(&token), house.stage.clock.now().timestamp());
        assert_eq!(claims["sub"], json!(bob.user));
        assert_eq!(claims["act"], json!({ "sub": format!("operator:{}", scene.operator) }));
        assert_eq!([&claims["sid"], &claims["tenant_id"]], [&json!(opened.at("/session_id")), &json!(ada.tenant)]);
        assert_eq!([&claims["exp"], &claims["amr"]], [&json!(now + 3_600), &json!([])]);

        let me = house.get("/me", &token).await.is(200);
        assert_eq!([me.at("/user_id"), me.at("/email")], [bob.user.to_string(), BOB.to_owned()]);
        assert_eq!(me.json()["impersonated_by"], json!({ "kind": "operator", "id": scene.operator }));
        assert_eq!(me.json()["tenants"], json!([]));
        assert_eq!(house.get("/me", &bob.access).await.is(200).json()["impersonated_by"], Value::Null);
        house.get("/members", &token).await.is(200);
        house.get("/audit-entries", &token).await.problem(403, "forbidden");
        let principal = house.identity.authenticate(&house.stage.visitor(), &token).await.unwrap().unwrap();
        assert_eq!(principal.actor, Actor::User { id: bob.user });
        assert_eq!(principal.impersonator, Some(Actor::Operator { id: scene.operator }));
        assert_eq!(principal.credential.strength, Strength::Key);

        let seen = scene.seen_by_bob(&bob.access).await;
        assert_eq!(seen.iter().map(|session| &session["id"]).collect::<Vec<_>>(), [&json!(opened.at("/session_id"))]);
        let through_him = house.get("/sessions", &token).await.is(200);
        let current = entries(&through_him).into_iter().find(|session| session["is_current"] == true).unwrap();
        assert_eq!(current["is_support"], true);
    }
}

both! {
    async fn an_operator_sees_no_session_of_another_tenant(stage: Stage) {
        let house = House::new(stage).await;
        let scene = Scene::new(&house, "member").await;
        let eve = house.owner("eve@example.com").await;
        house.member(&eve, BOB, json!({ "role": "member" })).await;
        let opened = scene.open(&scene.grant("member", 240).await).await;
        let tenants = async |token: &str| {
            let told = house.get("/sessions", token).await.is(200);
            entries(&told).into_iter().map(|session| session["tenant_id"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(tenants(&opened.token).await, vec![json!(scene.ada.tenant); 2]);
        let his = tenants(&scene.bob.access).await;
        assert!(his.len() == 3 && his.contains(&json!(eve.tenant)), "{his:?}");
    }
}

both! {
    async fn both_logs_say_who_looked_at_what_and_why(stage: Stage) {
        let house = House::new(stage).await;
        let scene = Scene::new(&house, "member").await;
        let eve = house.owner("eve@example.com").await;
        let grant = scene.grant("member", 240).await;
        let opened = scene.open(&grant).await;
        scene.end(&opened.id).await.is(204);
        scene.revoke(&grant).await.is(200);
        let outcomes = house.deliver_audit().await;
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");

        let of = |log: &Reply, action: &str| {
            let mut found = entries(log).into_iter().filter(|entry| entry["action"] == action);
            found.next().unwrap_or_else(|| panic!("no {action} in {}", log.text))
        };
        let own = house.get("/audit-entries?limit=100", &scene.ada.access).await.is(200);
        let operators = scene.desk.get("/audit-entries?limit=100").await.is(200);
        let said = json!({
            "session": opened.id, "operator": scene.operator, "grant": grant, "role": "member",
            "member": scene.bob.membership, "user": scene.bob.user, "reason": "Ticket 1815",
        });
        for (log, resource, id) in [(&own, "session", &opened.id), (&operators, "tenant", &scene.ada.tenant.to_string())] {
            let entry = of(log, "users.support_session.create");
            assert_eq!([&entry["resource"], &entry["resource_id"]], [&json!(resource), &json!(id)]);
            for (name, value) in said.as_object().unwrap() {
                assert_eq!(&entry["after"][name], value, "{name}: {entry}");
            }
            let ended = of(log, "users.support_session.end");
            assert_eq!([&ended["before"]["state"], &ended["after"]["state"]], ["active", "ended"]);
            assert!(!log.text.contains(&opened.token), "{}", log.text);
        }
        let operator = json!({ "kind": "operator", "id": scene.operator });
        assert_eq!(of(&operators, "users.support_session.create")["actor"], operator);
        let given = of(&own, "users.support_grant.create");
        assert_eq!([&given["resource_id"], &given["after"]["granted_by"]], [&json!(grant), &json!(scene.ada.membership)]);
        let taken = of(&own, "users.support_grant.revoke");
        assert_eq!([&taken["before"]["revoked_at"], &taken["after"]["ended_sessions"]], [&Value::Null, &json!([])]);
        let others = house.get("/audit-entries?limit=100", &eve.access).await.is(200);
        assert!(!others.text.contains("support"), "{}", others.text);
    }
}

both! {
    async fn who_is_not_let_in_stays_out(stage: Stage) {
        let house = House::new(stage).await;
        let scene = Scene::new(&house, "member").await;
        let (ada, bob) = (&scene.ada, &scene.bob);
        let eve = house.owner("eve@example.com").await;
        let nobody = Uuid::new_v4().to_string();
        let none = scene.desk.get(&scene.path("support-grants")).await.is(200);
        assert_eq!(none.json()["data"], json!([]));
        scene.ask(&nobody, &bob.membership).await.problem(403, NOT_GRANTED);

        let grant = scene.grant("member", 5).await;
        let of_eve = granted(&house, &eve, "admin", 240).await;
        scene.ask(&of_eve, &bob.membership).await.problem(403, NOT_GRANTED);
        for member in [&eve.membership, &nobody, &bob.user.to_string()] {
            scene.ask(&grant, member).await.problem(404, "users.member_not_found");
        }
        // An owner, whoever let them in.
        scene.ask(&grant, &ada.membership).await.problem(403, TOO_WIDE);
        let wide = scene.grant("admin", 240).await;
        scene.ask(&wide, &ada.membership).await.problem(403, TOO_WIDE);
        let narrow = scene.grant("viewer", 240).await;
        scene.ask(&narrow, &bob.membership).await.problem(403, TOO_WIDE);
        for reason in ["", " ", &"x".repeat(501)] {
            let body = json!({ "grant_id": grant, "member_id": bob.membership, "reason": reason });
            let refused = scene.desk.post(&scene.path("support-sessions"), body).await;
            assert_eq!(refused.problem(422, "invalid").at("/errors/0/pointer"), "/reason");
        }
        for rest in ["support-grants", "support-sessions"] {
            let path = format!("/tenants/{nobody}/{rest}");
            let refused = match rest {
                "support-grants" => scene.desk.get(&path).await,
                _ => scene.desk.post(&path, asked(&grant, &bob.membership)).await,
            };
            refused.problem(404, "users.no_such_tenant");
            let of_a_member = house.platform(Method::GET, &scene.path(rest), Some(&ada.access), &[], None).await;
            assert!([403, 405].contains(&of_a_member.status), "{}", of_a_member.text);
        }

        // With what a role of the tenant's own, or a team, gives him he may do more than a member.
        let auditor = role(&house, ada, "Auditor", &["users.audit.read"]).await;
        let member = format!("/members/{}", bob.membership);
        house.patch(&member, &ada.access, "*", json!({ "role_id": auditor })).await.is(200);
        scene.ask(&grant, &bob.membership).await.problem(403, TOO_WIDE);
        house.patch(&member, &ada.access, "*", json!({ "role": "viewer" })).await.is(200);
        scene.ask(&narrow, &bob.membership).await.is(201);
        let admins = team(&house, ada, json!({ "name": "Admins", "role": "admin" })).await;
        add(&house, ada, &admins, bob).await.is(201);
        scene.ask(&narrow, &bob.membership).await.problem(403, TOO_WIDE);
        scene.ask(&wide, &bob.membership).await.is(201);
        house.post(&format!("{member}/suspend"), Some(&ada.access), json!({})).await.is(200);
        scene.ask(&wide, &bob.membership).await.problem(404, "users.member_not_found");
        house.post(&format!("{member}/resume"), Some(&ada.access), json!({})).await.is(200);

        scene.revoke(&wide).await.is(200);
        scene.ask(&wide, &bob.membership).await.problem(403, NOT_GRANTED);
        house.stage.clock.advance(Duration::minutes(5));
        scene.ask(&grant, &bob.membership).await.problem(403, NOT_GRANTED);
        let left = scene.desk.get(&scene.path("support-grants")).await.is(200);
        assert_eq!(entries(&left).iter().map(|grant| &grant["id"]).collect::<Vec<_>>(), [&json!(narrow)]);
        scene.desk.post(&scene.path("suspend"), json!({ "reason": "Has not paid" })).await.is(200);
        scene.ask(&narrow, &bob.membership).await.problem(409, "users.tenant_state");
    }
}

both! {
    async fn each_end_ends_it(stage: Stage) {
        let house = House::new(stage).await;
        let scene = Scene::new(&house, "member").await;
        let (ada, bob) = (&scene.ada, &scene.bob);
        let [first, second] = [scene.grant("member", 10_080).await, scene.grant("member", 10_080).await];
        let is_in = async |opened: &Opened| drop(house.get("/me", &opened.token).await.is(200));

        // Looked at a moment ago, and out on the next request.
        let (one, other) = (scene.open(&first).await, scene.open(&second).await);
        is_in(&one).await;
        let revoked = scene.revoke(&first).await.is(200);
        assert_eq!(revoked.at("/revoked_at"), "2026-01-15T12:00:00Z");
        house.get("/me", &one.token).await.problem(401, "unauthenticated");
        is_in(&other).await;
        assert_eq!(scene.revoke(&first).await.is(200).text, revoked.text, "once more changes nothing");

        scene.end(&other.id).await.is(204);
        house.get("/me", &other.token).await.problem(401, "unauthenticated");
        scene.end(&other.id).await.is(204);
        let of_bob = house.get("/sessions", &bob.access).await.is(200).at("/data/0/id");
        for session in [&of_bob, &Uuid::new_v4().to_string()] {
            scene.end(session).await.problem(404, "users.session_not_found");
        }
        house.get("/me", &bob.access).await.is(200);

        let opened = scene.open(&second).await;
        let end = format!("/sessions/{}/revoke", opened.id);
        house.post(&end, Some(&opened.token), json!({})).await.problem(403, "forbidden");
        house.post(&end, Some(&bob.access), json!({})).await.is(204);
        house.get("/me", &opened.token).await.problem(401, "unauthenticated");

        let member = format!("/members/{}", bob.membership);
        let opened = scene.open(&second).await;
        house.post(&format!("{member}/suspend"), Some(&ada.access), json!({})).await.is(200);
        scene.is_out(&opened).await;
        house.post(&format!("{member}/resume"), Some(&ada.access), json!({})).await.is(200);

        let opened = scene.open(&second).await;
        is_in(&opened).await;
        house.stage.clock.advance(Duration::seconds(1));
        let change = json!({ "current_password": PASSWORD, "new_password": "a longer horse battery staple" });
        house.post("/me/password", Some(&bob.access), change).await.is(204);
        scene.is_out(&opened).await;
        assert!(scene.seen_by_bob(&bob.access).await.is_empty(), "nothing is left of them");

        let opened = scene.open(&second).await;
        scene.desk.post(&scene.path("suspend"), json!({ "reason": "Has not paid" })).await.is(200);
        scene.is_out(&opened).await;
        scene.desk.post(&scene.path("resume"), json!({})).await.is(200);

        let opened = scene.open(&second).await;
        house.operators.revoke(&house.stage.visitor(), scene.operator).await.unwrap();
        scene.is_out(&opened).await;
        scene.ask(&second, &bob.membership).await.problem(401, "unauthenticated");
    }
}

both! {
    async fn it_lasts_an_hour_and_no_longer_than_what_it_hangs_on(stage: Stage) {
        let house = House::new(stage).await;
        let scene = Scene::new(&house, "member").await;
        let [short, long] = [scene.grant("member", 5).await, scene.grant("member", 2_880).await];
        let minutes = |minutes| house.stage.clock.advance(Duration::minutes(minutes));
        let visitor = house.stage.visitor();
        let soon_gone = house.operators.create(&visitor, "For a day", 1).await.unwrap().token;

        let opened = scene.ask(&short, &scene.bob.membership).await.is(201);
        assert_eq!(opened.at("/expires_in_seconds"), "300");
        let longer = scene.open(&long).await;
        house.stage.clock.advance(Duration::seconds(299));
        house.get("/me", &opened.at("/access_token")).await.is(200);
        house.stage.clock.advance(Duration::seconds(1));
        house.get("/me", &opened.at("/access_token")).await.problem(401, "unauthenticated");
        house.get("/me", &longer.token).await.is(200);
        assert_eq!(scene.seen_by_bob(&scene.bob.access).await.len(), 1, "the other has ended");
        minutes(55);
        house.get("/me", &longer.token).await.problem(401, "unauthenticated");
        let bob = house.post("/refresh", None, json!({ "refresh_token": scene.bob.refresh })).await.is(200);
        assert!(scene.seen_by_bob(&bob.at("/access_token")).await.is_empty());

        minutes(22 * 60 + 50);
        let (path, body) = (scene.path("support-sessions"), asked(&long, &scene.bob.membership));
        let last = house.platform(Method::POST, &path, Some(&soon_gone), &[], Some(body)).await.is(201);
        assert_eq!(last.at("/expires_in_seconds"), "600");
        minutes(10);
        house.get("/me", &last.at("/access_token")).await.problem(401, "unauthenticated");
        scene.open(&long).await;
    }
}

both! {
    async fn it_changes_nothing_of_people_and_grows_with_nobody(stage: Stage) {
        let house = House::new(stage).await;
        let scene = Scene::new(&house, "admin").await;
        let (ada, bob) = (&scene.ada, &scene.bob);
        let opened = scene.open(&scene.grant("admin", 240).await).await;
        for path in ["/members", "/api-keys", "/audit-entries", "/support-grants", "/invitations"] {
            let told = house.get(path, &opened.token).await;
            assert_eq!(told.status, if path == "/invitations" { 403 } else { 200 }, "{path}: {}", told.text);
        }
        let guest = json!({ "email": "mal@example.com", "role": "viewer" });
        let password = json!({ "current_password": PASSWORD, "new_password": "a longer horse battery staple" });
        let prove = json!({ "current_password": PASSWORD });
        let grant = json!({ "role": "viewer", "reason": "For ever", "minutes": 10_080 });
        let member = format!("/members/{}/suspend", ada.membership);
        let withheld = [
            ("/api-keys", json!({ "name": "k", "role": "viewer" })),
            ("/invitations", guest),
            ("/roles", json!({ "name": "Clerk", "permissions": ["users.members.read"] })),
            ("/teams", json!({ "name": "Shift" })),
            (member.as_str(), json!({})),
            ("/support-grants", grant),
            ("/me/password", password),
            ("/me/password/remove", json!({})),
            ("/me/totp", prove.clone()),
            ("/me/passkeys/registrations", prove.clone()),
            ("/me/email-change", json!({ "new_email": "mal@example.com", "current_password": PASSWORD })),
            ("/me/leave", json!({})),
            ("/sessions/prove", prove),
            ("/sessions/switch", json!({ "tenant_id": ada.tenant })),
            ("/sessions/revoke-others", json!({})),
            ("/sessions/revoke-all", json!({})),
            ("/sign-out", json!({})),
        ];
        for (path, body) in withheld {
            let refused = house.post(path, Some(&opened.token), body).await;
            assert_eq!((refused.status, refused.at("/code").as_str()), (403, "forbidden"), "{path}");
        }
        // He may himself.
        house.post("/api-keys", Some(&bob.access), json!({ "name": "k", "role": "viewer" })).await.is(201);

        // What he comes to be able to do later, an operator who was let in as a member does not; what he loses, they lose.
        let path = format!("/members/{}", bob.membership);
        house.patch(&path, &ada.access, "*", json!({ "role": "member" })).await.is(200);
        house.get("/api-keys", &opened.token).await.problem(403, "forbidden");
        let as_member = scene.open(&scene.grant("member", 240).await).await;
        house.patch(&path, &ada.access, "*", json!({ "role": "owner" })).await.is(200);
        house.get("/api-keys", &bob.access).await.is(200);
        house.get("/api-keys", &as_member.token).await.problem(403, "forbidden");
        house.get("/members", &as_member.token).await.is(200);
    }
}

both! {
    async fn a_key_opens_one_session_and_no_device_becomes_known_by_it(stage: Stage) {
        let house = House::new(stage).await;
        let scene = Scene::new(&house, "member").await;
        let grant = scene.grant("member", 240).await;
        let headers = [("idempotency-key", "once"), ("user-agent", "Firefox")];
        let ask = || {
            let (house, path) = (&house, scene.path("support-sessions"));
            let (token, body) = (scene.desk.token.clone(), asked(&grant, &scene.bob.membership));
            async move { house.platform(Method::POST, &path, Some(&token), &headers, Some(body)).await }
        };
        let (first, again) = (ask().await.is(201), ask().await.is(201));
        assert_eq!(again.headers.get("idempotency-replayed").unwrap(), "true");
        assert_eq!(again.text, first.text);
        assert_eq!(scene.seen_by_bob(&scene.bob.access).await.len(), 1);
        house.get("/me", &again.at("/access_token")).await.is(200);
        let before = house.messages("tests.device").await.len();
        let body = Some(json!({ "email": BOB, "password": PASSWORD }));
        house.call(Method::POST, "/sign-in", None, &headers[1..], body).await.is(200);
        assert_eq!(house.messages("tests.device").await.len(), before + 1, "it is Bob's first with it");
    }
}
