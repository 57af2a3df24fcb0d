//! Lists end, go on by cursor, and take no cursor that is not theirs.

use crate::client::{call, client};
use serde_json::Value;

#[actix_web::test]
async fn pages_follow_each_other() {
    let client = client().await;
    for number in 0..5 {
        client.item("owner", &format!("Item {number}"), number).await;
    }
    client.item("neighbour", "Item 0", 3).await;
    let mut names = Vec::new();
    let mut path = "/items?limit=2&min_stock=1".to_owned();
    loop {
        let page = client.send(call(&format!("GET {path}")).by("reader")).await.json();
        names.extend(page["data"].as_array().unwrap().iter().map(|item| item["name"].clone()));
        match &page["next_cursor"] {
            Value::Null => break,
            cursor => path = format!("/items?limit=2&min_stock=1&cursor={}", cursor.as_str().unwrap()),
        }
    }
    assert_eq!(names, ["Item 1", "Item 2", "Item 3", "Item 4"]);
}

#[actix_web::test]
async fn a_cursor_is_its_tenants_alone_and_cannot_be_made() {
    let client = client().await;
    for owner in ["owner", "neighbour"] {
        client.item(owner, "One", 1).await;
        client.item(owner, "Two", 1).await;
    }
    let page = client.send(call("GET /items?limit=1").by("owner")).await.json();
    let cursor = page["next_cursor"].as_str().unwrap();
    let go_on = |who: &str, cursor: &str| call(&format!("GET /items?cursor={cursor}")).by(who);
    assert_eq!(client.send(go_on("owner", cursor)).await.status, 200);
    assert_eq!(client.send(go_on("neighbour", cursor)).await.code(), "invalid_cursor");
    let forged = format!("{}A", &cursor[..cursor.len() - 1]);
    let longer = format!("{cursor}AA");
    for forged in [forged.as_str(), longer.as_str(), ""] {
        assert_eq!(client.send(go_on("owner", forged)).await.code(), "invalid_cursor", "{forged}");
    }
}
