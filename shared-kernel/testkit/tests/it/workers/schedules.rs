//! Recurring work: one run a tick, however many nodes.

use super::house::*;
use jobs::{Schedule, Settings, Status};
use kernel::id::PLATFORM;
use std::time::Duration;

both!(
    async fn a_tick_runs_once_on_two_nodes(stage: Stage) {
        let house = House::new(stage).await;
        let schedule = || {
            vec![Schedule::every(
                "billing.minutely",
                Duration::from_secs(60),
                &Work { name: "tick".to_owned() },
            )]
        };
        let mut nodes = Vec::new();
        for _ in 0..2 {
            let settings = Settings { sweep: Duration::from_millis(20), ..house.settings() };
            nodes.push(house.node(settings, vec![house.work(|_, _| Ok(()))], schedule()).await);
        }
        for minute in 1..=3 {
            // The next tick's row is there before its time, and once.
            eventually("the next tick's row", async || {
                let rows = house.rows().await;
                let count = |status| rows.iter().filter(|row| row.status == status).count();
                (count(Status::Queued) == 1 && count(Status::Done) == minute - 1).then_some(())
            })
            .await;
            assert_eq!(house.log.names().len(), minute - 1);
            house.pass(60);
        }
        eventually("three runs", async || {
            (house.rows().await.iter().filter(|row| row.status == Status::Done).count() == 3).then_some(())
        })
        .await;
        assert_eq!(house.log.names(), ["tick", "tick", "tick"]);
        assert_eq!(house.log.last_ctx().tenant(), PLATFORM);
        for node in nodes {
            node.shutdown(Duration::from_secs(5)).await;
        }
    }
);

both!(
    async fn a_tick_that_fell_into_a_stop_runs_late_and_once(stage: Stage) {
        let house = House::new(stage).await;
        let schedule =
            || vec![Schedule::cron("billing.nightly", "0 3 * * *", &Work { name: "night".to_owned() })];
        let node = house.node(house.settings(), vec![house.work(|_, _| Ok(()))], schedule()).await;
        let tick = house.reaches(Status::Queued).await;
        assert_eq!(tick.run_at.to_rfc3339(), "2026-01-16T03:00:00+00:00");
        node.shutdown(Duration::from_secs(5)).await;
        house.pass(3 * 24 * 60 * 60);
        let node = house.node(house.settings(), vec![house.work(|_, _| Ok(()))], schedule()).await;
        house.noted("night").await;
        eventually("the next night", async || {
            let rows = house.rows().await;
            (rows.iter().any(|row| row.status == Status::Done) && rows.len() == 2).then_some(())
        })
        .await;
        assert_eq!(house.log.names(), ["night"]);
        node.shutdown(Duration::from_secs(5)).await;
    }
);
