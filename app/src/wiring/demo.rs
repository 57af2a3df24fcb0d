//! A tenant to look at. Made through the public API alone, so that the demo shows what any client can do and breaks
//! when a client would.

use super::StartError;
use crate::config::Config;
use reqwest::Client;
use serde_json::{Value, json};
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

const ITEMS_CSV: &str = include_str!("demo/items.csv");
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(50);

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Makes a tenant of its own at each start and prints how to get in.
pub async fn show(config: &Config, address: SocketAddr) -> Result<(), StartError> {
    let furnished = async { Demo::new(address)?.furnish(&config.mail_folder()).await };
    let credentials = furnished.await.map_err(|error| {
        let remedy = "look at the log above; `insula demo --folder <another>` starts afresh";
        StartError::new("the demo tenant could not be made", remedy).because(error)
    })?;
    // Of port 0 only the node knows which it became.
    let mut reached = config.clone();
    reached.http.address = address;
    let text = credentials.for_people(&reached.public_url());
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| {
        StartError::new("the credentials cannot be printed", "give insula a stdout").because(error)
    })
}

struct Credentials {
    email: String,
    password: String,
    api_key: String,
}

impl Credentials {
    fn for_people(&self, url: &str) -> String {
        let Self { email, password, api_key } = self;
        format!(
            "\nThe demo tenant \"Northwind\" is furnished.\n  \
             e-mail    {email}\n  password  {password}\n  API key   {api_key}\n\n\
             Look around:\n  {url}/docs\n  \
             curl -H 'Authorization: Bearer {api_key}' '{url}/api/v1/inventory/items?limit=5'\n  \
             curl -H 'Authorization: Bearer {api_key}' '{url}/api/v1/workflow/tasks?status=open'\n\n"
        )
    }
}

struct Demo {
    http: Client,
    api: String,
}

impl Demo {
    fn new(address: SocketAddr) -> Result<Self, Failure> {
        let http = Client::builder()
            .connect_timeout(Duration::from_secs(2))
            .timeout(Duration::from_secs(20))
            .build()?;
        Ok(Self { http, api: format!("http://{address}/api/v1") })
    }

    async fn furnish(&self, mail: &Path) -> Result<Credentials, Failure> {
        let secret = secrets::token("demo").plain;
        let (name, password) = secret.split_at(secret.len() / 2);
        let name: String =
            name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        let email = format!("{name}@demo.example");
        let password = password.to_owned();
        let token = self.sign_up(mail, &email, &password).await?;
        let api_key = self.post(&token, "/users/api-keys", json!({ "name": "demo" })).await?;
        let api_key = text(&api_key, "secret")?;
        self.stock(&api_key).await?;
        self.bill(&api_key).await?;
        Ok(Credentials { email, password, api_key })
    }

    async fn sign_up(&self, mail: &Path, email: &str, password: &str) -> Result<String, Failure> {
        let person = json!({
            "email": email, "password": password, "display_name": "Nancy Davolio", "organization_name": "Northwind",
        });
        self.post("", "/users/sign-up", person).await?;
        let token = self.token_in_mail(mail, email).await?;
        self.post("", "/users/verify-email", json!({ "token": token, "password": password })).await?;
        let tokens = self.post("", "/users/sign-in", json!({ "email": email, "password": password })).await?;
        text(&tokens, "access_token")
    }

    async fn token_in_mail(&self, folder: &Path, email: &str) -> Result<String, Failure> {
        wait("the verification mail", async || {
            let mut files = tokio::fs::read_dir(folder).await.ok()?;
            while let Ok(Some(file)) = files.next_entry().await {
                let letter = tokio::fs::read_to_string(file.path()).await.unwrap_or_default();
                // Quoted-printable breaks long lines with "=" and writes "=" as "=3D".
                let letter = letter.replace("=\r\n", "").replace("=3D", "=");
                if let (true, Some((_, rest))) =
                    (letter.contains(email), letter.split_once("verify-email?token="))
                {
                    return rest.split_whitespace().next().map(str::to_owned);
                }
            }
            None
        })
        .await
    }

    async fn stock(&self, key: &str) -> Result<(), Failure> {
        let upload = self.http.post(format!("{}/imports/uploads?file_name=items.csv", self.api));
        let upload =
            upload.bearer_auth(key).header("content-type", "text/csv").body(ITEMS_CSV).send().await?;
        let upload: Value = upload.error_for_status()?.json().await?;
        let mapping = json!({
            "sku": { "column": "sku" }, "name": { "column": "name" }, "category": { "column": "category" },
            "unit_cost": { "column": "unit_cost" }, "currency": { "value": "USD" },
            "on_hand": { "column": "on_hand" }, "reorder_level": { "column": "reorder_level" },
        });
        let run = json!({ "upload_id": upload["id"], "target": "inventory.items", "mapping": mapping, "mode": "apply" });
        let run = self.post(key, "/imports/runs", run).await?;
        let path = format!("/imports/runs/{}", text(&run, "id")?);
        wait("the import", async || {
            let run = self.get(key, &path).await.ok()?;
            (run["status"] == "done").then_some(())
        })
        .await?;
        let items = self.get(key, "/inventory/items?limit=3").await?;
        for (item, quantity) in items["data"].as_array().into_iter().flatten().zip(["5", "12", "2.5"]) {
            let reservation =
                json!({ "item_id": item["id"], "quantity": quantity, "reference": "demo order" });
            self.post(key, "/inventory/reservations", reservation).await?;
        }
        Ok(())
    }

    /// Two final invoices, one that waits for an approval, and a subscription.
    async fn bill(&self, key: &str) -> Result<(), Failure> {
        let usd = |amount: i64| json!({ "amount": amount, "currency": "USD" });
        let definition = json!({
            "name": "Invoices over 1,000.00 need an approval", "trigger": "billing.invoice_finalize",
            "condition": { "total_over": usd(100_000) }, "approver": { "role": "admin" },
        });
        let definition = self.post(key, "/workflow/definitions", definition).await?;
        self.post(key, &format!("/workflow/definitions/{}/publish", text(&definition, "id")?), json!({}))
            .await?;

        let product = self.post(key, "/billing/products", json!({ "name": "Weekly delivery" })).await?;
        let price = json!({ "unit_amount": usd(24_900), "interval": "month" });
        let price =
            self.post(key, &format!("/billing/products/{}/prices", text(&product, "id")?), price).await?;
        let customers = ["Around the Horn", "Berglunds snabbköp", "Chop-suey Chinese"];
        for (customer, amount) in customers.into_iter().zip([12_450, 88_800, 245_000]) {
            let customer = self.post(key, "/billing/customers", json!({ "name": customer })).await?;
            let subscription = json!({ "customer_id": customer["id"], "price_id": price["id"] });
            self.post(key, "/billing/subscriptions", subscription).await?;
            let line =
                json!({ "description": "Catering, as ordered", "quantity": "1", "unit_amount": usd(amount) });
            let invoice = json!({ "customer_id": customer["id"], "lines": [line] });
            let invoice = self.post(key, "/billing/invoices", invoice).await?;
            let finalize = format!("/billing/invoices/{}/finalize", text(&invoice, "id")?);
            self.post(key, &finalize, json!({})).await?;
        }
        Ok(())
    }

    async fn get(&self, token: &str, path: &str) -> Result<Value, Failure> {
        let response = self.http.get(format!("{}{path}", self.api)).bearer_auth(token).send().await?;
        Ok(response.error_for_status()?.json().await?)
    }

    async fn post(&self, token: &str, path: &str, body: Value) -> Result<Value, Failure> {
        let mut request = self.http.post(format!("{}{path}", self.api)).json(&body);
        if !token.is_empty() {
            request = request.bearer_auth(token).header("idempotency-key", uuid::Uuid::new_v4().to_string());
        }
        let response = request.send().await?;
        let (status, text) = (response.status(), response.text().await?);
        if !status.is_success() {
            return Err(format!("POST {path} was answered {status}: {text}").into());
        }
        Ok(serde_json::from_str(&text)?)
    }
}

fn text(resource: &Value, field: &str) -> Result<String, Failure> {
    resource[field].as_str().map(str::to_owned).ok_or_else(|| format!("no {field} in {resource}").into())
}

/// Asks again until there is something, within bounds.
async fn wait<T>(what: &str, ask: impl AsyncFn() -> Option<T>) -> Result<T, Failure> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = ask().await {
            return Ok(found);
        }
        if Instant::now() > deadline {
            return Err(format!("{what} did not come within {PATIENCE:?}").into());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
