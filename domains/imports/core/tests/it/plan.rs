//! A dry run is a plan: an import carries it out, says what it said, and goes on as any import where something dies.

use crate::house::{House, Stage, both, call, csv, eventually, request};
use crate::runs::check_counts;
use crate::warehouse::Trouble;
use module::RefusedRow;
use serde_json::{Value, json};

impl House {
    /// The id of a run that carries out a dry run.
    async fn carry_out(&self, plan: &str) -> String {
        let body = json!({ "plan_id": plan, "mode": "apply" });
        let reply = self.send(call("POST", "/runs").by("owner").key().json(&body)).await;
        assert_eq!(reply.status, 202, "{reply:?}");
        reply.id()
    }
}

both!(
    async fn an_import_says_row_by_row_what_its_dry_run_said(stage: Stage) {
        let house = House::new(stage).await;
        let _worker = house.worker();
        let file = csv(230).replace("s7,Item 7,7.50", "s7,Item 7,cheap").replace("s9,Item 9,", "s9,Item,9,");
        let upload = house.upload("owner", &file).await;
        let plan = house.run("owner", &upload, "dry_run").await;
        check_counts(&house.ended(&plan).await, "done", 230, [228, 0, 0, 2]);
        assert_eq!(house.warehouse.skus(house.people.tenant.id), Vec::<String>::new());

        // Killed before, after, and with its answer lost.
        house.warehouse.trouble(0, Trouble::DiesAfter);
        house.warehouse.trouble(1, Trouble::DiesBefore);
        house.warehouse.trouble(2, Trouble::AnswerLost);
        let run = house.carry_out(&plan).await;
        let ended = house.ended(&run).await;
        check_counts(&ended, "done", 230, [228, 0, 0, 2]);
        let told = (&ended["plan_id"], &ended["upload_id"], &ended["mapping"]);
        assert_eq!(told, (&json!(plan), &json!(upload), &request("", "")["mapping"]));
        assert_eq!(house.rows("owner", &run, "").await, house.rows("owner", &plan, "").await);
        assert_eq!(house.warehouse.skus(house.people.tenant.id).len(), 228);
        assert_eq!(house.warehouse.written_twice(), Vec::<String>::new());
    }
);

both!(
    async fn a_plan_is_carried_out_once_and_when_it_is_done(stage: Stage) {
        let house = House::new(stage).await;
        let upload = house.upload("owner", &csv(1)).await;
        let plan = house.run("owner", &upload, "dry_run").await;
        let check = async |body: Value, status: u16, code: &str, pointers: &[&str]| {
            let reply = house.send(call("POST", "/runs").by("owner").key().json(&body)).await;
            assert_eq!((reply.status, reply.code().as_str()), (status, code), "{body}: {reply:?}");
            let errors = reply.json()["errors"].as_array().cloned().unwrap_or_default();
            let found: Vec<_> = errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
            assert_eq!(found, pointers, "{body}");
        };
        let of = |plan: &str| json!({ "plan_id": plan, "mode": "apply" });
        // It waits still.
        check(of(&plan), 422, "invalid", &["/plan_id"]).await;
        let _worker = house.worker();
        house.ended(&plan).await;
        check(of(&uuid::Uuid::nil().to_string()), 422, "invalid", &["/plan_id"]).await;
        let foreign = house.upload("neighbour", &csv(1)).await;
        let foreign = house.run("neighbour", &foreign, "dry_run").await;
        check(of(&foreign), 422, "invalid", &["/plan_id"]).await;
        let mut all = request(&upload, "dry_run");
        all["plan_id"] = json!(plan);
        check(all, 422, "invalid", &["/upload_id", "/target", "/mapping", "/mode"]).await;
        check(json!({ "mode": "apply" }), 422, "invalid", &["/upload_id", "/target", "/mapping"]).await;

        let run = house.carry_out(&plan).await;
        check_counts(&house.ended(&run).await, "done", 1, [1, 0, 0, 0]);
        check(of(&plan), 409, "imports.plan_carried_out", &[]).await;
        check(of(&run), 422, "invalid", &["/plan_id"]).await;
    }
);

both!(
    async fn what_was_refused_comes_back_to_be_fixed(stage: Stage) {
        let house = House::new(stage).await;
        let _worker = house.worker();
        let good = csv(120).replace("id,title,price\n", "");
        let file = format!(
            "id,title,price\n1,Chai,18\n2\n3,\"Gumbo; \"\"mix\"\"\",cheap\n{good}4,\"two\nlines\",dear\n5,Tofu,1\n"
        );
        let upload = house.upload("owner", &file).await;
        let run = house.run("owner", &upload, "apply").await;
        check_counts(&house.ended(&run).await, "done", 125, [122, 0, 0, 3]);
        let told = house.send(call("GET", &format!("/runs/{run}/error-file")).by("owner")).await;
        assert_eq!((told.status, told.header("content-type")), (200, "text/csv"), "{told:?}");
        assert_eq!(told.header("content-disposition"), "attachment; filename=\"upload-errors.csv\"");
        let found = String::from_utf8(told.bytes).unwrap();
        let expected = format!(
            "id,title,price,error,import_row\r\n\
            2,,,,\"line 3: the row has 1 values, the header 3\",{run}:3\r\n\
            3,\"Gumbo; \"\"mix\"\"\",cheap,line 4: price It is wrong.,{run}:4\r\n\
            4,\"two\nlines\",dear,line 125: price It is wrong.,{run}:125\r\n"
        );
        assert_eq!(found, expected);

        let fixed = found.replace("2,,,,", "2,Chang,19,").replace("cheap", "1.50");
        let upload = house.upload("owner", &fixed).await;
        let again = house.run("owner", &upload, "apply").await;
        check_counts(&house.ended(&again).await, "done", 3, [2, 0, 0, 1]);
        assert_eq!(house.warehouse.skus(house.people.tenant.id).len(), 124);
        // What is wrong still is told in the same column.
        let told = house.send(call("GET", &format!("/runs/{again}/error-file")).by("owner")).await;
        let expected = format!(
            "id,title,price,error,import_row\r\n4,\"two\nlines\",dear,line 4: price It is wrong.,{run}:125\r\n"
        );
        assert_eq!(String::from_utf8(told.bytes).unwrap(), expected);

        let told = house.send(call("GET", &format!("/runs/{run}/error-file")).by("neighbour")).await;
        assert_eq!((told.status, told.code().as_str()), (404, "imports.run_not_found"));
    }
);

both!(
    async fn a_row_of_an_error_file_says_which_one_it_was(stage: Stage) {
        let house = House::new(stage).await;
        let _worker = house.worker();
        let upload = house.upload("owner", "id,title,price\n1,Chai,18\n2,=1+1,dear\n3,Tofu,dear\n").await;
        let run = house.run("owner", &upload, "apply").await;
        check_counts(&house.ended(&run).await, "done", 3, [1, 0, 0, 2]);
        let row = |line| Some(RefusedRow { import: run.parse().unwrap(), line });
        assert_eq!(house.warehouse.corrected("2"), None);
        let error_file = async |run: &str| {
            let told = house.send(call("GET", &format!("/runs/{run}/error-file")).by("owner")).await;
            assert_eq!(told.status, 200, "{told:?}");
            String::from_utf8(told.bytes).unwrap()
        };
        let found = error_file(&run).await;
        assert!(found.contains("\r\n2,'=1+1,dear,"), "{found}");

        // As it is, and what comes of that as it is.
        let upload = house.upload("owner", &found).await;
        let again = house.run("owner", &upload, "apply").await;
        check_counts(&house.ended(&again).await, "done", 2, [0, 0, 0, 2]);
        assert_eq!((house.warehouse.corrected("2"), house.warehouse.corrected("3")), (row(3), row(4)));
        assert_eq!(house.warehouse.sent("2", "name").as_deref(), Some("=1+1"));
        let upload = house.upload("owner", &error_file(&again).await.replace("dear", "1")).await;
        let third = house.run("owner", &upload, "apply").await;
        check_counts(&house.ended(&third).await, "done", 2, [2, 0, 0, 0]);
        assert_eq!((house.warehouse.corrected("2"), house.warehouse.corrected("3")), (row(3), row(4)));

        let file = "id,title,price,import_row\n4,Tea,1,\n5,Rice,1,next one\n6,Salt,1, \n";
        let upload = house.upload("owner", file).await;
        let last = house.run("owner", &upload, "apply").await;
        check_counts(&house.ended(&last).await, "done", 3, [2, 0, 0, 1]);
        assert_eq!(house.warehouse.corrected("6"), None);
        let refused = house.rows("owner", &last, "&outcome=refused").await;
        let fault = &refused[0]["faults"][0];
        let told = [&fault["column"], &fault["value"], &fault["rule"]];
        assert_eq!(told, ["import_row", "next one", "not_an_import_row"], "{fault}");
    }
);

both!(
    async fn a_plan_that_was_carried_out_in_part_is_finished_by_another_import(stage: Stage) {
        let house = House::new(stage).await;
        let worker = house.worker();
        let upload = house.upload("owner", &csv(250)).await;
        let plan = house.run("owner", &upload, "dry_run").await;
        house.ended(&plan).await;
        drop(worker);
        house.warehouse.trouble(1, Trouble::AnswerLost);
        let run = house.carry_out(&plan).await;
        let tenant = house.people.tenant.id;
        let _worker = house.worker();
        eventually("the second batch goes in", async || {
            (house.warehouse.skus(tenant).len() == 200).then_some(())
        })
        .await;
        // It has gone in, its answer is lost, and nobody here knows of it.
        let cancel = call("POST", &format!("/runs/{run}/cancel")).by("owner");
        assert_eq!(house.send(cancel).await.status, 202);
        // Before it ends the target is asked.
        check_counts(&house.ended(&run).await, "cancelled", 250, [200, 0, 0, 0]);
        assert_eq!(house.rows("owner", &run, "").await.len(), 200);
        assert_eq!(house.warehouse.skus(tenant).len(), 200);

        let again = house.run("owner", &upload, "apply").await;
        check_counts(&house.ended(&again).await, "done", 250, [50, 0, 200, 0]);
        assert_eq!(house.warehouse.written_twice(), Vec::<String>::new());
    }
);
