//! A tenant leaves: it takes along what it has in every domain, is closed, brought back, closed again and gone, row by row.
//! Its neighbour has what it had.

use crate::client::{Client, Told};
use crate::document::{Operation, operations};
use crate::furnished::Furnished;
use crate::house::{self, Ground, mail_to};
use crate::tenant::{PASSWORD, id, sign_up, until};
use app::wiring::TABLES;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use testkit::{Backend, eventually};
use uuid::Uuid;

const NAME: &str = "Analytical Engines";
const ADA: &str = "ada@example.com";

#[test]
fn a_tenant_that_leaves_on_sqlite() {
    run(Backend::Sqlite);
}

#[test]
fn a_tenant_that_leaves_on_postgres() {
    if let Some(backend) = Backend::postgres() {
        run(backend);
    }
}

fn run(backend: Backend) {
    house::run(async {
        let mut ground = Ground::new(&backend).await;
        let node = ground.start("all");
        let operator = node.client().with_token(&ground.operator());
        let ada = Furnished::new(sign_up(&ground, &node, ADA).await, &ground.mail()).await;
        let eve = Furnished::new(sign_up(&ground, &node, "eve@example.com").await, &ground.mail()).await;
        let all = operations(&node.client().get("/openapi.json").await.expect(200));
        let tenant: Uuid = ada.ids["/users/tenant"].parse().unwrap();

        takes_everything_along(&ada.client, &tenant.to_string()).await;
        takes_oneself_along(&ada.client).await;
        register_is_shown(&ada.client).await;
        let blobs = ground.folder.path().join("blobs");
        for domain in ["imports", "reports", "users"] {
            assert!(files_of(&blobs.join(domain), &tenant.to_string()) > 0, "{domain}");
        }
        assert_eq!(close(&ada.client, "Another").await.problem(422), "invalid");
        let closed = close(&ada.client, NAME).await.expect(200);
        assert_eq!((&closed["state"], &closed["erased_at"]), (&json!("closed"), &Value::Null));
        refused(&ada.client).await;
        let path = format!("/platform/tenants/{tenant}");
        assert_eq!(operator.get(&path).await.expect(200)["state"], "closed");
        let resumed = operator.post(&format!("{path}/resume"), json!({})).await;
        assert_eq!(resumed.problem(409), "users.tenant_state", "who closed it was no operator");
        operator.post(&format!("{path}/reopen"), json!({})).await.expect(200);
        let closure = operator.get(&format!("{path}/closure")).await.expect(200);
        assert_eq!(closure["state"], "reopened");
        eventually("they are let in again", async || {
            (ada.client.get("/users/tenant").await.status == 200).then_some(())
        })
        .await;
        let before = state(&eve, &all).await;
        node.stop();

        ground.set("INSULA_DOMAINS__USERS__CLOSED_TENANT_DAYS", "0");
        let node = ground.start("all");
        let [ada, operator, neighbour] =
            [&ada.client, &operator, &eve.client].map(|client| client.at(&node.url));
        close(&ada, NAME).await.expect(200);
        let closure = eventually("it is erased", async || {
            let closure = operator.get(&format!("{path}/closure")).await.expect(200);
            (closure["state"] == "erased").then_some(closure)
        })
        .await;
        assert!(closure["rows"]["inventory.movements"].as_u64().unwrap() > 0, "{closure}");
        assert!(closure["rows"]["users.audit_entries"].as_u64().unwrap() > 0, "{closure}");
        certified(closure["certificate"].as_str().unwrap(), &tenant.to_string());
        assert_eq!(operator.get(&path).await.problem(404), "users.no_such_tenant");
        eventually("whoever closed it is told", async || mail_to(&ground.mail(), ADA, "is erased")).await;
        let eve = Furnished { client: neighbour, ids: eve.ids, device: eve.device };
        assert_eq!(state(&eve, &all).await, before, "a neighbour's");
        node.stop();
        assert_eq!(rows_of(&ground, tenant).await, BTreeMap::new(), "rows that are left");
        assert_eq!(files_of(&blobs, &tenant.to_string()), 0, "files that are left");
        assert!(files_of(&blobs, &eve.ids["/users/tenant"]) > 0, "a neighbour's");
        let theirs = rows_of(&ground, eve.ids["/users/tenant"].parse().unwrap()).await;
        assert!(
            theirs.contains_key("inventory.movements") && theirs.len() > 20,
            "the count counts: {theirs:?}"
        );
    });
}

async fn close(owner: &Client, name: &str) -> Told {
    owner.post("/users/tenant/close", json!({ "name": name })).await
}

async fn state(furnished: &Furnished, all: &[Operation]) -> BTreeMap<String, Value> {
    furnished.state(all, "/api/v1/").await
}

async fn refused(client: &Client) {
    eventually("nothing of it passes", async || {
        (client.get("/users/tenant").await.status == 401).then_some(())
    })
    .await;
    let guest = client.without_token();
    let body = json!({ "email": ADA, "password": PASSWORD });
    assert_eq!(guest.post("/users/sign-in", body).await.problem(403), "users.no_membership");
}

/// A JSON object a line, of which the first says what is in the file.
async fn file(client: &Client, collection: &str) -> (Value, Vec<Value>) {
    let export = id(&client.post(collection, json!({})).await.expect(202));
    let path = format!("{collection}/{export}");
    until(client, &path, "the file is there", |export| export["status"] == "ready").await;
    let content = client.get(&format!("{path}/content")).await;
    assert_eq!(content.status, 200, "{content:?}");
    let mut lines = content.text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    (lines.next().unwrap(), lines.collect())
}

async fn takes_everything_along(owner: &Client, tenant: &str) {
    let (header, rows) = file(owner, "/users/tenant-exports").await;
    assert_eq!(
        (header["format"].as_str(), header["tenant"].as_str()),
        (Some("insula-export/1"), Some(tenant))
    );
    let tables: BTreeSet<&str> = rows.iter().map(|row| row["table"].as_str().unwrap()).collect();
    let domains: BTreeSet<&str> = tables.iter().map(|table| table.split_once('.').unwrap().0).collect();
    let all: BTreeSet<&str> = TABLES.iter().map(|(domain, _)| *domain).collect();
    assert_eq!(domains, all, "each domain has a part in it");
    for row in &rows {
        let table = row["table"].as_str().unwrap();
        let mut columns: Vec<&str> =
            header["tables"][table].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        columns.sort_unstable();
        let found: Vec<&str> = row["row"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(found, columns, "{table}");
        assert_eq!(row["tenant"], tenant);
    }
    for secret in ["password_hash", "access_hash", "sealed_secret", "params_sealed"] {
        assert!(rows.iter().all(|row| row["row"].get(secret).is_none()), "{secret}");
    }
    let item =
        rows.iter().find(|row| row["table"] == "inventory.items" && row["row"]["sku"] == "CHAI").unwrap();
    assert_eq!(item["row"]["unit_cost_minor"], 1800);
    assert!(item["row"]["public_id"].as_str().unwrap().parse::<Uuid>().is_ok(), "{item}");
    assert!(
        item["row"]["created_at"].as_str().unwrap().ends_with('Z') && item["row"]["metadata"].is_object()
    );
}

async fn takes_oneself_along(owner: &Client) {
    let me = owner.get("/users/me").await.expect(200);
    let (header, rows) = file(owner, "/users/me/exports").await;
    assert_eq!(header["of_person"], me["user_id"]);
    let account = rows.iter().find(|row| row["table"] == "users.users").unwrap();
    assert_eq!(account["row"]["email"], ADA);
    let of_others = rows.iter().filter(|row| row["table"] == "users.memberships");
    assert!(of_others.into_iter().all(|row| row["row"]["user_id"] == me["user_id"]));
    assert!(rows.iter().any(|row| row["table"] == "notifications.emails" && row["row"]["to_address"] == ADA));
    assert!(rows.iter().all(|row| row["table"] != "billing.customers"));
}

/// As the command prints it.
async fn register_is_shown(client: &Client) {
    let shown = client.get("/users/personal-data").await.expect(200);
    let printed = app::wiring::personal_data(true).unwrap();
    let printed: Value = serde_json::from_str(&printed).unwrap();
    let sorted = |lines: &Value| {
        let mut all: Vec<String> = lines.as_array().unwrap().iter().map(Value::to_string).collect();
        all.sort();
        all
    };
    assert_eq!(sorted(&shown["data"]), sorted(&printed));
}

/// How many files of a tenant are in a folder and below: each path names whose it is.
fn files_of(folder: &Path, tenant: &str) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let paths = entries.map(|entry| entry.unwrap().path());
    let count = |path: std::path::PathBuf| {
        if path.is_dir() {
            files_of(&path, tenant)
        } else {
            usize::from(path.display().to_string().contains(tenant))
        }
    };
    paths.map(count).sum()
}

/// What it says can be read by anybody; that its signature is right is for the tests of users.
fn certified(certificate: &str, tenant: &str) {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let parts: Vec<Value> = certificate
        .split('.')
        .take(2)
        .map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap())
        .collect();
    assert_eq!(parts[0]["alg"], "EdDSA");
    assert!(parts[0]["jwk"]["x"].is_string(), "{certificate}");
    assert_eq!(parts[1]["tenant"], tenant);
    assert!(parts[1]["tables"]["billing.invoices"].as_u64().unwrap() > 0, "{}", parts[1]);
}

/// By table, whatever is declared of it: each that says of which tenant a row is.
async fn rows_of(ground: &Ground, tenant: Uuid) -> BTreeMap<String, i64> {
    let mut found = BTreeMap::new();
    for (domain, _) in TABLES {
        let counts = match ground.database_url() {
            None => on_sqlite(ground, domain, tenant).await,
            Some(url) => on_postgres(&url, domain, tenant).await,
        };
        let counts = counts.into_iter().filter(|(_, count)| *count > 0);
        found.extend(counts.map(|(table, count)| (format!("{domain}.{table}"), count)));
    }
    found
}

async fn on_sqlite(ground: &Ground, domain: &str, tenant: Uuid) -> Vec<(String, i64)> {
    let file = testkit::sqlite_file(ground.folder.path(), domain);
    let mut database = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    let tables = "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
        WHERE m.type = 'table' AND c.name = 'tenant_id'";
    let tables = sqlx::query(tables).fetch_all(&mut database).await.unwrap();
    let mut counts = Vec::new();
    for table in tables.iter().map(|row| row.get::<String, _>(0)) {
        let sql = format!("SELECT count(*) FROM \"{table}\" WHERE tenant_id = ?");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(tenant.as_bytes().to_vec());
        counts.push((table, query.fetch_one(&mut database).await.unwrap().get(0)));
    }
    counts
}

async fn on_postgres(url: &str, domain: &str, tenant: Uuid) -> Vec<(String, i64)> {
    let mut database = PgConnection::connect(url).await.unwrap();
    // Whom row-level security lets see all.
    let role = format!("SET ROLE insula_{domain}_owner");
    sqlx::query(AssertSqlSafe(role)).execute(&mut database).await.unwrap();
    let tables = "SELECT table_name::text FROM information_schema.columns \
        WHERE table_schema = $1 AND column_name = 'tenant_id'";
    let tables = sqlx::query(tables).bind(domain).fetch_all(&mut database).await.unwrap();
    let mut counts = Vec::new();
    for table in tables.iter().map(|row| row.get::<String, _>(0)) {
        let sql = format!("SELECT count(*) FROM {domain}.\"{table}\" WHERE tenant_id = $1::uuid");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(tenant.to_string());
        counts.push((table, query.fetch_one(&mut database).await.unwrap().get(0)));
    }
    counts
}
