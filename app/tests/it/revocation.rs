//! What ends on one node is refused on every other within a second, also while the nodes cannot tell each other: each kind
//! of end, and how long the other node went on as before.
#![expect(clippy::print_stderr, reason = "how long each went on belongs to the test's output")]

use crate::client::{Client, Told};
use crate::house::{self, Ground, Process};
use crate::proxy::Proxy;
use crate::tenant::{Invited, PASSWORD, id, invited, mailed_token, sign_in, sign_up};
use reqwest::Method;
use serde_json::{Value, json};
use std::cell::Cell;
use std::time::{Duration, Instant};
use testkit::{Backend, eventually};
use uuid::Uuid;

const BOUND: Duration = Duration::from_secs(1);
const NEW_PASSWORD: &str = "a longer horse battery staple";
/// Of administrators, and of nobody less.
const OF_ADMINS: &str = "/users/api-keys";

#[test]
fn what_ends_on_one_node_ends_on_the_other_with_redis_and_without() {
    let (Some(backend), Ok(redis)) = (Backend::postgres(), std::env::var("TEST_REDIS_URL")) else { return };
    house::run(async {
        let mut ground = Ground::alone(&backend).await;
        let proxy = Proxy::to(&redis).await;
        ground.set("REDIS_URL", &proxy.url);
        ground.set("INSULA_OPERATORS__ADDRESS", "127.0.0.1:0");
        // So that somebody can come from elsewhere.
        ground.set("INSULA_HTTP__TRUSTED_PROXIES", "127.0.0.0/8");
        let nodes = [ground.start("all"), ground.start("all")];
        let owner = sign_up(&ground, &nodes[0], "ada@example.com").await;
        let operator = nodes[0].client().with_token(&ground.operator());
        let house = House { ground: &ground, nodes: &nodes, owner, operator };
        for there in [true, false] {
            if !there {
                proxy.close();
            }
            for node in &nodes {
                redis_is(node, there).await;
            }
            for ending in house.endings().await {
                ending.must_be_felt(there).await;
            }
            house.an_operator(there).await;
            house.a_session_of_an_operator(there).await;
        }
        nodes.into_iter().for_each(Process::stop);
    });
}

async fn redis_is(node: &Process, there: bool) {
    let operators = node.client().at(&node.operators());
    eventually("the check of Redis", async || {
        let ready = operators.get("/health/ready").await.expect(200);
        (ready["checks"]["redis"]["ok"] == there).then_some(())
    })
    .await;
}

/// What is ended by one request at the first node, and what is asked at the second.
struct Ending {
    what: &'static str,
    by: Client,
    method: Method,
    path: String,
    body: Option<Value>,
    probe: Probe,
}

struct Probe {
    client: Client,
    path: &'static str,
    /// An address that it comes from; without it, that of this machine.
    from: Option<&'static str>,
    refused: u16,
}

impl Probe {
    /// Whether the credential is good at all.
    fn is_known(client: Client) -> Self {
        Self { client, path: "/users/me", from: None, refused: 401 }
    }

    fn may(client: Client, path: &'static str) -> Self {
        Self { client, path, from: None, refused: 403 }
    }

    async fn ask(&self) -> Told {
        let request = self.client.request(Method::GET, self.path);
        let request = match self.from {
            Some(address) => request.header("x-forwarded-for", address),
            None => request,
        };
        self.client.try_send(request).await.unwrap()
    }
}

impl Ending {
    fn post(what: &'static str, by: &Client, path: String, body: Value, probe: Probe) -> Self {
        Self { what, by: by.clone(), method: Method::POST, path, body: Some(body), probe }
    }

    fn patch(what: &'static str, by: &Client, path: String, body: Value, probe: Probe) -> Self {
        Self { method: Method::PATCH, ..Self::post(what, by, path, body, probe) }
    }

    async fn must_be_felt(self, redis: bool) {
        let Self { what, by, method, path, body, probe } = self;
        // From now on the node remembers who it is and what they may do.
        probe.ask().await.expect(200);
        let mut request = by.request(method.clone(), &path);
        if method == Method::PATCH {
            request = request.header("if-match", "*");
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let told = by.try_send(request).await.unwrap();
        assert!(told.status.is_success(), "{what}: {told:?}");
        felt(what, &probe, redis).await;
    }
}

/// Counted from the answer that told its end: when the last request was sent that was answered as before.
async fn felt(what: &str, probe: &Probe, redis: bool) {
    let (told, last_good) = (Instant::now(), Cell::new(Duration::ZERO));
    eventually(what, async || {
        let sent = told.elapsed();
        let answer = probe.ask().await;
        match answer.status.as_u16() {
            200 => {
                last_good.set(sent);
                None
            }
            status => {
                assert_eq!(status, probe.refused, "{what}: {answer:?}");
                Some(())
            }
        }
    })
    .await;
    let went_on = last_good.get();
    eprintln!("{what} went on for {} ms on the other node; Redis there: {redis}", went_on.as_millis());
    assert!(went_on < BOUND, "{what} went on for {went_on:?} on the other node; Redis there: {redis}");
}

struct House<'a> {
    ground: &'a Ground,
    nodes: &'a [Process; 2],
    /// At the first node, like the operator.
    owner: Client,
    operator: Client,
}

impl House<'_> {
    /// One of each kind, each of somebody else's.
    async fn endings(&self) -> Vec<Ending> {
        vec![
            self.a_session_signed_out().await,
            self.the_other_sessions().await,
            self.a_key().await,
            self.a_member("a suspended member", "suspend").await,
            self.a_member("a removed member", "remove").await,
            self.a_role_taken().await,
            self.a_role_narrowed().await,
            self.a_team_left().await,
            self.a_team_without_its_role().await,
            self.a_password_changed().await,
            self.a_password_reset().await,
            self.a_tenant().await,
            self.an_address().await,
            self.a_support_grant().await,
            self.a_support_session().await,
        ]
    }

    async fn colleague(&self, role: Value) -> Invited {
        invited(&self.owner, &self.ground.mail(), role, PASSWORD).await
    }

    fn there(&self, token: &str) -> Client {
        self.nodes[1].client().with_token(token)
    }

    /// Opened now, beside those they have.
    async fn session(&self, of: &Invited) -> Client {
        let guest = self.nodes[0].client();
        guest.with_token(&sign_in(&guest, &of.email).await)
    }

    async fn a_session_signed_out(&self) -> Ending {
        let session = self.session(&self.colleague(json!({ "role": "member" })).await).await;
        let probe = Probe::is_known(session.at(&self.nodes[1].url));
        Ending::post(
            "a session that was signed out",
            &session,
            "/users/sign-out".to_owned(),
            json!({}),
            probe,
        )
    }

    async fn the_other_sessions(&self) -> Ending {
        let grace = self.colleague(json!({ "role": "member" })).await;
        let probe = Probe::is_known(self.there(&grace.access()));
        let path = "/users/sessions/revoke-others".to_owned();
        Ending::post("a session that another revoked", &self.session(&grace).await, path, json!({}), probe)
    }

    async fn a_key(&self) -> Ending {
        let made = self.owner.post("/users/api-keys", json!({ "name": "soon revoked" })).await.expect(201);
        let probe = Probe::is_known(self.there(made["secret"].as_str().unwrap()));
        Ending {
            what: "an API key that was revoked",
            by: self.owner.clone(),
            method: Method::DELETE,
            path: format!("/users/api-keys/{}", id(&made)),
            body: None,
            probe,
        }
    }

    async fn a_member(&self, what: &'static str, verb: &str) -> Ending {
        let grace = self.colleague(json!({ "role": "member" })).await;
        let path = format!("/users/members/{}/{verb}", grace.member);
        Ending::post(what, &self.owner, path, json!({}), Probe::is_known(self.there(&grace.access())))
    }

    async fn a_role_taken(&self) -> Ending {
        let grace = self.colleague(json!({ "role": "admin" })).await;
        let path = format!("/users/members/{}", grace.member);
        let probe = Probe::may(self.there(&grace.access()), OF_ADMINS);
        Ending::patch("a role that was taken", &self.owner, path, json!({ "role": "viewer" }), probe)
    }

    async fn a_role_narrowed(&self) -> Ending {
        let permissions = ["users.audit.read", "users.members.read"];
        let role = json!({ "name": named("Auditor"), "permissions": permissions });
        let role = id(&self.owner.post("/users/roles", role).await.expect(201));
        let grace = self.colleague(json!({ "role_id": role })).await;
        let probe = Probe::may(self.there(&grace.access()), "/users/audit-entries");
        let narrower = json!({ "permissions": ["users.members.read"] });
        Ending::patch("a permission of a role", &self.owner, format!("/users/roles/{role}"), narrower, probe)
    }

    /// The path of one that hands down a role, and somebody in it.
    async fn team(&self) -> (String, Invited) {
        let team = json!({ "name": named("Night shift"), "role": "admin" });
        let path = format!("/users/teams/{}", id(&self.owner.post("/users/teams", team).await.expect(201)));
        let grace = self.colleague(json!({ "role": "viewer" })).await;
        let member = json!({ "member_id": grace.member });
        self.owner.post(&format!("{path}/members"), member).await.expect(201);
        (path, grace)
    }

    async fn a_team_left(&self) -> Ending {
        let (team, grace) = self.team().await;
        let path = format!("{team}/members/{}/remove", grace.member);
        let probe = Probe::may(self.there(&grace.access()), OF_ADMINS);
        Ending::post("a place in a team", &self.owner, path, json!({}), probe)
    }

    async fn a_team_without_its_role(&self) -> Ending {
        let (team, grace) = self.team().await;
        let probe = Probe::may(self.there(&grace.access()), OF_ADMINS);
        Ending::patch("a role of a team", &self.owner, team, json!({ "role": null }), probe)
    }

    async fn a_password_changed(&self) -> Ending {
        let grace = self.colleague(json!({ "role": "member" })).await;
        let change = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
        let probe = Probe::is_known(self.there(&grace.access()));
        let by = self.session(&grace).await;
        Ending::post("a session of a former password", &by, "/users/me/password".to_owned(), change, probe)
    }

    async fn a_password_reset(&self) -> Ending {
        let grace = self.colleague(json!({ "role": "member" })).await;
        let guest = self.nodes[0].client();
        guest.post("/users/password-resets", json!({ "email": grace.email })).await.expect(202);
        let token = mailed_token(&self.ground.mail(), &grace.email, "reset-password").await;
        let complete = json!({ "token": token, "password": NEW_PASSWORD });
        let path = "/users/password-resets/complete".to_owned();
        let probe = Probe::is_known(self.there(&grace.access()));
        Ending::post("a session of a password that was reset", &guest, path, complete, probe)
    }

    /// The owner of a tenant of its own.
    async fn stranger(&self) -> Client {
        let email = format!("{}@example.com", Uuid::new_v4().simple());
        sign_up(self.ground, &self.nodes[0], &email).await
    }

    async fn a_tenant(&self) -> Ending {
        let eve = self.stranger().await;
        let me = eve.get("/users/me").await.expect(200);
        let path = format!("/platform/tenants/{}/suspend", me["tenant_id"].as_str().unwrap());
        let why = json!({ "reason": "Has not paid since May" });
        let probe = Probe::is_known(eve.at(&self.nodes[1].url));
        Ending::post("a session of a suspended tenant", &self.operator, path, why, probe)
    }

    async fn an_address(&self) -> Ending {
        let eve = self.stranger().await;
        let grace = invited(&eve, &self.ground.mail(), json!({ "role": "member" }), PASSWORD).await;
        let probe = Probe::may(self.there(&grace.access()), "/users/me");
        let probe = Probe { from: Some("198.51.100.7"), ..probe };
        let here = json!({ "address_ranges": ["127.0.0.0/8"] });
        Ending::patch("an address that a policy left out", &eve, "/users/policy".to_owned(), here, probe)
    }

    /// A grant of the owner's, the path of this operator's session by it, and what they see there.
    async fn support(&self, operator: &Client) -> (String, String, Probe) {
        let wanted = json!({ "role": "viewer", "reason": "A wrong total", "minutes": 60 });
        let grant = id(&self.owner.post("/users/support-grants", wanted).await.expect(201));
        let grace = self.colleague(json!({ "role": "viewer" })).await;
        let me = self.owner.get("/users/me").await.expect(200);
        let path = format!("/platform/tenants/{}/support-sessions", me["tenant_id"].as_str().unwrap());
        let session = json!({ "grant_id": grant, "member_id": grace.member, "reason": "Ticket 1815" });
        let opened = operator.post(&path, session).await.expect(201);
        let path = format!("{path}/{}", opened["session_id"].as_str().unwrap());
        let probe = Probe::is_known(self.there(opened["access_token"].as_str().unwrap()));
        (grant, path, Probe { path: "/users/members", ..probe })
    }

    async fn a_support_grant(&self) -> Ending {
        let (grant, _, probe) = self.support(&self.operator).await;
        let path = format!("/users/support-grants/{grant}/revoke");
        Ending::post("a session by support access that was taken back", &self.owner, path, json!({}), probe)
    }

    async fn a_support_session(&self) -> Ending {
        let (_, session, probe) = self.support(&self.operator).await;
        let path = format!("{session}/end");
        Ending::post("a session of support that was ended", &self.operator, path, json!({}), probe)
    }

    /// Whom whoever has the machine makes and ends, by processes of their own: the id, and the token.
    fn new_operator(&self) -> (String, String) {
        let told = self.ground.run(&["operator", "create", "Day shift"]);
        let token = told.lines().find(|line| line.starts_with("ins_op_")).unwrap();
        let (_, rest) = told.split_once("operator revoke ").unwrap();
        let (operator, _) = rest.split_once('`').unwrap();
        (operator.to_owned(), token.to_owned())
    }

    async fn an_operator(&self, redis: bool) {
        let (operator, token) = self.new_operator();
        let probe = Probe { path: "/platform/tenants", ..Probe::is_known(self.there(&token)) };
        probe.ask().await.expect(200);
        self.ground.run(&["operator", "revoke", &operator]);
        felt("an operator who was revoked", &probe, redis).await;
    }

    async fn a_session_of_an_operator(&self, redis: bool) {
        let (operator, token) = self.new_operator();
        let (_, _, probe) = self.support(&self.operator.with_token(&token)).await;
        probe.ask().await.expect(200);
        self.ground.run(&["operator", "revoke", &operator]);
        felt("a session of support by an operator who was revoked", &probe, redis).await;
    }
}

fn named(what: &str) -> String {
    format!("{what} {}", Uuid::new_v4().simple())
}
