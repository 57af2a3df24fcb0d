//! An export of the audit log, verified offline by the very command, as it was and tampered with in each way.

use crate::client::Client;
use crate::house::{self, Ground};
use crate::tenant::{id, sign_up, until};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use testkit::{Backend, eventually};

const RENAMES: usize = 12;

#[test]
fn an_export_is_verified_offline_on_sqlite() {
    house::run(check(Backend::Sqlite));
}

#[test]
fn an_export_is_verified_offline_on_postgres() {
    if let Some(backend) = Backend::postgres() {
        house::run(check(backend));
    }
}

async fn check(backend: Backend) {
    let ground = Ground::new(&backend).await;
    let node = ground.start("all");
    let ada = sign_up(&ground, &node, "ada@example.com").await;
    rename(&ada, 0).await;
    let earlier = ada.get("/users/audit-log/checkpoint").await.expect(200);
    rename(&ada, 1).await;
    let export = ada.post("/users/audit-exports", json!({})).await.expect(202);
    let path = format!("/users/audit-exports/{}", id(&export));
    let export = until(&ada, &path, "the export is done", |export| export["state"] == "done").await;
    let content = ada.get(&format!("{path}/content")).await;
    assert_eq!(content.status, 200, "{content:?}");
    let bob = sign_up(&ground, &node, "bob@example.com").await;
    let theirs = bob.get("/users/audit-log/checkpoint").await.expect(200);
    node.stop();

    let folder = ground.folder.path();
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    write("log.ndjson", &content.text);
    write("earlier.jws", earlier["checkpoint"].as_str().unwrap());
    write("theirs.json", &theirs.to_string());
    let key = earlier["key_id"].as_str().unwrap();
    let told = verify(folder, &["log.ndjson", "--checkpoint", "earlier.jws", "--key", key]);
    let text = String::from_utf8(told.stdout.clone()).unwrap();
    assert!(told.status.success(), "{told:?}");
    for expected in [
        format!("the export holds: {} entries", export["tree_size"]),
        format!("signed by the key {key}, as expected"),
        format!("its first {} entries are those of the earlier checkpoint", earlier["tree_size"]),
    ] {
        assert!(text.contains(&expected), "{expected}: {text}");
    }

    let lines: Vec<String> = content.text.lines().map(str::to_owned).collect();
    let spoil = |line: &str| line.replace("\"request_id\":\"", "\"request_id\":\"x");
    let tampered = |name: &str, expected: &str, tamper: &dyn Fn(&mut Vec<String>)| {
        let mut lines = lines.clone();
        tamper(&mut lines);
        write(name, &(lines.join("\n") + "\n"));
        refused(folder, &[name], expected);
    };
    tampered("changed", "line 5: the entry of leaf 2 was changed", &|lines| lines[4] = spoil(&lines[4]));
    tampered("missing", "line 5: an entry is missing: that of leaf 2", &|lines| drop(lines.remove(4)));
    tampered("inserted", "line 5: an entry was inserted before leaf 2", &|lines| {
        lines.insert(4, spoil(&lines[4]));
    });
    tampered(
        "reordered",
        "line 6: entries were reordered: that of leaf 2 stands behind that of leaf 3",
        &|lines| {
            lines.swap(4, 5);
        },
    );
    tampered("truncated", "the log was truncated", &|lines| drop(lines.pop()));
    refused(folder, &["log.ndjson", "--checkpoint", "theirs.json"], "another tenant's");
    refused(
        folder,
        &["log.ndjson", "--key", "another"],
        &format!("signed by the key {key}, and not by another"),
    );
    for (arguments, expected) in [
        (["nowhere.ndjson"], "nowhere.ndjson cannot be read"),
        (["earlier.jws"], "no export of an audit log"),
    ] {
        let told = verify(folder, &arguments);
        let text = String::from_utf8_lossy(&told.stderr);
        assert!(told.status.code() == Some(1) && text.contains(expected), "{told:?}");
    }
}

/// So often, and all of it is in the log.
async fn rename(ada: &Client, round: usize) {
    for number in 0..RENAMES {
        ada.patch("/users/tenant", "*", json!({ "name": format!("Engines {round} {number}") }))
            .await
            .expect(200);
    }
    eventually("the changes are in the log", async || {
        let path = "/users/audit-entries?limit=100&action=users.tenant.rename";
        let found: Value = ada.get(path).await.expect(200);
        (found["data"].as_array().unwrap().len() == RENAMES * (round + 1)).then_some(())
    })
    .await;
}

/// Without configuration and database.
fn verify(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_insula"));
    command.args(["audit", "verify"]).args(arguments).env_clear().current_dir(folder).output().unwrap()
}

/// In one clear line, and with what to do.
fn refused(folder: &Path, arguments: &[&str], expected: &str) {
    let told = verify(folder, arguments);
    let text = String::from_utf8_lossy(&told.stdout);
    assert_eq!(told.status.code(), Some(1), "{arguments:?}: {told:?}");
    assert!(text.lines().count() == 1 && text.contains(expected), "{arguments:?}: {expected}: {text}");
    let remedy = String::from_utf8_lossy(&told.stderr);
    assert!(remedy.contains("what to do: fetch the same export once more"), "{arguments:?}: {remedy}");
}
