//! What the jobs do: files, failures, and ends.

use crate::house::{House, READ, WRITE, definition, paged, row};
use async_trait::async_trait;
use data::Subscription;
use jobs::{Domain, JobFailure, Runtime, Settings};
use kernel::Ctx;
use kernel::contract::Cause;
use module::{Cell, FakeReportSource, ReadReport, ReportError, ReportPage, ReportSource};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use testkit::{Stage, both, eventually};
use tokio::sync::Notify;

const JOB: &str = "reports.run_report";

both!(
    async fn a_run_becomes_a_file_once(stage: Stage) {
        let subscriber = "notifications.queue_report_ready";
        stage.subscribe(vec![Subscription { event: "reports.report_ready", subscriber, ordered: false }]);
        let rows = vec![row("Tea, green", "12.50"), row("=1+1", "-3"), vec![Cell::Empty, Cell::Empty]];
        let source = paged(rows, 2);
        let house = House::new(&stage, source.clone()).await;
        let id = house.ask(json!({ "notify": true })).await;
        let path = format!("/runs/{id}/download");
        let early = house.get("owner", &path).await;
        assert_eq!((early.status, early.json()["code"].as_str()), (409, Some("reports.not_ready")));

        house.deliver(&house.ctx(), JOB).await.unwrap();
        let run = house.run(&id).await;
        assert_eq!(run["status"], "ready", "{run}");
        assert_eq!(run["rows_written"], 3);
        assert!(run["finished_at"].is_string(), "{run}");
        let expected = "Item,Total\r\n\"Tea, green\",12.50\r\n'=1+1,-3\r\n,\r\n";
        let file = house.get("owner", &path).await;
        assert_eq!(file.text(), expected);
        assert_eq!(run["size_bytes"], expected.len());
        assert!(file.header("content-type").starts_with("text/csv"), "{file:?}");
        assert_eq!(file.header("content-disposition"), "attachment; filename=\"shop-sales-20260115.csv\"");
        assert_eq!(source.read_calls()[0].parameters["month"], "2026-01");

        house.deliver(&house.ctx(), JOB).await.unwrap();
        assert_eq!(house.get("owner", &path).await.text(), expected);
        assert_eq!(source.read_calls().len(), 2, "a run that is ready is not written again");
        let told = house.messages(subscriber).await;
        assert_eq!(told.len(), 1);
        let event: reports_contract::ReportReady = serde_json::from_str(&told[0].payload).unwrap();
        assert_eq!((event.run.to_string(), event.title.as_str(), event.rows), (id, "Sales", 3));
        assert_eq!(event.requested_by, Some(house.tenant.owner));
        let cancel = house.post("owner", &format!("/runs/{}/cancel", event.run), json!({})).await;
        assert_eq!((cancel.status, cancel.json()["code"].as_str()), (409, Some("reports.run_finished")));
    }
);

both!(
    async fn nobody_is_told_who_did_not_ask(stage: Stage) {
        let subscriber = "notifications.queue_report_ready";
        stage.subscribe(vec![Subscription { event: "reports.report_ready", subscriber, ordered: false }]);
        let house = House::new(&stage, paged(vec![], 1)).await;
        let id = house.ask(json!({})).await;
        house.deliver(&house.ctx(), JOB).await.unwrap();
        assert_eq!(house.run(&id).await["status"], "ready");
        assert!(house.messages(subscriber).await.is_empty());
        let file = house.get("owner", &format!("/runs/{id}/download")).await;
        assert_eq!(file.text(), "Item,Total\r\n");
    }
);

both!(
    async fn a_large_file_goes_through_in_parts(stage: Stage) {
        let name = "x".repeat(1_000);
        let rows: Vec<_> = (0..7_000).map(|number| row(&name, &number.to_string())).collect();
        let house = House::new(&stage, paged(rows, 500)).await;
        let id = house.ask(json!({})).await;
        house.deliver(&house.ctx(), JOB).await.unwrap();
        let file = house.get("owner", &format!("/runs/{id}/download")).await;
        assert_eq!(file.text().lines().count(), 7_001);
        assert_eq!(file.text().lines().last().unwrap(), format!("{name},6999"));
        let run = house.run(&id).await;
        assert_eq!(run["size_bytes"], file.body.len());
        assert_eq!(run["rows_written"], 7_000);
    }
);

both!(
    async fn each_failure_ends_as_it_should(stage: Stage) {
        let source = FakeReportSource::new();
        let house = House::new(&stage, source.clone()).await;
        type Answer = fn() -> Result<ReportPage, ReportError>;
        let check = async |answer: Answer, outcome: &str, status: &str, detail: Option<&str>| {
            source.on_read(move |_, _| answer());
            let id = house.ask(json!({})).await;
            let ended = match house.deliver(&house.ctx(), JOB).await {
                Ok(()) => "done",
                Err(JobFailure::Retry(_)) => "retry",
                Err(JobFailure::Permanent(_)) => "dead",
                Err(JobFailure::Cancelled | JobFailure::Snooze(_)) => "other",
            };
            assert_eq!(ended, outcome, "{detail:?}");
            let run = house.run(&id).await;
            assert_eq!(run["status"], status, "{run}");
            assert_eq!(run["failure_detail"].as_str(), detail, "{run}");
            assert_eq!(house.get("owner", &format!("/runs/{id}/download")).await.status, 409);
        };
        let bad = || {
            let (parameter, detail) = ("month".to_owned(), "must be a month such as 2026-02".to_owned());
            Err(ReportError::BadParameter { parameter, detail })
        };
        let said = "The parameter month is wrong: must be a month such as 2026-02.";
        check(bad, "done", "failed", Some(said)).await;
        let said = "Whoever asked for the report may not read what it shows.";
        check(|| Err(ReportError::Forbidden), "done", "failed", Some(said)).await;
        let narrow = || Ok(ReportPage { rows: vec![vec![Cell::Empty]], next_cursor: None });
        let said = "The report's source gave a row of 1 cells for 2 columns.";
        check(narrow, "dead", "failed", Some(said)).await;
        let said = "The report's source no longer has it.";
        check(|| Err(ReportError::UnknownReport), "dead", "failed", Some(said)).await;
        let circle = || Ok(ReportPage { rows: vec![], next_cursor: Some("1".to_owned()) });
        let said = "The report's source goes round in a circle.";
        check(circle, "dead", "failed", Some(said)).await;
        check(|| Err(ReportError::Unavailable(Cause::new("gone"))), "retry", "running", None).await;
        check(|| Err(ReportError::DeadlineExceeded), "retry", "running", None).await;
    }
);

both!(
    async fn a_run_that_was_interrupted_is_written_from_the_start(stage: Stage) {
        let source = FakeReportSource::new();
        let house = House::new(&stage, source.clone()).await;
        let id = house.ask(json!({})).await;
        source.on_read(|_, request| match request.cursor {
            None => Ok(ReportPage { rows: vec![row("half", "1")], next_cursor: Some("1".to_owned()) }),
            Some(_) => Err(ReportError::Unavailable(Cause::default())),
        });
        assert!(matches!(house.deliver(&house.ctx(), JOB).await, Err(JobFailure::Retry(_))));
        source.on_read(|_, _| Ok(ReportPage { rows: vec![row("whole", "2")], next_cursor: None }));
        house.deliver(&house.ctx(), JOB).await.unwrap();
        let file = house.get("owner", &format!("/runs/{id}/download")).await;
        assert_eq!(file.text(), "Item,Total\r\nwhole,2\r\n");
        assert_eq!(house.run(&id).await["rows_written"], 1);
    }
);

both!(
    async fn a_caller_who_lost_the_permission_gets_no_file(stage: Stage) {
        let source = paged(vec![row("Tea", "1")], 1);
        let house = House::new(&stage, source.clone()).await;
        let id = house.ask(json!({})).await;
        house.deliver(&house.ctx_with(&[READ, WRITE]), JOB).await.unwrap();
        let run = house.run(&id).await;
        assert_eq!(run["status"], "failed", "{run}");
        assert!(run["failure_detail"].as_str().unwrap().contains(&definition().permission), "{run}");
        assert!(source.read_calls().is_empty());
    }
);

both!(
    async fn a_cancelled_run_is_never_written(stage: Stage) {
        let source = paged(vec![row("Tea", "1")], 1);
        let house = House::new(&stage, source.clone()).await;
        let id = house.ask(json!({})).await;
        let path = format!("/runs/{id}/cancel");
        assert_eq!(house.post("reader", &path, json!({})).await.status, 403);
        for _ in 0..2 {
            let reply = house.send("owner", actix_web::http::Method::POST, &path, None, &[]).await;
            assert_eq!(
                (reply.status, reply.json()["status"].as_str()),
                (200, Some("cancelled")),
                "{reply:?}"
            );
        }
        assert!(matches!(house.deliver(&house.ctx(), JOB).await, Err(JobFailure::Cancelled)));
        assert!(source.read_calls().is_empty());
        assert_eq!(house.run(&id).await["status"], "cancelled");
    }
);

/// Says that it was asked, and answers when it is let go; there is always another page.
#[derive(Clone, Default)]
struct Gate(Arc<(Notify, Notify)>);

#[async_trait]
impl ReportSource for Gate {
    async fn read(&self, _: &Ctx, request: ReadReport) -> Result<ReportPage, ReportError> {
        self.0.0.notify_one();
        self.0.1.notified().await;
        let next = request.cursor.map_or(1, |cursor| cursor.parse::<u64>().unwrap() + 1);
        Ok(ReportPage { rows: vec![row("Tea", "1")], next_cursor: Some(next.to_string()) })
    }
}

both!(
    async fn cancelling_stops_a_run_between_two_pages(stage: Stage) {
        let gate = Gate::default();
        let house = House::new(&stage, gate.clone()).await;
        let id = house.ask(json!({})).await;
        let ctx = house.ctx();
        let steps = async {
            gate.0.0.notified().await;
            gate.0.1.notify_one();
            gate.0.0.notified().await;
            let halfway = house.run(&id).await;
            assert_eq!((halfway["status"].as_str(), &halfway["rows_written"]), (Some("running"), &json!(1)));
            let reply = house.post("owner", &format!("/runs/{id}/cancel"), json!({})).await;
            assert_eq!(reply.status, 200, "{reply:?}");
            gate.0.1.notify_one();
        };
        let (ended, ()) = futures::join!(house.deliver(&ctx, JOB), steps);
        assert!(matches!(ended, Err(JobFailure::Cancelled)), "{ended:?}");
        assert_eq!(house.run(&id).await["status"], "cancelled");
        let no_file = house.get("owner", &format!("/runs/{id}/download")).await;
        assert_eq!(no_file.status, 409);
    }
);

both!(
    async fn who_is_suspended_between_two_pages_gets_no_file(stage: Stage) {
        let gate = Gate::default();
        let house = House::new(&stage, gate.clone()).await;
        let runtime = start(&house, &stage);
        let id = house.ask(json!({})).await;
        gate.0.0.notified().await;
        house.people.gone.store(true, Ordering::SeqCst);
        gate.0.1.notify_one();
        let run = ended(&house, &stage, &id, chrono::TimeDelta::zero()).await;
        assert_eq!(run["status"], "failed", "{run}");
        assert!(run["failure_detail"].as_str().unwrap().contains("may no longer act"), "{run}");
        let no_file = house.get("owner", &format!("/runs/{id}/download")).await;
        assert_eq!(no_file.status, 409);
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

both!(
    async fn no_run_says_running_for_ever(stage: Stage) {
        let source = FakeReportSource::new();
        let house = House::new(&stage, source.clone()).await;
        source.on_read(|_, _| Ok(ReportPage { rows: vec![], next_cursor: None }));
        let ready = house.ask(json!({})).await;
        house.deliver(&house.ctx(), JOB).await.unwrap();
        source.on_read(|_, _| Err(ReportError::Unavailable(Cause::default())));
        let stuck = house.ask(json!({})).await;
        let _ = house.deliver(&house.ctx(), JOB).await;
        house.kill_at_the_last_attempt(&stage).await;
        let runtime = start(&house, &stage);
        let run = ended(&house, &stage, &stuck, chrono::TimeDelta::zero()).await;
        assert_eq!(run["status"], "failed", "{run}");
        assert!(run["failure_detail"].as_str().unwrap().contains("given up"), "{run}");
        eventually("both are seen to", async || (house.done("reports.end_run").await == 2).then_some(()))
            .await;
        assert_eq!(house.run(&ready).await["status"], "ready");
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);

fn start(house: &House, stage: &Stage) -> Runtime {
    let settings = Settings {
        sweep: Duration::from_millis(20),
        back_off: Duration::from_millis(1),
        ..Settings::default()
    };
    let domain =
        Domain { databases: house.databases.clone(), handlers: house.handlers.clone(), schedules: vec![] };
    Runtime::start(jobs::Setup {
        domains: vec![domain],
        remote: vec![],
        settings,
        identity: Arc::new(house.people.clone()),
        entitlements: None,
        clock: stage.clock.clone(),
    })
    .unwrap()
}

/// Waits while the clock goes on in steps.
async fn ended(house: &House, stage: &Stage, id: &str, step: chrono::TimeDelta) -> serde_json::Value {
    eventually("the run ends", async || {
        stage.clock.advance(step);
        let run = house.run(id).await;
        run["finished_at"].is_string().then_some(run)
    })
    .await
}

both!(
    async fn workers_write_the_file_and_give_up_in_the_end(stage: Stage) {
        let source = paged(vec![row("Tea", "1")], 1);
        let house = House::new(&stage, source.clone()).await;
        let runtime = start(&house, &stage);
        let good = house.ask(json!({})).await;
        let second = chrono::TimeDelta::seconds(1);
        assert_eq!(ended(&house, &stage, &good, second).await["status"], "ready");

        source.on_read(|_, _| Err(ReportError::Unavailable(Cause::default())));
        let before = source.read_calls().len();
        let bad = house.ask(json!({})).await;
        let run = ended(&house, &stage, &bad, second).await;
        assert_eq!(run["failure_detail"], "What the report needs does not answer. Ask for it again later.");
        assert_eq!(source.read_calls().len() - before, 8);

        house.people.gone.store(true, Ordering::SeqCst);
        let orphan = house.ask(json!({})).await;
        let run = ended(&house, &stage, &orphan, chrono::TimeDelta::zero()).await;
        assert!(run["failure_detail"].as_str().unwrap().contains("may no longer act"), "{run}");
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);
