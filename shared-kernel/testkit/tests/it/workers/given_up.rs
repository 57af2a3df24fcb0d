//! What follows a message that ends without its work: one job, written with the end, whoever wrote that.

use super::house::*;
use data::JobOptions;
use jobs::{Domain, Handler, JobFailure, Ledger, MessageSummary, Runtime, Setup, StartError, Status};
use kernel::Actor;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::Notify;

/// Reads what `Work` wrote.
#[derive(Serialize, Deserialize)]
struct EndWork {
    name: String,
}
impl data::Job for EndWork {
    const KIND: &'static str = "billing.end_work";
    const VERSION: u16 = 7;
    const MAX_ATTEMPTS: u32 = 2;
}

/// `Work` that is followed, and what follows it, which notes `gave up …`.
fn handlers(house: &House, end: fn(&str, usize) -> Result<(), JobFailure>) -> Vec<Handler> {
    let log = house.log.clone();
    let follow = jobs::job::<EndWork>(move |ctx, work| {
        log.note(&format!("gave up {}", work.name), &ctx);
        async { Ok(()) }
    });
    vec![house.work(end).when_given_up::<EndWork>(), follow]
}

/// The ended message and what follows it, as one reader sees them.
async fn both_rows(house: &House, status: Status) -> (MessageSummary, MessageSummary) {
    let rows = eventually(&format!("{status:?}"), async || {
        let rows = house.rows().await;
        rows.iter().any(|row| row.kind == "billing.work" && row.status == status).then_some(rows)
    })
    .await;
    assert_eq!(rows.len(), 2, "the end and what follows it are one commit: {rows:?}");
    let (follow, ended): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.kind == "billing.end_work");
    (ended.into_iter().next().unwrap(), follow.into_iter().next().unwrap())
}

/// Waits for it, with what it must have taken over.
async fn followed(house: &House, status: Status) {
    let (ended, follow) = both_rows(house, status).await;
    assert_eq!((follow.tenant, &follow.request_id), (ended.tenant, &ended.request_id));
    assert_eq!((follow.handler.as_str(), follow.max_attempts), ("billing.end_work", 2));
    house.noted("gave up it").await;
    let ctx = house.log.last_ctx();
    assert_eq!(ctx.actor(), &Actor::System { domain: "billing".to_owned() });
    assert_eq!((ctx.tenant(), ctx.request_id()), (house.tenant.id, ended.request_id.as_str()));
}

fn times(house: &House, name: &str) -> usize {
    house.log.names().iter().filter(|noted| *noted == name).count()
}

both!(
    async fn a_message_that_ends_dead_is_followed_at_once(stage: Stage) {
        let house = House::new(stage).await;
        house.enqueue("it").await;
        let runtime = house.start(house.settings(), handlers(&house, |_, _| Err(lasting())));
        followed(&house, Status::Dead).await;
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn a_message_whose_caller_is_gone_is_followed_as_the_system(stage: Stage) {
        let house = House::new(stage).await;
        house.members.0.store(false, Ordering::SeqCst);
        house.enqueue("it").await;
        let runtime = house.start(house.settings(), handlers(&house, |_, _| Ok(())));
        followed(&house, Status::Dead).await;
        assert_eq!(house.log.names(), ["gave up it"]);
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn a_message_is_followed_after_its_last_attempt_and_not_before(stage: Stage) {
        let house = House::new(stage).await;
        house.enqueue("it").await;
        let runtime = house.start(house.settings(), handlers(&house, |_, _| Err(passing())));
        for attempt in 1..3 {
            let rows = eventually("a retry", async || {
                let rows = house.rows().await;
                rows.iter()
                    .any(|row| row.status == Status::Retrying && row.attempts == attempt)
                    .then_some(rows)
            })
            .await;
            assert_eq!(rows.len(), 1, "{rows:?}");
            house.pass(15 * 60);
        }
        followed(&house, Status::Dead).await;
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

async fn check_buried(stage: Stage, cancel: bool, status: Status) {
    let house = House::new(stage).await;
    house.enqueue("it").await;
    let lease = "status = 'leased', attempts = 3, lease_owner = 'gone', lease_until = $1";
    house.meddle(&format!("{lease}, cancel_requested = {cancel}")).await;
    let runtime = house.start(house.settings(), handlers(&house, |_, _| Ok(())));
    followed(&house, status).await;
    assert_eq!(house.log.names(), ["gave up it"]);
    runtime.shutdown(Duration::from_secs(5)).await;
}

both!(
    async fn a_message_that_kills_its_workers_is_followed(stage: Stage) {
        check_buried(stage, false, Status::Dead).await;
    }
);

both!(
    async fn a_message_whose_worker_died_while_asked_to_stop_is_followed(stage: Stage) {
        check_buried(stage, true, Status::Cancelled).await;
    }
);

both!(
    async fn a_cancelled_message_is_followed_whether_it_waits_or_runs(stage: Stage) {
        let house = House::new(stage).await;
        let run_at = Some(house.stage.clock.now() + chrono::TimeDelta::hours(1));
        house.enqueue_as(&house.tenant, &["it"], JobOptions { run_at, ..JobOptions::default() }).await;
        let waiting = house.only_row().await;
        let handlers = handlers(&house, |_, _| Err(JobFailure::Cancelled));
        let ledger = Ledger::new(house.databases.clone(), &handlers);
        let runtime = house.start(house.settings(), handlers);
        assert!(ledger.cancel(None, waiting.id).await.unwrap());
        followed(&house, Status::Cancelled).await;
        assert!(!ledger.cancel(None, waiting.id).await.unwrap(), "it has ended");
        assert!(ledger.discard(None, waiting.id).await.unwrap());
        assert_eq!(house.reaches(Status::Done).await.kind, "billing.end_work");

        house.enqueue("running").await;
        house.noted("gave up running").await;
        assert_eq!(times(&house, "gave up it"), 1);
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn asking_a_running_message_to_stop_is_not_its_end(stage: Stage) {
        let house = House::new(stage).await;
        let (work, gate) = house.held_work();
        let mut handlers = handlers(&house, |_, _| Ok(()));
        handlers[0] = work.when_given_up::<EndWork>();
        let ledger = Ledger::new(house.databases.clone(), &handlers);
        let runtime = house.start(house.settings(), handlers);
        house.enqueue("it").await;
        house.noted("it began").await;
        assert!(ledger.cancel(None, house.only_row().await.id).await.unwrap());
        gate.notify_one();
        house.reaches(Status::Done).await;
        house.only_row().await;
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn a_message_that_ends_again_is_followed_again(stage: Stage) {
        let house = House::new(stage).await;
        house.enqueue("it").await;
        let handlers = handlers(&house, |_, run| if run < 3 { Err(lasting()) } else { Ok(()) });
        let ledger = Ledger::new(house.databases.clone(), &handlers);
        let runtime = house.start(house.settings(), handlers);
        for end in 1..3 {
            let (ended, _) = both_rows(&house, Status::Dead).await;
            eventually("followed", async || {
                let (_, follow) = both_rows(&house, Status::Dead).await;
                (times(&house, "gave up it") == end && follow.status == Status::Done).then_some(())
            })
            .await;
            assert!(ledger.retry(None, ended.id).await.unwrap());
            eventually("another run", async || (times(&house, "it") == end + 1).then_some(())).await;
        }
        both_rows(&house, Status::Done).await;
        assert_eq!(house.log.names(), ["it", "gave up it", "it", "gave up it", "it"]);
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn an_outcome_that_comes_too_late_is_followed_by_nothing(stage: Stage) {
        let house = House::new(stage).await;
        let mut handlers = handlers(&house, |_, _| Ok(()));
        let (log, gate) = (house.log.clone(), Arc::new(Notify::new()));
        let released = gate.clone();
        let failing = jobs::job::<Work>(move |ctx, work| {
            let (log, gate) = (log.clone(), released.clone());
            async move {
                log.note(&work.name, &ctx);
                gate.notified().await;
                Err(lasting())
            }
        });
        handlers[0] = failing.when_given_up::<EndWork>();
        let runtime = house.start(house.settings(), handlers);
        house.enqueue("late").await;
        house.noted("late").await;
        house
            .meddle("status = 'dead', attempts = 2, lease_owner = NULL, lease_until = NULL, finished_at = $1")
            .await;
        gate.notify_one();
        runtime.shutdown(Duration::from_secs(5)).await;
        house.only_row().await;
    }
);

both!(
    async fn what_cannot_follow_starts_nothing(stage: Stage) {
        let house = House::new(stage).await;
        let work = || house.work(|_, _| Ok(()));
        let follow = || jobs::job::<EndWork>(|_, _| async { Ok(()) });
        let subscriber = || jobs::subscriber::<Happened>("billing.note", |_, _| async { Ok(()) });
        let check = |handlers: Vec<Handler>, refused: Option<&str>| {
            let domain = Domain { databases: house.databases.clone(), handlers, schedules: Vec::new() };
            let started = Runtime::start(Setup {
                domains: vec![domain],
                remote: Vec::new(),
                settings: house.settings(),
                identity: house.members.clone(),
                entitlements: None,
                clock: house.stage.clock.clone(),
            });
            match (started.err(), refused) {
                (None, None) => {}
                (Some(error @ StartError::GivenUp { .. }), Some(said)) => {
                    assert!(error.to_string().contains(said), "{error}");
                }
                (error, refused) => panic!("{error:?} rather than {refused:?}"),
            }
        };
        check(vec![work().when_given_up::<EndWork>(), follow()], None);
        check(vec![work().when_given_up::<EndWork>()], Some("has no handler"));
        check(vec![work().when_given_up::<Work>()], Some("for ever"));
        check(vec![subscriber().when_given_up::<EndWork>(), follow()], Some("only a job"));
    }
);
