//! Files that come in, and what else comes in as if it were one.

use crate::house::{House, Stage, UPLOAD_LIMIT_BYTES, both, call, csv, request};
use serde_json::json;
use testkit::files_under;

both!(
    async fn a_csv_file_is_kept_and_described(stage: Stage) {
        let house = House::new(stage).await;
        let file = "\u{FEFF}id, title \r\n1,\"Chai, black\"\r\n2,Käse\r\n3\r\n4,a\r\n5,b\r\n6,c\r\n";
        let named = call("POST", "/uploads").by("owner").csv(file);
        let reply =
            house.send(named.header("content-disposition", "attachment; filename=\"../stock.csv\"")).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        let upload = reply.json();
        assert_eq!(reply.header("location"), format!("/api/v1/imports/uploads/{}", reply.id()));
        assert_eq!(upload["file_name"], "stock.csv");
        assert_eq!(upload["media_type"], "text/csv");
        assert_eq!(upload["size_bytes"], file.len());
        assert_eq!(upload["row_count"], 6);
        assert_eq!(upload["columns"], json!(["id", "title"]));
        assert_eq!((&upload["delimiter"], &upload["encoding"]), (&json!("comma"), &json!("UTF-8")));
        assert_eq!((&upload["sheet"], &upload["header_row"]), (&json!(null), &json!(1)));
        assert_eq!(
            upload["preview"],
            json!([["1", "Chai, black"], ["2", "Käse"], ["3"], ["4", "a"], ["5", "b"]])
        );
        assert_eq!(house.get("owner", &format!("/uploads/{}", reply.id())).await, upload);

        let named = call("POST", "/uploads?file_name=b%C3%A9.csv").by("owner").csv("id\n1\n");
        assert_eq!(house.send(named).await.json()["file_name"], "bé.csv");
    }
);

both!(
    async fn a_file_is_given_back_as_it_came_in(stage: Stage) {
        let house = House::new(stage).await;
        // More than one read of the store; a mark, line ends and blanks that an import drops.
        let rows = "s1 ,\"Käse, \"\"alt\"\"\"\r\n".repeat(3_000);
        let file = format!("\u{FEFF}id, title \r\n{rows}\n");
        let named = call("POST", "/uploads?file_name=b%C3%A9%22%20old.csv").by("owner").csv(&file);
        let reply = house.send(named).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        let other = house.upload("owner", &csv(2)).await;

        // The partner may read whatever it is for.
        for who in ["owner", "partner"] {
            let told = house.send(call("GET", &format!("/uploads/{}/content", reply.id())).by(who)).await;
            assert_eq!(told.status, 200, "{who}: {:?}", told.headers);
            assert!(told.bytes == file.as_bytes(), "{who}: {} bytes of {}", told.bytes.len(), file.len());
            assert_eq!(told.header("content-type"), "text/csv");
            let name = "attachment; filename=\"b__ old.csv\"; filename*=UTF-8''b%C3%A9_%20old.csv";
            assert_eq!(told.header("content-disposition"), name);
        }
        let told = house.send(call("GET", &format!("/uploads/{other}/content")).by("owner")).await;
        assert_eq!((told.status, told.bytes), (200, csv(2).into_bytes()));
    }
);

both!(
    async fn what_is_refused_is_not_kept(stage: Stage) {
        let house = House::new(stage).await;
        let most = "x".repeat(UPLOAD_LIMIT_BYTES as usize - 3);
        let check = async |media_type: &str, body: &[u8], status: u16, code: &str, fragment: &str| {
            let path = "/uploads?encoding=utf-8&delimiter=comma";
            let reply = house.send(call("POST", path).by("owner").body(media_type, body)).await;
            assert_eq!((reply.status, reply.code().as_str()), (status, code), "{reply:?}");
            let detail = reply.json()["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains(fragment), "{detail:?} does not say {fragment:?}");
            assert_eq!(files_under(&house.stage.folder.path().join("blobs")), 0, "{detail}");
        };
        check("text/csv", b"PK\x03\x04rest of a workbook", 422, "imports.not_csv", "ZIP archive").await;
        check("text/csv", b"\x89PNG\r\n\x1a\n", 422, "imports.not_csv", "PNG").await;
        check("text/csv", b"a,b\n1,\xFF and more\n", 422, "imports.not_csv", "byte 6 is not UTF-8").await;
        check("text/csv", b"a,b\n1,\0\n", 422, "imports.not_csv", "NUL").await;
        check("text/csv", b"", 422, "imports.not_csv", "no header").await;
        check("text/csv", b"a;b\n1;2\n", 422, "imports.not_csv", "semicolons").await;
        check("text/csv", b"a,a\n1,2\n", 422, "imports.not_csv", "both named `a`").await;
        check("application/json", b"{}", 415, "unsupported_media_type", "text/csv").await;
        check("application/vnd.ms-excel", b"a\n", 415, "unsupported_media_type", "text/csv").await;
        check("text/csv", format!("a\n{most}\n\n").as_bytes(), 413, "too_large", "larger").await;
        house.upload("owner", &format!("a\n{most}\n")).await;
    }
);

both!(
    async fn an_upload_needs_the_permission_and_stays_with_its_tenant(stage: Stage) {
        let house = House::new(stage).await;
        let upload = house.upload("owner", &csv(1)).await;
        let check = async |who: &str, path: &str, status: u16, code: &str| {
            let reply = house.send(call("GET", path).by(who)).await;
            assert_eq!((reply.status, reply.code().as_str()), (status, code), "{who} {path}");
            reply.json()["detail"].clone()
        };
        for part in ["", "/content"] {
            let own = format!("/uploads/{upload}{part}");
            check("guest", &own, 403, "forbidden").await;
            check("nobody", &own, 401, "unauthenticated").await;
            let foreign = check("neighbour", &own, 404, "imports.upload_not_found").await;
            let unknown = format!("/uploads/{}{part}", uuid::Uuid::new_v4());
            assert_eq!(check("neighbour", &unknown, 404, "imports.upload_not_found").await, foreign);
            check("owner", &unknown, 404, "imports.upload_not_found").await;
        }
        let reply = house.send(call("POST", "/uploads").by("guest").csv("a\n")).await;
        assert_eq!(reply.status, 403, "{reply:?}");
    }
);

both!(
    async fn a_file_and_its_rows_are_for_who_may_read_what_they_are_of(stage: Stage) {
        let house = House::new(stage).await;
        let _worker = house.worker();
        let upload = house.upload("owner", &csv(2).replace("1.50", "cheap")).await;
        let check = async |who: &str, path: &str, status: u16, code: &str| {
            let reply = house.send(call("GET", path).by(who)).await;
            assert_eq!(reply.status, status, "{who} {path}: {reply:?}");
            if status != 200 {
                assert_eq!(reply.code(), code, "{who} {path}");
            }
        };
        let sent = [format!("/uploads/{upload}"), format!("/uploads/{upload}/content")];
        for path in &sent {
            for who in ["clerk", "writer"] {
                check(who, path, 403, "imports.upload_forbidden").await;
            }
            for who in ["owner", "partner", "reader"] {
                check(who, path, 200, "").await;
            }
        }
        // Nobody comes to see it by importing it.
        let by_writer = call("POST", "/runs").by("writer").key().json(&request(&upload, "dry_run"));
        let reply = house.send(by_writer).await;
        assert_eq!((reply.status, reply.code().as_str()), (403, "imports.upload_forbidden"), "{reply:?}");

        let run = house.run("owner", &upload, "apply").await;
        house.ended(&run).await;
        let (rows, errors) = (format!("/runs/{run}/rows"), format!("/runs/{run}/error-file"));
        for path in [&rows, &errors] {
            for who in ["clerk", "writer"] {
                check(who, path, 403, "imports.rows_forbidden").await;
            }
            for who in ["owner", "partner", "reader"] {
                check(who, path, 200, "").await;
            }
        }
        // That there was one is no secret; a value that the mapping gives is.
        let path = format!("/runs/{run}");
        for (who, currency) in [("clerk", json!({})), ("reader", json!({ "value": "USD" }))] {
            let shown = house.get(who, &path).await;
            assert_eq!(shown["mapping"]["currency"], currency, "{who}");
            assert_eq!(shown["mapping"]["sku"], json!({ "column": "id" }), "{who}");
            assert_eq!(house.get(who, "/runs").await["data"][0]["mapping"], shown["mapping"], "{who}");
            let last = &house.get(who, "/targets").await["data"][0]["last_mapping"];
            assert_eq!(last.is_null(), who == "clerk", "{who}: {last}");
        }

        // Who has sent a file sees it, whatever else they may.
        let own = house.upload("clerk", &csv(1)).await;
        check("clerk", &format!("/uploads/{own}/content"), 200, "").await;
        check("writer", &format!("/uploads/{own}/content"), 403, "imports.upload_forbidden").await;
    }
);
