//! What goes wrong at the door: each fault has its own clear problem and changes nothing. Here is what one domain or one
//! way of writing a request is needed for; what can be tried on every operation is in `contract`.

mod files;
mod people;
mod requests;

use crate::client::{Client, Told};
use crate::document::{Operation, operations};
use crate::furnished::Furnished;
use crate::house::{self, Ground, Process};
use crate::tenant::sign_up;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::Backend;
use uuid::Uuid;

const BODY_LIMIT_BYTES: usize = 2048;
const UPLOAD_LIMIT_BYTES: usize = 4096;

#[test]
fn bad_input_on_sqlite() {
    run(Backend::Sqlite);
}

#[test]
fn bad_input_on_postgres() {
    if let Some(backend) = Backend::postgres() {
        run(backend);
    }
}

fn run(backend: Backend) {
    house::run(async {
        let mut ground = Ground::new(&backend).await;
        ground.set("INSULA_HTTP__BODY_LIMIT_BYTES", &BODY_LIMIT_BYTES.to_string());
        ground.set("INSULA_HTTP__UPLOAD_LIMIT_BYTES", &UPLOAD_LIMIT_BYTES.to_string());
        let node = ground.start("all");
        let door = Door::new(&ground, &node).await;
        door.bodies().await;
        door.queries().await;
        door.paths_and_sizes().await;
        door.credentials().await;
        door.sign_in_and_links(&ground).await;
        door.files().await;
        door.nothing_has_changed().await;
        door.good_beside_bad().await;
        node.stop();
    });
}

struct Door {
    guest: Client,
    owner: Furnished,
    neighbour: Furnished,
    operations: Vec<Operation>,
    before: [BTreeMap<String, Value>; 2],
}

impl Door {
    async fn new(ground: &Ground, node: &Process) -> Self {
        let guest = node.client();
        let owner = Furnished::new(sign_up(ground, node, "ada@example.com").await, &ground.mail()).await;
        let neighbour =
            Furnished::new(sign_up(ground, node, "eve@neighbour.example").await, &ground.mail()).await;
        let operations = operations(&guest.get("/openapi.json").await.expect(200));
        let before = [owner.state(&operations, "").await, neighbour.state(&operations, "").await];
        Self { guest, owner, neighbour, operations, before }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.owner.client.request(method, path).header("idempotency-key", Uuid::new_v4().to_string())
    }

    fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.request(Method::POST, path).json(body)
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.owner.client.request(Method::GET, path)
    }

    /// The refusal has the contract's shape, and what the domain lists is as it was.
    async fn refused(&self, what: &str, request: RequestBuilder, status: u16, code: &str) -> Told {
        let (http, request) = request.build_split();
        let request = request.unwrap();
        let domain: String = request.url().path().split_inclusive('/').take(4).collect();
        let request = RequestBuilder::from_parts(http, request);
        let told = self.guest.try_send(request).await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert_eq!(told.status.as_u16(), status, "{what}: {told:?}");
        assert_eq!(told.headers["content-type"], "application/problem+json", "{what}: {told:?}");
        let problem = told.json();
        assert_eq!(
            (&problem["code"], &problem["status"]),
            (&json!(code), &json!(status)),
            "{what}: {problem}"
        );
        assert_eq!(told.headers["x-request-id"], problem["request_id"].as_str().unwrap(), "{what}");
        assert_eq!(problem["type"], format!("/problems/{code}"), "{what}");
        for text in ["title", "detail", "instance"] {
            assert!(problem[text].as_str().is_some_and(|text| !text.is_empty()), "{what}: {text}: {problem}");
        }
        for (list, listed) in self.owner.state(&self.operations, &domain).await {
            assert_eq!(listed, self.before[0][&list], "{what} changed {list}");
        }
        told
    }

    async fn nothing_has_changed(&self) {
        for (tenant, before) in [&self.owner, &self.neighbour].into_iter().zip(&self.before) {
            assert_eq!(&tenant.state(&self.operations, "").await, before);
        }
    }
}

fn run_of(upload: &str) -> Value {
    let mapping = json!({ "sku": { "column": "sku" }, "name": { "column": "name" } });
    json!({ "upload_id": upload, "target": "inventory.items", "mode": "apply", "mapping": mapping })
}
