//! Programs of others: how a member lets one in by the pages, and what its tokens are good for until they end.

use crate::house::{House, PASSWORD, Person, Reply};
use actix_web::http::Method;
use actix_web::test::TestRequest;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::Duration;
use kernel::Actor;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use testkit::{Stage, both};
use url::{Url, form_urlencoded};

pub const ADA: &str = "ada@example.com";
pub const BOB: &str = "bob@example.com";
pub const BACK: &str = "https://planner.example/signed-in";
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// One that a tenant has registered.
pub struct Program {
    pub id: String,
    pub client_id: String,
    pub secret: Option<String>,
}

pub fn planner() -> Value {
    json!({
        "name": "Route <planner>", "confidential": true, "redirect_uris": [BACK],
        "scopes": ["users.members.read", "users.profile.read", "openid", "email"],
        "grant_types": ["authorization_code", "refresh_token"],
    })
}

pub fn machine() -> Value {
    json!({
        "name": "Nightly", "confidential": true, "grant_types": ["client_credentials"],
        "scopes": ["users.members.read", "users.roles.read", "openid"],
    })
}

pub async fn registered(house: &House, owner: &Person, body: Value) -> Program {
    let told = house.post("/oauth-clients", Some(&owner.access), body).await.is(201);
    let secret = told.json()["secret"].as_str().map(str::to_owned);
    Program { id: told.at("/id"), client_id: told.at("/client_id"), secret }
}

/// What a browser is sent with, with some of it said otherwise, or not at all.
pub fn query(program: &Program, changes: &[(&str, &str)]) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let usual = [
        ("response_type", "code"),
        ("client_id", program.client_id.as_str()),
        ("redirect_uri", BACK),
        ("scope", "users.members.read"),
        ("state", "a state"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(usual.into_iter().filter(|(name, _)| !changes.iter().any(|(other, _)| other == name)));
    query.extend_pairs(changes.iter().filter(|(_, value)| !value.is_empty()));
    query.finish()
}

pub async fn visit(house: &House, query: &str, cookie: &str) -> Reply {
    let request = TestRequest::get().uri(&format!("/oauth/authorize?{query}"));
    house.send(request.insert_header(("cookie", cookie))).await
}

pub async fn submit(house: &House, query: &str, cookie: &str, sent: &[(&str, &str)]) -> Reply {
    let request = TestRequest::post().uri(&format!("/oauth/authorize?{query}"));
    house.send(request.insert_header(("cookie", cookie)).set_form(sent)).await
}

pub fn cookie_of(shown: &Reply) -> String {
    let set = shown.headers.get("set-cookie").unwrap_or_else(|| panic!("{}", shown.text)).to_str().unwrap();
    assert!(set.contains("; HttpOnly; SameSite=Lax; Max-Age="), "{set}");
    set.split(';').next().unwrap().to_owned()
}

pub fn csrf_of(shown: &Reply) -> String {
    let (_, rest) =
        shown.text.split_once("name=\"csrf\" value=\"").unwrap_or_else(|| panic!("{}", shown.text));
    rest.split('"').next().unwrap().to_owned()
}

pub fn location(told: &Reply) -> Url {
    assert_eq!(told.status, 303, "{}", told.text);
    Url::parse(told.headers.get("location").unwrap().to_str().unwrap()).unwrap()
}

pub fn told(location: &Url, name: &str) -> Option<String> {
    location.query_pairs().find(|(told, _)| told == name).map(|(_, value)| value.into_owned())
}

/// The cookie of who has signed in for this query, and what their form must bring.
pub async fn signed_in(house: &House, query: &str, email: &str) -> (String, String) {
    let shown = visit(house, query, "").await.is(200);
    let csrf = csrf_of(&shown);
    let sent = [("csrf", csrf.as_str()), ("email", email), ("password", PASSWORD), ("code", "")];
    let signed_in = submit(house, query, &cookie_of(&shown), &sent).await.is(303);
    let cookie = cookie_of(&signed_in);
    let csrf = csrf_of(&visit(house, query, &cookie).await.is(200));
    (cookie, csrf)
}

pub async fn code_for(house: &House, query: &str, email: &str) -> String {
    let (cookie, csrf) = signed_in(house, query, email).await;
    let allowed = submit(house, query, &cookie, &[("csrf", &csrf), ("decision", "allow")]).await;
    let location = location(&allowed);
    told(&location, "code").unwrap_or_else(|| panic!("{location}"))
}

pub async fn ask(house: &House, program: &Program, path: &str, sent: &[(&str, &str)]) -> Reply {
    let mut request = TestRequest::post().uri(&format!("/oauth/{path}"));
    let mut sent = sent.to_vec();
    match &program.secret {
        Some(secret) => {
            let credentials = STANDARD.encode(format!("{}:{secret}", program.client_id));
            request = request.insert_header(("authorization", format!("Basic {credentials}")));
        }
        None => sent.push(("client_id", program.client_id.as_str())),
    }
    house.send(request.set_form(sent)).await
}

pub async fn exchange(house: &House, program: &Program, code: &str) -> Reply {
    let sent = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
    ];
    ask(house, program, "token", &sent).await
}

pub async fn refresh(house: &House, program: &Program, token: &str, more: &[(&str, &str)]) -> Reply {
    let mut sent = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
    sent.extend_from_slice(more);
    ask(house, program, "token", &sent).await
}

pub async fn let_in(house: &House, program: &Program, email: &str) -> Reply {
    let code = code_for(house, &query(program, &[]), email).await;
    exchange(house, program, &code).await.is(200)
}

/// With this error, and nothing that may be kept.
pub fn refused(reply: Reply, status: u16, error: &str) -> Reply {
    assert_eq!(reply.headers.get("cache-control").unwrap(), "no-store");
    let reply = reply.is(status);
    assert_eq!(reply.at("/error"), error, "{}", reply.text);
    reply
}

pub fn payload(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

both! {
    async fn a_member_lets_a_program_act_for_them(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let program = registered(&house, &ada, planner()).await;
        let query = query(&program, &[("scope", "users.members.read openid email"), ("nonce", "n-0S6")]);
        let shown = visit(&house, &query, "").await.is(200);
        assert!(shown.text.contains("Route &lt;planner&gt;") && shown.text.contains("Engines"), "{}", shown.text);
        assert_eq!(shown.headers.get("cache-control").unwrap(), "no-store");
        let csrf = csrf_of(&shown);
        let wrong = [("csrf", csrf.as_str()), ("email", ADA), ("password", "not the one")];
        let again = submit(&house, &query, &cookie_of(&shown), &wrong).await.is(401);
        assert!(again.text.contains("do not belong together"), "{}", again.text);
        let (cookie, csrf) = signed_in(&house, &query, ADA).await;
        let consent = visit(&house, &query, &cookie).await.is(200);
        for words in ["See the members of the tenant", "Know your e-mail address", ADA, BACK] {
            assert!(consent.text.contains(words), "{words}: {}", consent.text);
        }
        let policy = consent.headers.get("content-security-policy").unwrap().to_str().unwrap();
        assert!(policy.contains("form-action 'self' https://planner.example;"), "{policy}");
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("script-src"), "{policy}");
        for page in [&shown, &consent] {
            let has_form = page.text.contains("<form method=\"post\" action=\"/oauth/authorize?");
            assert!(has_form && !page.text.contains("<script"), "{}", page.text);
        }
        assert!(consent.text.contains("<button name=\"decision\" value=\"allow\">"), "{}", consent.text);

        let allowed = submit(&house, &query, &cookie, &[("csrf", &csrf), ("decision", "allow")]).await;
        let back = location(&allowed);
        assert!(back.as_str().starts_with(BACK), "{back}");
        assert_eq!(told(&back, "state").as_deref(), Some("a state"));
        assert_eq!(told(&back, "iss").as_deref(), Some("http://insula.test"));
        let tokens = exchange(&house, &program, &told(&back, "code").unwrap()).await.is(200);
        assert_eq!(tokens.headers.get("cache-control").unwrap(), "no-store");
        assert_eq!([tokens.at("/token_type"), tokens.at("/expires_in")], ["Bearer", "3600"]);
        assert_eq!(tokens.at("/scope"), "email openid users.members.read");
        let of_who = payload(&tokens.at("/id_token"));
        assert_eq!(of_who["aud"], program.client_id.as_str());
        assert_eq!((&of_who["sub"], &of_who["nonce"]), (&json!(ada.user), &json!("n-0S6")));
        assert_eq!((&of_who["email"], &of_who["email_verified"]), (&json!(ADA), &json!(true)));

        let access = tokens.at("/access_token");
        let said = payload(&access);
        assert_eq!((&said["client_id"], &said["sub"]), (&json!(program.client_id), &json!(ada.user)));
        house.get("/members", &access).await.is(200);
        house.get("/roles", &access).await.problem(403, "forbidden");
        house.get("/me", &access).await.problem(403, "forbidden");
        house.get("/members", &tokens.at("/id_token")).await.is(401);
        house.post("/refresh", None, json!({ "refresh_token": tokens.at("/refresh_token") })).await.is(401);

        let sessions = house.get("/sessions", &ada.access).await.is(200).json();
        let named = |name: Value| {
            sessions["data"].as_array().unwrap().iter().filter(|one| one["oauth_client_name"] == name).count()
        };
        assert_eq!((named(json!("Route <planner>")), named(Value::Null)), (1, 1), "{sessions}");
        let grants = house.get("/me/oauth-grants", &ada.access).await.is(200);
        assert_eq!(grants.at("/data/0/client_id"), program.client_id);
        let id = grants.at("/data/0/id");
        assert_eq!(house.get(&format!("/me/oauth-grants/{id}"), &ada.access).await.is(200).at("/id"), id);
    }
}

both! {
    /// What a person alone may do, nobody does for them, whatever the client has.
    async fn a_program_is_no_person(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let mut wide = planner();
        for withheld in [
            "users.sessions.end",
            "users.api_keys.write",
            "users.oauth_clients.write",
            "users.directory.provision",
            "users.tenant.export",
        ] {
            wide["scopes"] = json!([withheld]);
            let told = house.post("/oauth-clients", Some(&ada.access), wide.clone()).await.is(422);
            assert_eq!(told.at("/errors/0/code"), "withheld");
        }
        wide["scopes"] = json!(["users.profile.read", "users.members.invite"]);
        let program = registered(&house, &ada, wide).await;
        let query = query(&program, &[("scope", "users.profile.read users.members.invite")]);
        let code = code_for(&house, &query, ADA).await;
        let access = exchange(&house, &program, &code).await.is(200).at("/access_token");
        house.get("/me", &access).await.is(200);
        house.get("/sessions", &access).await.problem(403, "users.session_required");
        let guest = json!({ "email": "eve@example.com", "role": "viewer" });
        house.post("/invitations", Some(&access), guest).await.problem(403, "users.session_required");
        house.get("/me/oauth-grants", &access).await.problem(403, "users.session_required");
    }
}

both! {
    async fn a_refresh_token_is_good_once_and_for_no_more_than_before(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let program = registered(&house, &ada, planner()).await;
        let other = registered(&house, &ada, planner()).await;
        let both = query(&program, &[("scope", "users.members.read users.profile.read")]);
        let tokens = exchange(&house, &program, &code_for(&house, &both, ADA).await).await.is(200);
        let first = tokens.at("/refresh_token");
        refused(refresh(&house, &other, &first, &[]).await, 400, "invalid_grant");
        let more = [("scope", "users.members.read email")];
        refused(refresh(&house, &program, &first, &more).await, 400, "invalid_scope");

        let less = [("scope", "users.profile.read")];
        let narrow = refresh(&house, &program, &first, &less).await.is(200);
        assert_eq!(narrow.at("/scope"), "users.profile.read");
        house.get("/me", &narrow.at("/access_token")).await.is(200);
        house.get("/members", &narrow.at("/access_token")).await.problem(403, "forbidden");
        house.get("/members", &tokens.at("/access_token")).await.is(401);
        // Just before: the answer may have been lost.
        assert_eq!(refresh(&house, &program, &first, &[]).await.is(200).text, narrow.text);

        let wide = refresh(&house, &program, &narrow.at("/refresh_token"), &[]).await.is(200);
        assert_eq!(wide.at("/scope"), "users.members.read users.profile.read");
        house.get("/members", &wide.at("/access_token")).await.is(200);
        house.stage.clock.advance(Duration::seconds(11));
        refused(refresh(&house, &program, &first, &[]).await, 400, "invalid_grant");
        house.get("/members", &wide.at("/access_token")).await.is(401);
        refused(refresh(&house, &program, &wide.at("/refresh_token"), &[]).await, 400, "invalid_grant");
    }
}

both! {
    async fn a_machine_acts_for_itself_as_its_maker_may(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let bob = house.member(&ada, BOB, json!({ "role": "admin" })).await;
        let program = registered(&house, &bob, machine()).await;
        let own = [("grant_type", "client_credentials")];
        let tokens = ask(&house, &program, "token", &own).await.is(200);
        assert_eq!(tokens.at("/scope"), "users.members.read users.roles.read");
        assert!(tokens.json().get("refresh_token").is_none(), "{}", tokens.text);
        let access = tokens.at("/access_token");
        assert_eq!(payload(&access)["sub"], program.id.as_str());
        house.get("/roles", &access).await.is(200);
        let narrow = [own[0], ("scope", "users.members.read")];
        let narrow = ask(&house, &program, "token", &narrow).await.is(200).at("/access_token");
        house.get("/roles", &narrow).await.problem(403, "forbidden");
        refused(ask(&house, &program, "token", &[own[0], ("scope", "openid")]).await, 400, "invalid_scope");

        // Whichever token it has, it is the same to whom it repeats a request, and to the jobs it leaves.
        let second = ask(&house, &program, "token", &own).await.is(200).at("/access_token");
        let visitor = house.stage.visitor();
        let mut actors = Vec::new();
        for token in [&access, &second, &narrow] {
            actors.push(house.identity.authenticate(&visitor, token).await.unwrap().unwrap().actor);
        }
        assert!(matches!(actors[0], Actor::ApiKey { owner, .. } if owner == bob.user), "{actors:?}");
        assert!(actors[0] == actors[1] && actors[0] != actors[2], "{actors:?}");
        let resumed = house.identity.resume(&visitor, ada.tenant, &actors[2]).await.unwrap().unwrap();
        assert_eq!(resumed.permissions.names().collect::<Vec<_>>(), ["users.members.read"]);

        let sessions = house.get("/sessions", &bob.access).await.is(200).json();
        assert_eq!(sessions["data"].as_array().unwrap().len(), 1, "{sessions}");
        let less = json!({ "role": "viewer" });
        house.patch(&format!("/members/{}", bob.membership), &ada.access, "*", less).await.is(200);
        house.get("/roles", &access).await.problem(403, "forbidden");
        house.post(&format!("/members/{}/remove", bob.membership), Some(&ada.access), json!({})).await.is(200);
        house.get("/members", &access).await.is(401);
        refused(ask(&house, &program, "token", &own).await, 401, "invalid_client");
        assert!(house.identity.resume(&visitor, ada.tenant, &actors[0]).await.unwrap().is_none());
        house.get(&format!("/oauth-clients/{}", program.id), &ada.access).await.is(404);
    }
}

both! {
    async fn nobody_registers_what_may_do_more_than_they(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let bob = house.member(&ada, BOB, json!({ "role": "admin" })).await;
        let carl = house.member(&ada, "carl@example.com", json!({ "role": "member" })).await;
        house.post("/oauth-clients", Some(&carl.access), planner()).await.problem(403, "forbidden");
        let mut wide = planner();
        wide["scopes"] = json!(["users.tenant.write"]);
        let told = house.post("/oauth-clients", Some(&bob.access), wide.clone()).await;
        told.problem(403, "users.grant_too_wide");
        let program = registered(&house, &ada, wide.clone()).await;
        let path = format!("/oauth-clients/{}", program.id);
        let uris = json!({ "redirect_uris": ["https://bob.example/back"] });
        house.patch(&path, &bob.access, "*", uris).await.problem(403, "users.grant_too_wide");
        house.post(&format!("{path}/rotate"), Some(&bob.access), json!({})).await.problem(403, "users.grant_too_wide");
        let machine = registered(&house, &ada, machine()).await;
        let path = format!("/oauth-clients/{}", machine.id);
        let rotated = house.post(&format!("{path}/rotate"), Some(&bob.access), json!({})).await;
        rotated.problem(403, "users.not_own_oauth_client");
        let name = json!({ "name": "Other" });
        house.patch(&path, &bob.access, "*", name).await.problem(403, "users.not_own_oauth_client");

        house.stage.clock.advance(Duration::minutes(16));
        let stale = house.post("/oauth-clients", Some(&ada.access), planner()).await;
        stale.problem(403, "users.fresh_credential_needed");
        house.call(Method::DELETE, &path, Some(&bob.access), &[], None).await.is(204);
        refused(ask(&house, &machine, "token", &[("grant_type", "client_credentials")]).await, 401, "invalid_client");
    }
}

both! {
    async fn a_secret_is_good_until_its_overlap_is_over(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let program = registered(&house, &ada, machine()).await;
        let own = [("grant_type", "client_credentials")];
        let rotate = format!("/oauth-clients/{}/rotate", program.id);
        let rotated = house.post(&rotate, Some(&ada.access), json!({ "overlap_minutes": 5 })).await.is(200);
        let secret = Some(rotated.at("/secret"));
        let now = Program { secret, id: program.id.clone(), client_id: program.client_id.clone() };
        for one in [&program, &now] {
            ask(&house, one, "token", &own).await.is(200);
        }
        house.stage.clock.advance(Duration::minutes(5));
        refused(ask(&house, &program, "token", &own).await, 401, "invalid_client");
        ask(&house, &now, "token", &own).await.is(200);
        let mut public = planner();
        public["confidential"] = json!(false);
        let public = registered(&house, &ada, public).await;
        let rotate = format!("/oauth-clients/{}/rotate", public.id);
        house.post(&rotate, Some(&ada.access), json!({})).await.problem(409, "users.oauth_client_public");
    }
}
