//! What stock is worth, over HTTP: each costing, what goes below nothing, what is taken back, what it costs to bring here.

use crate::house::{House, NEIGHBOUR, Reply, VIEWER, call, call_by, house};
use chrono::Duration;
use module::{Cell, ReadReport, ReportError, ReportPage};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::Stage;

const USD: &str = "USD";

fn money(minor: i64) -> Value {
    json!({ "amount": minor, "currency": USD })
}

impl House {
    async fn costed(&self, sku: &str, costing: &str, more: Value) -> String {
        let mut body = json!({ "sku": sku, "name": format!("The {sku}"), "costing": costing });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.send(call("POST /items").json(body)).await.expect(201).text("id")
    }

    async fn received(&self, item: &str, quantity: &str, unit_cost: Option<Value>) -> String {
        self.receive(item, json!({ "quantity": quantity, "unit_cost": unit_cost }))
            .await
            .expect(201)
            .text("id")
    }

    /// Promised, and sent.
    async fn issue(&self, item: &str, quantity: &str) {
        let promise = self.reserve(json!({ "item_id": item, "quantity": quantity })).await;
        self.ship(&promise.expect(201).text("id")).await.expect(200);
    }

    async fn adjusted(&self, item: &str, quantity: &str) -> String {
        self.adjust(item, json!({ "quantity": quantity, "reason": "Counted" })).await.expect(201).text("id")
    }

    async fn reversed(&self, movement: &str) {
        let path = format!("/movements/{movement}/reversals");
        self.post(&path, json!({ "reason": "Entered twice" })).await.expect(201);
    }

    async fn land(&self, amount: i64, basis: &str, receipts: &[&str]) -> Reply {
        let key = uuid::Uuid::new_v4().to_string();
        let lines: Vec<Value> = receipts.iter().map(|id| json!({ "movement_id": id })).collect();
        let body =
            json!({ "amount": money(amount), "basis": basis, "lines": lines, "reference": "freight 1" });
        self.send(call("POST /landed-costs").key(&key).json(body)).await
    }

    /// Of the item: on hand, its value in minor units, exactly. Both are the sums of its entries.
    #[track_caller]
    fn worth(&self, item: &str) -> impl Future<Output = (String, i64, String)> {
        let item = item.to_owned();
        async move {
            let found = self.get(&format!("/valuation?item_id={item}")).await.json();
            let row = &found["data"][0];
            let (mut on_hand, mut booked) = (0, 0);
            for entry in self.entries(&item).await {
                on_hand +=
                    entry["quantity"].as_str().unwrap().parse::<kernel::Quantity>().unwrap().millionths();
                booked += entry["value"]["amount"].as_i64().unwrap();
            }
            assert_eq!(row["on_hand"], kernel::Quantity::from_millionths(on_hand).to_string(), "{row}");
            assert_eq!(row["value"]["amount"].as_i64(), Some(booked), "{row}");
            let text = |field: &str| row[field].as_str().unwrap().to_owned();
            (text("on_hand"), booked, text("exact_value"))
        }
    }

    /// The first first.
    async fn entries(&self, item: &str) -> Vec<Value> {
        let found = self.get(&format!("/items/{item}/value-entries?limit=100")).await.json();
        let mut entries = found["data"].as_array().unwrap().clone();
        entries.sort_by_key(|entry| entry["sequence"].as_i64());
        entries
    }

    async fn kinds(&self, item: &str) -> Vec<(String, i64)> {
        let entries = self.entries(item).await;
        let of = |entry: &Value| {
            (entry["kind"].as_str().unwrap().to_owned(), entry["value"]["amount"].as_i64().unwrap())
        };
        entries.iter().map(of).collect()
    }

    async fn report_on(&self, report: &str, parameters: &[(&str, &str)]) -> Result<ReportPage, ReportError> {
        let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let parameters: BTreeMap<String, String> = parameters.collect();
        let request = ReadReport { report: report.to_owned(), parameters, cursor: None };
        self.report.source.read(&self.owner, request).await
    }
}

fn kind(kind: &str, minor: i64) -> (String, i64) {
    (kind.to_owned(), minor)
}

fn worth(on_hand: &str, minor: i64, exact: &str) -> (String, i64, String) {
    (on_hand.to_owned(), minor, exact.to_owned())
}

testkit::both! {
    /// Weygandt, Kimmel, Kieso: Accounting Principles, appendix 6A, Houston Electronics.
    async fn houston_electronics_is_valued_as_in_the_book(stage: Stage) {
        let house = house(stage).await;
        let standard = json!({ "unit_cost": money(1_200) });
        for (costing, more, left, end) in [
            ("fifo", json!({}), worth("50", 60_000, "60000"), worth("450", 580_000, "580000")),
            (
                "moving_average",
                json!({}),
                worth("50", 56_667, "56666.666667"),
                worth("450", 576_667, "576666.666667"),
            ),
            ("standard", standard, worth("50", 60_000, "60000"), worth("450", 540_000, "540000")),
        ] {
            let item = house.costed(costing, costing, more).await;
            for (quantity, cost) in [("100", 1_000), ("200", 1_100), ("300", 1_200)] {
                house.received(&item, quantity, Some(money(cost))).await;
            }
            house.issue(&item, "550").await;
            assert_eq!(house.worth(&item).await, left, "{costing}");
            house.received(&item, "400", Some(money(1_300))).await;
            assert_eq!(house.worth(&item).await, end, "{costing}");
        }
        let fifo = house.get("/items?sku=fifo").await.json()["data"][0]["id"].as_str().unwrap().to_owned();
        let issue = house.entries(&fifo).await.remove(3);
        assert_eq!(issue["layers"].as_array().unwrap().len(), 3, "{issue}");
        assert_eq!(issue["layers"][2], json!({ "layer": 3, "quantity": "250", "exact_value": "300000" }));
        house.verify().await;
    }
}

testkit::both! {
    async fn what_differs_from_the_standard_is_a_variance(stage: Stage) {
        let house = house(stage).await;
        let item = house.costed("PEWTER", "standard", json!({ "unit_cost": money(400) })).await;
        // Garrison, Managerial Accounting, Colonial Pewter: 6,500 pounds at 3.80, standard 4.00: 1,300.00 favourable.
        house.received(&item, "6500", Some(money(380))).await;
        house.issue(&item, "500").await;
        let patch = call(&format!("PATCH /items/{item}")).if_match("*");
        house.send(patch.json(json!({ "unit_cost": money(425) }))).await.expect(200);
        let kinds = house.kinds(&item).await;
        let expected = [
            kind("receipt", 2_470_000),
            kind("variance", 130_000),
            kind("issue", -200_000),
            kind("revaluation", 150_000),
        ];
        assert_eq!(kinds, expected);
        assert_eq!(house.worth(&item).await, worth("6000", 2_550_000, "2550000"));
        house.verify().await;
    }
}

testkit::both! {
    async fn a_receipt_settles_what_was_missing(stage: Stage) {
        let house = house(stage).await;
        for costing in ["fifo", "moving_average"] {
            let item = house.costed(costing, costing, json!({ "may_be_negative": true })).await;
            house.received(&item, "10", Some(money(100))).await;
            house.issue(&item, "15").await;
            assert_eq!(house.worth(&item).await, worth("-5", -500, "-500"), "{costing}");
            let receipt = house.received(&item, "10", Some(money(120))).await;
            assert_eq!(house.worth(&item).await, worth("5", 600, "600"), "{costing}");
            house.reversed(&receipt).await;
            assert_eq!(house.worth(&item).await, worth("-5", -500, "-500"), "{costing}");
            let kinds = house.kinds(&item).await;
            let turned = [kind("receipt", 1_200), kind("settlement", -100), kind("receipt", -1_200), kind("settlement", 100)];
            // What is promised beyond what is there leaves by a movement of its own.
            assert_eq!(kinds[kinds.len() - 4..], turned, "{costing}");
        }
        house.verify().await;
    }
}

testkit::both! {
    async fn a_movement_is_taken_back_with_its_value(stage: Stage) {
        let house = house(stage).await;
        for (costing, after_issue) in [("fifo", 1_000), ("moving_average", 750)] {
            let item = house.costed(costing, costing, json!({})).await;
            house.received(&item, "10", Some(money(100))).await;
            let second = house.received(&item, "10", Some(money(200))).await;
            let gone = house.adjusted(&item, "-15").await;
            assert_eq!(house.worth(&item).await.1, after_issue, "{costing}");
            house.reversed(&gone).await;
            assert_eq!(house.worth(&item).await, worth("20", 3_000, "3000"), "{costing}");
            house.reversed(&second).await;
            assert_eq!(house.worth(&item).await, worth("10", 1_000, "1000"), "{costing}");
            house.verify().await;
        }
    }
}

testkit::both! {
    async fn what_turns_up_costs_what_such_stock_costs(stage: Stage) {
        let house = house(stage).await;
        let item = house.costed("A", "moving_average", json!({ "unit_cost": money(999) })).await;
        house.received(&item, "10", Some(money(100))).await;
        house.adjusted(&item, "2").await;
        assert_eq!(house.worth(&item).await, worth("12", 1_200, "1200"));
        // Bought at no cost that anybody says: the item's own.
        house.received(&item, "1", None).await;
        assert_eq!(house.worth(&item).await, worth("13", 2_199, "2199"));
        house.verify().await;
    }
}

testkit::both! {
    async fn an_item_is_valued_from_its_first_cost_on(stage: Stage) {
        let house = house(stage).await;
        let item = house.costed("A", "fifo", json!({})).await;
        house.received(&item, "4", None).await;
        assert_eq!(house.get(&format!("/valuation?item_id={item}")).await.json()["data"], json!([]));
        let patch = call(&format!("PATCH /items/{item}")).if_match("*");
        house.send(patch.json(json!({ "unit_cost": money(150) }))).await.expect(200);
        assert_eq!(house.kinds(&item).await, [kind("opening", 600)]);
        house.issue(&item, "1").await;
        assert_eq!(house.worth(&item).await, worth("3", 450, "450"));
        let euro = json!({ "quantity": "1", "unit_cost": { "amount": 100, "currency": "EUR" } });
        let refused = house.receive(&item, euro).await.expect(422).json();
        assert_eq!(refused["errors"][0]["pointer"], "/unit_cost/currency", "{refused}");
        assert_eq!(refused["errors"][0]["code"], "other_currency", "{refused}");
        house.verify().await;
    }
}

testkit::both! {
    async fn a_landed_cost_is_spread_to_the_cent(stage: Stage) {
        let house = house(stage).await;
        let tea = house.costed("TEA", "fifo", json!({})).await;
        let rum = house.costed("RUM", "moving_average", json!({})).await;
        let pin = house.costed("PIN", "standard", json!({ "unit_cost": money(100) })).await;
        let first = house.received(&tea, "3", Some(money(1_000))).await;
        let second = house.received(&rum, "3", Some(money(1_000))).await;
        let third = house.received(&pin, "3", Some(money(100))).await;
        house.issue(&tea, "1").await;
        house.issue(&rum, "3").await;
        let made = house.land(10_000, "equally", &[&first, &second, &third]).await.expect(201).json();
        let shares: Vec<_> = made["lines"].as_array().unwrap().iter().map(|line| line["amount"]["amount"].as_i64().unwrap()).collect();
        assert_eq!(shares, [3_334, 3_333, 3_333]);
        let kept: Vec<_> = made["lines"].as_array().unwrap().iter().map(|line| line["in_stock"]["amount"].as_i64().unwrap()).collect();
        // Two of three pieces of tea are there, no rum, and pins are worth their standard.
        assert_eq!(kept, [2_223, 0, 0]);
        assert_eq!(house.worth(&tea).await, worth("2", 4_223, "4222.666667"));
        assert_eq!(house.worth(&rum).await, worth("0", 0, "0"));
        assert_eq!(house.kinds(&pin).await, [kind("receipt", 300), kind("landed", 3_333), kind("variance", -3_333)]);
        let id = made["id"].as_str().unwrap();
        let shown = house.get(&format!("/landed-costs/{id}")).await.json();
        assert_eq!((&shown["lines"], &shown["amount"]), (&made["lines"], &money(10_000)));
        assert_eq!(house.get("/landed-costs").await.json()["data"][0], shown);
        // A receipt that is taken back takes its share with it.
        house.adjusted(&tea, "1").await;
        house.reversed(&first).await;
        assert_eq!(house.worth(&tea).await.0, "0");
        house.verify().await;
    }
}

testkit::both! {
    async fn what_cannot_be_landed_is_refused(stage: Stage) {
        let house = house(stage).await;
        let tea = house.costed("TEA", "fifo", json!({})).await;
        let pint = house.costed("PINT", "fifo", json!({ "unit": "pint" })).await;
        let receipt = house.received(&tea, "3", Some(money(1_000))).await;
        let poured = house.received(&pint, "3", Some(money(1_000))).await;
        let wrong = house.received(&tea, "1", Some(money(1_000))).await;
        house.reversed(&wrong).await;
        let gone = house.adjusted(&tea, "-1").await;
        let nobodys = uuid::Uuid::new_v4().to_string();
        for (amount, basis, lines, pointer, code) in [
            (0, "value", vec![receipt.as_str()], "/amount/amount", "out_of_range"),
            (100, "value", vec![], "/lines", "out_of_range"),
            (100, "value", vec![receipt.as_str(), receipt.as_str()], "/lines/1/movement_id", "repeated"),
            (100, "value", vec![receipt.as_str(), nobodys.as_str()], "/lines/1/movement_id", "unknown"),
            (100, "value", vec![wrong.as_str()], "/lines/0/movement_id", "reversed"),
            (100, "value", vec![gone.as_str()], "/lines/0/movement_id", "not_a_receipt"),
            (100, "quantity", vec![receipt.as_str(), poured.as_str()], "/basis", "units_differ"),
        ] {
            let told = house.land(amount, basis, &lines).await.expect(422).json();
            let found = (told["errors"][0]["pointer"].as_str(), told["errors"][0]["code"].as_str());
            assert_eq!(found, (Some(pointer), Some(code)), "{told}");
        }
        house.land(-9_000, "value", &[&receipt]).await.refused(409, "inventory.value_below_nothing");
        house.land(-600, "value", &[&receipt]).await.expect(201);
        assert_eq!(house.worth(&tea).await.1, 1_600);
        let forbidden = call_by(VIEWER, "POST /landed-costs").key("v").json(json!({
            "amount": money(1), "basis": "value", "lines": [{ "movement_id": receipt }],
        }));
        house.send(forbidden).await.expect(403);
        let theirs = call_by(NEIGHBOUR, "POST /landed-costs").key("n").json(json!({
            "amount": money(1), "basis": "value", "lines": [{ "movement_id": receipt }],
        }));
        let told = house.send(theirs).await.expect(422).json();
        assert_eq!(told["errors"][0]["code"], "unknown");
        house.verify().await;
    }
}

testkit::both! {
    async fn a_valuation_as_of_then_is_the_same_again(stage: Stage) {
        let house = house(stage).await;
        let (tea, rum) = (
            house.costed("TEA", "fifo", json!({})).await,
            house.costed("RUM", "moving_average", json!({})).await,
        );
        house.received(&tea, "3", Some(money(100))).await;
        house.issue(&tea, "1").await;
        let then = house.stage.clock.now();
        house.stage.clock.advance(Duration::minutes(5));
        let path = format!("/valuation?as_of={}", then.to_rfc3339_opts(chrono::SecondsFormat::Micros, true));
        let first = house.get(&path).await;
        assert_eq!(first.json()["data"][0]["value"], money(200));
        assert_eq!(first.json()["data"].as_array().unwrap().len(), 1);
        house.received(&tea, "7", Some(money(300))).await;
        house.received(&rum, "1", Some(money(300))).await;
        // Said to have happened long before, and recorded now.
        let body = json!({ "quantity": "1", "unit_cost": money(50), "happened_at": "2001-01-01T00:00:00Z" });
        house.receive(&tea, body).await.expect(201);
        let again = house.get(&path).await;
        assert_eq!(first.body, again.body);
        let now = house.get("/valuation").await.json();
        assert_eq!(now["data"].as_array().unwrap().len(), 2, "{now}");
        let soon = house.stage.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
        let refused = house.send(call(&format!("GET /valuation?as_of={soon}"))).await.expect(422).json();
        assert_eq!(refused["errors"][0]["code"], "too_late");
        let theirs = house.send(call_by(NEIGHBOUR, "GET /valuation")).await.expect(200).json();
        assert_eq!(theirs["data"], json!([]));
        house.verify().await;
    }
}

testkit::both! {
    async fn a_report_of_then_is_the_same_again(stage: Stage) {
        let house = house(stage).await;
        let tea = house.costed("TEA", "moving_average", json!({})).await;
        let rum = house.costed("RUM", "fifo", json!({})).await;
        let plain = house.costed("PLAIN", "fifo", json!({})).await;
        house.received(&tea, "2", Some(money(100))).await;
        house.received(&rum, "1", Some(money(100))).await;
        house.received(&plain, "4", None).await;
        let then = house.stage.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
        let report = async |as_of: &str| house.report_on("inventory.stock_valuation", &[("as_of", as_of)]).await;
        let is_refused = |refused: &Result<ReportPage, ReportError>| {
            matches!(refused, Err(ReportError::BadParameter { parameter, .. }) if parameter == "as_of")
        };
        assert!(is_refused(&report(&then).await));
        assert!(is_refused(&report("yesterday").await));
        house.stage.clock.advance(Duration::days(1));
        let first = report(&then).await.unwrap();
        let text = |text: &str| Cell::Text(text.to_owned());
        let number = |text: &str| Cell::Number(text.to_owned());
        let worth: Vec<_> = first.rows.iter().map(|row| row[2..].to_vec()).collect();
        let expected = [
            vec![number("4"), Cell::Empty, Cell::Empty, Cell::Empty],
            vec![number("1"), number("1.00"), text("USD"), number("1.00")],
            vec![number("2"), number("1.00"), text("USD"), number("2.00")],
        ];
        assert_eq!(worth, expected);
        house.received(&tea, "7", Some(money(300))).await;
        house.received(&plain, "4", None).await;
        let patch = call(&format!("PATCH /items/{tea}")).if_match("*");
        house.send(patch.json(json!({ "unit_cost": money(999) }))).await.expect(200);
        house.issue(&rum, "1").await;
        house.send(call(&format!("DELETE /items/{rum}"))).await.expect(204);
        house.costed("NEW", "fifo", json!({})).await;
        assert_eq!(report(&then).await.unwrap(), first);
        assert_eq!(report(&then[..10]).await.unwrap(), first);
        assert!(report("2001-01-01").await.unwrap().rows.is_empty());
        let now = house.report_on("inventory.stock_valuation", &[]).await.unwrap().rows;
        let skus: Vec<_> = now.iter().map(|row| row[0].clone()).collect();
        assert_eq!(skus, [text("NEW"), text("PLAIN"), text("TEA")]);
    }
}

testkit::both! {
    async fn a_lot_comes_back_from_its_own_shipments(stage: Stage) {
        let house = house(stage).await;
        let item = house.costed("TEA", "moving_average", json!({ "tracking": "lot" })).await;
        for lot in ["A", "B"] {
            let body = json!({ "quantity": "2", "lot": { "code": lot } });
            house.receive(&item, body).await.expect(201);
        }
        let body = json!({ "customer_name": "Chevalier", "lines": [{ "item_id": item, "quantity": "4" }] });
        let order = house.post("/sales-orders", body).await.expect(201);
        let line = order.json()["lines"][0]["id"].clone();
        let order = order.text("id");
        house.confirm(&order).await;
        let send = async |lot: &str, quantity: &str| {
            let lines = json!([{ "line_id": line, "quantity": quantity, "lot": lot }]);
            house.post(&format!("/sales-orders/{order}/shipments"), json!({ "lines": lines })).await.expect(200);
        };
        let take_back = async |lot: &str, quantity: &str| {
            let line = json!({ "line_id": line, "quantity": quantity, "to": "stock", "lot": lot });
            house.post(&format!("/sales-orders/{order}/returns"), json!({ "lines": [line] })).await.expect(200);
        };
        // What A cost was not known when it went; both shipments of B cost 1.50.
        send("A", "2").await;
        let patch = call(&format!("PATCH /items/{item}")).if_match("*");
        house.send(patch.json(json!({ "unit_cost": money(150) }))).await.expect(200);
        send("B", "1").await;
        send("B", "1").await;
        let body = json!({ "quantity": "1", "unit_cost": money(300), "lot": { "code": "C" } });
        house.receive(&item, body).await.expect(201);
        take_back("A", "2").await;
        take_back("B", "2").await;
        let expected = [
            kind("opening", 300),
            kind("issue", -150),
            kind("issue", -150),
            kind("receipt", 300),
            kind("receipt", 600),
            kind("return", 150),
            kind("return", 150),
        ];
        assert_eq!(house.kinds(&item).await, expected);
        house.verify().await;
    }
}

testkit::both! {
    async fn a_drift_of_value_is_found(stage: Stage) {
        let house = house(stage).await;
        let item = house.costed("TEA", "fifo", json!({})).await;
        house.received(&item, "3", Some(money(100))).await;
        for (statement, drifts) in [
            (data::sql!("UPDATE item_values SET value_minor = value_minor + 1 WHERE tenant_id = $1"), 2),
            (data::sql!("UPDATE item_values SET value_minor = value_minor - 1 WHERE tenant_id = $1"), 0),
            (data::sql!("UPDATE cost_layers SET quantity = quantity + 1 WHERE tenant_id = $1"), 1),
        ] {
            let unit = house.databases.write(&house.owner).await.unwrap();
            assert_eq!(unit.sql(statement).exec().await.unwrap(), 1);
            unit.commit(()).await.unwrap();
            let found = inventory::verify_values(&house.databases, &house.owner).await.unwrap();
            assert_eq!(found.len(), drifts, "{found:?}");
        }
        let unit = house.databases.write(&house.owner).await.unwrap();
        assert!(unit.sql(data::sql!("DELETE FROM value_entries WHERE tenant_id = $1")).exec().await.is_err());
    }
}

testkit::both! {
    async fn reports_tell_what_moved_and_where_it_is(stage: Stage) {
        let house = house(stage).await;
        let item = house.costed("TEA", "fifo", json!({})).await;
        house.received(&item, "3", Some(money(100))).await;
        house.stage.clock.advance(Duration::seconds(1));
        house.issue(&item, "1").await;
        let text = |text: &str| Cell::Text(text.to_owned());
        let number = |text: &str| Cell::Number(text.to_owned());
        let moved = house.report_on("inventory.movements", &[]).await.unwrap().rows;
        let of: Vec<_> = moved.iter().map(|row| (row[4].clone(), row[5].clone(), row[13].clone())).collect();
        let expected = [
            (text("receipt"), number("3"), number("3.00")),
            (text("shipment"), number("-1"), number("-1.00")),
        ];
        assert_eq!(of, expected);
        assert!(house.report_on("inventory.movements", &[("to", "2001-01-01")]).await.unwrap().rows.is_empty());
        let stock = house.report_on("inventory.stock", &[]).await.unwrap().rows;
        assert_eq!(stock.len(), 1);
        assert_eq!((&stock[0][3], &stock[0][7]), (&number("2"), &number("2")));
        let worth = house.report_on("inventory.stock_valuation", &[]).await.unwrap().rows;
        assert_eq!(worth[0][2..], [number("2"), number("1.00"), text("USD"), number("2.00")]);
        let expiry = house.report_on("inventory.expiry", &[("until", "2030-01-01")]).await.unwrap();
        assert!(expiry.rows.is_empty());
        for (report, parameter, value) in [
            ("inventory.movements", "from", "yesterday"),
            ("inventory.expiry", "until", "2030-13-01"),
            ("inventory.stock", "from", "2030-01-01"),
        ] {
            let refused = house.report_on(report, &[(parameter, value)]).await;
            let is_its = |name: &str| name == parameter;
            assert!(
                matches!(&refused, Err(ReportError::BadParameter { parameter, .. }) if is_its(parameter)),
                "{refused:?}"
            );
        }
    }
}
