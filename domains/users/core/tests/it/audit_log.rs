//! The audit log proves itself: its tree, proofs and checkpoints, its search, and its exports.

use crate::house::{House, Person, Reply};
use actix_web::http::Method;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use data::sql;
use futures::future::join_all;
use jobs::{JobFailure, Parcel, Running};
use kernel::id::{MessageId, PLATFORM};
use kernel::{Actor, Ctx, PermissionSet};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use testkit::{Stage, both};
use users::{AuditTrust, verify_audit_export};
use uuid::Uuid;

const ADA: &str = "ada@example.com";

type Hash = [u8; 32];

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}

fn unhex(text: &str) -> Hash {
    let bytes = (0..32).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap());
    bytes.collect::<Vec<_>>().try_into().unwrap()
}

/// As RFC 6962 defines it.
fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [one] => *one,
        many => {
            let (left, right) = many.split_at(1 << (many.len() - 1).ilog2());
            Sha256::new()
                .chain_update([1])
                .chain_update(root(left))
                .chain_update(root(right))
                .finalize()
                .into()
        }
    }
}

async fn run(house: &House, name: &str, ctx: Ctx, payload: Value) -> Result<(), JobFailure> {
    let handler = house.handlers.iter().find(|handler| handler.name() == name).unwrap();
    let parcel = Parcel { kind: name.to_owned(), version: 1, payload: payload.to_string() };
    let message = MessageId::new(house.stage.clock.now());
    handler.deliver(ctx, parcel, Running::detached(message)).await
}

async fn seal(house: &House) {
    let mut nobody = house.stage.tenant();
    nobody.id = PLATFORM;
    let system = Actor::System { domain: "users".to_owned() };
    let ctx = nobody.ctx_as(system, PermissionSet::default());
    run(house, "users.seal_audit_entries", ctx, json!({})).await.unwrap();
}

async fn rename(house: &House, ada: &Person, name: &str) {
    let body = json!({ "name": name });
    house.call(Method::PATCH, "/tenant", Some(&ada.access), &[("if-match", "*")], Some(body)).await.is(200);
}

async fn log(house: &House, person: &Person, query: &str) -> Vec<Value> {
    let path = format!("/audit-entries?limit=100&sort=created_at{query}");
    house.get(&path, &person.access).await.is(200).json()["data"].as_array().cloned().unwrap()
}

async fn checkpoint(house: &House, person: &Person) -> Reply {
    house.get("/audit-log/checkpoint", &person.access).await.is(200)
}

/// By their places in the tree.
async fn leaves(house: &House, person: &Person) -> Vec<Hash> {
    let mut leaves = Vec::new();
    for entry in log(house, person, "").await {
        let path = format!("/audit-entries/{}/inclusion-proof", entry["id"].as_str().unwrap());
        let proof = house.get(&path, &person.access).await.is(200);
        let leaf = unhex(&proof.at("/leaf_hash"));
        let data = proof.at("/leaf_data");
        assert_eq!(leaf, <Hash>::from(Sha256::new().chain_update([0]).chain_update(&data).finalize()));
        assert!(
            data.contains(entry["id"].as_str().unwrap()) && data.contains(entry["action"].as_str().unwrap())
        );
        leaves.push((proof.json()["leaf_index"].as_u64().unwrap(), leaf));
    }
    leaves.sort_unstable();
    let places: Vec<u64> = leaves.iter().map(|(place, _)| *place).collect();
    assert_eq!(places, (0..leaves.len() as u64).collect::<Vec<_>>());
    leaves.into_iter().map(|(_, leaf)| leaf).collect()
}

/// Ada has done this much, and all of it is in the log.
async fn busy(house: &House, renames: usize) -> Person {
    let ada = house.owner(ADA).await;
    for number in 0..renames {
        rename(house, &ada, &format!("Engines {number}")).await;
    }
    assert!(house.deliver_audit().await.iter().all(Result::is_ok));
    ada
}

both! {
    async fn every_entry_is_in_the_tree_that_the_checkpoint_signs(stage: Stage) {
        let house = House::new(stage).await;
        let ada = busy(&house, 10).await;
        let leaves = leaves(&house, &ada).await;
        let signed = checkpoint(&house, &ada).await;
        assert_eq!(signed.json()["tree_size"], leaves.len());
        assert_eq!(signed.at("/root_hash"), hex(&root(&leaves)));
        assert_eq!(signed.at("/tenant"), ada.tenant.to_string());
        assert_eq!(checkpoint(&house, &ada).await.text, signed.text, "until the log grows");

        let text = signed.at("/checkpoint");
        let parts: Vec<Value> = text.split('.').take(2).map(|part| {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
        }).collect();
        assert_eq!((&parts[0]["typ"], &parts[0]["kid"]), (&json!("audit-checkpoint+jwt"), &signed.json()["key_id"]));
        assert_eq!(parts[1]["root_hash"], signed.json()["root_hash"]);
        let keys = house.send(actix_web::test::TestRequest::with_uri("/.well-known/jwks.json")).await.json();
        assert_eq!((&keys["keys"][0]["kid"], &keys["keys"][0]["x"]), (&parts[0]["kid"], &parts[0]["jwk"]["x"]));
        house.get("/me", &text).await.problem(401, "unauthenticated");

        // Of each smaller tree as well.
        for size in 1..=leaves.len() {
            let path = format!("/audit-log/consistency-proof?from={size}");
            let proof = house.get(&path, &ada.access).await.is(200);
            assert_eq!(proof.at("/from_root_hash"), hex(&root(&leaves[..size])), "{size}");
            assert_eq!(proof.at("/to_root_hash"), hex(&root(&leaves)));
            assert_eq!(proof.json()["hashes"] == json!([]), size == leaves.len(), "{}", proof.text);
        }
        let first = house.get("/audit-log/consistency-proof?to=3", &ada.access).await.is(200);
        assert_eq!((first.at("/from_root_hash"), first.at("/to_root_hash")), (hex(&leaves[0]), hex(&root(&leaves[..3]))));

        // RFC 6962, 2.1.3: of a tree of seven leaves.
        let told = |parts: &[[u8; 32]]| json!(parts.iter().map(|hash| hex(hash)).collect::<Vec<_>>());
        let proof = house.get("/audit-log/consistency-proof?from=3&to=7", &ada.access).await.is(200);
        let expected = told(&[leaves[2], leaves[3], root(&leaves[..2]), root(&leaves[4..7])]);
        assert_eq!(proof.json()["hashes"], expected);
        let mut looked_at = 0;
        for entry in log(&house, &ada, "").await {
            let path = format!("/audit-entries/{}/inclusion-proof", entry["id"].as_str().unwrap());
            if house.get(&path, &ada.access).await.is(200).json()["leaf_index"] != 0 { continue }
            let proof = house.get(&format!("{path}?tree_size=7"), &ada.access).await.is(200);
            let expected = told(&[leaves[1], root(&leaves[2..4]), root(&leaves[4..7])]);
            assert_eq!((&proof.json()["hashes"], proof.at("/root_hash")), (&expected, hex(&root(&leaves[..7]))));
            looked_at += 1;
        }
        assert_eq!(looked_at, 1, "the first leaf is an entry of the log");
    }
}

both! {
    async fn what_cannot_be_proved_is_told(stage: Stage) {
        let house = House::new(stage).await;
        let ada = busy(&house, 1).await;
        let bob = house.owner("bob@example.com").await;
        house.deliver_audit().await;
        let entries = log(&house, &ada, "").await;
        let size = entries.len();
        let last = entries[size - 1]["id"].as_str().unwrap();
        let get = async |path: String| house.get(&path, &ada.access).await;
        let of = |query: &str| format!("/audit-entries/{last}/inclusion-proof{query}");
        get(of(&format!("?tree_size={}", size + 1))).await.problem(422, "users.audit_tree_smaller");
        get(of("?tree_size=0")).await.problem(409, "users.audit_entry_not_in_tree");
        get(of("?tree_size=x")).await.problem(400, "invalid_parameter");
        let unknown = format!("/audit-entries/{}", Uuid::from_u128(9));
        for path in [unknown.clone(), format!("{unknown}/inclusion-proof")] {
            get(path).await.problem(404, "users.audit_entry_not_found");
        }
        for path in [format!("/audit-entries/{last}"), of("")] {
            house.get(&path, &bob.access).await.problem(404, "users.audit_entry_not_found");
        }
        let shown = get(format!("/audit-entries/{last}")).await.is(200);
        assert_eq!(shown.json(), entries[size - 1]);
        let proof = |query: String| format!("/audit-log/consistency-proof{query}");
        get(proof("?from=0".to_owned())).await.problem(422, "users.audit_sizes_reversed");
        get(proof("?from=2&to=1".to_owned())).await.problem(422, "users.audit_sizes_reversed");
        get(proof(format!("?to={}", size + 1))).await.problem(422, "users.audit_tree_smaller");
    }
}

both! {
    async fn of_many_at_once_each_gets_a_leaf_of_its_own(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        for number in 0..20 {
            rename(&house, &ada, &format!("Engines {number}")).await;
        }
        let append = house.handlers.iter().find(|handler| handler.name() == "users.append_audit_entry").unwrap();
        let messages = house.messages("users.append_audit_entry").await;
        let delivered = messages.into_iter().map(|(message, tenant, payload)| {
            let mut of = house.stage.tenant();
            of.id = tenant;
            let parcel = Parcel { kind: "audit.entry".to_owned(), version: 1, payload };
            append.deliver(of.delivery("users", "users.append_audit_entry", message), parcel, Running::detached(message))
        });
        assert!(join_all(delivered).await.iter().all(Result::is_ok));
        let leaves = leaves(&house, &ada).await;
        assert!(leaves.len() > 20);
        assert_eq!(checkpoint(&house, &ada).await.at("/root_hash"), hex(&root(&leaves)));
    }
}

/// As nodes of the version before write them.
async fn write_unsealed(house: &House, ada: &Person, count: u128) {
    let entry = sql!(
        "INSERT INTO audit_entries (tenant_id, public_id, action, resource, resource_id, actor, request_id, happened_at, \
         created_at, detail_hash) SELECT tenant_id, $2, 'tests.old.write', 'x', resource_id, actor, request_id, \
         happened_at, created_at, detail_hash FROM audit_entries AS e WHERE e.tenant_id = $1 ORDER BY e.id LIMIT 1"
    );
    let unit = house.databases.write(&house.ctx_of(ada)).await.unwrap();
    for at in 0..count {
        assert_eq!(unit.sql(entry).bind(Uuid::from_u128((1 << 100) + at)).exec().await.unwrap(), 1);
    }
    unit.commit(()).await.unwrap();
}

both! {
    async fn entries_without_a_leaf_get_theirs(stage: Stage) {
        let house = House::new(stage).await;
        let ada = busy(&house, 1).await;
        let before = checkpoint(&house, &ada).await;
        write_unsealed(&house, &ada, 3).await;
        let id = Uuid::from_u128(1 << 100);
        let path = format!("/audit-entries/{id}/inclusion-proof");
        house.get(&path, &ada.access).await.problem(409, "users.audit_entry_unsealed");
        assert_eq!(checkpoint(&house, &ada).await.text, before.text);
        seal(&house).await;
        house.get(&path, &ada.access).await.is(200);
        let leaves = leaves(&house, &ada).await;
        let after = checkpoint(&house, &ada).await;
        assert_eq!(after.at("/root_hash"), hex(&root(&leaves)));
        assert_eq!(after.json()["tree_size"], before.json()["tree_size"].as_u64().unwrap() + 3);
        seal(&house).await;
        assert_eq!(checkpoint(&house, &ada).await.text, after.text, "once");
        // A ledger: nobody takes a leaf away or puts another in its place.
        for refused in [
            sql!("UPDATE audit_leaves SET leaf_index = 7 WHERE tenant_id = $1"),
            sql!("DELETE FROM audit_leaves WHERE tenant_id = $1"),
        ] {
            house.meddle(&ada, refused, None).await.unwrap_err();
        }
    }
}

both! {
    async fn a_log_from_before_is_taken_up_in_stretches(stage: Stage) {
        let house = House::new(stage).await;
        let ada = busy(&house, 1).await;
        let before = checkpoint(&house, &ada).await.json()["tree_size"].as_u64().unwrap();
        write_unsealed(&house, &ada, 2_300).await;
        // As if they had been there before the trigger that notes them, save one that is in both.
        let noted = sql!("DELETE FROM audit_unsealed WHERE tenant_id = $1 AND public_id <> $2");
        house.meddle(&ada, noted, Some(Uuid::from_u128((1 << 100) + 1_500))).await.unwrap();
        let backlog = sql!(
            "INSERT INTO audit_backlogs (tenant_id, public_id, created_at) SELECT tenant_id, public_id, created_at \
             FROM audit_entries WHERE tenant_id = $1 ORDER BY public_id LIMIT 1"
        );
        assert_eq!(house.meddle(&ada, backlog, None).await.unwrap(), 1);
        // By two nodes at once.
        join_all([seal(&house), seal(&house)]).await;
        let after = checkpoint(&house, &ada).await.json()["tree_size"].as_u64().unwrap();
        assert_eq!(after, before + 2_300, "each once");
        for done in [
            sql!("DELETE FROM audit_backlogs WHERE tenant_id = $1"),
            sql!("DELETE FROM audit_unsealed WHERE tenant_id = $1"),
        ] {
            assert_eq!(house.meddle(&ada, done, None).await.unwrap(), 0, "{done:?}");
        }
        let (_, content) = exported(&house, &ada).await;
        let report = verify_audit_export(content.as_bytes(), &AuditTrust::default()).unwrap();
        assert!(report.holds(), "{report}");
    }
}

async fn exported(house: &House, ada: &Person) -> (Reply, String) {
    let asked = house.post("/audit-exports", Some(&ada.access), json!({})).await.is(202);
    let id = asked.at("/id");
    run(house, "users.export_audit_log", house.ctx_of(ada), json!({ "export": id })).await.unwrap();
    let shown = house.get(&format!("/audit-exports/{id}"), &ada.access).await.is(200);
    let content = house.get(&format!("/audit-exports/{id}/content"), &ada.access).await.is(200);
    assert_eq!(content.headers.get("content-type").unwrap(), "application/x-ndjson");
    (shown, content.text)
}

both! {
    async fn a_long_log_is_proved_and_exported(stage: Stage) {
        let house = House::new(stage).await;
        let ada = busy(&house, 2).await;
        let earlier = checkpoint(&house, &ada).await;
        write_unsealed(&house, &ada, 1_300).await;
        let (shown, content) = exported(&house, &ada).await;
        let size = shown.json()["tree_size"].as_u64().unwrap();
        let expected = earlier.json()["tree_size"].as_u64().unwrap() + 1_300;
        assert!(size >= expected, "what waited is sealed first: {size}, {expected}");
        assert_eq!((shown.at("/state"), shown.json()["rows"].as_u64()), ("done".into(), Some(size)));
        assert_eq!(shown.json()["size_bytes"], content.len());
        assert_eq!(shown.at("/sha256"), hex(&Sha256::digest(&content)));
        let trust = AuditTrust { earlier: Some(earlier.at("/checkpoint")), key: Some(earlier.at("/key_id")) };
        let report = verify_audit_export(content.as_bytes(), &trust).unwrap();
        assert!(report.holds(), "{report}");
        for (from, to) in [(1, size), (256, size), (257, 1_024), (1_023, size - 1)] {
            let path = format!("/audit-log/consistency-proof?from={from}&to={to}");
            house.get(&path, &ada.access).await.is(200);
        }
        let path = format!("/audit-entries/{}/inclusion-proof", Uuid::from_u128((1 << 100) + 700));
        house.get(&path, &ada.access).await.is(200);
    }
}

both! {
    async fn an_export_tells_of_what_was_erased_and_goes_after_a_week(stage: Stage) {
        let house = House::new(stage).await;
        let ada = busy(&house, 2).await;
        let waiting = house.post("/audit-exports", Some(&ada.access), json!({})).await.is(202);
        assert_eq!((waiting.at("/state"), waiting.at("/rows")), ("queued".into(), "0".into()));
        let content = format!("/audit-exports/{}/content", waiting.at("/id"));
        house.get(&content, &ada.access).await.problem(409, "users.audit_export_not_done");

        let (whole, text) = exported(&house, &ada).await;
        assert!(text.contains("Engines 1"));
        house.erase(json!({ "person": ada.user }), &ada).await;
        house.deliver_audit().await;
        let (_, erased) = exported(&house, &ada).await;
        assert!(!erased.contains("Engines 1"));
        let earlier = text.lines().next().map(|head| serde_json::from_str::<Value>(head).unwrap()).unwrap();
        let earlier = earlier["checkpoint"].as_str().map(str::to_owned);
        let report = verify_audit_export(erased.as_bytes(), &AuditTrust { earlier, key: None }).unwrap();
        assert!(report.holds() && report.to_string().contains("were erased"), "{report}");

        let listed = house.get("/audit-exports", &ada.access).await.is(200);
        assert_eq!(listed.json()["data"].as_array().unwrap().len(), 3);
        let bob = house.owner("bob@example.com").await;
        let path = format!("/audit-exports/{}", whole.at("/id"));
        house.get(&path, &bob.access).await.problem(404, "users.audit_export_not_found");
        house.stage.clock.advance(Duration::days(7));
        house.clean_up().await;
        let ada = house.enter(ADA).await;
        for path in [path.clone(), format!("{path}/content")] {
            house.get(&path, &ada.access).await.problem(404, "users.audit_export_not_found");
        }
        assert_eq!(house.get("/audit-exports", &ada.access).await.is(200).json()["data"], json!([]));
    }
}

both! {
    async fn an_export_that_is_given_up_says_so(stage: Stage) {
        let house = House::new(stage).await;
        let ada = busy(&house, 1).await;
        let id = house.post("/audit-exports", Some(&ada.access), json!({})).await.is(202).at("/id");
        let own = json!({ "id": id });
        house.post("/audit-exports", Some(&ada.access), own).await.problem(409, "users.audit_export_exists");
        run(&house, "users.end_audit_export", house.ctx_of(&ada), json!({ "export": id })).await.unwrap();
        let shown = house.get(&format!("/audit-exports/{id}"), &ada.access).await.is(200);
        assert_eq!(shown.at("/state"), "failed");
        assert!(shown.at("/failure_detail").contains("given up"));
        // Whoever comes late writes nothing any more.
        run(&house, "users.export_audit_log", house.ctx_of(&ada), json!({ "export": id })).await.unwrap();
        assert_eq!(house.get(&format!("/audit-exports/{id}"), &ada.access).await.is(200).at("/state"), "failed");
        house.deliver_audit().await;
        let steps = log(&house, &ada, "&action=users.audit_export.").await;
        let steps: Vec<_> = steps.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
        assert_eq!(steps, ["users.audit_export.create", "users.audit_export.fail"]);
    }
}

both! {
    async fn the_log_is_searched(stage: Stage) {
        let house = House::new(stage).await;
        let ada = busy(&house, 2).await;
        let all = log(&house, &ada, "").await;
        let count = async |query: &str| log(&house, &ada, query).await.len();
        assert_eq!(count("&action=users.").await, all.len());
        let of_tenant = all.iter().filter(|entry| entry["action"].as_str().unwrap().starts_with("users.tenant."));
        assert_eq!(count("&action=users.tenant.").await, of_tenant.count());
        assert_eq!(count("&action=users.tenant.rename").await, 2);
        for nothing in ["&action=billing.", "&action=users.ten.", "&action=user.", "&action=users.tenant.rename.", "&action=."] {
            assert_eq!(count(nothing).await, 0, "{nothing}");
        }
        assert_eq!(count("&resource=tenant&action=users.tenant.rename").await, 2);
        assert_eq!(count("&resource=invoice").await, 0);
        let request = all[all.len() - 1]["request_id"].as_str().unwrap();
        assert_eq!(count(&format!("&request_id={request}")).await, 1);
        assert_eq!(count("&impersonator=operator").await, 0);
        house.get("/audit-entries?impersonator=colleague", &ada.access).await.is(400);

        house.stage.clock.advance(Duration::hours(3));
        let ada = house.enter(ADA).await;
        rename(&house, &ada, "Later").await;
        house.stage.clock.advance(Duration::days(5));
        let ada = house.enter(ADA).await;
        house.deliver_audit().await;
        let renames = async |query: &str| log(&house, &ada, &format!("&action=users.tenant.rename{query}")).await.len();
        let [early, late] = ["2026-01-15T12:30:00Z", "2026-01-15T15:30:00Z"];
        assert_eq!(renames(&format!("&happened_from={early}")).await, 1);
        assert_eq!(renames(&format!("&happened_to={early}")).await, 2);
        let between = format!("&happened_from={early}&happened_to={late}");
        assert_eq!(renames(&between).await, 1, "it reached the log five days late");
        assert_eq!(renames(&format!("&happened_from={late}")).await, 0);
        house.get("/audit-entries?happened_from=yesterday", &ada.access).await.is(400);
    }
}
