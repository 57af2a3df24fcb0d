//! The log of slow statements: which tenant's, how long, and what, without a value.

use super::run;
use crate::house::{Ground, Process};
use crate::tenant::sign_up;
use serde_json::{Value, json};
use testkit::{Backend, eventually};

#[test]
fn every_statement_is_logged_on_sqlite() {
    run(logged(Backend::Sqlite));
}

#[test]
fn every_statement_is_logged_on_postgres() {
    if let Some(backend) = Backend::postgres() {
        run(logged(backend));
    }
}

fn lines(node: &Process) -> Vec<Value> {
    let log = node.log();
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["target"] == "slow_statement").collect()
}

async fn logged(backend: Backend) {
    let mut ground = Ground::new(&backend).await;
    ground.set("INSULA_DATABASE__SLOW_STATEMENT_MS", "0");
    let node = ground.start("all");
    let owner = sign_up(&ground, &node, "ada@example.com").await;
    let tenant = owner.get("/users/me").await.expect(200)["tenant_id"].as_str().unwrap().to_owned();
    let item = json!({ "sku": "SKU-4711", "name": "A name that nobody else has" });
    let item = crate::tenant::id(&owner.post("/inventory/items", item).await.expect(201));
    owner.get(&format!("/inventory/items/{item}")).await.expect(200);
    let found = eventually("the insert is logged", async || {
        let insert = |line: &&Value| {
            let text = line["statement"].as_str().unwrap();
            text.contains("INSERT INTO") && text.contains("items") && line["domain"] == "inventory"
        };
        lines(&node).iter().find(insert).cloned()
    });
    let insert = found.await;
    assert_eq!((&insert["level"], &insert["tenant"]), (&json!("WARN"), &json!(tenant)), "{insert}");
    assert!(insert["ms"].as_f64().unwrap() > 0.0, "{insert}");
    let placeholder = if backend == Backend::Sqlite { "?" } else { "$1" };
    assert!(insert["statement"].as_str().unwrap().contains(placeholder), "{insert}");

    let lines = lines(&node);
    let texts: Vec<&str> = lines.iter().map(|line| line["statement"].as_str().unwrap()).collect();
    if backend == Backend::Sqlite {
        assert!(texts.contains(&"BEGIN IMMEDIATE"), "{texts:#?}");
    } else {
        assert!(texts.iter().any(|text| text.contains("SET LOCAL app.tenant_id = ?")), "{texts:#?}");
        assert!(texts.iter().any(|text| text.contains("\"insula_inventory\"")), "names are none: {texts:#?}");
    }
    assert!(texts.contains(&"COMMIT"), "{texts:#?}");
    assert!(lines.iter().any(|line| line.get("tenant").is_none()), "the system door has no tenant");
    let hex = |id: &str| id.replace('-', "");
    let values = [
        "ada@example.com",
        "Ada Lovelace",
        "SKU-4711",
        "nobody else",
        &tenant,
        &hex(&tenant),
        &item,
        &hex(&item),
    ];
    for text in texts {
        for value in values {
            assert!(!text.to_lowercase().contains(&value.to_lowercase()), "{value} in {text}");
        }
    }
    node.stop();
}

#[test]
fn what_is_fast_is_not_logged() {
    run(async {
        let (ground, node) = super::node(&[("INSULA_DATABASE__SLOW_STATEMENT_MS", "60000")]).await;
        sign_up(&ground, &node, "ada@example.com").await.get("/inventory/items").await.expect(200);
        assert_eq!(lines(&node), Vec::<Value>::new());
        node.stop();
    });
}
