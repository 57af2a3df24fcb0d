//! A tenant with items and products, made through the public API alone, as everybody's is.

use crate::Failure;
use crate::house::House;
use crate::process::Server;
use crate::scenario::{Furniture, Scenario};
use reqwest::Client;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "correct horse battery staple";
const ITEMS: usize = 1_000;
const PRODUCTS: usize = 100;
const PATIENCE: Duration = Duration::from_secs(60);
/// As long as the server waits for a file.
const UPLOAD_PATIENCE: Duration = Duration::from_secs(600);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Leaves no message waiting.
pub async fn furnish(house: &House, insula: &Server) -> Result<Furniture, Failure> {
    let api = Api::enter(house, insula).await?;
    let mut furniture = Furniture { api_key: api.token.clone(), items: Vec::new(), products: Vec::new() };
    for number in 0..ITEMS {
        let item = json!({
            "sku": format!("CHAI-{number}"), "name": "Chai, first flush", "description": "Loose leaf, by the box",
            "category": "Beverages", "unit": "box", "unit_cost": { "amount": 1800, "currency": "USD" },
            "reorder_level": "12.5",
        });
        furniture.items.push(text(&api.post("/inventory/items", item).await?, "id")?);
    }
    for number in 0..PRODUCTS {
        let product = json!({ "name": format!("Engine time {number}"), "description": "By the hour" });
        furniture.products.push(text(&api.post("/billing/products", product).await?, "id")?);
    }
    quieten(house).await?;
    Ok(furniture)
}

/// Waits until all messages are worked off.
pub async fn quieten(house: &House) -> Result<(), Failure> {
    for domain in ["inventory", "billing", "users", "notifications"] {
        let end = Instant::now() + PATIENCE;
        while !house.is_quiet(domain).await? {
            if Instant::now() > end {
                return Err(format!("the messages of {domain} are not worked off").into());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
    Ok(())
}

/// Both servers answer the same, or their speed cannot be compared.
pub async fn compare(furniture: &Furniture, insula: &Server, bare: &Server) -> Result<(), Failure> {
    let mut sides = [Api::of(insula)?, Api::of(bare)?];
    sides.iter_mut().for_each(|side| side.token = furniture.api_key.clone());
    for scenario in [Scenario::Read, Scenario::List, Scenario::Cached] {
        let paths = scenario.paths(furniture);
        let path = paths.last().map(|path| path.trim_start_matches("/api/v1")).unwrap_or_default();
        let mut answers = Vec::new();
        for side in &sides {
            let mut answer = side.get(path).await?;
            // Signed, and no part of what is compared.
            answer.as_object_mut().and_then(|fields| fields.remove("next_cursor"));
            answers.push(answer);
        }
        if answers[0] != answers[1] {
            return Err(format!("{scenario}: {}\nis not\n{}", answers[0], answers[1]).into());
        }
    }
    Ok(())
}

/// The way to a server, with a credential.
#[derive(Clone)]
pub struct Api {
    http: Client,
    base: String,
    pub token: String,
}

/// An answer, and how long it took until its last byte.
pub struct Timed {
    pub ms: f64,
    pub status: u16,
    pub body: String,
}

impl Api {
    /// As the first person of a new tenant, by an API key.
    pub async fn enter(house: &House, insula: &Server) -> Result<Self, Failure> {
        let mut api = Self::of(insula)?;
        api.sign_in(house).await?;
        let key = api.post("/users/api-keys", json!({ "name": "bench" })).await?;
        api.token = text(&key, "secret")?;
        Ok(api)
    }

    /// The same credential at another process.
    pub fn at(&self, server: &Server) -> Result<Self, Failure> {
        Ok(Self { token: self.token.clone(), ..Self::of(server)? })
    }

    fn of(server: &Server) -> Result<Self, Failure> {
        let http = Client::builder().timeout(Duration::from_secs(20)).build()?;
        Ok(Self { http, base: format!("http://{}/api/v1", server.address), token: String::new() })
    }

    async fn sign_in(&mut self, house: &House) -> Result<(), Failure> {
        let sign_up = json!({
            "email": EMAIL, "password": PASSWORD, "display_name": "Ada", "organization_name": "Analytical Engines",
        });
        self.post("/users/sign-up", sign_up).await?;
        let token = verification(house).await?;
        self.post("/users/verify-email", json!({ "token": token, "password": PASSWORD })).await?;
        let tokens = self.post("/users/sign-in", json!({ "email": EMAIL, "password": PASSWORD })).await?;
        self.token = text(&tokens, "access_token")?;
        Ok(())
    }

    pub async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.send(self.http.get(format!("{}{path}", self.base)), path).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Result<Value, Failure> {
        self.send(self.with_key(path).json(&body), path).await
    }

    /// A file of CSV to import from, as it comes.
    pub async fn upload(&self, file_name: &str, content: reqwest::Body) -> Result<Value, Failure> {
        let path = format!("/imports/uploads?file_name={file_name}");
        let request = self.http.post(format!("{}{path}", self.base)).timeout(UPLOAD_PATIENCE);
        self.send(request.header("Content-Type", "text/csv").body(content), &path).await
    }

    /// A GET, or a POST where there is a body; any answer will do.
    pub async fn timed(&self, path: &str, body: Option<&Value>) -> Result<Timed, Failure> {
        let request = match body {
            Some(body) => self.with_key(path).json(body),
            None => self.http.get(format!("{}{path}", self.base)),
        };
        let request = request.bearer_auth(&self.token).build()?;
        let begun = Instant::now();
        let response = self.http.execute(request).await?;
        let (status, body) = (response.status().as_u16(), response.text().await?);
        Ok(Timed { ms: begun.elapsed().as_secs_f64() * 1e3, status, body })
    }

    fn with_key(&self, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.post(format!("{}{path}", self.base));
        request.header("Idempotency-Key", uuid::Uuid::new_v4().to_string())
    }

    async fn send(&self, request: reqwest::RequestBuilder, path: &str) -> Result<Value, Failure> {
        let response = request.bearer_auth(&self.token).send().await?;
        let (status, body) = (response.status(), response.text().await?);
        if !status.is_success() {
            return Err(format!("{path}: {status}: {body}").into());
        }
        Ok(serde_json::from_str(&body).unwrap_or_default())
    }
}

async fn verification(house: &House) -> Result<String, Failure> {
    const LINK: &str = "verify-email?token=";
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        for file in std::fs::read_dir(house.mail()).into_iter().flatten().flatten() {
            let mail = std::fs::read_to_string(file.path()).unwrap_or_default();
            // Quoted-printable breaks long lines with "=" and writes "=" as "=3D".
            let mail = mail.replace("=\r\n", "").replace("=\n", "").replace("=3D", "=");
            let token = mail.split_once(LINK).and_then(|(_, rest)| rest.split_whitespace().next());
            if let Some(token) = token {
                return Ok(token.to_owned());
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Err("no mail asked to verify the address".into())
}

pub fn text(resource: &Value, field: &str) -> Result<String, Failure> {
    let text = resource[field].as_str().ok_or_else(|| format!("no {field} in {resource}"))?;
    Ok(text.to_owned())
}
