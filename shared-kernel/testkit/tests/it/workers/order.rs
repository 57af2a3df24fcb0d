//! Who comes first: order within an aggregate, priority, turns between tenants.

use super::house::*;
use data::JobOptions;
use jobs::{Schedule, Settings, Status};
use kernel::id::PLATFORM;
use std::time::Duration;

both!(
    async fn an_aggregates_events_come_one_after_the_other(stage: Stage) {
        let house = House::new(stage).await;
        let log = house.log.clone();
        let handler = jobs::subscriber::<Happened>("billing.note", move |ctx, event| {
            let name = format!("{} {}", event.to, event.number);
            let run = log.note(&name, &ctx);
            async move { if name == "anna 1" && run == 1 { Err(passing()) } else { Ok(()) } }
        })
        .ordered();
        house.stage.subscribe(handler.subscription().into_iter().collect());
        let mut unit = house.databases.write(&house.tenant.ctx(&[])).await.unwrap();
        for number in 1..=5 {
            for to in ["anna", "bert"] {
                unit.publish(&Happened { to: to.to_owned(), number }).unwrap();
            }
        }
        unit.commit(()).await.unwrap();
        let runtime = house.start(house.settings(), vec![handler]);
        house.noted("bert 5").await;
        eventually("a retry", async || {
            house.rows().await.iter().any(|row| row.status == Status::Retrying).then_some(())
        })
        .await;
        let of =
            |to: &str| house.log.names().into_iter().filter(|name| name.starts_with(to)).collect::<Vec<_>>();
        assert_eq!(of("anna"), ["anna 1"], "what comes after a failure waits for its retry");
        assert_eq!(of("bert"), ["bert 1", "bert 2", "bert 3", "bert 4", "bert 5"]);
        house.pass(15 * 60);
        house.noted("anna 5").await;
        assert_eq!(of("anna"), ["anna 1", "anna 1", "anna 2", "anna 3", "anna 4", "anna 5"]);
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn a_busy_tenant_does_not_keep_its_neighbour_waiting(stage: Stage) {
        let house = House::new(stage).await;
        let neighbour = house.stage.tenant();
        let busy = vec!["busy"; 150];
        house.enqueue_as(&house.tenant, &busy, JobOptions::default()).await;
        for tenant in [&house.stage.tenant(), &neighbour] {
            house.enqueue_as(tenant, &["small", "small"], JobOptions::default()).await;
        }
        // One slot: each turn is a choice between the tenants, and age must not make it.
        let settings = Settings { concurrency: 1, ..house.settings() };
        let runtime = house.start(settings, vec![house.work(|_, _| Ok(()))]);
        eventually("all", async || (house.log.names().len() == 154).then_some(())).await;
        let last_small = house.log.names().iter().rposition(|name| name == "small").unwrap();
        assert!(last_small < 8, "the neighbours' last job came as number {last_small}");
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn slots_that_come_free_go_to_who_has_fewest(stage: Stage) {
        let house = House::new(stage).await;
        let neighbour = house.stage.tenant();
        let (handler, gate) = house.held_work();
        let runtime = house.start(house.settings(), vec![handler]);
        house
            .enqueue_as(
                &house.tenant,
                &["busy 1", "busy 2", "busy 3", "busy 4", "busy 5"],
                JobOptions::default(),
            )
            .await;
        for number in 1..=4 {
            house.noted(&format!("busy {number} began")).await;
        }
        house.enqueue_as(&neighbour, &["small 1", "small 2", "small 3"], JobOptions::default()).await;
        for number in 1..=2 {
            gate.notify_one();
            house.noted(&format!("small {number} began")).await;
        }
        assert!(!house.log.names().contains(&"busy 5 began".to_owned()), "{:?}", house.log.names());
        runtime.shutdown(Duration::ZERO).await;
    }
);

both!(
    async fn priority_goes_before_age_within_a_tenant(stage: Stage) {
        let house = House::new(stage).await;
        house.enqueue_as(&house.tenant, &["low 1", "low 2"], JobOptions::default()).await;
        let urgent = JobOptions { priority: 5, ..JobOptions::default() };
        house.enqueue_as(&house.tenant, &["high"], urgent).await;
        let settings = Settings { concurrency: 1, ..house.settings() };
        let runtime = house.start(settings, vec![house.work(|_, _| Ok(()))]);
        house.noted("low 2").await;
        assert_eq!(house.log.names(), ["high", "low 1", "low 2"]);
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn a_job_waits_for_its_time_and_wakes_the_worker_itself(stage: Stage) {
        let house = House::new(stage).await;
        let runtime = house.start(house.settings(), vec![house.work(|_, _| Ok(()))]);
        let run_at = Some(house.stage.clock.now() + chrono::TimeDelta::milliseconds(50));
        house.enqueue_as(&house.tenant, &["later"], JobOptions { run_at, ..JobOptions::default() }).await;
        house.enqueue("now").await;
        house.noted("now").await;
        assert_eq!(house.log.names(), ["now"]);
        // No wake-up: only the due time brings the worker back.
        house.stage.clock.advance(chrono::TimeDelta::milliseconds(50));
        house.noted("later").await;
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn operators_have_their_turn_beside_schedules_and_tenants(stage: Stage) {
        let house = House::new(stage).await;
        let busy = vec!["busy"; 50];
        house.enqueue_as(&house.tenant, &busy, JobOptions::default()).await;
        let mut operators = house.stage.tenant();
        operators.id = PLATFORM;
        house.enqueue_as(&operators, &["operator", "operator"], JobOptions::default()).await;
        let tick = Work { name: "tick".to_owned() };
        let schedules = vec![Schedule::every("billing.minutely", Duration::from_secs(60), &tick)];
        let settings = Settings { concurrency: 1, ..house.settings() };
        let runtime = house.node(settings, vec![house.work(|_, _| Ok(()))], schedules).await;
        eventually("the operators' jobs", async || {
            let names = house.log.names();
            (names.iter().filter(|name| *name == "operator").count() == 2).then_some(())
        })
        .await;
        let before = house.log.names().iter().rposition(|name| name == "operator").unwrap();
        assert!(before < 10, "the operators' last job came as number {before}");
        // The next tick is written ahead, as a row of no tenant; the operators' go on coming.
        eventually("the tick's row", async || {
            house.rows().await.iter().any(|row| row.tenant.is_none()).then_some(())
        })
        .await;
        house.enqueue_as(&operators, &["later", "later"], JobOptions::default()).await;
        house.pass(60);
        house.noted("tick").await;
        house.noted("later").await;
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);
