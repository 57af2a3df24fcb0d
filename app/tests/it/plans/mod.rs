//! Every list and every search is answered through an index: with each of its filters, each pair of them, sorted and
//! ranged, for a tenant that has half of the 100,000 rows while 99 others share the rest. What is looked at are the
//! plans of the very statements that the running program sends, as its runtime role, under row-level security. So is what
//! a write looks up by what it names.
#![expect(clippy::print_stderr, reason = "how many plans were looked at belongs to the test's output")]

mod postgres;
mod seed;
mod sqlite;

use crate::client::Client;
use crate::document::{Operation, all};
use crate::furnished::Furnished;
use crate::house::{self, Ground, Process};
use crate::tenant::{id, sign_up};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use testkit::{Backend, eventually};
use uuid::Uuid;

/// Lists of what the program was built with.
const BUILT_IN: [&str; 3] = ["imports_list_targets", "inventory_list_units", "reports_list_definitions"];
/// Sends the very statements of users_list_audit_entries, for a log that is nobody else's.
const OF_ANOTHER: &str = "platform_list_audit_entries";
/// Part of every parameter of a page, and looked at with each filter.
const PAGE: [&str; 11] = [
    // Nothing of what is seeded was recorded by any instant that may be named.
    "as_of",
    "limit",
    "cursor",
    "sort",
    "include_deleted",
    "created_at[gte]",
    "created_at[gt]",
    "created_at[lte]",
    "created_at[lt]",
    "happened_from",
    "happened_to",
];

#[test]
fn every_list_has_an_index_on_sqlite() {
    run(Backend::Sqlite);
}

#[test]
fn every_list_has_an_index_on_postgres() {
    if let Some(backend) = Backend::postgres() {
        run(backend);
    }
}

fn run(backend: Backend) {
    house::run(async {
        let mut ground = Ground::new(&backend).await;
        ground.set("INSULA_LIMITS__REQUESTS_PER_MINUTE_PER_CREDENTIAL", "1000000");
        ground.set("INSULA_LIMITS__REQUESTS_PER_MINUTE_PER_TENANT", "1000000");
        let node = ground.start("all");
        let owner = Furnished::new(sign_up(&ground, &node, "ada@example.com").await, &ground.mail()).await;
        let operator = ground.operator();
        node.stop();
        let mut judge: Box<dyn Judge> = match ground.database_url() {
            Some(url) => Box::new(postgres::Plans::prepare(&url).await),
            None => Box::new(sqlite::Plans::prepare(ground.folder.path()).await),
        };
        // Nothing else asks meanwhile.
        ground.set("INSULA_DATABASE__SLOW_STATEMENT_MS", "0");
        ground.set("INSULA_LOGS__FILTER", "info");
        let node = ground.start("api");
        let client = node.client().with_token_of(&owner.client);
        let operator = node.client().with_token(&operator);
        let document = client.get("/openapi.json").await.expect(200);
        let (mut faults, mut asked) = (Vec::new(), 0);
        for list in all(&document).iter().filter(|list| list.parameter("cursor").is_some()) {
            if BUILT_IN.contains(&list.id.as_str()) || list.id == OF_ANOTHER {
                continue;
            }
            let client = if list.is_for_operators() { &operator } else { &client };
            for query in queries(client, list, &document, &owner).await {
                let lines = lines(&node, client, client.request(Method::GET, &query.path)).await;
                let filters = query.filters.iter().map(String::as_str).collect::<Vec<_>>();
                let found = judge.faults(&lines, Asked::List(&filters)).await;
                faults.extend(found.into_iter().map(|fault| format!("{}: {fault}", query.path)));
                asked += 1;
            }
        }
        for (path, body) in writes(&client).await {
            let request = client.request(Method::POST, &path).json(&body);
            let request = request.header("idempotency-key", Uuid::new_v4().to_string());
            let lines = lines(&node, &client, request).await;
            let found = judge.faults(&lines, Asked::Write).await;
            faults.extend(found.into_iter().map(|fault| format!("{path} of {body}: {fault}")));
            asked += 1;
        }
        node.stop();
        eprintln!("the plans of {asked} requests were looked at");
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    });
}

/// What is wrong with how the database went about the statements of one request, told by the log lines of that request.
#[async_trait::async_trait]
trait Judge {
    async fn faults(&mut self, lines: &[Value], asked: Asked<'_>) -> Vec<String>;
}

#[derive(Clone, Copy)]
enum Asked<'a> {
    /// By these filters.
    List(&'a [&'a str]),
    Write,
}

struct Query {
    path: String,
    filters: Vec<String>,
}

/// The list as it is, its next page, its other order and a range, each without a filter, with each one and each pair.
async fn queries(client: &Client, list: &Operation, document: &Value, owner: &Furnished) -> Vec<Query> {
    let mut path = list.path.trim_start_matches("/api/v1").to_owned();
    if path.contains('{') {
        let collection = if list.is_for_operators() { "/users/tenant" } else { list.collection() };
        path = path.replace("{id}", &owner.ids[collection]);
    }
    let first = client.get(&path).await.expect(200);
    let cursor = first["next_cursor"].as_str();
    let cursor = cursor.unwrap_or_else(|| panic!("{} rows of {}: seed its table", first["data"], list.id));
    let mut sets: Vec<Vec<(String, String)>> = vec![Vec::new()];
    let filters: Vec<_> = filters(list, document).collect();
    for (index, one) in filters.iter().enumerate() {
        sets.push(vec![one.clone()]);
        let others = filters[index + 1..].iter().filter(|other| other.0 != one.0);
        sets.extend(others.map(|other| vec![one.clone(), other.clone()]));
    }
    let mut ways = vec![String::new()];
    if list.parameter("sort").is_some() {
        ways.push("sort=created_at".to_owned());
        ways.push("created_at[gte]=2020-01-01T00:00:00Z&created_at[lt]=2020-01-02T00:00:00Z".to_owned());
    }
    if list.parameter("happened_from").is_some() {
        ways.push("happened_from=2020-01-01T00:00:00Z&happened_to=2020-01-02T00:00:00Z".to_owned());
    }
    if list.parameter("include_deleted").is_some() {
        ways.push("include_deleted=true".to_owned());
    }
    let mut queries = vec![Query { path: format!("{path}?cursor={cursor}"), filters: Vec::new() }];
    for set in sets {
        let pairs = set.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
        for way in &ways {
            let all: Vec<_> = pairs.iter().chain([way]).filter(|part| !part.is_empty()).cloned().collect();
            queries.push(Query {
                path: format!("{path}?{}", all.join("&")),
                filters: set.iter().map(|(name, _)| name.clone()).collect(),
            });
        }
    }
    queries
}

/// Stock comes and is promised, of an item and lots that the tenant has beside 50,000 others.
async fn writes(client: &Client) -> [(String, Value); 3] {
    let milk = json!({ "sku": "PLANNED-MILK", "name": "Milk", "tracking": "lot" });
    let milk = id(&client.post("/inventory/items", milk).await.expect(201));
    let supplier = json!({ "code": "PLANNED", "name": "Dairy" });
    let supplier = id(&client.post("/inventory/suppliers", supplier).await.expect(201));
    let cost = json!({ "amount": 80, "currency": "EUR" });
    let line = json!({ "item_id": milk, "quantity": "9", "unit_cost": cost });
    let order = json!({ "supplier_id": supplier, "lines": [line] });
    let order = id(&client.post("/inventory/purchase-orders", order).await.expect(201));
    let order = format!("/inventory/purchase-orders/{order}");
    let ordered = client.request(Method::POST, &format!("{order}/order"));
    client.try_send(ordered).await.unwrap().expect(200);
    let lot = |code: &str| json!({ "line": 1, "quantity": "3", "lot": { "code": code } });
    [
        (format!("{order}/receipts"), json!({ "lines": [lot("A"), lot("B"), lot("C")] })),
        (format!("/inventory/items/{milk}/receipts"), json!({ "quantity": "1", "lot": { "code": "B" } })),
        ("/inventory/reservations".to_owned(), json!({ "item_id": milk, "quantity": "2" })),
    ]
}

/// Values that fit no row, and those that fit all.
fn filters(list: &Operation, document: &Value) -> impl Iterator<Item = (String, String)> {
    let parameters = list.told["parameters"].as_array().into_iter().flatten();
    let parameters = parameters.filter(|parameter| parameter["in"] == "query");
    parameters.flat_map(|parameter| {
        let name = parameter["name"].as_str().unwrap().to_owned();
        let values =
            if PAGE.contains(&&*name) { Vec::new() } else { values(&name, &parameter["schema"], document) };
        values.into_iter().map(move |value| (name.clone(), value))
    })
}

fn values(name: &str, schema: &Value, document: &Value) -> Vec<String> {
    if name == "q" {
        return vec!["nowhere".to_owned(), seed::EVERYWHERE.to_owned()];
    }
    let resolved = match schema["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    if let Some(either) = resolved["oneOf"].as_array() {
        return either.iter().flat_map(|schema| values(name, schema, document)).collect();
    }
    if let Some(all) = resolved["enum"].as_array() {
        return all.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    }
    let is = |wanted: &str| match &resolved["type"] {
        Value::Array(types) => types.iter().any(|one| one == wanted),
        one => one == wanted,
    };
    match () {
        () if is("boolean") => vec!["true".to_owned()],
        () if resolved["format"] == "uuid" => vec![Uuid::nil().to_string()],
        () if is("string") => vec!["nowhere".to_owned()],
        () if is("null") => Vec::new(),
        () => panic!("what is a value for {name}: {resolved}?"),
    }
}

/// Asks, and gives what the log says of it.
async fn lines(node: &Process, client: &Client, request: RequestBuilder) -> Vec<Value> {
    let id = format!("plan-{}", Uuid::new_v4().simple());
    let told = client.try_send(request.header("x-request-id", &id)).await.unwrap();
    assert!(told.status.is_success(), "{told:?}");
    eventually("the answer is logged", async || {
        let log = node.log_of(&id);
        let lines: Vec<Value> = log.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        lines.iter().any(|line| line["target"] == "access").then_some(lines)
    })
    .await
}
