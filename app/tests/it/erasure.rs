//! A person erases themselves, and the process is killed in the middle of it. Once it is started again it goes on: in no domain is
//! a text left that names them, the log of the tenant stands, and who stays has what they had.

use crate::client::Client;
use crate::document::operations;
use crate::furnished::Furnished;
use crate::house::{self, Ground, Process, mail_to};
use crate::tenant::{PASSWORD, invited, sign_up};
use app::wiring::TABLES;
use serde_json::json;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row};
use testkit::{Backend, eventually};

const EVE: &str = "eve@example.com";
/// Each after a few more requests than the one before.
const KILLS: usize = 4;
/// Recovery is to be quick here.
const SETTINGS: [(&str, &str); 2] =
    [("INSULA_JOBS__LEASE_MS", "1000"), ("INSULA_JOBS__SWEEP_INTERVAL_MS", "1000")];

#[test]
fn a_person_that_is_erased_on_sqlite() {
    run(Backend::Sqlite);
}

#[test]
fn a_person_that_is_erased_on_postgres() {
    if let Some(backend) = Backend::postgres() {
        run(backend);
    }
}

fn run(backend: Backend) {
    house::run(async {
        let mut ground = Ground::new(&backend).await;
        for (variable, value) in SETTINGS {
            ground.set(variable, value);
        }
        let node = ground.start("all");
        let ada = sign_up(&ground, &node, "ada@example.com").await;
        let eve = Furnished::new(sign_up(&ground, &node, EVE).await, &ground.mail()).await;
        let grace = invited(&ada, &ground.mail(), json!({ "role": "owner" }), PASSWORD).await;
        // All that a tenant can have, by the hand of who leaves.
        let client = ada.with_token(&grace.access());
        Furnished::new(ada.with_token(&grace.access()), &ground.mail()).await;
        let all = operations(&node.client().get("/openapi.json").await.expect(200));
        let before = eve.state(&all, "/api/v1/").await;
        for (domain, column) in [("users", "users.email"), ("notifications", "emails.to_address")] {
            let column = format!("{domain}.{column}");
            assert!(kept(&ground, &grace.email).await.contains(&column), "the search finds what is there");
        }

        client.post("/users/me/erase", json!({ "email": grace.email })).await.expect(202);
        let node = killed_again_and_again(&ground, node).await;
        let words = "Your account was erased";
        eventually("they are told", async || mail_to(&ground.mail(), &grace.email, words)).await;
        eventually("no text is left that names them", async || {
            kept(&ground, &grace.email).await.is_empty().then_some(())
        })
        .await;
        let guest = node.client();
        let sign_in = json!({ "email": grace.email, "password": PASSWORD });
        assert_eq!(guest.post("/users/sign-in", sign_in).await.problem(401), "users.wrong_credentials");
        assert_eq!(client.at(&node.url).get("/users/me").await.status, 401);

        let ada = ada.at(&node.url);
        check_log(&ada).await;
        let invoices = ada.get("/billing/invoices").await.expect(200);
        assert!(
            !invoices["data"].as_array().unwrap().is_empty(),
            "what they did for the tenant is the tenant's"
        );
        let eve = Furnished { client: eve.client.at(&node.url), ids: eve.ids, device: eve.device };
        assert_eq!(eve.state(&all, "/api/v1/").await, before, "a neighbour's");
        let alone = ada.post("/users/me/erase", json!({ "email": "ada@example.com" })).await;
        assert_eq!(alone.problem(409), "users.last_owner_of");
        node.stop();
        assert!(!kept(&ground, EVE).await.is_empty());
    });
}

async fn killed_again_and_again(ground: &Ground, mut node: Process) -> Process {
    for kill in 0..KILLS {
        let guest = node.client();
        for _ in 0..kill * 4 {
            guest.get("/openapi.json").await;
        }
        node.kill();
        node = ground.start("all");
    }
    node
}

/// Each entry stands, with its detail or without.
async fn check_log(owner: &Client) {
    let (mut cursor, mut erased) = (String::new(), 0);
    loop {
        let page = owner.get(&format!("/users/audit-entries?limit=100{cursor}")).await.expect(200);
        for entry in page["data"].as_array().unwrap() {
            let verdict = entry["verification"].as_str().unwrap();
            assert!(["verified", "erased"].contains(&verdict), "{entry}");
            erased += usize::from(verdict == "erased");
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert!(erased > 10, "of what they did: {erased}");
    owner.get("/users/audit-log/checkpoint").await.expect(200);
}

/// In which columns of all domains this is in a text.
async fn kept(ground: &Ground, part: &str) -> Vec<String> {
    let mut kept = Vec::new();
    for (domain, _) in TABLES {
        let columns = match ground.database_url() {
            None => on_sqlite(ground, domain, part).await,
            Some(url) => on_postgres(&url, domain, part).await,
        };
        kept.extend(columns.into_iter().map(|column| format!("{domain}.{column}")));
    }
    kept
}

async fn on_sqlite(ground: &Ground, domain: &str, part: &str) -> Vec<String> {
    let file = testkit::sqlite_file(ground.folder.path(), domain);
    let mut database = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    let columns = "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
        WHERE m.type = 'table' AND c.type = 'TEXT'";
    let mut kept = Vec::new();
    for row in sqlx::query(columns).fetch_all(&mut database).await.unwrap() {
        let (table, column): (String, String) = (row.get(0), row.get(1));
        let sql = format!("SELECT count(*) FROM \"{table}\" WHERE instr(lower(\"{column}\"), ?) > 0");
        let found: i64 =
            sqlx::query(AssertSqlSafe(sql)).bind(part).fetch_one(&mut database).await.unwrap().get(0);
        kept.extend((found > 0).then(|| format!("{table}.{column}")));
    }
    kept
}

async fn on_postgres(url: &str, domain: &str, part: &str) -> Vec<String> {
    let mut database = PgConnection::connect(url).await.unwrap();
    // Whom row-level security lets see all.
    let role = format!("SET ROLE insula_{domain}_owner");
    sqlx::query(AssertSqlSafe(role)).execute(&mut database).await.unwrap();
    let columns = "SELECT table_name::text, column_name::text FROM information_schema.columns \
        WHERE table_schema = $1 AND data_type IN ('text', 'json', 'jsonb')";
    let mut kept = Vec::new();
    for row in sqlx::query(columns).bind(domain).fetch_all(&mut database).await.unwrap() {
        let (table, column): (String, String) = (row.get(0), row.get(1));
        let sql = format!(
            "SELECT count(*) FROM {domain}.\"{table}\" WHERE strpos(lower(\"{column}\"::text), $1) > 0"
        );
        let found: i64 =
            sqlx::query(AssertSqlSafe(sql)).bind(part).fetch_one(&mut database).await.unwrap().get(0);
        kept.extend((found > 0).then(|| format!("{table}.{column}")));
    }
    kept
}
