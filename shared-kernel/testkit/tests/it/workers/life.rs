//! One message's life: done, retried, dead, cancelled, put off; and as whom it acts.

use super::house::*;
use data::ActAs;
use jobs::{JobFailure, Status};
use kernel::problem::ALREADY_APPLIED;
use kernel::{Actor, Problem};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

both!(
    async fn a_job_runs_once_as_whoever_asked(stage: Stage) {
        let house = House::new(stage).await;
        let runtime = house.start(house.settings(), vec![house.work(|_, _| Ok(()))]);
        house.enqueue("mail").await;
        let row = house.reaches(Status::Done).await;
        assert_eq!((row.attempts, row.last_error), (1, None));
        assert!(row.finished_at.is_some());
        assert_eq!(house.log.names(), ["mail"]);
        let ctx = house.log.last_ctx();
        assert_eq!(ctx.actor(), &Actor::User { id: house.tenant.owner });
        assert_eq!(ctx.tenant(), house.tenant.id);
        assert_eq!(ctx.request_id(), row.request_id);
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn a_job_may_act_as_the_system(stage: Stage) {
        let house = House::new(stage).await;
        house.members.0.store(false, Ordering::SeqCst);
        house.enqueue_as(&house.tenant, &["mail"], options(ActAs::System)).await;
        let runtime = house.start(house.settings(), vec![house.work(|_, _| Ok(()))]);
        house.reaches(Status::Done).await;
        assert_eq!(house.log.last_ctx().actor(), &Actor::System { domain: "billing".to_owned() });
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn a_removed_members_job_does_not_act_for_them(stage: Stage) {
        let house = House::new(stage).await;
        house.members.0.store(false, Ordering::SeqCst);
        house.enqueue("mail").await;
        let runtime = house.start(house.settings(), vec![house.work(|_, _| Ok(()))]);
        let row = house.reaches(Status::Dead).await;
        assert!(row.last_error.is_some_and(|error| error.contains("may no longer act")));
        assert!(house.log.names().is_empty());
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn failures_back_off_and_a_poison_message_ends_dead(stage: Stage) {
        let house = House::new(stage).await;
        let runtime = house.start(house.settings(), vec![house.work(|_, _| Err(passing()))]);
        house.enqueue("poison").await;
        for attempt in 1..3 {
            let row = eventually("a retry", async || {
                house
                    .rows()
                    .await
                    .pop()
                    .filter(|row| row.status == Status::Retrying && row.attempts == attempt)
            })
            .await;
            let ceiling = chrono::TimeDelta::seconds(5 << (attempt - 1));
            assert!(row.run_at > row.created_at && row.run_at <= house.stage.clock.now() + ceiling);
            assert!(row.last_error.is_some_and(|error| error.contains("bank does not answer")));
            house.pass(15 * 60);
        }
        let row = house.reaches(Status::Dead).await;
        assert_eq!(row.attempts, 3);
        house.pass(24 * 60 * 60);
        house.enqueue("after").await;
        house.noted("after").await;
        assert_eq!(house.log.names(), ["poison", "poison", "poison", "after"]);
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn a_lasting_refusal_is_dead_at_once(stage: Stage) {
        let house = House::new(stage).await;
        let runtime = house.start(house.settings(), vec![house.work(|_, _| Err(lasting()))]);
        house.enqueue("mail").await;
        let row = house.reaches(Status::Dead).await;
        assert_eq!(row.attempts, 1);
        assert_eq!(row.last_error.as_deref(), Some("invalid: The account is closed."));
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn a_panic_and_a_time_out_are_retried(stage: Stage) {
        let house = House::new(stage).await;
        let handler = jobs::job::<Work>(|_, work| async move {
            assert!(work.name != "panic", "the ledger is full of {}", work.name);
            std::future::pending().await
        });
        let runtime = house.start(house.settings(), vec![handler.timeout(Duration::from_millis(30))]);
        for (name, expected) in
            [("panic", "the ledger is full of panic"), ("sleep", "took longer than 0.03 s")]
        {
            house.pass(1);
            house.enqueue(name).await;
            let row = house.reaches(Status::Retrying).await;
            let error = row.last_error.unwrap_or_default();
            assert!(error.contains(expected), "{error}");
        }
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn what_cannot_be_read_is_dead_with_the_reason(stage: Stage) {
        let house = House::new(stage).await;
        for (set, expected) in [
            ("payload_version = 1, updated_at = $1", "payload version 1, billing.work reads [2]"),
            ("payload = '{\"nome\": 1}', updated_at = $1", "missing field `name`"),
        ] {
            house.pass(1);
            house.enqueue("mail").await;
            house.meddle(&format!("{set} WHERE status = 'queued'")).await;
            let runtime = house.start(house.settings(), vec![house.work(|_, _| Ok(()))]);
            let row = house.reaches(Status::Dead).await;
            let error = row.last_error.unwrap_or_default();
            assert!(error.contains(expected), "{error}");
            runtime.shutdown(Duration::from_secs(5)).await;
        }
        assert!(house.log.names().is_empty());
    }
);

both!(
    async fn a_payload_of_a_newer_version_is_left_to_who_can_read_it(stage: Stage) {
        let house = House::new(stage).await;
        house.enqueue("mail").await;
        house.meddle("payload_version = 3, updated_at = $1 WHERE status = 'queued'").await;
        let runtime = house.start(house.settings(), vec![house.work(|_, _| Ok(()))]);
        eventually("it is put off", async || {
            let row = house.rows().await.pop()?;
            (row.status == Status::Queued && row.run_at > house.stage.clock.now() && row.attempts == 0)
                .then_some(())
        })
        .await;
        runtime.shutdown(Duration::from_secs(5)).await;
        assert!(house.log.names().is_empty());
        let newer = house.work(|_, _| Ok(())).also_reads(3);
        let runtime = house.start(house.settings(), vec![newer]);
        house.pass(60);
        house.reaches(Status::Done).await;
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn putting_off_does_not_count_as_an_attempt(stage: Stage) {
        let house = House::new(stage).await;
        let runtime = house.start(
            house.settings(),
            vec![house.work(|_, run| match run {
                1..5 => Err(JobFailure::Snooze(Duration::from_secs(60))),
                _ => Ok(()),
            })],
        );
        house.enqueue("mail").await;
        for run in 1..5 {
            eventually("a run", async || {
                // First the log: what was noted has been claimed, so what is queued after it has been put off.
                let noted = house.log.names().len();
                let row = house.rows().await.pop()?;
                (noted == run && row.status == Status::Queued && row.attempts == 0).then_some(())
            })
            .await;
            house.pass(60);
        }
        assert_eq!(house.reaches(Status::Done).await.attempts, 1);
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn a_job_that_comes_further_has_all_its_attempts_again(stage: Stage) {
        let house = House::new(stage).await;
        let tries = Arc::new(AtomicUsize::new(0));
        let counted = tries.clone();
        let handler = jobs::running_job::<Work>(move |_, _, running| {
            let tries = counted.clone();
            async move {
                if tries.fetch_add(1, Ordering::SeqCst) < 4 {
                    running.step::<Work>(1, None).await;
                }
                Err(if running.is_last_attempt() { lasting() } else { passing() })
            }
        });
        let runtime = house.start(house.settings(), vec![handler]);
        house.enqueue("import").await;
        house.pass_retries().await;
        let row = house.only_row().await;
        assert_eq!((row.status, row.attempts, row.max_attempts), (Status::Dead, 6, 6), "{row:?}");
        assert!(row.last_error.unwrap().contains("is closed"));
        assert_eq!(tries.load(Ordering::SeqCst), 6);
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn an_event_is_effective_once(stage: Stage) {
        let house = House::new(stage).await;
        let (databases, tries) = (house.databases.clone(), Arc::new(AtomicUsize::new(0)));
        let counted = tries.clone();
        let handler = jobs::subscriber::<Happened>("billing.note", move |ctx, _| {
            let (databases, tries) = (databases.clone(), counted.clone());
            async move {
                tries.fetch_add(1, Ordering::SeqCst);
                databases.write(&ctx).await?.commit(()).await?;
                // The effect is there, and then the worker fails to say so.
                Err(passing())
            }
        });
        let other = jobs::subscriber::<Happened>("billing.known", |_, _| async {
            Err(Problem::new(ALREADY_APPLIED, "The message was applied before.").into())
        });
        house
            .stage
            .subscribe([&handler, &other].iter().filter_map(|handler| handler.subscription()).collect());
        let mut unit = house.databases.write(&house.tenant.ctx(&[])).await.unwrap();
        unit.publish(&Happened { to: "someone".to_owned(), number: 1 }).unwrap();
        unit.commit(()).await.unwrap();
        let runtime = house.start(house.settings(), vec![handler, other]);
        house.pass_retries().await;
        assert_eq!(tries.load(Ordering::SeqCst), 2);
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn a_job_shows_its_progress(stage: Stage) {
        let house = House::new(stage).await;
        let handler = jobs::running_job::<Work>(|_, _, running| async move {
            running.progress(3, Some(10)).await;
            std::future::pending().await
        });
        let runtime = house.start(house.settings(), vec![handler]);
        house.enqueue("import").await;
        eventually("progress", async || {
            let row = house.rows().await.pop()?;
            (row.progress_done == 3 && row.progress_total == Some(10)).then_some(())
        })
        .await;
        runtime.shutdown(Duration::ZERO).await;
    }
);
