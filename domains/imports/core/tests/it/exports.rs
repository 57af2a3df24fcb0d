//! Exports from the request to the file, and back in.

use crate::house::{House, Reply, Stage, both, call, eventually, without_target};
use crate::warehouse::{READ_PERMISSION, Trouble};
use jobs::{MessageSummary, Status};
use serde_json::{Value, json};
use testkit::files_under;

/// With the mark by which Excel knows UTF-8.
const HEADER: &str = "\u{FEFF}sku,name,unit_cost,currency\r\n";
const TARGET: &str = "warehouse.items";

impl House {
    async fn export(&self, who: &str) -> String {
        let asked = call("POST", "/exports").by(who).json(&json!({ "target": TARGET, "format": "csv" }));
        let reply = self.send(asked).await;
        assert_eq!((reply.status, &reply.json()["status"]), (202, &json!("queued")), "{reply:?}");
        assert_eq!(reply.header("location"), format!("/api/v1/imports/exports/{}", reply.id()));
        reply.id()
    }

    /// How it has ended; waiting times of its jobs pass at once.
    async fn exported(&self, who: &str, export: &str) -> Value {
        let path = format!("/exports/{export}");
        eventually("the export ends", async || {
            let found = self.get(who, &path).await;
            if found["finished_at"].is_string() {
                return Some(found);
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

    async fn file(&self, who: &str, export: &str) -> Reply {
        self.send(call("GET", &format!("/exports/{export}/file")).by(who)).await
    }

    async fn cancel_export(&self, who: &str, export: &str) -> Reply {
        self.send(call("POST", &format!("/exports/{export}/cancel")).by(who)).await
    }

    /// So many items, `i1` and on.
    fn has_items(&self, items: usize) {
        let skus: Vec<_> = (1..=items).map(|item| format!("i{item}")).collect();
        let rows: Vec<_> = skus.iter().map(|sku| [("sku", sku.as_str()), ("name", "Chai")]).collect();
        let rows: Vec<&[(&str, &str)]> = rows.iter().map(|row| row.as_slice()).collect();
        self.warehouse.has(self.people.tenant.id, &rows);
    }

    async fn ends_failed(&self, export: &str, detail: &str) {
        let ended = self.exported("owner", export).await;
        assert_eq!((&ended["status"], &ended["size_bytes"]), (&json!("failed"), &Value::Null), "{ended}");
        assert!(ended["failure_detail"].as_str().unwrap().contains(detail), "{ended}");
        let file = self.file("owner", export).await;
        assert_eq!((file.status, file.code().as_str()), (409, "imports.export_not_done"));
        assert_eq!(files_under(&self.stage.folder.path().join("blobs")), 0);
    }
}

fn text(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{reply:?}");
    String::from_utf8(reply.bytes.clone()).unwrap()
}

both!(
    async fn what_a_target_has_becomes_a_file(stage: Stage) {
        let house = House::new(stage).await;
        house.warehouse.has(
            house.people.tenant.id,
            &[
                &[("name", "Tea, green"), ("sku", "t1"), ("unit_cost", "-12.50"), ("currency", "EUR")],
                &[("sku", "t2"), ("name", "=HYPERLINK(\"http://x\")")],
                &[("sku", "-t3"), ("name", "two\r\nlines"), ("unit_cost", "-1+cmd|' /C calc'!A0")],
                &[("sku", "t4"), ("name", "'Käse"), ("unit_cost", "3")],
                &[("sku", "t5"), ("name", "Chai")],
            ],
        );
        let export = house.export("owner").await;
        let early = house.file("owner", &export).await;
        assert_eq!((early.status, early.code().as_str()), (409, "imports.export_not_done"));
        let _worker = house.worker();
        let ended = house.exported("owner", &export).await;
        let expected = format!(
            "{HEADER}t1,\"Tea, green\",-12.50,EUR\r\nt2,\"'=HYPERLINK(\"\"http://x\"\")\",,\r\n\
             '-t3,\"two\r\nlines\",'-1+cmd|' /C calc'!A0,\r\nt4,''Käse,3,\r\nt5,Chai,,\r\n"
        );
        let file = house.file("owner", &export).await;
        assert_eq!(text(&file), expected);
        assert_eq!(file.header("content-type"), "text/csv; charset=utf-8; header=present");
        let day = ended["created_at"].as_str().unwrap()[..10].replace('-', "");
        let name = format!("warehouse-items-{day}.csv");
        assert_eq!(file.header("content-disposition"), format!("attachment; filename=\"{name}\""));
        assert_eq!(
            (&ended["status"], &ended["row_count"], &ended["size_bytes"]),
            (&json!("done"), &json!(5), &json!(expected.len())),
            "{ended}"
        );
        assert_eq!((&ended["target"], &ended["format"]), (&json!(TARGET), &json!("csv")));
        assert_eq!(ended["requested_by"], json!(house.people.tenant.owner));
        assert_eq!(house.warehouse.pages(), [None, Some("2".to_owned()), Some("4".to_owned())]);

        let cancel = house.cancel_export("owner", &export).await;
        assert_eq!((cancel.status, cancel.code().as_str()), (409, "imports.export_finished"));
        house.warehouse.has(house.people.tenant.id, &[]);
        let empty = house.export("owner").await;
        assert_eq!(house.exported("owner", &empty).await["row_count"], 0);
        assert_eq!(text(&house.file("owner", &empty).await), HEADER);
        let listed = house.get("owner", "/exports?limit=1").await;
        assert_eq!(listed["data"][0]["id"], json!(empty));
        assert!(listed["next_cursor"].is_string(), "{listed}");
    }
);

both!(
    async fn what_comes_out_goes_in_as_it_was(stage: Stage) {
        let house = House::new(stage).await;
        let _worker = house.worker();
        // Blanks around a value are not of it; all else is.
        let names = [
            "Chai",
            "=1+1",
            "'=1+1",
            "''=1",
            "'",
            "''",
            "'s-Hertogenbosch",
            "+49 30 1",
            "-2",
            "@SUM(A1)",
            "＝1",
            "＠x",
            "\t=1",
            "\r\n=1",
            "two\r\nlines",
            "one\nmore",
            "a\rreturn",
            "say \"hi\", twice",
            "\"",
            "\",=1",
            "x;=1+1;y|-2",
            "x,'\"=1\n@y",
            ";a|b\tc",
            "Käse 🧀 \u{202E}\u{FEFF}x",
            "=\"\"",
            "a,b,c,d,e",
        ];
        let blanks = [("  Tea  ", "Tea"), (" =1 ", "=1"), (" '=1\n", "'=1"), ("\u{A0}x\t", "x")];
        let all: Vec<&str> = names.into_iter().chain(blanks.map(|(name, _)| name)).collect();
        let skus: Vec<_> = (0..all.len()).map(|item| format!("-i{item}")).collect();
        let row = |(sku, name): (&String, &&'static str)| {
            vec![("sku".to_owned(), sku.clone()), ("name".to_owned(), (*name).to_owned())]
        };
        let mut rows: Vec<_> = skus.iter().zip(&all).map(row).collect();
        rows[0]
            .extend([("unit_cost", "-2.50"), ("currency", "USD")].map(|(a, b)| (a.to_owned(), b.to_owned())));
        let rows: Vec<Vec<(&str, &str)>> = rows
            .iter()
            .map(|row| row.iter().map(|(field, value)| (field.as_str(), value.as_str())).collect())
            .collect();
        let slices: Vec<&[(&str, &str)]> = rows.iter().map(Vec::as_slice).collect();
        house.warehouse.has(house.people.tenant.id, &slices);
        let export = house.export("owner").await;
        assert_eq!(house.exported("owner", &export).await["row_count"], all.len());
        let file = text(&house.file("owner", &export).await);

        let upload = house.upload("owner", &file).await;
        let mapping = ["sku", "name", "unit_cost", "currency"].map(|name| (name, json!({ "column": name })));
        let mapping: serde_json::Map<_, _> =
            mapping.into_iter().map(|(name, source)| (name.to_owned(), source)).collect();
        let run = json!({ "upload_id": upload, "target": TARGET, "mode": "apply", "mapping": mapping });
        let reply = house.send(call("POST", "/runs").by("owner").key().json(&run)).await;
        assert_eq!(reply.status, 202, "{reply:?}");
        let ended = house.ended(&reply.id()).await;
        assert_eq!((&ended["rows_created"], &ended["rows_total"]), (&json!(all.len()), &json!(all.len())));
        let expected = names.iter().copied().chain(blanks.map(|(_, trimmed)| trimmed));
        for (sku, name) in skus.iter().zip(expected) {
            let sent = house.warehouse.sent(sku, "name");
            let sent = sent.as_deref().map(|sent| if names.contains(&name) { sent } else { sent.trim() });
            assert_eq!(sent, Some(name), "{sku}");
        }
        assert_eq!(house.warehouse.cost("-i0").as_deref(), Some("-2.50"));
        assert_eq!(house.warehouse.sent("-i0", "currency").as_deref(), Some("USD"));
        assert_eq!(house.warehouse.cost("-i1"), None);
    }
);

both!(
    async fn a_file_is_for_who_may_see_what_is_in_it(stage: Stage) {
        let house = House::new(stage).await;
        house.has_items(1);
        let asked = |who: &str| call("POST", "/exports").by(who).json(&json!({ "target": TARGET }));
        let forbidden = "imports.export_forbidden";
        for (who, code) in [("clerk", forbidden), ("writer", forbidden), ("guest", "forbidden")] {
            let reply = house.send(asked(who)).await;
            assert_eq!((reply.status, reply.code().as_str()), (403, code), "{who}");
        }
        let unknown = call("POST", "/exports").by("owner").json(&json!({ "target": "warehouse.bins" }));
        let reply = house.send(unknown).await;
        assert_eq!(
            (reply.status, &reply.json()["errors"][0]["pointer"]),
            (422, &json!("/target")),
            "{reply:?}"
        );
        let sheet = call("POST", "/exports").by("owner").json(&json!({ "target": TARGET, "format": "xlsx" }));
        assert!([400, 422].contains(&house.send(sheet).await.status));
        assert_eq!(house.get("owner", "/exports").await["data"], json!([]));

        let _worker = house.worker();
        let export = house.export("owner").await;
        house.exported("owner", &export).await;
        // Whoever may import sees that there is one.
        assert_eq!(house.get("clerk", &format!("/exports/{export}")).await["status"], "done");
        for (who, status, code) in [
            ("clerk", 403, "imports.export_forbidden"),
            ("guest", 403, "forbidden"),
            ("neighbour", 404, "imports.export_not_found"),
        ] {
            let reply = house.file(who, &export).await;
            assert_eq!((reply.status, reply.code().as_str()), (status, code), "{who}");
        }
        let cancel = house.cancel_export("neighbour", &export).await;
        assert_eq!((cancel.status, cancel.code().as_str()), (404, "imports.export_not_found"));
        let theirs = house.export("neighbour").await;
        house.exported("neighbour", &theirs).await;
        assert_eq!(text(&house.file("neighbour", &theirs).await), HEADER);
        assert_eq!(text(&house.file("owner", &export).await), format!("{HEADER}i1,Chai,,\r\n"));
    }
);

both!(
    async fn an_id_of_ones_own_names_one_export(stage: Stage) {
        let house = House::new(stage).await;
        let id = uuid::Uuid::new_v4().to_string();
        let asked = || call("POST", "/exports").by("owner").json(&json!({ "id": id, "target": TARGET }));
        let first = house.send(asked()).await;
        assert_eq!((first.status, first.id()), (202, id.clone()));
        let again = house.send(asked()).await;
        assert_eq!((again.status, again.code().as_str()), (409, "imports.export_exists"));
        assert_eq!(house.get("owner", "/exports").await["data"].as_array().unwrap().len(), 1);
    }
);

both!(
    async fn whoever_may_no_longer_see_it_gets_no_file(stage: Stage) {
        let house = House::new(stage).await;
        house.has_items(5);
        let [first, second] = [house.export("owner").await, house.export("owner").await];
        *house.people.now.lock().unwrap() = Some(without_target());
        let _worker = house.worker();
        house.ends_failed(&first, READ_PERMISSION).await;
        house.ends_failed(&second, READ_PERMISSION).await;
        assert_eq!(house.warehouse.pages(), []);
        *house.people.now.lock().unwrap() = None;
        let gone = house.export("owner").await;
        house.ends_failed(&gone, "may no longer act").await;
        assert_eq!(house.warehouse.pages(), []);
    }
);

both!(
    async fn who_is_suspended_between_two_pages_gets_no_file(stage: Stage) {
        let house = House::new(stage).await;
        house.has_items(5);
        let now = house.people.now.clone();
        house.warehouse.after(1, move || *now.lock().unwrap() = None);
        let export = house.export("owner").await;
        let _worker = house.worker();
        house.ends_failed(&export, "may no longer act").await;
        assert_eq!(house.warehouse.pages(), [None, Some("2".to_owned())]);
    }
);

both!(
    async fn a_job_that_dies_writes_the_file_anew(stage: Stage) {
        let house = House::new(stage).await;
        house.has_items(5);
        for (page, trouble) in [
            (0, Trouble::DiesBefore),
            (1, Trouble::DiesAfter),
            (2, Trouble::Unavailable),
            (2, Trouble::DiesAfter),
            (1, Trouble::AnswerLost),
        ] {
            house.warehouse.trouble(page, trouble);
        }
        let export = house.export("owner").await;
        let _worker = house.worker();
        let ended = house.exported("owner", &export).await;
        assert_eq!((&ended["status"], &ended["row_count"]), (&json!("done"), &json!(5)), "{ended}");
        let rows: String = (1..=5).map(|item| format!("i{item},Chai,,\r\n")).collect();
        assert_eq!(text(&house.file("owner", &export).await), format!("{HEADER}{rows}"));
        assert_eq!(house.warehouse.pages().iter().filter(|after| after.is_none()).count(), 6);
        assert_eq!(files_under(&house.stage.folder.path().join("blobs")), 1);
    }
);

both!(
    async fn no_export_says_running_for_ever(stage: Stage) {
        let house = House::new(stage).await;
        house.has_items(5);
        let _worker = house.worker();
        for (trouble, detail) in
            [(Trouble::DiesBefore, "given up"), (Trouble::Unavailable, "does not answer")]
        {
            for _ in 0..8 {
                house.warehouse.trouble(1, trouble);
            }
            let export = house.export("owner").await;
            house.ends_failed(&export, detail).await;
        }
        house.warehouse.trouble(1, Trouble::Forbidden);
        let export = house.export("owner").await;
        house.ends_failed(&export, "may not see").await;
        house.warehouse.has(house.people.tenant.id, &[&[("sku", "1"), ("color", "red")]]);
        let export = house.export("owner").await;
        house.ends_failed(&export, "a value for color").await;
    }
);

both!(
    async fn what_is_cancelled_is_never_written(stage: Stage) {
        let house = House::new(stage).await;
        house.has_items(5);
        let export = house.export("owner").await;
        assert_eq!(house.cancel_export("guest", &export).await.status, 403);
        for _ in 0..2 {
            let reply = house.cancel_export("owner", &export).await;
            assert_eq!((reply.status, &reply.json()["status"]), (200, &json!("cancelled")), "{reply:?}");
        }
        let _worker = house.worker();
        let other = house.export("owner").await;
        assert_eq!(house.exported("owner", &other).await["status"], "done");
        assert_eq!(house.exported("owner", &export).await["status"], "cancelled");
        assert_eq!(house.warehouse.pages().len(), 3);
        let file = house.file("owner", &export).await;
        assert_eq!((file.status, file.code().as_str()), (409, "imports.export_not_done"));
        eventually("its job has ended", async || {
            let messages = house.messages().await;
            let mut jobs = messages.iter().filter(|message| message.kind == "imports.run_export");
            jobs.all(|job| job.finished_at.is_some()).then_some(())
        })
        .await;
        assert_eq!(house.warehouse.pages().len(), 3);
    }
);
