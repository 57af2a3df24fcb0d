//! Files that are not CSV, and a CSV file some of whose rows are wrong.

use super::{Door, UPLOAD_LIMIT_BYTES, run_of};
use crate::tenant::{id, until};
use reqwest::Method;
use serde_json::{Value, json};

impl Door {
    pub(super) async fn files(&self) {
        let upload = |media: &str, body: Vec<u8>| {
            self.owner
                .client
                .request(Method::POST, "/imports/uploads")
                .header("content-type", media)
                .body(body)
        };
        let not_csv: [(&str, &[u8]); 8] = [
            ("nothing", b""),
            ("an image", b"\x89PNG\r\n\x1a\n0000"),
            ("a workbook", b"PK\x03\x04000000000000"),
            ("JSON", b"{\"sku\": \"CHAI\"}"),
            ("UTF-16 without a mark", b"s\0k\0u\0"),
            ("UTF-8 and Latin-1", b"sku,name\n1,R\xC3\xB6ssle\n2,R\xF6ssle\n"),
            ("two columns alike", b"sku,sku\n1,2\n"),
            ("an open quote", b"sku,name\n1,\"Chai\n"),
        ];
        for (what, body) in not_csv {
            self.refused(what, upload("text/csv", body.to_vec()), 422, "imports.not_csv").await;
        }
        let not_workbooks: [(&str, &[u8], &str); 3] = [
            ("CSV as a workbook", b"sku,name\n1,Chai\n", "imports.not_a_workbook"),
            ("half a workbook", b"PK\x03\x04000000000000", "imports.workbook_damaged"),
            ("an old workbook", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "imports.other_workbook"),
        ];
        for (what, body, code) in not_workbooks {
            let media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            self.refused(what, upload(media, body.to_vec()), 422, code).await;
        }
        let csv = b"sku,name\n1,Chai\n".to_vec();
        self.refused("as JSON", upload("application/json", csv.clone()), 415, "unsupported_media_type").await;
        let keyed = || upload("text/csv", b"sku,name\n1,Chai\n".to_vec()).header("idempotency-key", "file");
        self.refused("a key without a digest", keyed(), 400, "content_digest_required").await;
        let of_nothing = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:";
        let changed = keyed().header("content-digest", of_nothing);
        self.refused("another file's digest", changed, 400, "content_digest_mismatch").await;
        let long = csv.repeat(UPLOAD_LIMIT_BYTES / csv.len() + 1);
        self.refused("a long file", upload("text/csv", long), 413, "too_large").await;
        let mine = &self.owner.ids["/imports/uploads"];
        for (pointer, value) in [
            ("/mapping/sku", json!({ "column": "no such column" })),
            ("/mapping/colour", json!({ "value": "red" })),
            ("/target", json!("inventory.nothing")),
        ] {
            let mut run = run_of(mine);
            match pointer.strip_prefix("/mapping/") {
                Some(field) => run["mapping"][field] = value,
                None => run["target"] = value,
            }
            let told = self.refused(pointer, self.post("/imports/runs", &run), 422, "invalid").await;
            let first = told.json()["errors"][0]["pointer"].clone();
            assert!(first.as_str().unwrap().starts_with(pointer), "{told:?}");
        }
    }

    /// The last of all, since it does change something: the good rows go in, and the first of two writers.
    pub(super) async fn good_beside_bad(&self) {
        let csv = "sku,name,on_hand\nGOOD,Good,1\nBAD,Bad,many\n,Nameless,1\nLONG,Long,1,2\nFINE,Fine,2\nGOOD,Again,1\n";
        let client = &self.owner.client;
        let upload =
            client.upload("/imports/uploads?file_name=broken.csv", "text/csv", csv).await.expect(201);
        let mut run = run_of(&id(&upload));
        run["mapping"]["on_hand"] = json!({ "column": "on_hand" });
        let run = client.post("/imports/runs", run).await.expect(202);
        let path = format!("/imports/runs/{}", id(&run));
        let done = until(client, &path, "the import ends", |run| run["status"] == "done").await;
        assert_eq!((&done["rows_done"], &done["rows_refused"]), (&json!(6), &json!(4)), "{done}");
        let rows = client.get(&format!("{path}/rows?outcome=refused")).await.expect(200);
        let rows = rows["data"].as_array().unwrap();
        let lines: Vec<_> =
            rows.iter().map(|row| (row["line"].as_u64().unwrap(), &row["faults"][0]["column"])).collect();
        assert_eq!(
            lines,
            [(3, &json!("on_hand")), (4, &json!("sku")), (5, &Value::Null), (7, &json!("sku"))],
            "{rows:?}"
        );
        assert!(rows.iter().all(|row| row["faults"][0]["rule"].is_string()), "{rows:?}");
        for (sku, count) in [("GOOD", 1), ("FINE", 1), ("BAD", 0), ("LONG", 0)] {
            let found = client.get(&format!("/inventory/items?sku={sku}")).await.expect(200);
            assert_eq!(found["data"].as_array().unwrap().len(), count, "{sku}");
        }
        let chai = format!("/inventory/items/{}", self.owner.ids["/inventory/items"]);
        let etag = client.get(&chai).await.headers["etag"].to_str().unwrap().to_owned();
        client.patch(&chai, &etag, json!({ "name": "Chai, first" })).await.expect(200);
        let second = client.patch(&chai, &etag, json!({ "name": "Chai, second" })).await;
        assert_eq!(second.problem(412), "version_mismatch");
        assert_eq!(client.get(&chai).await.expect(200)["name"], "Chai, first");
    }
}
