//! A program of others on the real binary: how it is let in by way of a browser, uses its tokens and gives them back.

use crate::client::{Client, Told};
use crate::house::{self, Ground};
use crate::tenant::{PASSWORD, id, sign_up};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Method, Response, Url};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use testkit::{Backend, eventually};

const BACK: &str = "https://planner.example/signed-in";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const FORM: &str = "application/x-www-form-urlencoded";

/// A client that an owner has registered.
pub struct Program {
    pub id: String,
    pub client_id: String,
    pub secret: String,
}

pub fn planner() -> Value {
    json!({
        "name": "Route planner", "confidential": true, "redirect_uris": [BACK], "scopes": ["users.members.read"],
        "grant_types": ["authorization_code", "refresh_token"],
    })
}

/// One that acts for itself.
pub fn machine(scope: &str) -> Value {
    json!({ "name": "Nightly", "confidential": true, "scopes": [scope], "grant_types": ["client_credentials"] })
}

pub async fn registered(owner: &Client) -> Program {
    registered_as(owner, planner()).await
}

pub async fn registered_as(owner: &Client, body: Value) -> Program {
    let told = owner.post("/users/oauth-clients", body).await.expect(201);
    let text = |name: &str| told[name].as_str().unwrap().to_owned();
    Program { id: id(&told), client_id: text("client_id"), secret: text("secret") }
}

/// The code that somebody lets it have, by the pages that a browser would show.
pub async fn code(client: &Client, program: &Program, email: &str) -> String {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let browser = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let query = form(&[
        ("response_type", "code"),
        ("client_id", &program.client_id),
        ("redirect_uri", BACK),
        ("scope", "users.members.read"),
        ("state", "a state"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    let page = format!("{}/oauth/authorize?{query}", client.url());
    let shown = browser.get(&page).send().await.unwrap();
    let (cookie, csrf) = (cookie_of(&shown), csrf_of(&shown.text().await.unwrap()));
    let sent = form(&[("csrf", &csrf), ("email", email), ("password", PASSWORD)]);
    let signed_in = browser.post(&page).header(CONTENT_TYPE, FORM).header(COOKIE, cookie).body(sent);
    let signed_in = signed_in.send().await.unwrap();
    assert_eq!(signed_in.status(), 303, "{signed_in:?}");
    let cookie = cookie_of(&signed_in);
    let shown = browser.get(&page).header(COOKIE, &cookie).send().await.unwrap();
    let shown = shown.text().await.unwrap();
    assert!(shown.contains("Route planner") && shown.contains("See the members of the tenant"), "{shown}");
    let sent = form(&[("csrf", &csrf_of(&shown)), ("decision", "allow")]);
    let allowed = browser.post(&page).header(CONTENT_TYPE, FORM).header(COOKIE, cookie).body(sent);
    let allowed = allowed.send().await.unwrap();
    let location = allowed.headers().get(LOCATION).unwrap_or_else(|| panic!("{allowed:?}"));
    let back = Url::parse(location.to_str().unwrap()).unwrap();
    assert!(back.as_str().starts_with(BACK), "{back}");
    let told =
        |name: &str| back.query_pairs().find(|(told, _)| told == name).map(|(_, value)| value.into_owned());
    assert_eq!(told("state").as_deref(), Some("a state"), "{back}");
    told("code").unwrap_or_else(|| panic!("{back}"))
}

/// The grant that comes of it.
pub async fn allowed(client: &Client, program: &Program) -> String {
    let me = client.get("/users/me").await.expect(200);
    code(client, program, me["email"].as_str().unwrap()).await;
    let grants = client.get("/users/me/oauth-grants?limit=100").await.expect(200);
    let mut grants = grants["data"].as_array().unwrap().iter();
    id(grants.find(|grant| grant["client_id"] == program.client_id.as_str()).unwrap())
}

fn form(pairs: &[(&str, &str)]) -> String {
    Url::parse_with_params("http://form.example/", pairs).unwrap().query().unwrap().to_owned()
}

fn cookie_of(shown: &Response) -> String {
    let set = shown.headers().get(SET_COOKIE).unwrap_or_else(|| panic!("{shown:?}")).to_str().unwrap();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    set.split(';').next().unwrap().to_owned()
}

fn csrf_of(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"csrf\" value=\"").unwrap_or_else(|| panic!("{page}"));
    rest.split('"').next().unwrap().to_owned()
}

/// What comes of a code.
pub async fn exchange(client: &Client, program: &Program, code: &str) -> Told {
    let sent = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
    ];
    ask(client, program, "/oauth/token", &sent).await
}

/// As itself, with its secret.
pub async fn ask(client: &Client, program: &Program, path: &str, pairs: &[(&str, &str)]) -> Told {
    let credentials = format!("{}:{}", program.client_id, program.secret);
    let credentials = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(credentials));
    let request = client.without_token().request(Method::POST, path).header(AUTHORIZATION, credentials);
    client.try_send(request.header(CONTENT_TYPE, FORM).body(form(pairs))).await.unwrap()
}

#[test]
fn a_program_acts_for_a_member_on_sqlite() {
    run(Backend::Sqlite);
}

#[test]
fn a_program_acts_for_a_member_on_postgres() {
    if let Some(backend) = Backend::postgres() {
        run(backend);
    }
}

fn run(backend: Backend) {
    house::run(async {
        let ground = Ground::new(&backend).await;
        let node = ground.start("all");
        a_program_acts_for_a_member(&ground, &node).await;
        node.stop();
    });
}

async fn a_program_acts_for_a_member(ground: &Ground, node: &house::Process) {
    let owner = sign_up(ground, node, "ada@example.com").await;
    let program = registered(&owner).await;
    let said = owner.get("/.well-known/oauth-authorization-server").await.expect(200);
    assert_eq!(said["code_challenge_methods_supported"], json!(["S256"]), "{said}");
    let code = code(&owner, &program, "ada@example.com").await;
    let tokens = exchange(&owner, &program, &code).await.expect(200);
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let own = owner.with_token(tokens["access_token"].as_str().unwrap());
    own.get("/users/members").await.expect(200);
    assert_eq!(own.get("/users/roles").await.problem(403), "forbidden");

    let renew = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    let renewed = ask(&owner, &program, "/oauth/token", &renew).await.expect(200);
    let access = renewed["access_token"].as_str().unwrap();
    let own = owner.with_token(access);
    own.get("/users/members").await.expect(200);
    let good = ask(&owner, &program, "/oauth/introspect", &[("token", access)]).await.expect(200);
    assert_eq!((&good["active"], &good["scope"]), (&json!(true), &json!("users.members.read")), "{good}");

    let sessions = owner.get("/users/sessions").await.expect(200);
    let mut sessions = sessions["data"].as_array().unwrap().iter();
    assert!(sessions.any(|session| session["oauth_client_name"] == "Route planner"));
    assert_eq!(ask(&owner, &program, "/oauth/revoke", &[("token", access)]).await.status, 200);
    eventually("the program is out", async || (own.get("/users/members").await.status == 401).then_some(()))
        .await;
    let over = ask(&owner, &program, "/oauth/introspect", &[("token", access)]).await.expect(200);
    assert_eq!(over, json!({ "active": false }));
}
