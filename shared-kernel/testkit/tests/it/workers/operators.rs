//! What operators and callers can do to a message from outside, and what the worker refuses to start with.

use super::house::*;
use data::JobOptions;
use jobs::{Domain, Filter, JobFailure, Runtime, Schedule, Settings, Setup, StartError, Status};
use std::time::Duration;

both!(
    async fn a_waiting_job_is_cancelled_at_once_and_a_running_one_is_asked(stage: Stage) {
        let house = House::new(stage).await;
        let log = house.log.clone();
        let handler = jobs::running_job::<Work>(move |ctx, work, running| {
            let log = log.clone();
            async move {
                log.note(&work.name, &ctx);
                while !running.cancelled() {
                    tokio::task::yield_now().await;
                }
                Err(JobFailure::Cancelled)
            }
        });
        let settings = Settings { lease: Duration::from_millis(60), ..house.settings() };
        let runtime = house.start(settings, vec![handler]);
        house.enqueue("running").await;
        house.noted("running").await;
        assert!(house.ledger().cancel(Some(house.tenant.id), house.only_row().await.id).await.unwrap());
        house.reaches(Status::Cancelled).await;

        house.pass(1);
        let run_at = Some(house.stage.clock.now() + chrono::TimeDelta::hours(1));
        house.enqueue_as(&house.tenant, &["waiting"], JobOptions { run_at, ..JobOptions::default() }).await;
        let waiting = house.rows().await.remove(0);
        assert!(house.ledger().cancel(None, waiting.id).await.unwrap());
        assert_eq!(house.rows().await.remove(0).status, Status::Cancelled);
        assert!(!house.ledger().cancel(None, waiting.id).await.unwrap(), "there is nothing left to cancel");
        house.pass(2 * 60 * 60);
        assert_eq!(house.log.names(), ["running"]);
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn a_dead_message_is_retried_or_discarded(stage: Stage) {
        let house = House::new(stage).await;
        let handler = house.work(|_, run| if run == 1 { Err(lasting()) } else { Ok(()) });
        let runtime = house.start(house.settings(), vec![handler]);
        house.enqueue("one").await;
        let dead = house.reaches(Status::Dead).await;
        let stranger = house.stage.tenant();
        assert!(!house.ledger().retry(Some(stranger.id), dead.id).await.unwrap(), "it is another tenant's");
        assert!(house.ledger().retry(Some(house.tenant.id), dead.id).await.unwrap());
        assert_eq!(house.reaches(Status::Done).await.attempts, 1);
        assert!(!house.ledger().discard(None, dead.id).await.unwrap(), "only what failed is discarded");

        house.pass(1);
        house.enqueue("two").await;
        let dead = house.reaches(Status::Dead).await;
        assert!(house.ledger().discard(None, dead.id).await.unwrap());
        house.only_row().await;
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn the_list_shows_what_is_asked_for(stage: Stage) {
        let house = House::new(stage).await;
        let neighbour = house.stage.tenant();
        for tenant in [&house.tenant, &neighbour, &house.tenant] {
            house.stage.clock.advance(chrono::TimeDelta::seconds(1));
            house.enqueue_as(tenant, &["mail"], JobOptions::default()).await;
        }
        let count = async |filter: Filter, limit| house.ledger().list(&filter, limit).await.unwrap().len();
        let mine = Filter { tenant: Some(house.tenant.id), ..Filter::default() };
        let newest = house.rows().await.remove(0).id;
        assert_eq!(count(Filter::default(), 10).await, 3);
        assert_eq!(count(mine.clone(), 10).await, 2);
        assert_eq!(count(mine.clone(), 1).await, 1);
        assert_eq!(count(Filter { before: Some(newest), ..mine }, 10).await, 1);
        assert_eq!(count(Filter { status: Some(Status::Dead), ..Filter::default() }, 10).await, 0);
        let handler = Some("billing.work".to_owned());
        assert_eq!(count(Filter { handler, ..Filter::default() }, 10).await, 3);
    }
);

both!(
    async fn finished_rows_go_after_a_while_and_dead_ones_stay(stage: Stage) {
        let house = House::new(stage).await;
        let end = |name: &str, _: usize| if name == "bad" { Err(lasting()) } else { Ok(()) };
        let runtime = house.start(house.settings(), vec![house.work(end)]);
        house.enqueue_as(&house.tenant, &["good", "bad", "good"], JobOptions::default()).await;
        eventually("all finished", async || {
            house.rows().await.iter().all(|row| row.finished_at.is_some()).then_some(())
        })
        .await;
        runtime.shutdown(Duration::from_secs(5)).await;
        house.pass(8 * 24 * 60 * 60);
        let runtime = house.start(house.settings(), vec![house.work(end)]);
        eventually("the dead one alone", async || (house.rows().await.len() == 1).then_some(())).await;
        assert_eq!(house.only_row().await.status, Status::Dead);
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn a_wrong_set_of_handlers_starts_nothing(stage: Stage) {
        let house = House::new(stage).await;
        let work = || house.work(|_, _| Ok(()));
        let foreign = || jobs::subscriber::<Happened>("workflow.note", |_, _| async { Ok(()) });
        let schedule = |pattern| Schedule::cron("billing.tick", pattern, &Work { name: "tick".to_owned() });
        let start = |handlers, schedules| {
            let setup = Setup {
                domains: vec![Domain { databases: house.databases.clone(), handlers, schedules }],
                remote: Vec::new(),
                settings: house.settings(),
                identity: house.members.clone(),
                entitlements: None,
                clock: house.stage.clock.clone(),
            };
            Runtime::start(setup).err()
        };
        assert!(matches!(
            start(vec![work(), work()], vec![]),
            Some(StartError::DuplicateHandler("billing.work"))
        ));
        assert!(matches!(
            start(vec![foreign()], vec![]),
            Some(StartError::ForeignHandler { domain: "billing", .. })
        ));
        assert!(matches!(start(vec![], vec![schedule("* * * * *")]), Some(StartError::NoHandler { .. })));
        assert!(matches!(start(vec![work()], vec![schedule("soon")]), Some(StartError::Schedule(_))));
    }
);

both!(
    async fn what_was_cancelled_while_it_ran_does_not_run_again(stage: Stage) {
        let house = House::new(stage).await;
        let (log, go_on) = (house.log.clone(), std::sync::Arc::new(tokio::sync::Notify::new()));
        let told = go_on.clone();
        // It never asks whether it is cancelled, and fails.
        let handler = jobs::job::<Work>(move |ctx, work| {
            let (log, told) = (log.clone(), told.clone());
            async move {
                log.note(&work.name, &ctx);
                told.notified().await;
                Err(JobFailure::Retry(kernel::Problem::unavailable("it broke")))
            }
        });
        let runtime = house.start(house.settings(), vec![handler]);
        house.enqueue("running").await;
        house.noted("running").await;
        assert!(house.ledger().cancel(Some(house.tenant.id), house.only_row().await.id).await.unwrap());
        go_on.notify_one();
        let row = house.reaches(Status::Cancelled).await;
        assert!(row.last_error.unwrap_or_default().contains("unavailable"));
        house.pass(60 * 60);
        assert_eq!(house.log.names(), ["running"]);
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);
