//! An import is undone: exactly what it made, the last batch first, and what was built upon stays and says so.

use crate::house::{House, Reply, Stage, all, both, call, csv, eventually, without_target};
use crate::runs::check_counts;
use crate::warehouse::Trouble;
use jobs::{MessageSummary, Status};
use serde_json::{Value, json};

impl House {
    async fn undo(&self, who: &str, run: &str) -> Reply {
        self.send(call("POST", &format!("/runs/{run}/undo")).by(who)).await
    }

    /// How the undoing of a run has ended; waiting times of its jobs pass at once.
    async fn undone(&self, run: &str) -> Value {
        let path = format!("/runs/{run}");
        eventually("the undoing ends", async || {
            let undo = self.get("owner", &path).await["undo"].clone();
            if ["done", "failed"].contains(&undo["status"].as_str().unwrap_or_default()) {
                return Some(undo);
            }
            let (messages, now) = (self.messages().await, self.stage.clock.now());
            let waits = |message: &MessageSummary| message.status != Status::Leased && message.run_at > now;
            if messages.iter().all(|message| message.finished_at.is_some() || waits(message)) {
                self.pass(15 * 60);
            }
            None
        })
        .await
    }

    /// How it has ended, and how many rows it has taken back and kept.
    async fn check_undone(&self, run: &str, status: &str, [undone, kept]: [u64; 2]) {
        let found = self.undone(run).await;
        let counts = (&found["status"], &found["rows_undone"], &found["rows_kept"]);
        assert_eq!(counts, (&json!(status), &json!(undone), &json!(kept)), "{found}");
    }
}

both!(
    async fn what_an_import_made_is_undone_and_nothing_else(stage: Stage) {
        let house = House::new(stage).await;
        let _worker = house.worker();
        let tenant = house.people.tenant.id;
        let first = house.upload("owner", &csv(50)).await;
        house.ended(&house.run("owner", &first, "apply").await).await;
        // 200 new ones, two updated, one refused, and the rest as they were.
        let file = csv(250)
            .replace("s7,Item 7,", "s7,Seven,")
            .replace("s8,Item 8,", "s8,Eight,")
            .replace("s9,Item 9,9.50", "s9,Item 9,dear");
        let second = house.upload("owner", &file).await;
        let run = house.run("owner", &second, "apply").await;
        check_counts(&house.ended(&run).await, "done", 250, [200, 2, 47, 1]);
        house.warehouse.build_upon("s8");
        house.warehouse.build_upon("s120");

        house.warehouse.trouble(2, Trouble::AnswerLost);
        house.warehouse.trouble(1, Trouble::DiesAfter);
        house.warehouse.trouble(0, Trouble::Unavailable);
        let reply = house.undo("owner", &run).await;
        assert_eq!((reply.status, &reply.json()["undo"]["status"]), (202, &json!("queued")), "{reply:?}");
        let undone = house.undone(&run).await;
        let expected =
            json!({ "status": "done", "rows_undone": 200, "rows_kept": 2, "failure_detail": null });
        assert_eq!(undone, expected);
        // What may have gone in beyond the last batch that is recorded is asked for first.
        assert_eq!(house.warehouse.undone(), [3, 2, 2, 1, 1, 0, 0]);
        assert_eq!(house.warehouse.skus(tenant).len(), 51);
        assert_eq!(house.warehouse.name(tenant, "s7").as_deref(), Some("Item 7"));
        assert_eq!(house.warehouse.name(tenant, "s8").as_deref(), Some("Eight"));
        assert!(house.warehouse.name(tenant, "s120").is_some());

        assert_eq!(house.rows("owner", &run, "&outcome=undone").await.len(), 200);
        let kept = |row: &Value| (row["line"].clone(), row["faults"][0]["rule"].clone());
        for (outcome, line) in [("created", 121), ("updated", 9)] {
            let rows = house.rows("owner", &run, &format!("&outcome={outcome}")).await;
            let found: Vec<_> = rows.iter().map(kept).collect();
            assert_eq!(found, [(json!(line), json!("built_upon"))], "{outcome}");
        }
        assert_eq!(house.rows("owner", &run, "&outcome=refused").await.len(), 1);
        // It went in as it did.
        check_counts(&house.get("owner", &format!("/runs/{run}")).await, "done", 250, [200, 2, 47, 1]);
    }
);

both!(
    async fn what_was_kept_is_taken_back_once_nothing_is_built_on_it(stage: Stage) {
        let house = House::new(stage).await;
        let worker = house.worker();
        let tenant = house.people.tenant.id;
        let upload = house.upload("owner", &csv(150)).await;
        let run = house.run("owner", &upload, "apply").await;
        check_counts(&house.ended(&run).await, "done", 150, [150, 0, 0, 0]);
        for sku in ["s3", "s7", "s120"] {
            house.warehouse.build_upon(sku);
        }
        assert_eq!(house.undo("owner", &run).await.status, 202);
        house.check_undone(&run, "done", [147, 3]).await;
        // What was taken back comes in anew, and is another import's.
        let other = house.run("owner", &upload, "apply").await;
        check_counts(&house.ended(&other).await, "done", 150, [147, 0, 3, 0]);
        drop(worker);

        house.warehouse.clear("s3");
        house.warehouse.clear("s120");
        let clerk = house.undo("clerk", &run).await;
        assert_eq!((clerk.status, clerk.code().as_str()), (403, "imports.target_forbidden"));
        let reply = house.undo("owner", &run).await;
        let queued =
            json!({ "status": "queued", "rows_undone": 147, "rows_kept": 0, "failure_detail": null });
        assert_eq!((reply.status, &reply.json()["undo"]), (202, &queued), "{reply:?}");
        let twice = house.undo("owner", &run).await;
        assert_eq!((twice.status, twice.code().as_str()), (409, "imports.run_not_undoable"));
        house.warehouse.trouble(1, Trouble::DiesAfter);
        house.warehouse.trouble(0, Trouble::AnswerLost);
        let _worker = house.worker();
        house.check_undone(&run, "done", [149, 1]).await;
        assert_eq!(house.warehouse.undone(), [2, 1, 0, 2, 1, 1, 0, 0]);
        assert_eq!(house.warehouse.skus(tenant).len(), 148);
        for (sku, is_there) in [("s1", true), ("s3", false), ("s7", true), ("s120", false)] {
            assert_eq!(house.warehouse.name(tenant, sku).is_some(), is_there, "{sku}");
        }
        let undone = house.rows("owner", &run, "&outcome=undone").await;
        assert!(undone.len() == 149 && undone.iter().all(|row| row["faults"] == json!([])), "{undone:?}");
        let kept = house.rows("owner", &run, "&outcome=created").await;
        let kept: Vec<_> = kept.iter().map(|row| (&row["line"], &row["faults"][0]["rule"])).collect();
        assert_eq!(kept, [(&json!(8), &json!("built_upon"))]);

        // Where nothing has changed it comes to the same; and once all is taken back there is no more to ask for.
        assert_eq!(house.undo("owner", &run).await.status, 202);
        house.check_undone(&run, "done", [149, 1]).await;
        house.warehouse.clear("s7");
        assert_eq!(house.undo("owner", &run).await.status, 202);
        house.check_undone(&run, "done", [150, 0]).await;
        assert_eq!(house.warehouse.skus(tenant).len(), 147);
        let again = house.undo("owner", &run).await;
        assert_eq!((again.status, again.code().as_str()), (409, "imports.run_not_undoable"));
        check_counts(&house.get("owner", &format!("/runs/{run}")).await, "done", 150, [150, 0, 0, 0]);
    }
);

both!(
    async fn what_was_tried_again_and_failed_goes_on(stage: Stage) {
        let house = House::new(stage).await;
        let worker = house.worker();
        let upload = house.upload("owner", &csv(250)).await;
        let run = house.run("owner", &upload, "apply").await;
        house.ended(&run).await;
        for sku in ["s5", "s205", "s210"] {
            house.warehouse.build_upon(sku);
        }
        assert_eq!(house.undo("owner", &run).await.status, 202);
        house.check_undone(&run, "done", [247, 3]).await;
        house.warehouse.clear("s5");
        house.warehouse.clear("s205");
        drop(worker);
        // Whoever asked may write there no more once two batches of it are tried.
        let people = house.people.now.clone();
        assert_eq!(house.undo("owner", &run).await.status, 202);
        house.warehouse.after(2, move || *people.lock().unwrap() = Some(without_target()));
        let worker = house.worker();
        house.check_undone(&run, "failed", [248, 1]).await;
        drop(worker);
        *house.people.now.lock().unwrap() = Some(all());
        assert_eq!(house.undo("partner", &run).await.status, 202);
        let _worker = house.worker();
        house.check_undone(&run, "done", [249, 1]).await;
        assert_eq!(house.warehouse.undone(), [3, 2, 1, 0, 3, 2, 1, 0]);
        assert_eq!(house.warehouse.skus(house.people.tenant.id), ["s210"]);
    }
);

both!(
    async fn what_was_cancelled_is_undone_as_far_as_it_went(stage: Stage) {
        let house = House::new(stage).await;
        let upload = house.upload("owner", &csv(250)).await;
        let run = house.run("owner", &upload, "apply").await;
        let early = house.undo("owner", &run).await;
        assert_eq!((early.status, early.code().as_str()), (409, "imports.run_not_undoable"));
        house.warehouse.trouble(1, Trouble::Unavailable);
        let _worker = house.worker();
        house.job_reaches(Status::Retrying).await;
        let cancel = call("POST", &format!("/runs/{run}/cancel")).by("owner");
        assert_eq!(house.send(cancel).await.status, 202);
        check_counts(&house.ended(&run).await, "cancelled", 250, [100, 0, 0, 0]);
        assert_eq!(house.undo("owner", &run).await.status, 202);
        assert_eq!(house.undone(&run).await["rows_undone"], 100);
        assert_eq!(house.warehouse.skus(house.people.tenant.id), Vec::<String>::new());
    }
);

both!(
    async fn who_may_no_longer_write_there_undoes_nothing_and_another_goes_on(stage: Stage) {
        let house = House::new(stage).await;
        let upload = house.upload("owner", &csv(3)).await;
        let run = house.run("owner", &upload, "apply").await;
        let worker = house.worker();
        house.ended(&run).await;
        for (who, status, code) in [
            ("clerk", 403, "imports.target_forbidden"),
            ("guest", 403, "forbidden"),
            ("neighbour", 404, "imports.run_not_found"),
        ] {
            let reply = house.undo(who, &run).await;
            assert_eq!((reply.status, reply.code().as_str()), (status, code), "{who}");
        }
        drop(worker);
        assert_eq!(house.undo("owner", &run).await.status, 202);
        *house.people.now.lock().unwrap() = Some(without_target());
        let _worker = house.worker();
        assert_eq!(house.undone(&run).await["status"], "failed");
        assert_eq!(house.warehouse.skus(house.people.tenant.id).len(), 3);
        *house.people.now.lock().unwrap() = Some(all());
        assert_eq!(house.undo("owner", &run).await.status, 202);
        assert_eq!(house.undone(&run).await["rows_undone"], 3);
        assert_eq!(house.warehouse.skus(house.people.tenant.id), Vec::<String>::new());

        let dry = house.run("owner", &upload, "dry_run").await;
        house.ended(&dry).await;
        let reply = house.undo("owner", &dry).await;
        assert!(reply.json()["detail"].as_str().unwrap().contains("dry run"), "{reply:?}");
    }
);
