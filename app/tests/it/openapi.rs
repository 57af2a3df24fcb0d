//! The published document: its golden file, and what every operation says of itself.

use crate::document::{Operation, all};
use crate::house::Ground;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use testkit::Backend;

/// All that anybody may call without a credential. A new one is a decision: add it here with the change that makes it.
const PUBLIC: [&str; 13] = [
    "users_confirm_email_change",
    "users_accept_invitation",
    "users_sign_in_with_passkey",
    "users_begin_passkey_sign_in",
    "users_request_password_reset",
    "users_reset_password",
    "users_show_personal_data",
    "users_refresh_session",
    "users_sign_in",
    "users_sign_up",
    "users_discover_sso",
    "users_exchange_sso",
    "users_verify_email",
];

#[test]
fn the_document_is_the_committed_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/openapi.json");
    let printed = printed();
    let committed = || std::fs::read_to_string(&path).unwrap_or_default();
    if committed() != printed {
        let said = compare(&printed);
        assert!(
            committed() == printed,
            "the API is not the one of tests/golden/openapi.json. If the change is meant and only adds, run this with \
             UPDATE_SNAPSHOTS=1 and commit the file:\n{said}"
        );
    }
    assert_eq!(printed, self::printed(), "the order is not stable");
}

#[test]
fn every_operation_says_what_it_is() {
    let document: Value = serde_json::from_str(&printed()).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
    let operations = all(&document);
    assert!(operations.len() > 40, "only {} operations", operations.len());
    let tags = texts(&document["tags"], "name");
    let faults: Vec<String> =
        operations.iter().flat_map(|operation| faults(&document, operation, &tags)).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    let ids: BTreeSet<_> = operations.iter().map(|operation| &operation.id).collect();
    assert_eq!(ids.len(), operations.len(), "two operations have one operationId");
    let public = operations.iter().filter(|operation| operation.told.get("x-public").is_some());
    let public: Vec<_> = public.map(|operation| operation.id.as_str()).collect();
    assert_eq!(public, PUBLIC);
}

#[test]
fn a_node_serves_the_same_and_shows_it() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let node = Ground::new(&Backend::Sqlite).await.start("api");
        let client = node.client();
        let served = client.get("/api/v1/openapi.json").await;
        assert_eq!(served.headers["content-type"], "application/json");
        let etag = served.headers["etag"].clone();
        assert_eq!(served.expect(200), serde_json::from_str::<Value>(&printed()).unwrap());
        let again =
            client.request(reqwest::Method::GET, "/api/v1/openapi.json").header("if-none-match", etag);
        client.try_send(again).await.unwrap().expect(304);
        for path in ["/docs", "/docs/"] {
            let page = client.get(path).await;
            assert_eq!(page.status.as_u16(), 200, "{path}: {page:?}");
            assert!(page.text.contains("swagger-ui"), "{path}: {}", page.text);
        }
        let script = client.get("/docs/swagger-initializer.js").await;
        assert!(script.text.contains("/api/v1/openapi.json"), "{}", script.text);
        node.stop();
    });
}

fn printed() -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_insula")).arg("openapi").env_clear().output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What the gate says of the document. With UPDATE_SNAPSHOTS it writes the committed file, unless a caller is broken.
fn compare(printed: &str) -> String {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(printed.as_bytes()).unwrap();
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["run", "--quiet", "--package", "xtask", "--", "compat", "openapi"]).arg(file.path());
    let output = command.output().unwrap();
    format!("{}\n{}", output.status, String::from_utf8_lossy(&output.stderr))
}

fn texts<'a>(list: &'a Value, name: &str) -> BTreeSet<&'a str> {
    list.as_array().unwrap().iter().map(|entry| entry[name].as_str().unwrap()).collect()
}

fn faults(document: &Value, operation: &Operation, tags: &BTreeSet<&str>) -> Vec<String> {
    let Operation { method, path, told, .. } = operation;
    let text = |name: &str| told[name].as_str().is_some_and(|text| !text.trim().is_empty());
    let own_tags = told["tags"].as_array().cloned().unwrap_or_default();
    let known = own_tags.iter().all(|tag| tag.as_str().is_some_and(|tag| tags.contains(tag)));
    let responses = told["responses"].as_object().unwrap();
    let succeeds = responses.keys().filter(|status| status.starts_with('2')).count() > 0;
    let bodies = responses.iter().all(|(status, response)| tells_its_body(document, status, response));
    let permission = text("x-permission") && told["security"] != Value::Array(Vec::new());
    let of_operators = told["x-permission"].as_str().is_some_and(|name| name.starts_with("platform."));
    let errors = ["400", "429", "500", "503"].iter().all(|status| responses.contains_key(*status));
    let null = told["parameters"].to_string().contains("\"null\"");
    let answers = operation.successes().filter_map(|status| json_of(&responses[status]));
    let examples = operation.json_body().into_iter().chain(answers).all(|it| has_example(document, it));
    [
        (!text("summary"), "has no summary"),
        (!text("operationId"), "has no operationId"),
        (own_tags.is_empty() || !known, "has no tag of the document"),
        (!succeeds, "has no success"),
        (!bodies, "has a response whose body has no schema, or a 204 with one"),
        (
            permission == text("x-public"),
            "has not one of x-permission (with security) and x-public (a reason)",
        ),
        (
            of_operators != operation.is_for_operators(),
            "is for operators by its path or by its permission, and not by both",
        ),
        (!errors, "lacks an error that every operation has"),
        (null, "has a parameter that may be null, which none can be"),
        (
            !examples,
            "has JSON without an example that is whole: `#[schema(example = json!({…}))]` on its DTO",
        ),
    ]
    .into_iter()
    .filter(|(wrong, _)| *wrong)
    .map(|(_, what)| format!("{method} {path} {what}"))
    .collect()
}

fn tells_its_body(document: &Value, status: &str, response: &Value) -> bool {
    let contents = resolved(document, response)["content"].as_object().cloned().unwrap_or_default();
    if ["204", "304"].contains(&status) {
        return contents.is_empty();
    }
    !contents.is_empty() && contents.values().all(|content| content["schema"].is_object())
}

fn json_of(response: &Value) -> Option<&Value> {
    response.pointer("/content/application~1json/schema")
}

/// A list shows what its entries are.
fn has_example(document: &Value, schema: &Value) -> bool {
    let schema = resolved(document, schema);
    if let Some(entry) = schema.pointer("/properties/data/items") {
        return has_example(document, entry);
    }
    let Some(example) = schema["example"].as_object() else { return false };
    let parts: Vec<&Value> = match schema["allOf"].as_array() {
        Some(parts) => parts.iter().map(|part| resolved(document, part)).collect(),
        None => vec![schema],
    };
    let named = parts.iter().flat_map(|part| part["properties"].as_object().into_iter().flatten());
    let named: BTreeSet<&String> = named.map(|(name, _)| name).collect();
    let mut required = parts.iter().flat_map(|part| part["required"].as_array().into_iter().flatten());
    required.all(|name| example.contains_key(name.as_str().unwrap()))
        && example.keys().all(|name| named.contains(name))
}

fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null),
        None => value,
    }
}
