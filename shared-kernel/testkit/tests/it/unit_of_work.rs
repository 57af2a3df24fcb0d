//! One transaction carries the change, its messages, its answer and the record of the delivery; or nothing of it.

use crate::customer;
use data::{ActAs, AuditEntry, AuditRecorded, Databases, Error, Job, JobOptions, Subscription};
use kernel::ctx::{Idempotency, Principal, StoredResponse};
use kernel::id::MessageId;
use kernel::problem::SUPPORT_CANNOT_START_JOBS;
use kernel::{Actor, Ctx, DomainEvent, Id, PermissionSet, Problem};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use testkit::{Backend, Stage, both};

#[derive(Serialize, Deserialize)]
struct SendLetter {
    to: String,
}

impl Job for SendLetter {
    const KIND: &'static str = "billing.send_letter";
    const VERSION: u16 = 1;
}

fn audit_goes_to_users(stage: &Stage) {
    stage.subscribe(vec![Subscription {
        event: AuditRecorded::KIND,
        subscriber: "users.append_audit_entry",
        ordered: false,
    }]);
}

async fn messages(databases: &Databases) -> Vec<(String, String)> {
    let system = databases.system("a test counts messages").await.unwrap();
    let sql = format!("SELECT handler, payload FROM {} ORDER BY id", system.table("messages"));
    let rows = system.query_all(&sql, vec![]).await.unwrap();
    rows.iter()
        .map(|row| (row.try_get("", "handler").unwrap(), row.try_get("", "payload").unwrap()))
        .collect()
}

async fn customers(databases: &Databases, ctx: &Ctx) -> u64 {
    databases.read(ctx).await.unwrap().find::<customer::Entity>().count().await.unwrap()
}

both!(
    async fn state_and_messages_commit_together(stage: Stage) {
        audit_goes_to_users(&stage);
        let databases = stage.databases("billing").await;
        let ctx = stage.tenant().ctx(&[]);
        for commit in [false, true] {
            let mut unit = databases.write(&ctx).await.unwrap();
            let customer = customer::insert(&unit, &ctx, "Ada").await;
            let letter = SendLetter { to: "Ada".to_owned() };
            let once = || JobOptions { unique_key: Some("ada".to_owned()), ..JobOptions::default() };
            unit.enqueue(&letter, once()).unwrap();
            unit.enqueue(&letter, JobOptions { act_as: ActAs::System, ..once() }).unwrap();
            let entry = AuditEntry {
                action: "billing.customer.create",
                resource: "customer",
                resource_id: customer.public_id,
                before: None,
                after: Some(serde_json::json!({ "name": "Ada" })),
            };
            unit.audit(entry).unwrap();
            if commit {
                unit.commit(()).await.unwrap();
            } else {
                drop(unit);
            }
            let written = messages(&databases).await;
            let expected: &[&str] =
                if commit { &["billing.send_letter", "users.append_audit_entry"] } else { &[] };
            assert_eq!(written.iter().map(|(handler, _)| handler).collect::<Vec<_>>(), expected);
            assert_eq!(customers(&databases, &ctx).await, u64::from(commit));
        }
        let entry: AuditRecorded = serde_json::from_str(&messages(&databases).await[1].1).unwrap();
        assert_eq!((&entry.actor, entry.request_id.as_str()), (ctx.actor(), ctx.request_id()));
    }
);

both!(
    async fn who_acts_through_another_is_named_and_starts_no_job_as_them(stage: Stage) {
        audit_goes_to_users(&stage);
        let databases = stage.databases("billing").await;
        let tenant = stage.tenant();
        let operator = Actor::Operator { id: Id::new(stage.clock.now()) };
        let member = tenant.principal(Actor::User { id: tenant.owner }, PermissionSet::default());
        for impersonator in [Some(operator), None] {
            let principal = Principal { impersonator: impersonator.clone(), ..member.clone() };
            let ctx = Ctx::build(stage.visitor(), principal);
            let before = messages(&databases).await.len();
            let mut unit = databases.write(&ctx).await.unwrap();
            for act_as in [ActAs::Caller, ActAs::System] {
                let options = JobOptions { act_as, ..JobOptions::default() };
                let started = unit.enqueue(&SendLetter { to: "Ada".to_owned() }, options);
                let refused = started.map_err(|error| Problem::from(error).kind).err();
                let as_them = impersonator.is_some() && act_as == ActAs::Caller;
                let expected = as_them.then_some(SUPPORT_CANNOT_START_JOBS);
                assert_eq!(refused, expected, "{act_as:?}");
            }
            let entry = AuditEntry {
                action: "billing.customer.create",
                resource: "customer",
                resource_id: tenant.id.uuid(),
                before: None,
                after: None,
            };
            unit.audit(entry).unwrap();
            unit.commit(()).await.unwrap();
            let written = messages(&databases).await.split_off(before);
            let (entries, others): (Vec<_>, Vec<_>) =
                written.iter().partition(|(handler, _)| handler == "users.append_audit_entry");
            assert_eq!(others.len(), 2 - usize::from(impersonator.is_some()), "{written:?}");
            let entry: AuditRecorded = serde_json::from_str(&entries[0].1).unwrap();
            assert_eq!((&entry.actor, &entry.impersonator), (ctx.actor(), &impersonator));
        }
    }
);

fn keyed(ctx: &Ctx, key: &str, secret: bool) -> Ctx {
    keyed_in("billing", ctx, key, secret)
}

fn keyed_in(domain: &'static str, ctx: &Ctx, key: &str, secret: bool) -> Ctx {
    let render = move |result: &(dyn std::any::Any + Send + Sync)| {
        let name = result.downcast_ref::<String>()?;
        let headers = vec![("etag".to_owned(), "\"1\"".to_owned())];
        Some(StoredResponse { status: 201, headers, body: name.clone().into_bytes(), secret })
    };
    ctx.with_idempotency(Idempotency {
        domain,
        key: key.to_owned(),
        fingerprint: vec![1, 2, 3],
        renderer: Some(Arc::new(render)),
        held: Arc::default(),
    })
}

both!(
    async fn the_answer_commits_with_the_effect_and_is_found_again(stage: Stage) {
        let databases = stage.databases("billing").await;
        let tenant = stage.tenant();
        for (key, secret) in [("one", false), ("two", true)] {
            let ctx = keyed(&tenant.ctx(&[]), key, secret);
            assert!(databases.stored_response(&ctx).await.unwrap().is_none());
            let unit = databases.write(&ctx).await.unwrap();
            customer::insert(&unit, &ctx, key).await;
            unit.commit(format!("made {key}")).await.unwrap();
            let stored = databases.stored_response(&ctx).await.unwrap().unwrap();
            assert_eq!(stored.response.body, format!("made {key}").into_bytes());
            assert_eq!((stored.response.status, stored.fingerprint), (201, vec![1, 2, 3]));
        }
        let neighbour = keyed(&stage.tenant().ctx(&[]), "one", false);
        assert!(databases.stored_response(&neighbour).await.unwrap().is_none());
        stage.clock.advance(chrono::Duration::hours(25));
        let ctx = keyed(&tenant.ctx(&[]), "one", false);
        assert!(databases.stored_response(&ctx).await.unwrap().is_none(), "keys are kept 24 h");
        let unit = databases.write(&ctx).await.unwrap();
        unit.commit("made again".to_owned()).await.unwrap();
        let stored = databases.stored_response(&ctx).await.unwrap().unwrap();
        assert_eq!(stored.response.body, b"made again");
    }
);

async fn answered(databases: &Databases, ctx: &Ctx) -> Option<String> {
    let stored = databases.stored_response(ctx).await.unwrap()?;
    Some(String::from_utf8(stored.response.body).unwrap())
}

both!(
    async fn a_key_is_one_actors_in_one_domain(stage: Stage) {
        let (billing, users) = (stage.databases("billing").await, stage.databases("users").await);
        let tenant = stage.tenant();
        let own = keyed(&tenant.ctx(&[]), "k", false);
        let in_users = keyed_in("users", &tenant.ctx(&[]), "k", false);
        let first = billing.write(&own).await.unwrap();
        // The same key may be at work in another domain.
        let elsewhere = users.write(&in_users).await.unwrap();
        assert_eq!(elsewhere.commit("in users".to_owned()).await.unwrap(), "in users");
        first.commit("in billing".to_owned()).await.unwrap();
        // Whoever is asked on the way stores nothing: the key is the other's.
        users.write(&own).await.unwrap().commit(()).await.unwrap();
        assert_eq!(answered(&users, &own).await, None);

        let colleague = Actor::User { id: Id::new(stage.clock.now()) };
        let own_key = Actor::ApiKey { id: Id::new(stage.clock.now()), owner: tenant.owner };
        let others = [colleague, own_key].map(|actor| tenant.ctx_as(actor, PermissionSet::default()));
        let operator = Actor::Operator { id: Id::new(stage.clock.now()) };
        let through = Principal { impersonator: Some(operator), ..own.principal().clone() };
        let through = Ctx::build(own.visitor().clone(), through);
        for other in others.into_iter().chain([through]).map(|ctx| keyed(&ctx, "k", false)) {
            let name = format!("{} {:?}", other.actor(), other.principal().impersonator);
            assert_eq!(answered(&billing, &other).await, None, "{name}");
            let unit = billing.write(&other).await.unwrap();
            assert_eq!(unit.commit(name.clone()).await.unwrap(), name);
            assert_eq!(answered(&billing, &other).await, Some(name));
        }
        assert_eq!(answered(&billing, &own).await.as_deref(), Some("in billing"));
        assert_eq!(answered(&users, &in_users).await.as_deref(), Some("in users"));
    }
);

both!(
    async fn a_secret_answer_is_stored_sealed(stage: Stage) {
        let databases = stage.databases("billing").await;
        let ctx = keyed(&stage.tenant().ctx(&[]), "k", true);
        databases.write(&ctx).await.unwrap().commit("plain secret".to_owned()).await.unwrap();
        let system = databases.system("a test looks at a stored answer").await.unwrap();
        let sql = format!("SELECT body FROM {}", system.table("idempotency_keys"));
        let body: Vec<u8> = system.query_all(&sql, vec![]).await.unwrap()[0].try_get("", "body").unwrap();
        assert!(!body.windows(5).any(|part| part == b"plain"), "{body:?}");
    }
);

both!(
    async fn of_two_with_one_key_at_once_the_second_is_told_to_wait(stage: Stage) {
        let databases = stage.databases("billing").await;
        let tenant = stage.tenant();
        let [ctx, again] = [(); 2].map(|()| keyed(&tenant.ctx(&[]), "k", false));
        let first = databases.write(&ctx).await.unwrap();
        assert!(matches!(databases.write(&again).await, Err(Error::InFlight)));
        first.commit("first".to_owned()).await.unwrap();
        // One that looked before the first committed, and wrote after.
        let late = databases.write(&ctx).await.unwrap();
        customer::insert(&late, &ctx, "twice").await;
        assert!(matches!(late.commit("late".to_owned()).await, Err(Error::InFlight)));
        assert_eq!(customers(&databases, &ctx).await, 0);
    }
);

both!(
    async fn a_key_is_had_until_a_dropped_unit_is_rolled_back(stage: Stage) {
        let databases = stage.databases("billing").await;
        let tenant = stage.tenant();
        for _ in 0..50 {
            let ctx = keyed(&tenant.ctx(&[]), "k", false);
            // A second unit of the same request waits for the first by itself.
            for _ in 0..2 {
                let unit = databases.write(&ctx).await.unwrap();
                customer::insert(&unit, &ctx, "Ada").await;
                drop(unit);
            }
            // The next request comes when this one is answered.
            drop(ctx.idempotency().unwrap().held.lock().await);
        }
        assert_eq!(customers(&databases, &tenant.ctx(&[])).await, 0);
    }
);

/// On one thread nothing is rolled back before the test waits. PostgreSQL's lock is the transaction's own.
#[tokio::test]
async fn on_sqlite_nobody_has_a_key_before_a_dropped_unit_is_rolled_back() {
    let stage = Stage::new(Backend::Sqlite).await;
    let databases = stage.databases("billing").await;
    let tenant = stage.tenant();
    let [ctx, again] = [(); 2].map(|()| keyed(&tenant.ctx(&[]), "k", false));
    drop(databases.write(&ctx).await.unwrap());
    assert!(matches!(databases.write(&again).await, Err(Error::InFlight)));
    drop(ctx.idempotency().unwrap().held.lock().await);
    assert!(databases.write(&again).await.is_ok());
}

both!(
    async fn a_result_its_handler_cannot_render_commits_nothing(stage: Stage) {
        let databases = stage.databases("billing").await;
        let ctx = keyed(&stage.tenant().ctx(&[]), "k", false);
        let unit = databases.write(&ctx).await.unwrap();
        customer::insert(&unit, &ctx, "Ada").await;
        assert!(matches!(unit.commit(42u8).await, Err(Error::Internal(_))));
        assert_eq!(customers(&databases, &ctx).await, 0);
    }
);

both!(
    async fn a_message_has_one_effect_however_often_it_comes(stage: Stage) {
        let databases = stage.databases("billing").await;
        let tenant = stage.tenant();
        let message = MessageId::new(stage.clock.now());
        let deliver = || tenant.delivery("billing", "billing.count", message);
        let unit = databases.write(&deliver()).await.unwrap();
        customer::insert(&unit, &deliver(), "once").await;
        unit.commit(()).await.unwrap();
        assert!(matches!(databases.write(&deliver()).await, Err(Error::AlreadyApplied)));
        assert_eq!(customers(&databases, &deliver()).await, 1);
        // Another subscriber of the same message, and another domain's message, go their own way.
        assert!(databases.write(&tenant.delivery("billing", "billing.other", message)).await.is_ok());
        assert!(databases.write(&tenant.delivery("users", "users.count", message)).await.is_ok());
    }
);

both!(
    async fn versions_count_changes_and_conditions_decide_races(stage: Stage) {
        use sea_orm::ColumnTrait;
        let databases = stage.databases("billing").await;
        let ctx = stage.tenant().ctx(&[]);
        let unit = databases.write(&ctx).await.unwrap();
        let made = customer::insert(&unit, &ctx, "Ada").await;
        unit.commit(()).await.unwrap();
        assert_eq!(made.version, 1);
        for (expected, changed) in [(1, 1), (1, 0)] {
            let unit = databases.write(&ctx).await.unwrap();
            let update = unit.update::<customer::Entity>().set(customer::Column::Name, "Grace");
            let update = update.filter(customer::Column::PublicId.eq(made.public_id));
            let rows = update.filter(customer::Column::Version.eq(expected)).returning().await.unwrap();
            assert_eq!(rows.len(), changed, "at version {expected}");
            assert!(rows.iter().all(|row| row.version == 2 && row.name == "Grace"));
            unit.commit(()).await.unwrap();
        }
    }
);
