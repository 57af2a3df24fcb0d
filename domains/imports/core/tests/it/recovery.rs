//! What an import comes to when something dies, fails, or is taken away in the middle of it.

use crate::house::{House, Stage, both, call, csv, eventually, without_target};
use crate::runs::check_counts;
use crate::warehouse::Trouble;
use jobs::{MessageSummary, Status};

both!(
    async fn after_a_crash_nothing_is_lost_and_nothing_is_there_twice(stage: Stage) {
        let house = House::new(stage).await;
        let _worker = house.worker();
        let mut rows = 0;
        for (round, troubles) in [
            [
                (0, Trouble::DiesBefore),
                (1, Trouble::DiesAfter),
                (1, Trouble::DiesAfter),
                (2, Trouble::DiesBefore),
            ],
            [
                (0, Trouble::AnswerLost),
                (0, Trouble::DiesAfter),
                (1, Trouble::AnswerLost),
                (2, Trouble::DiesAfter),
            ],
            [
                (1, Trouble::Unavailable),
                (1, Trouble::Unavailable),
                (2, Trouble::Short),
                (2, Trouble::AnswerLost),
            ],
        ]
        .into_iter()
        .enumerate()
        {
            for (batch, trouble) in troubles {
                house.warehouse.trouble(batch, trouble);
            }
            // A malformed row and a value over two lines, so that batches are neither of lines nor of good rows.
            let file = csv(230).replace("\ns", &format!("\nr{round}-")).replace("Item 50,", "\"Item\n50\",");
            let upload = house.upload("owner", &file.replace("Item 120,", "Item, 120,")).await;
            let run = house.run("owner", &upload, "apply").await;
            check_counts(&house.ended(&run).await, "done", 230, [229, 0, 0, 1]);
            rows += 229;
            assert_eq!(house.warehouse.skus(house.people.tenant.id).len(), rows, "{troubles:?}");
            assert_eq!(house.warehouse.written_twice(), Vec::<String>::new(), "{troubles:?}");
            let lines: Vec<_> =
                house.rows("owner", &run, "").await.iter().map(|row| row["line"].as_u64().unwrap()).collect();
            let expected: Vec<_> = (2..=232).filter(|line| *line != 52).collect();
            assert_eq!(lines, expected, "{troubles:?}");
        }
    }
);

both!(
    async fn an_import_that_can_never_go_on_fails_with_its_reason(stage: Stage) {
        let house = House::new(stage).await;
        let upload = house.upload("owner", &csv(150)).await;
        house.warehouse.trouble(1, Trouble::Forbidden);
        let run = house.run("owner", &upload, "apply").await;
        let _worker = house.worker();
        let ended = house.ended(&run).await;
        check_counts(&ended, "failed", 150, [100, 0, 0, 0]);
        assert!(ended["failure_detail"].as_str().unwrap().contains("warehouse.items.write"), "{ended}");
        house.job_reaches(Status::Dead).await;
    }
);

both!(
    async fn whoever_may_no_longer_write_there_does_not_import(stage: Stage) {
        let house = House::new(stage).await;
        let upload = house.upload("owner", &csv(1)).await;
        let run = house.run("owner", &upload, "apply").await;
        *house.people.now.lock().unwrap() = Some(without_target());
        let _worker = house.worker();
        check_counts(&house.ended(&run).await, "failed", 1, [0, 0, 0, 0]);
        assert_eq!(house.warehouse.batches(), []);
    }
);

both!(
    async fn a_removed_members_import_ends_failed(stage: Stage) {
        let house = House::new(stage).await;
        let upload = house.upload("owner", &csv(1)).await;
        let run = house.run("owner", &upload, "apply").await;
        *house.people.now.lock().unwrap() = None;
        let _worker = house.worker();
        let ended = house.ended_at_once(&run).await;
        check_counts(&ended, "failed", 1, [0, 0, 0, 0]);
        assert!(ended["failure_detail"].as_str().unwrap().contains("may no longer act"), "{ended}");
        assert_eq!(house.warehouse.batches(), []);
    }
);

both!(
    async fn who_is_suspended_between_two_batches_imports_no_more(stage: Stage) {
        let house = House::new(stage).await;
        let now = house.people.now.clone();
        house.warehouse.after(1, move || *now.lock().unwrap() = None);
        let upload = house.upload("owner", &csv(350)).await;
        let run = house.run("owner", &upload, "apply").await;
        let _worker = house.worker();
        let ended = house.ended_at_once(&run).await;
        // What had gone in when it was seen is told as it is.
        check_counts(&ended, "failed", 350, [200, 0, 0, 0]);
        assert!(ended["failure_detail"].as_str().unwrap().contains("may no longer act"), "{ended}");
        assert_eq!(house.warehouse.batches(), [(0, 100), (1, 100)]);
        house.job_reaches(Status::Dead).await;
    }
);

both!(
    async fn who_loses_the_permission_between_two_batches_imports_no_more(stage: Stage) {
        let house = House::new(stage).await;
        let now = house.people.now.clone();
        house.warehouse.after(0, move || *now.lock().unwrap() = Some(without_target()));
        let upload = house.upload("owner", &csv(350)).await;
        let run = house.run("owner", &upload, "apply").await;
        let _worker = house.worker();
        let ended = house.ended_at_once(&run).await;
        check_counts(&ended, "failed", 350, [100, 0, 0, 0]);
        assert!(ended["failure_detail"].as_str().unwrap().contains("warehouse.items.write"), "{ended}");
        assert_eq!(house.warehouse.batches(), [(0, 100)]);
    }
);

both!(
    async fn an_import_whose_process_dies_at_the_last_attempt_ends_failed(stage: Stage) {
        let house = House::new(stage).await;
        let upload = house.upload("owner", &csv(1)).await;
        let run = house.run("owner", &upload, "apply").await;
        house.kill_at_the_last_attempt().await;
        let _worker = house.worker();
        let ended = house.ended_at_once(&run).await;
        check_counts(&ended, "failed", 1, [0, 0, 0, 0]);
        assert!(ended["failure_detail"].as_str().unwrap().contains("failed too often"), "{ended}");
    }
);

both!(
    async fn an_import_that_has_ended_stays_as_it_ended(stage: Stage) {
        let house = House::new(stage).await;
        let upload = house.upload("owner", &csv(1)).await;
        let run = house.run("owner", &upload, "apply").await;
        let cancel = call("POST", &format!("/runs/{run}/cancel")).by("owner");
        assert_eq!(house.send(cancel).await.status, 202);
        house.kill_at_the_last_attempt().await;
        let _worker = house.worker();
        let followed = eventually("the end is seen to", async || {
            let follows = |job: &MessageSummary| job.kind == "imports.end_run";
            house.messages().await.into_iter().find(|job| follows(job) && job.finished_at.is_some())
        })
        .await;
        assert_eq!(followed.status, Status::Done);
        check_counts(&house.ended_at_once(&run).await, "cancelled", 1, [0, 0, 0, 0]);
    }
);

both!(
    async fn an_import_that_gets_on_is_tried_again_however_often_it_fails(stage: Stage) {
        let house = House::new(stage).await;
        let _worker = house.worker();
        for (batch, trouble) in [(1, Trouble::Unavailable), (2, Trouble::DiesAfter), (3, Trouble::DiesBefore)]
        {
            for _ in 0..5 {
                house.warehouse.trouble(batch, trouble);
            }
        }
        let upload = house.upload("owner", &csv(350)).await;
        let run = house.run("owner", &upload, "apply").await;
        check_counts(&house.ended(&run).await, "done", 350, [350, 0, 0, 0]);
    }
);

both!(
    async fn a_target_that_stays_away_fails_the_import_in_the_end(stage: Stage) {
        let house = House::new(stage).await;
        for _ in 0..12 {
            house.warehouse.trouble(1, Trouble::Unavailable);
        }
        let upload = house.upload("owner", &csv(150)).await;
        let run = house.run("owner", &upload, "apply").await;
        let _worker = house.worker();
        let ended = house.ended(&run).await;
        check_counts(&ended, "failed", 150, [100, 0, 0, 0]);
        assert!(ended["failure_detail"].as_str().unwrap().contains("does not answer"), "{ended}");
        assert_eq!(house.warehouse.batches().len(), 13);
    }
);

both!(
    async fn a_job_that_only_ever_dies_does_not_leave_its_import_running(stage: Stage) {
        let house = House::new(stage).await;
        for _ in 0..12 {
            house.warehouse.trouble(0, Trouble::DiesBefore);
        }
        let upload = house.upload("owner", &csv(1)).await;
        let run = house.run("owner", &upload, "apply").await;
        let _worker = house.worker();
        check_counts(&house.ended(&run).await, "failed", 1, [0, 0, 0, 0]);
    }
);

both!(
    async fn an_operator_who_cancels_the_job_cancels_the_import(stage: Stage) {
        let house = House::new(stage).await;
        let upload = house.upload("owner", &csv(1)).await;
        let run = house.run("owner", &upload, "apply").await;
        let job = house.job().await;
        assert!(house.ledger().cancel(job.tenant, job.id).await.unwrap());
        let _worker = house.worker();
        check_counts(&house.ended_at_once(&run).await, "cancelled", 1, [0, 0, 0, 0]);
        assert_eq!(house.warehouse.batches(), []);
    }
);

both!(
    async fn what_went_in_at_the_last_attempt_is_in_the_report(stage: Stage) {
        let house = House::new(stage).await;
        let _worker = house.worker();
        let mut rows = 0;
        for (round, last) in [Trouble::AnswerLost, Trouble::DiesAfter].into_iter().enumerate() {
            for _ in 1..12 {
                house.warehouse.trouble(1, Trouble::Unavailable);
            }
            house.warehouse.trouble(1, last);
            // A malformed row is of the batch too.
            let file = csv(250).replace("\ns", &format!("\nr{round}-")).replace("Item 120,", "Item, 120,");
            let upload = house.upload("owner", &file).await;
            let run = house.run("owner", &upload, "apply").await;
            let ended = house.ended(&run).await;
            check_counts(&ended, "failed", 250, [199, 0, 0, 1]);
            rows += 199;
            assert_eq!(house.warehouse.skus(house.people.tenant.id).len(), rows, "{last:?}");
            assert_eq!(house.rows("owner", &run, "&outcome=created").await.len(), 199, "{last:?}");
            assert!(!ended["failure_detail"].as_str().unwrap().contains("could not be found out"), "{ended}");
        }
    }
);

both!(
    async fn an_import_whose_target_says_nothing_tells_what_is_not_known(stage: Stage) {
        let house = House::new(stage).await;
        let _worker = house.worker();
        house.warehouse.mute();
        for (round, last) in [Trouble::Unavailable, Trouble::DiesAfter].into_iter().enumerate() {
            for _ in 1..12 {
                house.warehouse.trouble(1, Trouble::Unavailable);
            }
            house.warehouse.trouble(1, last);
            let upload = house.upload("owner", &csv(250).replace("\ns", &format!("\nr{round}-"))).await;
            let run = house.run("owner", &upload, "apply").await;
            let ended = house.ended(&run).await;
            check_counts(&ended, "failed", 250, [100, 0, 0, 0]);
            let detail = ended["failure_detail"].as_str().unwrap();
            assert!(detail.contains("could not be found out"), "{last:?}: {detail}");
        }
    }
);

both!(
    async fn a_cancelled_import_whose_target_says_nothing_tells_that_too(stage: Stage) {
        let house = House::new(stage).await;
        let _worker = house.worker();
        house.warehouse.mute();
        house.warehouse.trouble(1, Trouble::AnswerLost);
        let upload = house.upload("owner", &csv(250)).await;
        let run = house.run("owner", &upload, "apply").await;
        eventually("the second batch goes in", async || {
            (house.warehouse.skus(house.people.tenant.id).len() == 200).then_some(())
        })
        .await;
        let cancel = call("POST", &format!("/runs/{run}/cancel")).by("owner");
        assert_eq!(house.send(cancel).await.status, 202);
        let ended = house.ended(&run).await;
        check_counts(&ended, "cancelled", 250, [100, 0, 0, 0]);
        let detail = ended["failure_detail"].as_str().unwrap();
        assert!(detail.contains("could not be found out"), "{detail}");
    }
);
