//! Nodes that share the domains between them: what one publishes reaches the subscribers of the other.

use crate::house::{self, Ground};
use crate::tenant::sign_up;
use serde_json::json;
use testkit::{Backend, eventually};

#[test]
fn two_nodes_with_half_the_domains_each_are_one_house() {
    let Some(backend) = Backend::postgres() else { return };
    house::run(async {
        let mut ground = Ground::new(&backend).await;
        ground.set("INSULA_NODE__DOMAINS", "billing,inventory");
        let selling = ground.start("all");
        ground.set("INSULA_NODE__DOMAINS", "users,workflow,notifications,reports,imports");
        let rest = ground.start("all");
        let owner = sign_up(&ground, &rest, "ada@example.com").await;
        let at_selling = owner.at(&selling.url);
        at_selling.post("/billing/customers", json!({ "name": "Babbage & Co" })).await.expect(201);
        eventually("billing's change is in the log of users", async || {
            let log = owner.get("/users/audit-entries").await.expect(200);
            log.to_string().contains("billing.customer.create").then_some(())
        })
        .await;
        selling.stop();
        rest.stop();
    });
}

/// A newcomer's first failure: it says what was wrong and what to do, and nothing else goes wrong on the way.
#[test]
fn an_address_in_use_is_said_in_plain_words() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_insula"))
        .env_clear()
        .env("INSULA_HTTP__ADDRESS", &address)
        .env("INSULA_DATA__FOLDER", folder.path())
        .current_dir(folder.path())
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains(&format!("cannot listen on {address}")) && told.contains("what to do"), "{told}");
    assert!(!told.contains("panicked"), "{told}");
}
