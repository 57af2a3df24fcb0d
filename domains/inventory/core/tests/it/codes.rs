//! Units and their conversions, barcodes, and what a scan says.

use crate::house::{House, NEIGHBOUR, OWNER, Reply, VIEWER, call, call_by, house};
use serde_json::{Value, json};
use testkit::Stage;

impl House {
    async fn put_conversions(&self, item: &str, tag: &str, conversions: Value) -> Reply {
        let put = call(&format!("PUT /items/{item}/conversions")).if_match(tag);
        self.send(put.json(json!({ "conversions": conversions }))).await
    }

    async fn add_barcode(&self, credential: &str, item: &str, body: Value) -> Reply {
        self.send(call_by(credential, &format!("POST /items/{item}/barcodes")).json(body)).await
    }

    async fn scan(&self, credential: &str, code: &str) -> Reply {
        self.send(call_by(credential, "POST /scans").json(json!({ "code": code }))).await
    }
}

/// So much of one unit is so much of another, as `("1 CS", "12 EA")`.
fn equation(from: &str, to: &str) -> Value {
    let amount = |text: &str| {
        let (quantity, unit) = text.split_once(' ').unwrap();
        json!({ "quantity": quantity, "unit": unit })
    };
    json!({ "from": amount(from), "to": amount(to) })
}

/// Where each fault is, and its code.
fn faults(reply: &Reply) -> Vec<(String, String)> {
    let told = reply.json()["errors"].as_array().cloned().unwrap_or_default();
    let text = |fault: &Value, name: &str| fault[name].as_str().unwrap().to_owned();
    told.iter().map(|fault| (text(fault, "pointer"), text(fault, "code"))).collect()
}

#[track_caller]
fn check_faults(reply: &Reply, expected: &[(&str, &str)]) {
    let found = faults(reply);
    let found: Vec<_> = found.iter().map(|(pointer, code)| (pointer.as_str(), code.as_str())).collect();
    assert_eq!((reply.status, found), (422, expected.to_vec()), "{reply:?}");
}

testkit::both! {
    async fn units_are_listed_and_converted(stage: Stage) {
        let house = house(stage).await;
        let (mut codes, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = house.get(&format!("/units?limit=60{cursor}")).await.json();
            for unit in page["data"].as_array().unwrap() {
                codes.push(unit["code"].as_str().unwrap().to_owned());
            }
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let distinct: std::collections::BTreeSet<_> = codes.iter().collect();
        assert!(codes.len() > 100 && distinct.len() == codes.len(), "{codes:?}");
        let masses = house.get("/units?dimension=mass&limit=100").await.json();
        let pound = masses["data"].as_array().unwrap().iter().find(|unit| unit["code"] == "LBR").unwrap();
        let expected = json!({
            "code": "LBR", "name": "pound", "dimension": "mass", "base": "KGM", "ratio": "45359237/100000000",
        });
        assert_eq!(*pound, expected);

        let convert = async |query: &str| house.send(call(&format!("GET /units/convert?{query}"))).await;
        let pound = convert("quantity=1&from=lbr&to=KGM").await.expect(200);
        assert_eq!(
            pound.json(),
            json!({
                "from": { "quantity": "1", "unit": "LBR" }, "to": { "quantity": "0.453592", "unit": "KGM" },
                "exact": false, "rounding": "37/100",
            })
        );
        let dozen = convert("quantity=2.5&from=DZN&to=each").await.expect(200).json();
        assert_eq!((&dozen["to"]["quantity"], &dozen["exact"]), (&json!("30"), &json!(true)));
        assert_eq!(dozen["rounding"], Value::Null);
        check_faults(&convert("quantity=1&from=KGM&to=LTR").await, &[("/to", "other_dimension")]);
        check_faults(&convert("quantity=1&from=XCS&to=EA").await, &[("/to", "no_conversion")]);
        check_faults(&convert("quantity=1&from=%20&to=EA").await, &[("/from", "blank")]);
        convert("quantity=x&from=KGM&to=GRM").await.refused(400, "invalid_parameter");
        convert("from=KGM&to=GRM").await.refused(400, "invalid_parameter");
        let nobodys = format!("quantity=1&from=KGM&to=GRM&item_id={}", uuid::Uuid::nil());
        convert(&nobodys).await.refused(404, "inventory.item_not_found");
    }
}

testkit::both! {
    async fn an_item_says_what_a_case_of_it_holds(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "0").await;
        let path = format!("/items/{item}/conversions");
        let none = house.get(&path).await;
        assert_eq!(none.json(), json!({ "item_id": item, "conversions": [] }));
        let convert = async |query: &str| {
            house.send(call(&format!("GET /units/convert?{query}&item_id={item}"))).await
        };
        check_faults(&convert("quantity=2&from=cs&to=EA").await, &[("/to", "no_conversion")]);

        let told = json!([equation("1 cs", "12 ea"), equation("1 EA", "0.35 KGM")]);
        let put = house.put_conversions(&item, none.header("etag"), told.clone()).await.expect(200);
        let kept = json!([equation("1 cs", "12 EA"), equation("1 EA", "0.35 KGM")]);
        assert_eq!(put.json(), json!({ "item_id": item, "conversions": kept }));
        let read = house.get(&path).await;
        assert_eq!((read.json(), read.header("etag")), (put.json(), put.header("etag")));
        for (query, expected) in [
            ("quantity=2&from=CS&to=each", "24"),
            ("quantity=1&from=CS&to=GRM", "4200"),
            ("quantity=0.7&from=KGM&to=EA", "2"),
        ] {
            assert_eq!(convert(query).await.expect(200).json()["to"]["quantity"], expected, "{query}");
        }

        // The same again changes nothing; who saw the set before it was changed is refused.
        let again = house.put_conversions(&item, put.header("etag"), told.clone()).await.expect(200);
        assert_eq!(again.header("etag"), put.header("etag"));
        let stale = house.put_conversions(&item, none.header("etag"), json!([])).await;
        stale.refused(412, "version_mismatch");
        let blind = call(&format!("PUT {path}")).json(json!({ "conversions": [] }));
        house.send(blind).await.refused(428, "precondition_required");
        let by_viewer = call_by(VIEWER, &format!("PUT {path}")).if_match("*");
        house.send(by_viewer.json(json!({ "conversions": [] }))).await.refused(403, "forbidden");
        let theirs = call_by(NEIGHBOUR, &format!("GET {path}"));
        house.send(theirs).await.refused(404, "inventory.item_not_found");
        let emptied = house.put_conversions(&item, "*", json!([])).await.expect(200);
        assert_eq!(emptied.json()["conversions"], json!([]));
        assert_ne!(emptied.header("etag"), none.header("etag"));
        check_faults(&convert("quantity=2&from=CS&to=EA").await, &[("/to", "no_conversion")]);
    }
}

testkit::both! {
    async fn conversions_that_cannot_be_are_refused_at_their_place(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "0").await;
        let case = || equation("1 CS", "12 EA");
        for (conversions, expected) in [
            (json!([case(), equation("1 DZN", "13 EA")]), ("/conversions/1", "fixed_ratio")),
            (json!([case(), equation("1 cs", "10 EA")]), ("/conversions/1", "contradicting_conversions")),
            (json!([equation("0 CS", "12 EA")]), ("/conversions/0/from/quantity", "not_positive")),
            (json!([equation("1 CS", "-1 EA")]), ("/conversions/0/to/quantity", "not_positive")),
            (json!([equation("1 CS", "8999999999999 EA")]), ("/conversions/0/to/quantity", "too_large")),
            (json!([equation("1  ", "1 EA")]), ("/conversions/0/from/unit", "blank")),
            (json!(vec![case(); 17]), ("/conversions", "too_many")),
        ] {
            let told = house.put_conversions(&item, "*", conversions).await;
            check_faults(&told, &[expected]);
        }
        let first = house.get(&format!("/items/{item}/conversions")).await;
        assert_eq!(first.json()["conversions"], json!([]));
    }
}

testkit::both! {
    async fn a_barcode_is_of_one_item(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "0").await;
        let other = house.item(OWNER, "B", "0").await;
        let body = json!({ "code": " 6 291041 500213 ", "quantity": "12" });
        let made = house.add_barcode(OWNER, &item, body).await.expect(201);
        let id = made.text("id");
        assert_eq!(made.header("location"), format!("/api/v1/inventory/barcodes/{id}"));
        assert_eq!(
            made.json(),
            json!({
                "id": id, "item_id": item, "kind": "gtin", "code": "06291041500213",
                "printed": "6 291041 500213", "unit": null, "quantity": "12",
                "created_at": "2026-01-15T12:00:00Z", "updated_at": "2026-01-15T12:00:00Z",
            })
        );
        let shown = house.get(&format!("/barcodes/{id}")).await;
        assert_eq!((shown.json(), shown.header("etag")), (made.json(), made.header("etag")));

        // However it is written, it is taken: by another item, and by the same.
        for (of, code) in [(&other, "06291041500213"), (&item, "6291041500213")] {
            let taken = house.add_barcode(OWNER, of, json!({ "code": code })).await;
            taken.refused(409, "inventory.barcode_taken");
        }
        house
            .add_barcode(OWNER, &other, json!({ "id": id, "code": "Shelf 7" }))
            .await
            .refused(409, "inventory.barcode_exists");
        let theirs = house.item(NEIGHBOUR, "A", "0").await;
        house.add_barcode(NEIGHBOUR, &theirs, json!({ "code": "6291041500213" })).await.expect(201);
        house
            .add_barcode(NEIGHBOUR, &item, json!({ "code": "Shelf 7" }))
            .await
            .refused(404, "inventory.item_not_found");
        house.add_barcode(VIEWER, &item, json!({ "code": "Shelf 7" })).await.refused(403, "forbidden");

        house.add_barcode(OWNER, &other, json!({ "code": "978-0-306-40615-7" })).await.expect(201);
        let listed = async |path: &str| {
            let page = house.get(path).await.json();
            let rows = page["data"].as_array().unwrap().iter();
            rows.map(|row| row["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(listed("/barcodes").await, ["09780306406157", "06291041500213"]);
        assert_eq!(listed("/barcodes?code=0-306-40615-2").await, ["09780306406157"]);
        assert_eq!(listed("/barcodes?code=K%C3%A4se").await, [""; 0]);
        assert_eq!(listed(&format!("/items/{item}/barcodes")).await, ["06291041500213"]);
        let unknown = call(&format!("GET /items/{}/barcodes", uuid::Uuid::nil()));
        house.send(unknown).await.refused(404, "inventory.item_not_found");

        let delete = |credential| call_by(credential, &format!("DELETE /barcodes/{id}"));
        house.send(delete(NEIGHBOUR)).await.refused(404, "inventory.barcode_not_found");
        house.send(delete(OWNER)).await.expect(204);
        house.send(delete(OWNER)).await.refused(404, "inventory.barcode_not_found");
        house.add_barcode(OWNER, &other, json!({ "code": "6291041500213" })).await.expect(201);
    }
}

testkit::both! {
    async fn a_barcode_that_is_misread_is_refused(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "0").await;
        let add = async |body: Value| house.add_barcode(OWNER, &item, body).await;
        let wrong = add(json!({ "code": "6291041500214" })).await;
        check_faults(&wrong, &[("/code", "wrong_check_digit")]);
        let detail = wrong.json()["errors"][0]["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("check digit 4, but 3 belongs"), "{detail}");
        check_faults(&add(json!({ "code": "1001" })).await, &[("/code", "invalid_length")]);
        check_faults(&add(json!({ "code": "6291041500213", "kind": "isbn" })).await, &[("/code", "other_kind")]);
        check_faults(&add(json!({ "code": "(01)09506000134352" })).await, &[("/code", "element_string")]);
        let several = json!({ "code": "x\u{e4}", "unit": " ", "quantity": "0" });
        let expected = [("/code", "invalid_character"), ("/unit", "blank"), ("/quantity", "not_positive")];
        check_faults(&add(several).await, &expected);
        // A unit that nothing leads to the item's is told while it can be changed.
        check_faults(&add(json!({ "code": "Case", "unit": "CS" })).await, &[("/unit", "no_conversion")]);
        check_faults(&add(json!({ "code": "Case", "unit": "LTR" })).await, &[("/unit", "other_dimension")]);
        add(json!({ "code": "1001", "kind": "own" })).await.expect(201);
        let upc_e = add(json!({ "code": "04252614", "kind": "upc_e" })).await.expect(201);
        assert_eq!((upc_e.text("code"), upc_e.text("printed")), ("00042100005264".into(), "04252614".into()));
        for n in 2..50 {
            add(json!({ "code": format!("Shelf {n}") })).await.expect(201);
        }
        add(json!({ "code": "Shelf 50" })).await.refused(409, "inventory.too_many_barcodes");
    }
}

testkit::both! {
    async fn barcodes_go_and_come_back_with_their_item(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "0").await;
        for code in ["Old", "6291041500213"] {
            house.add_barcode(OWNER, &item, json!({ "code": code })).await.expect(201);
        }
        let old = house.get("/barcodes?code=Old").await.json()["data"][0]["id"].as_str().unwrap().to_owned();
        house.send(call(&format!("DELETE /barcodes/{old}"))).await.expect(204);
        house.stage.clock.advance(chrono::Duration::seconds(1));
        house.send(call(&format!("DELETE /items/{item}"))).await.expect(204);
        assert_eq!(house.get("/barcodes").await.json()["data"], json!([]));
        let other = house.item(OWNER, "B", "0").await;
        let taken = house.add_barcode(OWNER, &other, json!({ "code": "6291041500213" })).await.expect(201);
        let restore = async || house.send(call(&format!("POST /items/{item}/restore"))).await;
        restore().await.refused(409, "inventory.barcodes_taken");
        house.send(call(&format!("GET /items/{item}"))).await.refused(404, "inventory.item_not_found");
        house.send(call(&format!("DELETE /barcodes/{}", taken.text("id")))).await.expect(204);
        restore().await.expect(200);
        let back = house.get(&format!("/items/{item}/barcodes")).await.json();
        let codes: Vec<_> = back["data"].as_array().unwrap().iter().map(|row| row["code"].clone()).collect();
        assert_eq!(codes, ["06291041500213"]);
    }
}

testkit::both! {
    async fn a_scan_says_what_it_is_of(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "0").await;
        house.put_conversions(&item, "*", json!([equation("1 CS", "12 EA"), equation("1 EA", "0.35 KGM")])).await
            .expect(200);
        let case = json!({ "code": "19506000134359", "unit": "CS" });
        house.add_barcode(OWNER, &item, case).await.expect(201);
        house.add_barcode(OWNER, &item, json!({ "code": "9506000134352" })).await.expect(201);
        house.add_barcode(OWNER, &item, json!({ "code": "1001", "kind": "own" })).await.expect(201);

        let scanned = house.scan(VIEWER, "19506000134359").await.expect(200).json();
        let barcode = scanned["item"]["barcode_id"].clone();
        assert_eq!(
            scanned,
            json!({
                "kind": "gtin", "code": "19506000134359", "gtin": "19506000134359", "sscc": null, "lot": null,
                "serial": null, "produced_on": null, "expires_on": null, "best_before": null,
                "quantity": null, "others": [],
                "item": {
                    "id": item, "sku": "A", "name": "The A", "unit": "each", "barcode_id": barcode,
                    "quantity": "12", "rounding": null, "unknown_because": null,
                },
            })
        );
        let label = "]C10109506000134352112601011727123110L-7\u{1d}3103003500";
        let label = house.scan(OWNER, label).await.expect(200).json();
        assert_eq!((&label["kind"], &label["gtin"]), (&json!("element_string"), &json!("09506000134352")));
        let told = ["lot", "produced_on", "expires_on"].map(|name| label[name].as_str().unwrap());
        assert_eq!(told, ["L-7", "2026-01-01", "2027-12-31"]);
        assert_eq!(label["quantity"], json!({ "quantity": "3.5", "unit": "KGM" }));
        assert_eq!(label["item"]["quantity"], "10");
        for (code, quantity) in [
            ("0109506000134352", json!("1")),
            ("(02)19506000134359(37)40", json!("480")),
            ("(00)376104250021234569(02)19506000134359(37)2", json!("24")),
            ("(01)09506000134352(30)5", json!("5")),
            ("(02)19506000134359", Value::Null),
            ("(01)09506000134352(3151)000075", Value::Null),
            ("1001", json!("1")),
        ] {
            let told = house.scan(OWNER, code).await.expect(200).json();
            assert_eq!((&told["item"]["id"], &told["item"]["quantity"]), (&json!(item), &quantity), "{code}");
            assert_eq!(told["item"]["unknown_because"].is_null(), !quantity.is_null(), "{code}");
        }
        for nobodys in ["6291041500213", "Shelf 7", "(21)S-1", "376104250021234569"] {
            assert_eq!(house.scan(OWNER, nobodys).await.expect(200).json()["item"], Value::Null, "{nobodys}");
        }
        assert_eq!(house.scan(NEIGHBOUR, "1001").await.refused(422, "invalid").status, 422);
        let theirs = house.scan(NEIGHBOUR, "9506000134352").await.expect(200).json();
        assert_eq!(theirs["item"], Value::Null);

        house.put_conversions(&item, "*", json!([])).await.expect(200);
        let unknown = house.scan(OWNER, "19506000134359").await.expect(200).json();
        assert_eq!((&unknown["item"]["id"], &unknown["item"]["quantity"]), (&json!(item), &Value::Null));
        assert!(unknown["item"]["unknown_because"].as_str().unwrap().contains("conversion"), "{unknown}");
    }
}

testkit::both! {
    async fn a_typo_in_a_scan_is_told_at_its_place(stage: Stage) {
        let house = house(stage).await;
        for (code, fault, said) in [
            ("6291041500214", "wrong_check_digit", "3 belongs to what is before it"),
            ("(10)A(01)09506000134353", "wrong_check_digit", "AI (01) at character 6 ends in the check digit 3"),
            ("(01)09506000134352(17)271301", "invalid_date", "AI (17) at character 19"),
            ("(10)A(10)B", "conflicting_ai", "AI (10) at character 6"),
            ("12345", "invalid_length", "has 5 digits"),
            (" ", "blank", "must not be blank"),
        ] {
            let told = house.scan(OWNER, code).await;
            check_faults(&told, &[("/code", fault)]);
            let detail = told.json()["errors"][0]["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains(said), "{code}: {detail}");
        }
        check_faults(&house.scan(OWNER, &"x".repeat(1_025)).await, &[("/code", "too_long")]);
    }
}

testkit::both! {
    async fn a_unit_is_kept_as_its_code_or_as_ones_own_word(stage: Stage) {
        let house = house(stage).await;
        for (sku, unit, kept) in [("A", "kgm", "KGM"), ("B", "Crate", "Crate"), ("C", "each", "each")] {
            let body = json!({ "sku": sku, "name": sku, "unit": unit });
            let made = house.send(call("POST /items").json(body)).await.expect(201);
            assert_eq!(made.text("unit"), kept, "{unit}");
        }
    }
}
