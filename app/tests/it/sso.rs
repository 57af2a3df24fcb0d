//! Signing in by a tenant's own provider on the real binary: by one that is not ours, where the test command has installed it,
//! and by the one of `testkit` for whoever needs a sign-in.

use crate::client::Client;
use crate::house::{self, Ground};
use crate::tenant::{id, sign_up};
use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use reqwest::{Response, Url};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};
use testkit::{Backend, Provider, Saying, eventually, s256};
use uuid::Uuid;

/// Of all installations of this process; each is told where it shows the files that prove domains.
pub static PROVIDER: LazyLock<Provider> = LazyLock::new(Provider::start);

const BACK: &str = "https://app.example/signed-in";
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// A Python that has the provider; the test command sets it.
const PYTHON: &str = "TEST_OIDC_PYTHON";

pub fn connecting(issuer: &str) -> Value {
    json!({
        "name": "Engines", "issuer": issuer, "client_id": "insula", "client_secret": "kept by both",
        "scopes": ["email", "profile"], "return_to": [BACK], "verified_claim": "email_verified",
        "roles_claim": "groups", "role_map": { "ops": "admin" }, "default_role": "viewer", "joining": "anybody",
        "enforcement": "optional",
    })
}

/// The id of one that shows its challenge.
pub async fn domain(client: &Client, name: &str) -> String {
    let added = client.post("/users/domains", json!({ "domain": name })).await.expect(201);
    PROVIDER.prove(name, added["challenge"].as_str().unwrap());
    id(&added)
}

pub async fn own_domain(client: &Client, name: &str) -> String {
    let id = domain(client, name).await;
    client.post(&format!("/users/domains/{id}/verify"), json!({})).await.expect(200);
    id
}

fn browser() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().redirect(Policy::none()).build().unwrap()
}

async fn sent_on(response: Response) -> Url {
    let location = response.headers().get(LOCATION).map(|to| to.to_str().unwrap().to_owned());
    let Some(location) = location else {
        panic!("{}: {}", response.status(), response.text().await.unwrap());
    };
    Url::parse(&location).unwrap()
}

fn query(url: &Url) -> BTreeMap<String, String> {
    url.query_pairs().into_owned().collect()
}

async fn started(client: &Client, connection: &str) -> Url {
    let start = format!("{}/sso/{connection}/start", client.url());
    let mut start = Url::parse(&start).unwrap();
    start.query_pairs_mut().append_pair("return_to", BACK).append_pair("code_challenge", &s256(VERIFIER));
    sent_on(browser().get(start).send().await.unwrap()).await
}

/// The code that a client is handed at the end.
async fn handed(client: &Client, back: &Url) -> String {
    let mut callback = Url::parse(&format!("{}{}", client.url(), back.path())).unwrap();
    callback.set_query(back.query());
    let end = sent_on(browser().get(callback).send().await.unwrap()).await;
    assert!(end.as_str().starts_with(BACK), "{end}");
    query(&end)["code"].clone()
}

/// The same for somebody new in this domain, by the provider of `testkit`.
pub async fn code_of_somebody(client: &Client, connection: &str, domain: &str) -> String {
    let asked = query(&started(client, connection).await);
    let somebody = Uuid::new_v4().simple().to_string();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let claims = json!({
        "iss": PROVIDER.issuer, "aud": asked["client_id"], "sub": somebody, "iat": now, "exp": now + 300,
        "nonce": asked["nonce"], "email": format!("{somebody}@{domain}"), "email_verified": true, "groups": [],
    });
    PROVIDER.says(&asked["code_challenge"], Saying::of(claims));
    let mut back = Url::parse(&asked["redirect_uri"]).unwrap();
    back.query_pairs_mut().append_pair("state", &asked["state"]).append_pair("code", "anything");
    handed(client, &back).await
}

/// Ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn real_provider(python: &str) -> (Running, String) {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let grace = json!({
        "sub": "grace", "email": "grace@engines.example", "email_verified": true, "name": "Grace Hopper",
        "groups": ["ops"],
    });
    let mut command = Command::new(python);
    command.args(["-W", "ignore", "-m", "oidc_provider_mock", "--port", &free.to_string()]);
    command.args(["--user-claims", &grace.to_string()]);
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let (running, issuer) = (Running(child), format!("http://127.0.0.1:{free}"));
    let described = format!("{issuer}/.well-known/openid-configuration");
    eventually("the provider answers", async || browser().get(&described).send().await.ok()).await;
    (running, issuer)
}

#[test]
fn a_provider_that_is_not_ours_signs_somebody_in() {
    let Some(python) = std::env::var(PYTHON).ok().filter(|python| !python.is_empty()) else { return };
    house::run(async {
        let (_provider, issuer) = real_provider(&python).await;
        let ground = Ground::new(&Backend::Sqlite).await;
        let node = ground.start("all");
        let ada = sign_up(&ground, &node, "ada@engines.example").await;
        own_domain(&ada, "engines.example").await;
        let connection = id(&ada.post("/users/oidc-connections", connecting(&issuer)).await.expect(201));
        let signed_in = async || {
            let there = started(&ada, &connection).await;
            assert!(there.as_str().starts_with(&issuer), "{there}");
            let allowed = browser().post(there).header("content-type", "application/x-www-form-urlencoded");
            let back = sent_on(allowed.body("sub=grace").send().await.unwrap()).await;
            let body = json!({ "code": handed(&ada, &back).await, "code_verifier": VERIFIER });
            let tokens = ada.without_token().post("/users/sso/exchange", body).await.expect(200);
            ada.with_token(tokens["access_token"].as_str().unwrap()).get("/users/me").await.expect(200)
        };
        let me = signed_in().await;
        let expected = ("grace@engines.example", "Grace Hopper", "admin");
        let text = |name: &str| me[name].as_str().unwrap();
        assert_eq!((text("email"), text("display_name"), text("role")), expected);
        assert_eq!(signed_in().await["user_id"], me["user_id"]);
        node.stop();
    });
}
