//! The audit log at a collector: in order, in batches, again until it is taken, signed, and to nowhere inside.

use crate::collector::{Collector, SILENCE, Sent};
use crate::house::{House, Person};
use chrono::Duration;
use data::AuditEntry;
use jobs::{JobFailure, Parcel, Running};
use kernel::id::MessageId;
use kernel::{Actor, PermissionSet};
use module::Resealed;
use outbound::{Lookup, Outbound, Settings as OutboundSettings};
use secrets::{MasterKey, Secrets};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use testkit::{Stage, both, eventually};
use uuid::Uuid;

const ADA: &str = "ada@example.com";

/// A house whose streams may go to this machine.
async fn open_house(mut stage: Stage) -> House {
    stage.outbound =
        Outbound::new(OutboundSettings { allow_private_addresses: true, ..OutboundSettings::default() });
    House::new(stage).await
}

/// The jobs that carry streams, as the runtime would run them.
#[derive(Default)]
struct Workers {
    done: BTreeSet<MessageId>,
}

impl Workers {
    /// Each as often as it wants to at once; how long the others are put off.
    async fn run(&mut self, house: &House) -> Vec<std::time::Duration> {
        let mut waits = Vec::new();
        for (message, ..) in house.messages("users.deliver_audit_stream").await {
            while !self.done.contains(&message) {
                match run(house, message).await {
                    Ok(()) => {
                        self.done.insert(message);
                    }
                    Err(JobFailure::Snooze(wait)) if wait.is_zero() => {}
                    Err(JobFailure::Snooze(wait)) => {
                        waits.push(wait);
                        break;
                    }
                    Err(failure) => panic!("{failure}"),
                }
            }
        }
        waits
    }

    /// The same, and none is put off.
    async fn settle(&mut self, house: &House) {
        let waits = self.run(house).await;
        assert!(waits.is_empty(), "put off by {waits:?}");
    }
}

async fn run(house: &House, message: MessageId) -> Result<(), JobFailure> {
    let jobs = house.messages("users.deliver_audit_stream").await;
    let (_, tenant, payload) = jobs.into_iter().find(|(id, ..)| *id == message).unwrap();
    let handler =
        house.handlers.iter().find(|handler| handler.name() == "users.deliver_audit_stream").unwrap();
    let mut of = house.stage.tenant();
    of.id = tenant;
    let ctx = of.ctx_as(Actor::System { domain: "users".to_owned() }, PermissionSet::default());
    let parcel = Parcel { kind: handler.name().to_owned(), version: 1, payload };
    handler.deliver(ctx, parcel, Running::detached(message)).await
}

async fn create(house: &House, person: &Person, body: Value) -> (String, String) {
    let made = house.post("/audit-streams", Some(&person.access), body).await.is(201);
    assert_eq!(made.headers.get("cache-control").unwrap(), "no-store");
    (made.at("/id"), made.at("/secret"))
}

/// So many entries come into the log.
async fn happen(house: &House, person: &Person, action: &'static str, entries: usize) {
    let mut unit = house.databases.write(&house.ctx_of(person)).await.unwrap();
    for number in 0..entries {
        let after = Some(json!({ "number": number }));
        let resource_id = Uuid::from_u128(number as u128 + 1);
        unit.audit(AuditEntry { action, resource: "step", resource_id, before: None, after }).unwrap();
    }
    unit.commit(()).await.unwrap();
    house.deliver_audit().await;
}

async fn progress(house: &House, person: &Person, id: &str) -> Value {
    house.get(&format!("/audit-streams/{id}/progress"), &person.access).await.is(200).json()
}

both! {
    async fn the_log_arrives_in_order_and_in_batches(stage: Stage) {
        let (house, collector, mut workers) = (open_house(stage).await, Collector::start().await, Workers::default());
        let ada = house.owner(ADA).await;
        house.deliver_audit().await;
        let (id, secret) = create(&house, &ada, json!({ "url": collector.url })).await;
        happen(&house, &ada, "tests.step", 230).await;
        // One job for all of them, since none has run yet.
        assert_eq!(house.messages("users.deliver_audit_stream").await.len(), 1);
        let before = progress(&house, &ada, &id).await;
        assert_eq!((before["state"].as_str(), before["lag"].as_i64()), (Some("active"), Some(231)), "{before}");
        workers.settle(&house).await;
        let sent = collector.take();
        let leaves: Vec<Vec<i64>> = sent.iter().map(Sent::leaves).collect();
        assert_eq!(leaves.iter().map(Vec::len).collect::<Vec<_>>(), [100, 100, 31]);
        let first = leaves[0][0];
        assert_eq!(leaves.concat(), (first..first + 231).collect::<Vec<_>>());
        let numbers = sent.iter().flat_map(Sent::entries).filter(|entry| entry["action"] == "tests.step");
        let numbers: Vec<_> = numbers.map(|entry| entry["after"]["number"].as_u64().unwrap()).collect();
        assert_eq!(numbers, (0..230).collect::<Vec<_>>());
        for sent in &sent {
            assert!(sent.is_signed_by(&secret), "{}", sent.signature);
            assert_eq!(sent.id, format!("{id}_{}", sent.leaves()[0]));
            assert_eq!(sent.timestamp.parse::<i64>().unwrap(), house.stage.clock.now().timestamp());
            assert_eq!(sent.json()["type"], "audit.entries");
        }
        // As the list shows it.
        let streamed = sent[0].entries().remove(0);
        let listed = house.get("/audit-entries?action=users.audit_stream.create", &ada.access).await.is(200).json();
        for (name, value) in listed["data"][0].as_object().unwrap() {
            assert_eq!(&streamed[name], value, "{name}");
        }
        let after = progress(&house, &ada, &id).await;
        assert_eq!((after["lag"].as_i64(), after["delivered_leaf_index"].as_i64()), (Some(0), Some(first + 230)), "{after}");
        // The next entry wakes it again.
        happen(&house, &ada, "tests.step", 1).await;
        workers.settle(&house).await;
        let sent = collector.take();
        assert_eq!(sent.iter().map(Sent::leaves).collect::<Vec<_>>(), [[first + 231]]);
    }
}

both! {
    async fn what_is_not_taken_is_sent_again_as_it_was(stage: Stage) {
        let (house, collector, mut workers) = (open_house(stage).await, Collector::start().await, Workers::default());
        let ada = house.owner(ADA).await;
        house.deliver_audit().await;
        let (id, _) = create(&house, &ada, json!({ "url": collector.url })).await;
        collector.answers(&[
            "HTTP/1.1 500 Internal Server Error\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 503 Service Unavailable\r\nretry-after: 600\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
        ]);
        happen(&house, &ada, "tests.first", 2).await;
        let [wait] = workers.run(&house).await[..] else { panic!("it is put off") };
        assert!((5..=10).contains(&wait.as_secs()), "{wait:?}");
        let first = collector.take().remove(0);
        let failing = progress(&house, &ada, &id).await;
        assert_eq!((&failing["state"], &failing["failures"]), (&json!("failing"), &json!(1)), "{failing}");
        assert!(failing["last_error"].as_str().unwrap().contains("500"), "{failing}");
        // Not before its time, and what happens meanwhile starts no other job.
        happen(&house, &ada, "tests.second", 1).await;
        assert_eq!(workers.run(&house).await.len(), 1);
        assert_eq!((collector.take().len(), house.messages("users.deliver_audit_stream").await.len()), (0, 1));

        house.stage.clock.advance(Duration::seconds(10));
        let [wait] = workers.run(&house).await[..] else { panic!("it is put off") };
        assert!((595..=600).contains(&wait.as_secs()), "the collector asked for it: {wait:?}");
        house.stage.clock.advance(Duration::seconds(600));
        assert_eq!(workers.run(&house).await.len(), 1, "a redirect is not followed");
        house.stage.clock.advance(Duration::seconds(60));
        workers.settle(&house).await;
        let sent = collector.take();
        assert_eq!(sent.len(), 4, "three tries more, and what came meanwhile");
        for again in &sent[..3] {
            assert!((&again.id, &again.body) == (&first.id, &first.body), "{} {}", again.id, first.id);
            assert_ne!(again.timestamp, first.timestamp);
        }
        assert_eq!(sent[3].leaves()[0], first.leaves().last().unwrap() + 1);
        let healed = progress(&house, &ada, &id).await;
        assert_eq!((&healed["state"], &healed["failures"], &healed["last_error"]), (&json!("active"), &json!(0), &Value::Null));
    }
}

both! {
    async fn who_is_killed_between_answer_and_cursor_sends_it_once_more(stage: Stage) {
        let (house, collector) = (open_house(stage).await, Collector::start().await);
        let ada = house.owner(ADA).await;
        house.deliver_audit().await;
        let (id, _) = create(&house, &ada, json!({ "url": collector.url })).await;
        happen(&house, &ada, "tests.step", 1).await;
        let message = house.messages("users.deliver_audit_stream").await[0].0;
        collector.answers(&[SILENCE]);
        tokio::select! {
            ended = run(&house, message) => panic!("{ended:?}"),
            () = eventually("it is sent", async || (!collector.sent.lock().unwrap().is_empty()).then_some(())) => {}
        }
        // Killed there. Another job leaves the turn to it.
        let resume = format!("/audit-streams/{id}/resume");
        house.post(&resume, Some(&ada.access), json!({})).await.is(200);
        let other = house.messages("users.deliver_audit_stream").await[1].0;
        run(&house, other).await.unwrap();
        assert_eq!(collector.take().len(), 1);
        happen(&house, &ada, "tests.step", 1).await;
        run(&house, message).await.unwrap();
        let sent = collector.take();
        assert_eq!(sent.len(), 2, "the same batch, then what came meanwhile");
        assert_eq!(sent[1].leaves()[0], sent[0].leaves().last().unwrap() + 1);
        assert_eq!(progress(&house, &ada, &id).await["lag"], 0);
    }
}

both! {
    async fn a_collector_that_is_gone_or_fails_for_days_is_left_alone(stage: Stage) {
        let (house, collector, mut workers) = (open_house(stage).await, Collector::start().await, Workers::default());
        let ada = house.owner(ADA).await;
        house.deliver_audit().await;
        let (id, _) = create(&house, &ada, json!({ "url": collector.url })).await;
        let path = format!("/audit-streams/{id}");
        let paused = async |person: &Person| {
            let shown = house.get(&path, &person.access).await.is(200);
            (shown.at("/state"), shown.at("/paused_because"))
        };
        collector.answers(&["HTTP/1.1 410 Gone\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"]);
        happen(&house, &ada, "tests.step", 1).await;
        workers.settle(&house).await;
        assert_eq!(paused(&ada).await, ("paused".to_owned(), "gone".to_owned()));
        assert!(progress(&house, &ada, &id).await["last_error"].as_str().unwrap().contains("410"));
        let mails = house.messages("tests.stream_paused").await;
        let told: Value = serde_json::from_str(&mails[0].2).unwrap();
        assert_eq!((mails.len(), &told["email"], &told["gone"]), (1, &json!(ADA), &json!(true)), "{told}");
        assert_eq!(told["collector"], "127.0.0.1", "the host alone");
        let first = collector.take().remove(0);
        // Nothing goes out, and the log tells why.
        happen(&house, &ada, "tests.step", 1).await;
        workers.settle(&house).await;
        assert_eq!(collector.take().len(), 0);
        let told = house.get("/audit-entries?action=users.audit_stream.pause", &ada.access).await.is(200);
        assert_eq!((told.at("/data/0/after/paused_because"), told.at("/data/0/actor/kind")), ("gone".to_owned(), "system".to_owned()));

        house.post(&format!("{path}/resume"), Some(&ada.access), json!({})).await.is(200);
        workers.settle(&house).await;
        let sent = collector.take();
        assert_eq!(sent[0].id, first.id, "from where it was");
        assert_eq!(progress(&house, &ada, &id).await["state"], "active");

        let broken = "HTTP/1.1 500 Internal Server Error\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        collector.answers(&[broken, broken]);
        happen(&house, &ada, "tests.step", 1).await;
        assert_eq!(workers.run(&house).await.len(), 1);
        house.stage.clock.advance(Duration::days(3));
        workers.settle(&house).await;
        let ada = house.enter(ADA).await;
        assert_eq!(paused(&ada).await, ("paused".to_owned(), "failed".to_owned()));
    }
}

both! {
    async fn of_a_stream_whose_maker_has_left_the_owners_are_told(stage: Stage) {
        let (house, collector, mut workers) = (open_house(stage).await, Collector::start().await, Workers::default());
        let ada = house.owner(ADA).await;
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "admin" })).await;
        let (id, _) = create(&house, &bob, json!({ "url": collector.url })).await;
        let remove = format!("/members/{}/remove", bob.membership);
        house.post(&remove, Some(&ada.access), json!({})).await.is(200);
        collector.answers(&["HTTP/1.1 410 Gone\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"]);
        happen(&house, &ada, "tests.step", 1).await;
        workers.settle(&house).await;
        assert_eq!(progress(&house, &ada, &id).await["state"], "paused");
        let mails = house.messages("tests.stream_paused").await;
        let told: Value = serde_json::from_str(&mails[0].2).unwrap();
        assert_eq!((mails.len(), &told["email"]), (1, &json!(ADA)), "{told}");
    }
}

both! {
    async fn while_a_rotation_lasts_both_secrets_sign(stage: Stage) {
        let (house, collector, mut workers) = (open_house(stage).await, Collector::start().await, Workers::default());
        let ada = house.owner(ADA).await;
        house.deliver_audit().await;
        let (id, old) = create(&house, &ada, json!({ "url": collector.url })).await;
        let rotate = format!("/audit-streams/{id}/rotate");
        let new = house.post(&rotate, Some(&ada.access), json!({ "overlap_minutes": 5 })).await.is(200).at("/secret");
        assert_ne!(old, new);
        happen(&house, &ada, "tests.step", 1).await;
        workers.run(&house).await;
        let sent = collector.take().remove(0);
        assert!(sent.is_signed_by(&old) && sent.is_signed_by(&new), "{}", sent.signature);
        house.stage.clock.advance(Duration::minutes(5));
        happen(&house, &ada, "tests.step", 1).await;
        workers.run(&house).await;
        let sent = collector.take().remove(0);
        assert!(!sent.is_signed_by(&old) && sent.is_signed_by(&new), "{}", sent.signature);
        let shown = house.get(&format!("/audit-streams/{id}"), &ada.access).await.is(200);
        assert!(!shown.text.contains("whsec_"), "{}", shown.text);
        house.post(&rotate, Some(&ada.access), json!({ "overlap_minutes": 10_081 })).await.problem(422, "invalid");
    }
}

both! {
    async fn a_stream_is_of_its_tenant_alone(stage: Stage) {
        let (house, collector, mut workers) = (open_house(stage).await, Collector::start().await, Workers::default());
        let (ada, bob) = (house.owner(ADA).await, house.owner("bob@example.com").await);
        house.deliver_audit().await;
        let (id, _) = create(&house, &ada, json!({ "url": collector.url, "action_prefix": "tests." })).await;
        let path = format!("/audit-streams/{id}");
        house.get(&path, &bob.access).await.problem(404, "users.audit_stream_not_found");
        house.get(&format!("{path}/progress"), &bob.access).await.is(404);
        house.delete(&path, &bob.access).await.is(404);
        happen(&house, &bob, "tests.of_bob", 3).await;
        happen(&house, &ada, "users.passed_over", 150).await;
        happen(&house, &ada, "tests.of_ada", 2).await;
        workers.settle(&house).await;
        let sent = collector.take();
        let actions: Vec<_> = sent.iter().flat_map(Sent::entries).map(|entry| entry["action"].clone()).collect();
        assert_eq!(actions, ["tests.of_ada", "tests.of_ada"]);
        assert_eq!(progress(&house, &ada, &id).await["lag"], 0);
        // A tenant that is suspended sends nothing.
        let reason = json!({ "reason": "Unpaid" });
        let suspend = format!("/tenants/{}/suspend", ada.tenant);
        let operator = house.operator().await;
        happen(&house, &ada, "tests.of_ada", 1).await;
        house.platform(actix_web::http::Method::POST, &suspend, Some(&operator), &[], Some(reason)).await.is(200);
        workers.settle(&house).await;
        assert_eq!(collector.take().len(), 0);
    }
}

/// Each name leads to this machine.
struct Here;

#[async_trait::async_trait]
impl Lookup for Here {
    async fn lookup(&self, _: &str) -> std::io::Result<Vec<IpAddr>> {
        Ok(vec![IpAddr::from([127, 0, 0, 1])])
    }
}

both! {
    async fn nothing_is_sent_inside(stage: Stage) {
        let mut stage = stage;
        stage.outbound = Outbound::with_lookup(OutboundSettings::default(), Arc::new(Here));
        let (house, collector, mut workers) = (House::new(stage).await, Collector::start().await, Workers::default());
        let ada = house.owner(ADA).await;
        house.deliver_audit().await;
        for url in [
            "https://127.0.0.1/", "https://10.0.0.7/", "https://169.254.169.254/", "https://[::1]/", "https://2130706433/",
            "http://collector.example/", collector.url.as_str(), "https://ada:secret@collector.example/", "nonsense",
        ] {
            let refused = house.post("/audit-streams", Some(&ada.access), json!({ "url": url })).await;
            let refused = refused.problem(422, "invalid");
            assert_eq!(refused.at("/errors/0/pointer"), "/url", "{url}");
        }
        let named = format!("https://collector.example:{}/audit", collector.port);
        let (id, _) = create(&house, &ada, json!({ "url": named })).await;
        happen(&house, &ada, "tests.step", 1).await;
        assert_eq!(workers.run(&house).await.len(), 1);
        let failing = progress(&house, &ada, &id).await;
        assert!(failing["last_error"].as_str().unwrap().contains("not public"), "{failing}");
        let test = format!("/audit-streams/{id}/test");
        let tested = house.post(&test, Some(&ada.access), json!({})).await.is(200);
        assert_eq!((tested.at("/taken"), tested.at("/status")), ("false".to_owned(), "null".to_owned()));
        assert_eq!(collector.take().len(), 0, "nobody connected");
    }
}

both! {
    async fn a_stream_is_made_tried_changed_and_ended(stage: Stage) {
        let (house, collector, mut workers) = (open_house(stage).await, Collector::start().await, Workers::default());
        let ada = house.owner(ADA).await;
        house.deliver_audit().await;
        let body = || json!({ "url": collector.url });
        let key = house.post("/api-keys", Some(&ada.access), json!({ "name": "k", "role": "owner" })).await.is(201);
        house.post("/audit-streams", Some(&key.at("/secret")), body()).await.problem(403, "users.session_required");
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "member" })).await;
        house.post("/audit-streams", Some(&bob.access), body()).await.is(403);
        house.get("/audit-streams", &bob.access).await.is(403);
        house.deliver_audit().await;

        // From the beginning of the log.
        let (id, secret) = create(&house, &ada, json!({ "url": collector.url, "from_leaf_index": 0 })).await;
        let too_far = json!({ "url": collector.url, "from_leaf_index": 1_000_000 });
        house.post("/audit-streams", Some(&ada.access), too_far).await.problem(422, "invalid");
        workers.run(&house).await;
        assert_eq!(collector.take().remove(0).leaves()[0], 0);
        let path = format!("/audit-streams/{id}");

        collector.answers(&["HTTP/1.1 418 I'm a teapot\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"]);
        for (taken, status) in [("false", "418"), ("true", "204")] {
            let tested = house.post(&format!("{path}/test"), Some(&ada.access), json!({})).await.is(200);
            assert_eq!((tested.at("/taken"), tested.at("/status")), (taken.to_owned(), status.to_owned()));
        }
        let tried = collector.take();
        assert!(tried.iter().all(|sent| sent.is_signed_by(&secret) && sent.json()["type"] == "audit.test"));

        house.post(&format!("{path}/pause"), Some(&ada.access), json!({})).await.is(200);
        happen(&house, &ada, "tests.paused", 1).await;
        workers.run(&house).await;
        assert_eq!(collector.take().len(), 0);
        let changed = house.patch(&path, &ada.access, "*", json!({ "action_prefix": "tests." })).await.is(200);
        assert_eq!((changed.at("/action_prefix"), changed.at("/paused_because")), ("tests.".into(), "asked".into()));
        house.patch(&path, &ada.access, "*", json!({ "action_prefix": "Tests %" })).await.problem(422, "invalid");
        house.patch(&path, &ada.access, "\"1\"", json!({ "action_prefix": null })).await.is(412);
        house.post(&format!("{path}/resume"), Some(&ada.access), json!({})).await.is(200);
        workers.run(&house).await;
        let actions: Vec<_> = collector.take().iter().flat_map(Sent::entries).map(|entry| entry["action"].clone()).collect();
        assert_eq!(actions, ["tests.paused"]);

        house.stage.clock.advance(Duration::minutes(16));
        for (to, body) in [("", body()), ("/rotate", json!({}))] {
            let to = if to.is_empty() { "/audit-streams".to_owned() } else { format!("{path}{to}") };
            house.post(&to, Some(&ada.access), body).await.problem(403, "users.fresh_credential_needed");
        }
        house.delete(&path, &ada.access).await.problem(403, "users.fresh_credential_needed");
        let ada = house.enter(ADA).await;
        for _ in 1..10 {
            create(&house, &ada, body()).await;
        }
        house.post("/audit-streams", Some(&ada.access), body()).await.problem(409, "users.too_many_audit_streams");
        house.delete(&path, &ada.access).await.is(204);
        house.get(&path, &ada.access).await.is(404);
        create(&house, &ada, body()).await;
    }
}

both! {
    async fn its_secrets_are_sealed_anew(stage: Stage) {
        let mut stage = stage;
        let (old, new) = (MasterKey::generate(), MasterKey::generate());
        stage.secrets = Secrets::new(&old);
        let (house, collector) = (open_house(stage).await, Collector::start().await);
        let ada = house.owner(ADA).await;
        house.deliver_audit().await;
        let (id, before) = create(&house, &ada, json!({ "url": collector.url })).await;
        let rotate = format!("/audit-streams/{id}/rotate");
        let now = house.post(&rotate, Some(&ada.access), json!({})).await.is(200).at("/secret");

        let mut stage = house.stage;
        stage.secrets = Secrets::rotated(&new, std::slice::from_ref(&old));
        let house = House::new(stage).await;
        let sealed = house.sealed.iter().find(|sealed| sealed.what() == "secrets of audit streams").unwrap();
        for (anew, already) in [(1, 0), (0, 1)] {
            let done = sealed.reseal(&house.stage.visitor()).await.unwrap();
            assert_eq!(done, Resealed { anew, already, unreadable: 0 });
        }
        // The former key is taken away.
        let mut stage = house.stage;
        stage.secrets = Secrets::new(&new);
        let house = House::new(stage).await;
        happen(&house, &ada, "tests.step", 1).await;
        Workers::default().settle(&house).await;
        let sent = collector.take().remove(0);
        assert!(sent.is_signed_by(&before) && sent.is_signed_by(&now), "{}", sent.signature);
    }
}
