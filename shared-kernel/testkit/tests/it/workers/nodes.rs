//! Several nodes on one table, and nodes that die.

use super::house::*;
use jobs::{Settings, Status};
use std::collections::BTreeMap;
use std::time::Duration;

both!(
    async fn eight_nodes_run_each_job_once(stage: Stage) {
        let house = House::new(stage).await;
        let names: Vec<String> = (0..200).map(|number| format!("job {number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut nodes = Vec::new();
        for _ in 0..8 {
            // One process's commit wakes one of them; the others come by their sweep, as over a broken NOTIFY.
            let settings = Settings { sweep: Duration::from_millis(20), ..house.settings() };
            nodes.push(house.node(settings, vec![house.work(|_, _| Ok(()))], Vec::new()).await);
        }
        house.enqueue_as(&house.tenant, &names, data::JobOptions::default()).await;
        eventually("all done", async || {
            house.rows().await.iter().all(|row| row.status == Status::Done && row.attempts == 1).then_some(())
        })
        .await;
        let mut runs = BTreeMap::new();
        house.log.names().into_iter().for_each(|name| *runs.entry(name).or_insert(0) += 1);
        assert_eq!(runs.len(), 200);
        assert!(runs.values().all(|count| *count == 1), "{runs:?}");
        for node in nodes {
            node.shutdown(Duration::from_secs(5)).await;
        }
    }
);

both!(
    async fn a_dead_nodes_job_runs_again_when_its_lease_is_over(stage: Stage) {
        let house = House::new(stage).await;
        house.enqueue("orphan").await;
        house.meddle("status = 'leased', attempts = 1, lease_owner = 'gone', lease_until = $1").await;
        let lease = Settings::default().lease.as_secs() as i64;
        house.stage.clock.advance(chrono::TimeDelta::seconds(-lease));
        let runtime = house.start(house.settings(), vec![house.work(|_, _| Ok(()))]);
        house.enqueue("another").await;
        house.noted("another").await;
        assert_eq!(house.log.names(), ["another"], "a lease that runs is respected");
        house.pass(lease);
        house.noted("orphan").await;
        let row = eventually("the orphan", async || {
            house.rows().await.into_iter().find(|row| row.attempts == 2 && row.status == Status::Done)
        })
        .await;
        assert!(row.finished_at.is_some());
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn a_message_that_kills_its_workers_ends_dead(stage: Stage) {
        let house = House::new(stage).await;
        house.enqueue("killer").await;
        house.meddle("status = 'leased', attempts = 3, lease_owner = 'gone', lease_until = $1").await;
        let runtime = house.start(house.settings(), vec![house.work(|_, _| Ok(()))]);
        let row = house.reaches(Status::Dead).await;
        assert!(row.last_error.is_some_and(|error| error.contains("lease of the last attempt ran out")));
        assert!(house.log.names().is_empty());
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn an_audit_entry_is_never_given_up(stage: Stage) {
        let house = House::new(stage).await;
        house.enqueue("entry").await;
        house
            .meddle("kind = 'audit.entry', status = 'leased', attempts = 3, lease_owner = 'gone', lease_until = $1")
            .await;
        let handler = house.work(|_, run| if run < 3 { Err(lasting()) } else { Ok(()) });
        let runtime = house.start(house.settings(), vec![handler]);
        house.pass_retries().await;
        let row = house.only_row().await;
        assert_eq!((row.status, row.attempts), (Status::Done, 6));
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn a_lost_wake_up_is_mended_by_the_sweep(stage: Stage) {
        let house = House::new(stage).await;
        house.enqueue("quiet").await;
        house.meddle("status = 'done', updated_at = $1").await;
        let settings = Settings { sweep: Duration::from_millis(20), ..house.settings() };
        let runtime = house.start(settings, vec![house.work(|_, _| Ok(()))]);
        house.enqueue("loud").await;
        house.noted("loud").await;
        house.meddle("status = 'queued', updated_at = $1 WHERE attempts = 0").await;
        house.noted("quiet").await;
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn a_message_of_another_nodes_handler_is_left_alone(stage: Stage) {
        let house = House::new(stage).await;
        house.enqueue("theirs").await;
        house.meddle("handler = 'billing.elsewhere', updated_at = $1").await;
        let runtime = house.start(house.settings(), vec![house.work(|_, _| Ok(()))]);
        house.enqueue("ours").await;
        house.noted("ours").await;
        runtime.shutdown(Duration::from_secs(5)).await;
        let theirs = house.rows().await.into_iter().find(|row| row.handler == "billing.elsewhere").unwrap();
        assert_eq!((theirs.status, theirs.attempts), (Status::Queued, 0));
    }
);

both!(
    async fn a_lost_lease_ends_the_run_and_its_row_is_left_alone(stage: Stage) {
        let house = House::new(stage).await;
        let (handler, _gate) = house.held_work();
        let settings = Settings { lease: Duration::from_millis(60), ..house.settings() };
        let runtime = house.start(settings, vec![handler]);
        house.enqueue("slow").await;
        house.noted("slow began").await;
        house.meddle("lease_owner = 'another', attempts = 2, updated_at = $1").await;
        house.noted("slow dropped").await;
        runtime.shutdown(Duration::from_secs(5)).await;
        let row = house.only_row().await;
        assert_eq!((row.status, row.attempts), (Status::Leased, 2));
    }
);

both!(
    async fn an_outcome_that_comes_too_late_changes_nothing(stage: Stage) {
        let house = House::new(stage).await;
        let (handler, gate) = house.held_work();
        let runtime = house.start(house.settings(), vec![handler]);
        house.enqueue("late").await;
        house.noted("late began").await;
        house.meddle("lease_owner = 'another', attempts = 2, updated_at = $1").await;
        gate.notify_one();
        house.noted("late ended").await;
        runtime.shutdown(Duration::from_secs(5)).await;
        let row = house.only_row().await;
        assert_eq!((row.status, row.attempts), (Status::Leased, 2));
    }
);

both!(
    async fn a_database_error_does_not_end_the_worker(stage: Stage) {
        let house = House::new(stage).await;
        let table = house.databases.table("messages");
        let hidden = table.replace("messages", "hidden");
        let runtime = house.start(house.settings(), vec![house.work(|_, _| Ok(()))]);
        house.enqueue("before").await;
        house.noted("before").await;
        house.reaches(Status::Done).await;
        alter(&house, &format!("ALTER TABLE {table} RENAME TO hidden")).await;
        house.pass(1);
        // The wake-up is spent on a claim that fails.
        eventually("a failed claim", async || house.databases.system("tests look").await.ok().map(drop))
            .await;
        alter(&house, &format!("ALTER TABLE {hidden} RENAME TO messages")).await;
        house.enqueue("after").await;
        house.noted("after").await;
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

/// As the owner of the tables.
async fn alter(house: &House, sql: &str) {
    use sqlx::{AssertSqlSafe, Connection, Executor};
    match house.stage.postgres_url() {
        Some(url) => {
            let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
            connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.unwrap();
        }
        None => {
            let file = house.stage.folder.path().join("billing.sqlite");
            let mut connection =
                sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap();
            connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.unwrap();
        }
    }
}
