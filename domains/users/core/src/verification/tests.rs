//! Exports that were tampered with, and what is said of each.

use super::*;
use crate::domain::AuditEntryId;
use crate::domain::access_token::{self, Jwk, thumbprint};
use crate::domain::audit_export::{self, DetailLine};
use crate::domain::audit_leaf::AuditLeaf;
use crate::domain::checkpoint::Checkpoint;
use kernel::TenantId;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::json;
use uuid::Uuid;

const SALT: [u8; 32] = [7; 32];
const ISSUER: &str = "http://insula.test";

fn pair(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn key(pair: &Ed25519KeyPair) -> String {
    thumbprint(pair.public_key().as_ref())
}

fn tenant(number: u128) -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(number))
}

/// The detail of every tenth entry was erased.
fn entry(number: u64) -> (Value, Option<DetailLine>) {
    let text = format!("{{\"after\":{number}}}");
    let actor = json!({ "kind": "user", "id": Uuid::from_u128(5) });
    let sealed = audit_detail::seal(&SALT, &text);
    let leaf = AuditLeaf {
        id: AuditEntryId::from_uuid(Uuid::from_u128(number.into())),
        tenant: tenant(1),
        action: "billing.invoice.finalize",
        resource: "invoice",
        resource_id: Uuid::from_u128(6),
        actor: &actor,
        impersonator: None,
        request_id: "r",
        happened_at: "2026-01-15T12:00:00Z".parse().unwrap(),
        detail_hash: Some(&sealed),
    };
    (leaf.value(), (number % 10 != 9).then(|| DetailLine::new(&SALT, text)))
}

fn hashes(count: u64) -> Vec<Hash> {
    (0..count).map(|number| audit_leaf::hash(&entry(number).0)).collect()
}

fn signed(pair: &Ed25519KeyPair, tenant: TenantId, leaves: &[Hash]) -> String {
    let checkpoint = Checkpoint {
        iss: ISSUER.to_owned(),
        tenant,
        tree_size: leaves.len() as u64,
        root_hash: hex::written(&Frontier::of(leaves).root()),
        iat: 1_768_478_400,
    };
    let payload = serde_json::to_value(checkpoint).unwrap();
    access_token::sign_statement(pair, checkpoint::TYPE, &payload).unwrap()
}

/// The lines of an export of so many entries, of which leaf n is in line n + 3 up to the 256th.
fn export(count: u64) -> Vec<String> {
    let leaves = hashes(count);
    let checkpoint = signed(&pair(1), tenant(1), &leaves);
    let keys = [Jwk::of(pair(1).public_key().as_ref())];
    let mut lines = vec![audit_export::head(tenant(1), count, &checkpoint, &keys)];
    let stretches: Vec<&[Hash]> = leaves.chunks(256).collect();
    let roots: Vec<Hash> = stretches.iter().map(|leaves| Frontier::of(leaves).root()).collect();
    for (number, leaves) in stretches.iter().enumerate() {
        let spans = merkle::inclusion(number as u64, roots.len() as u64).unwrap();
        let root = |span: &merkle::Span| {
            let nodes = span.nodes().into_iter().map(|node| node.root_in(&roots).unwrap());
            merkle::folded(&nodes.collect::<Vec<_>>())
        };
        let path: Vec<Hash> = spans.iter().map(root).collect();
        lines.push(audit_export::tile(number as u64, leaves, &path));
        for at in 0..leaves.len() as u64 {
            let leaf = number as u64 * 256 + at;
            let (entry, detail) = entry(leaf);
            lines.push(audit_export::entry(leaf, &entry, detail.as_ref()));
        }
    }
    lines
}

fn verify(lines: &[String], trust: &AuditTrust) -> AuditReport {
    verify_audit_export(lines.concat().as_bytes(), trust).unwrap()
}

/// Tampered with so, the export of 600 entries is told to be.
fn check(tamper: impl FnOnce(&mut Vec<String>), expected: &str) {
    let mut lines = export(600);
    tamper(&mut lines);
    let report = verify(&lines, &AuditTrust::default());
    let told: Vec<String> = report.faults.iter().map(ToString::to_string).collect();
    assert!(told.len() == 1 && told[0].contains(expected) && !report.holds(), "{expected}: {told:#?}");
}

#[test]
fn what_was_exported_holds() {
    for count in [0, 1, 2, 255, 256, 257, 512, 600, 1_025] {
        let lines = export(count);
        let trust = AuditTrust { earlier: None, key: Some(key(&pair(1))) };
        let report = verify(&lines, &trust);
        assert!(report.holds(), "{count}: {report}");
        assert_eq!((report.tree_size, report.erased, report.unsealed), (count, count / 10, 0));
        // The last line may have lost its end.
        let text = lines.concat();
        let report = verify_audit_export(text.trim_end().as_bytes(), &trust).unwrap();
        assert!(report.holds(), "{count}: {report}");
    }
    let told = verify(&export(600), &AuditTrust::default()).to_string();
    assert!(told.contains("the export holds: 600 entries"), "{told}");
    assert!(told.contains(&key(&pair(1))) && told.contains("60 entries were erased"), "{told}");
}

#[test]
fn a_changed_entry_is_found() {
    let change = |lines: &mut Vec<String>| lines[12] = lines[12].replace("finalize", "cancel");
    check(change, "line 13: the entry of leaf 10 was changed");
    let change = |lines: &mut Vec<String>| {
        let last = lines.len() - 1;
        lines[last] = lines[last].replace("finalize", "cancel");
    };
    check(change, "the entry of leaf 599 was changed");
    check(|lines| lines[12] = "{}\n".to_owned(), "line 13: the entry of leaf 10 was changed");
    check(|lines| lines[12] = "nonsense\n".to_owned(), "line 13: the entry of leaf 10 was changed");
    // Two readers may read it in two ways.
    let twice = |lines: &mut Vec<String>| {
        lines[12] = lines[12].replace("\"action\":", "\"action\":\"billing.invoice.cancel\",\"action\":");
    };
    check(twice, "line 13 is not written as an export writes it");
    let twice = |lines: &mut Vec<String>| lines[0] = lines[0].replacen('{', "{\"tree_size\":500,", 1);
    check(twice, "line 1 is not written as an export writes it");
    let spaced = |lines: &mut Vec<String>| lines[1] = lines[1].replace("\"tile\":0", "\"tile\": 0");
    check(spaced, "line 2 is not written as an export writes it");
    check(
        |lines| lines[12] = lines[12].replace("\"leaf_index\":10", "\"leaf_index\":11"),
        "says that it is leaf 11",
    );
}

#[test]
fn a_missing_entry_is_found() {
    check(|lines| drop(lines.remove(12)), "line 13: an entry is missing: that of leaf 10");
    check(|lines| drop(lines.drain(300..305)), "entries are missing: those of leaves 297 to 301");
    check(|lines| drop(lines.drain(258..515)), "entries are missing: those of leaves 256 to 511");
}

#[test]
fn an_inserted_entry_is_found() {
    let (entry, detail) = entry(7_000);
    let line = audit_export::entry(10, &entry, detail.as_ref());
    check(|lines| lines.insert(12, line), "line 13: an entry was inserted before leaf 10");
    check(|lines| lines.insert(12, lines[11].clone()), "line 13: an entry was inserted: leaf 9 stands");
    let (entry, detail) = super::tests::entry(7_001);
    let line = audit_export::entry(600, &entry, detail.as_ref());
    check(|lines| lines.push(line), "an entry was inserted before leaf 600");
}

#[test]
fn reordered_entries_are_found() {
    check(
        |lines| lines.swap(12, 13),
        "line 14: entries were reordered: that of leaf 10 stands behind that of leaf 11",
    );
    let mut lines = export(600);
    lines.swap(12, 300);
    let report = verify(&lines, &AuditTrust::default());
    let told = report.to_string();
    assert!(told.lines().count() == 2 && told.lines().all(|line| line.contains("reordered")), "{told}");
}

#[test]
fn a_truncated_log_is_found() {
    check(
        |lines| drop(lines.pop()),
        "line 604: the log was truncated: the checkpoint has 600 entries, and from leaf 599",
    );
    check(
        |lines| lines.truncate(400),
        "line 401: the log was truncated: the checkpoint has 600 entries, and from leaf 397",
    );
    check(
        |lines| lines.truncate(258),
        "line 259: the log was truncated: the checkpoint has 600 entries, and from leaf 256",
    );
    check(
        |lines| lines.truncate(1),
        "line 2: the log was truncated: the checkpoint has 600 entries, and from leaf 0",
    );
    let shorter =
        |lines: &mut Vec<String>| lines[0] = lines[0].replace("\"tree_size\":600", "\"tree_size\":500");
    check(shorter, "it has 600 entries, and the export says 500");
}

/// Whoever changes an entry may change the hashes beside it.
#[test]
fn a_proof_that_was_made_to_fit_is_found() {
    let changed = |lines: &mut Vec<String>| {
        let before = hex::written(&hashes(11)[10]);
        lines[12] = lines[12].replace("finalize", "cancel");
        let line: EntryLine = serde_json::from_str(&lines[12]).unwrap();
        lines[1] = lines[1].replace(&before, &hex::written(&audit_leaf::hash(&line.entry)));
    };
    check(changed, "line 2: the proof of leaves 0 to 255 does not lead to the checkpoint");
    let mut lines = export(600);
    lines[1] = lines[1].replace("\"tile\":0", "\"tile\":9");
    assert_eq!(verify(&lines, &AuditTrust::default()).faults[0], Fault::NotATile { line: 2, says: 9 });
    // Without the proofs the entries must still make the root.
    let mut lines = export(200);
    lines.remove(1);
    assert!(verify(&lines, &AuditTrust::default()).holds());
    let numbered = lines.clone();
    lines[11] = lines[11].replace("finalize", "cancel");
    assert_eq!(verify(&lines, &AuditTrust::default()).faults, [Fault::Root]);
    // Nor do they say anywhere else that they are others.
    let mut lines = numbered;
    lines[11] = lines[11].replace("\"leaf_index\":10", "\"leaf_index\":99");
    let misnumbered = Fault::Misnumbered { line: 12, leaf: 10, says: 99 };
    assert_eq!(verify(&lines, &AuditTrust::default()).faults, [misnumbered]);
}

#[test]
fn a_changed_detail_is_found() {
    check(
        |lines| lines[12] = lines[12].replace("{\\\"after\\\":10}", "{\\\"after\\\":11}"),
        "line 13: the detail of leaf 10 was changed",
    );
    // By the hash alone the salt could take what it likes of the text, and an empty one were left.
    let swallowed = |lines: &mut Vec<String>| {
        let salt = [&SALT[..], &b"{\"after\":10}"[..]].concat();
        lines[12] = audit_export::entry(10, &entry(10).0, Some(&DetailLine::new(&salt, String::new())));
    };
    check(swallowed, "line 13: the detail of leaf 10 was changed");
    let mut lines = export(600);
    lines[12] = audit_export::entry(10, &entry(10).0, None);
    let report = verify(&lines, &AuditTrust::default());
    assert!(report.holds() && report.erased == 61, "an erased one is told, and no fault: {report}");
}

#[test]
fn a_forged_checkpoint_is_found() {
    let resigned = |lines: &mut Vec<String>, with: &str| {
        let head: Value = serde_json::from_str(&lines[0]).unwrap();
        lines[0] = lines[0].replace(head["checkpoint"].as_str().unwrap(), with);
    };
    let good = signed(&pair(1), tenant(1), &hashes(600));
    let (message, _) = good.rsplit_once('.').unwrap();
    let other = signed(&pair(2), tenant(1), &hashes(600));
    let forged = format!("{message}.{}", other.rsplit_once('.').unwrap().1);
    check(|lines| resigned(lines, &forged), "the checkpoint is forged");
    check(|lines| resigned(lines, "nonsense"), "the checkpoint is forged");
    let theirs = signed(&pair(1), tenant(2), &hashes(600));
    check(|lines| resigned(lines, &theirs), "the checkpoint is another tenant's");

    // By another key it is good in itself; who knows the right one is not taken in.
    let mut lines = export(600);
    resigned(&mut lines, &other);
    assert!(verify(&lines, &AuditTrust::default()).holds());
    let trust = AuditTrust { earlier: None, key: Some(key(&pair(1))) };
    let faults = [Fault::AnotherKey { signed: key(&pair(2)), wanted: key(&pair(1)) }];
    assert_eq!(verify(&lines, &trust).faults, faults);
    // Nor by keys that were forged into the file.
    let keys = [Jwk::of(pair(2).public_key().as_ref())];
    lines[0] = audit_export::head(tenant(1), 600, &other, &keys);
    assert_eq!(verify(&lines, &trust).faults, faults);
}

#[test]
fn whose_the_key_is_is_told_as_far_as_it_is_known() {
    let lines = export(600);
    let check = |earlier: Option<u8>, known: Option<u8>, expected: &str| {
        let earlier = earlier.map(|seed| signed(&pair(seed), tenant(1), &hashes(300)));
        let report = verify(&lines, &AuditTrust { earlier, key: known.map(|seed| key(&pair(seed))) });
        let told = report.to_string();
        assert!(report.holds() && told.contains(&format!("{}, {expected}", key(&pair(1)))), "{told}");
    };
    check(None, None, "and nothing here tells whose that is");
    check(Some(9), None, "and nothing here tells whose that is");
    check(Some(1), None, "which signed the earlier checkpoint too");
    check(Some(9), Some(1), "as expected");
}

/// Whoever has a checkpoint signed over another's entries has no log of this tenant's.
#[test]
fn entries_of_another_tenant_are_found() {
    let mut lines = export(2);
    let checkpoint = signed(&pair(1), tenant(2), &hashes(2));
    lines[0] = audit_export::head(tenant(2), 2, &checkpoint, &[]);
    let report = verify(&lines, &AuditTrust::default());
    let told: Vec<String> = report.faults.iter().map(ToString::to_string).collect();
    let is_told = told.len() == 2 && told[0].contains("line 3") && told[0].contains("another tenant's log");
    assert!(is_told, "{told:#?}");
}

#[test]
fn an_earlier_checkpoint_is_compared() {
    let lines = export(600);
    let with = |earlier: String| verify(&lines, &AuditTrust { earlier: Some(earlier), key: None });
    for count in [0, 1, 256, 300, 600] {
        // Its key may have been followed by another since.
        let earlier = signed(&pair(9), tenant(1), &hashes(count));
        for text in [format!("{earlier}\n"), json!({ "checkpoint": earlier, "tree_size": count }).to_string()]
        {
            let report = with(text);
            assert!(report.holds() && report.grown_from == Some(count), "{count}: {report}");
        }
    }
    let mut rewritten = hashes(300);
    rewritten[7] = [1; 32];
    let earlier = signed(&pair(1), tenant(1), &rewritten);
    assert_eq!(with(earlier).faults, [Fault::EarlierDiffers { size: 300 }]);
    let later = signed(&pair(1), tenant(1), &hashes(700));
    assert_eq!(with(later).faults, [Fault::EarlierIsLarger { earlier: 700, size: 600 }]);
    assert_eq!(with(signed(&pair(1), tenant(2), &hashes(300))).faults, [Fault::EarlierOfAnother]);
    assert_eq!(with("nonsense".to_owned()).faults, [Fault::Earlier]);
}

#[test]
fn what_is_no_export_is_told_so() {
    for text in ["", "{}", "nonsense", "{\"format\":\"insula-audit-export/2\"}"] {
        let told = verify_audit_export(text.as_bytes(), &AuditTrust::default());
        assert!(matches!(told, Err(VerifyError::NotAnExport)), "{text}");
    }
    let endless = io::BufReader::new(io::repeat(b'x'));
    let told = verify_audit_export(endless, &AuditTrust::default());
    assert!(matches!(told, Err(VerifyError::LineTooLong(1))));
}
