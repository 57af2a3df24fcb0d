//! Stopping: what runs may finish, keeps its lease meanwhile, and what cannot finish is given back.

use super::house::*;
use jobs::{Settings, Status};
use std::time::Duration;

both!(
    async fn draining_finishes_what_runs_and_takes_nothing_new(stage: Stage) {
        let house = House::new(stage).await;
        let (handler, gate) = house.held_work();
        let settings = Settings { lease: Duration::from_millis(60), ..house.settings() };
        let runtime = house.start(settings, vec![handler]);
        house.enqueue("slow").await;
        house.noted("slow began").await;
        let stopping = tokio::spawn(runtime.shutdown(Duration::from_secs(20)));
        // Its lease outlives its first length many times over, while another node stands ready to take it.
        let (eager, others_gate) = house.held_work();
        let settings = Settings { sweep: Duration::from_millis(20), ..house.settings() };
        let taker = house.node(settings, vec![eager], Vec::new()).await;
        for _ in 0..10 {
            let before = lease_until(&house).await;
            house.stage.clock.advance(chrono::TimeDelta::milliseconds(50));
            eventually("a renewed lease", async || (lease_until(&house).await > before).then_some(())).await;
        }
        assert_eq!(house.log.names(), ["slow began"], "nobody took it");
        // What comes now is the other node's: the one that drains would only sit on it.
        house.enqueue("new").await;
        house.noted("new began").await;
        others_gate.notify_one();
        house.noted("new ended").await;
        gate.notify_one();
        stopping.await.unwrap();
        assert_eq!(house.log.names(), ["slow began", "new began", "new ended", "slow ended"]);
        house.reaches(Status::Done).await;
        assert!(house.rows().await.iter().all(|row| (row.status, row.attempts) == (Status::Done, 1)));
        taker.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn what_does_not_finish_in_time_is_given_back(stage: Stage) {
        let house = House::new(stage).await;
        let (handler, _gate) = house.held_work();
        let runtime = house.start(house.settings(), vec![handler]);
        house.enqueue("endless").await;
        house.noted("endless began").await;
        runtime.shutdown(Duration::from_millis(20)).await;
        let row = house.only_row().await;
        assert_eq!((row.status, row.attempts), (Status::Queued, 0), "a stop is no attempt");
        house.noted("endless dropped").await;
    }
);

async fn lease_until(house: &House) -> chrono::DateTime<chrono::Utc> {
    let system = house.databases.system("tests look").await.unwrap();
    let sql = format!("SELECT lease_until FROM {}", system.table("messages"));
    let rows = system.query_all(&sql, Vec::new()).await.unwrap();
    system.commit().await.unwrap();
    rows[0].try_get("", "lease_until").unwrap()
}
