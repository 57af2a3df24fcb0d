//! Sales orders: allocated, shipped in parts, taken back, and served in order when stock comes.

use crate::house::{Call, House, NEIGHBOUR, OWNER, VIEWER, call, call_by, house};
use futures::future::join_all;
use serde_json::{Value, json};
use testkit::Stage;
use uuid::Uuid;

const SERVE: &str = "inventory.serve_backorders";

impl House {
    /// A draft of these items; its id.
    async fn order(&self, customer: &str, lines: &[(&String, &str)]) -> String {
        let lines: Vec<_> =
            lines.iter().map(|(item, quantity)| json!({ "item_id": item, "quantity": quantity })).collect();
        let reference = format!("SO-{customer}");
        let body = json!({ "customer_name": customer, "reference": reference, "lines": lines });
        self.send(call("POST /sales-orders").json(body)).await.expect(201).text("id")
    }

    async fn confirmed(&self, customer: &str, lines: &[(&String, &str)]) -> String {
        let order = self.order(customer, lines).await;
        self.confirm(&order).await;
        order
    }

    pub async fn confirm(&self, order: &str) {
        let confirm = call(&format!("POST /sales-orders/{order}/confirm")).key(&format!("confirm-{order}"));
        self.send(confirm).await.expect(200);
    }

    pub async fn receives(&self, item: &str, key: &str, body: Value) {
        let receipt = call(&format!("POST /items/{item}/receipts")).key(key).json(body);
        self.send(receipt).await.expect(201);
    }

    /// Of the first line: allocated, backordered, shipped, returned, cancelled.
    async fn line(&self, order: &str) -> [String; 5] {
        let order = self.get(&format!("/sales-orders/{order}")).await.json();
        ["allocated", "backordered", "shipped", "returned", "cancelled"]
            .map(|field| order["lines"][0][field].as_str().unwrap().to_owned())
    }

    async fn status_of(&self, order: &str) -> String {
        self.get(&format!("/sales-orders/{order}")).await.text("status")
    }

    async fn line_id(&self, order: &str) -> String {
        let order = self.get(&format!("/sales-orders/{order}")).await.json();
        order["lines"][0]["id"].as_str().unwrap().to_owned()
    }
}

fn ship(order: &str, key: &str, body: Value) -> Call {
    call(&format!("POST /sales-orders/{order}/shipments")).key(key).json(body)
}

fn take_back(order: &str, key: &str, line: Value) -> Call {
    let body = json!({ "lines": [line] });
    call(&format!("POST /sales-orders/{order}/returns")).key(key).json(body)
}

testkit::both! {
    async fn an_order_is_drafted_changed_confirmed_and_cancelled(stage: Stage) {
        let house = house(stage).await;
        let (a, b) = (house.item(OWNER, "A", "5").await, house.item(OWNER, "B", "5").await);
        let price = json!({ "amount": 1800, "currency": "EUR" });
        let body = json!({
            "customer_name": " Chevalier ", "reference": "SO-1",
            "lines": [{ "item_id": a, "quantity": "2", "unit_price": price }],
        });
        let made = house.send(call("POST /sales-orders").json(body.clone())).await.expect(201);
        let (order, tag, made) = (made.text("id"), made.header("etag").to_owned(), made.json());
        assert_eq!((&made["status"], &made["currency"]), (&json!("draft"), &json!("EUR")));
        assert_eq!(made["customer_name"], "Chevalier");
        house.send(call("POST /sales-orders").json(body)).await
            .refused(409, "inventory.sales_order_reference_taken");
        assert_eq!(house.stock(&a).await, ["5", "0", "5"]);

        let path = format!("PATCH /sales-orders/{order}");
        let two = json!({ "lines": [{ "item_id": b, "quantity": "1" }, { "item_id": a, "quantity": "4" }] });
        let patched = house.send(call(&path).if_match(&tag).json(two.clone())).await.expect(200).json();
        assert_eq!(patched["lines"].as_array().unwrap().len(), 2);
        assert_eq!(patched["lines"][0]["id"], made["lines"][0]["id"]);
        assert_eq!(patched["lines"][0]["item_id"], json!(b));
        house.send(call(&path).if_match(&tag).json(two.clone())).await.refused(412, "version_mismatch");
        let one = json!({ "lines": [{ "item_id": a, "quantity": "4" }] });
        let patched = house.send(call(&path).if_match("*").json(one)).await.expect(200).json();
        assert_eq!(patched["lines"].as_array().unwrap().len(), 1);

        house.send(ship(&order, "early", json!({}))).await.refused(409, "inventory.sales_order_status");
        house.confirm(&order).await;
        assert_eq!(house.stock(&a).await, ["5", "4", "1"]);
        assert_eq!(house.line(&order).await, ["4", "0", "0", "0", "0"]);
        house.send(call(&path).if_match("*").json(two)).await.refused(409, "inventory.sales_order_status");
        let name = json!({ "customer_reference": "VINET" });
        house.send(call(&path).if_match("*").json(name)).await.expect(200);

        // What holds its lines is the order's alone.
        let held = house.get(&format!("/reservations?item_id={a}&status=active")).await.json();
        let held = held["data"][0]["id"].as_str().unwrap().to_owned();
        for verb in ["ship", "release"] {
            house.send(call(&format!("POST /reservations/{held}/{verb}")).key(verb)).await
                .refused(409, "inventory.reservation_of_order");
        }

        let cancel = call(&format!("POST /sales-orders/{order}/cancel"));
        let cancelled = house.send(cancel).await.expect(200);
        assert_eq!(cancelled.text("status"), "cancelled");
        assert_eq!(house.line(&order).await, ["0", "0", "0", "0", "4"]);
        assert_eq!(house.stock(&a).await, ["5", "0", "5"]);
        let again = call(&format!("POST /sales-orders/{order}/cancel"));
        house.send(again).await.refused(409, "inventory.sales_order_status");
        house.verify().await;
    }
}

testkit::both! {
    async fn an_order_is_shipped_in_parts(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "PART", "7").await;
        let order = house.confirmed("part", &[(&item, "10")]).await;
        assert_eq!(house.line(&order).await, ["7", "3", "0", "0", "0"]);
        let line = house.line_id(&order).await;
        let some = |quantity: &str| json!({ "lines": [{ "line_id": line, "quantity": quantity }] });

        let shipped = house.send(ship(&order, "first", some("2.5"))).await.expect(200);
        assert_eq!(shipped.text("status"), "partly_shipped");
        assert_eq!(house.line(&order).await, ["4.5", "3", "2.5", "0", "0"]);
        assert_eq!(house.stock(&item).await, ["4.5", "4.5", "0"]);
        // The same again is answered and not done.
        house.send(ship(&order, "first", some("2.5"))).await.expect(200);
        assert_eq!(house.stock(&item).await, ["4.5", "4.5", "0"]);

        let refused = house.send(ship(&order, "more", some("4.500001"))).await;
        assert_eq!(refused.json()["errors"][0]["pointer"], "/lines/0/quantity");
        refused.refused(409, "inventory.not_allocated");
        let others = json!({ "lines": [{ "line_id": order, "quantity": "1" }] });
        house.send(ship(&order, "whose", others)).await.refused(422, "invalid");
        house.verify().await;

        house.send(ship(&order, "rest", json!({}))).await.expect(200);
        assert_eq!(house.line(&order).await, ["0", "3", "7", "0", "0"]);
        house.send(ship(&order, "none", json!({}))).await.refused(409, "inventory.nothing_allocated");

        house.receives(&item, "new", json!({ "quantity": "5" })).await;
        house.run_all_jobs(SERVE).await;
        assert_eq!(house.line(&order).await, ["3", "0", "7", "0", "0"]);
        let shipped = house.send(ship(&order, "last", json!({}))).await.expect(200);
        assert_eq!(shipped.text("status"), "shipped");
        assert_eq!(house.stock(&item).await, ["2", "0", "2"]);
        let movements = house.get(&format!("/movements?item_id={item}&limit=100")).await.json();
        let left: Vec<_> = movements["data"].as_array().unwrap().iter()
            .filter(|movement| movement["kind"] == "shipment")
            .map(|movement| movement["quantity"].as_str().unwrap())
            .collect();
        assert_eq!(left, ["-3", "-4.5", "-2.5"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn cancelling_the_rest_leaves_what_was_shipped(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "REST", "4").await;
        let order = house.confirmed("rest", &[(&item, "10")]).await;
        let line = house.line_id(&order).await;
        let some = json!({ "lines": [{ "line_id": line, "quantity": "1" }] });
        house.send(ship(&order, "one", some)).await.expect(200);
        let cancelled = house.send(call(&format!("POST /sales-orders/{order}/cancel"))).await.expect(200);
        assert_eq!(cancelled.text("status"), "shipped");
        assert_eq!(house.line(&order).await, ["0", "0", "1", "0", "9"]);
        assert_eq!(house.stock(&item).await, ["3", "0", "3"]);
        // Nobody waits any more, so the next order is not behind anybody.
        house.run_all_jobs(SERVE).await;
        let next = house.confirmed("next", &[(&item, "3")]).await;
        assert_eq!(house.line(&next).await[0], "3");
        house.verify().await;
    }
}

testkit::both! {
    async fn two_orders_race_for_the_last_unit(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "LAST", "1").await;
        let orders = [house.order("one", &[(&item, "1")]).await, house.order("two", &[(&item, "1")]).await];
        join_all(orders.iter().map(|order| house.confirm(order))).await;
        let lines = [house.line(&orders[0]).await, house.line(&orders[1]).await];
        let mut shares = lines.map(|[allocated, backordered, ..]| (allocated, backordered));
        shares.sort();
        let share = |allocated: &str, waits: &str| (allocated.to_owned(), waits.to_owned());
        assert_eq!(shares, [share("0", "1"), share("1", "0")]);
        assert_eq!(house.stock(&item).await, ["1", "1", "0"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn who_waits_longest_is_served_first(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "WAIT", "1").await;
        let first = house.confirmed("first", &[(&item, "3")]).await;
        let second = house.confirmed("second", &[(&item, "2")]).await;
        assert_eq!(house.line(&first).await[..2], ["1", "2"]);
        assert_eq!(house.line(&second).await[..2], ["0", "2"]);

        house.receives(&item, "one", json!({ "quantity": "1" })).await;
        // Before the first is served, a third does not get what has come.
        let third = house.confirmed("third", &[(&item, "1")]).await;
        assert_eq!(house.line(&third).await[..2], ["0", "1"]);
        house.run_all_jobs(SERVE).await;
        assert_eq!(house.line(&first).await[..2], ["2", "1"]);
        assert_eq!(house.line(&second).await[..2], ["0", "2"]);
        house.verify().await;

        house.receives(&item, "two", json!({ "quantity": "2" })).await;
        house.run_all_jobs(SERVE).await;
        assert_eq!(house.line(&first).await[..2], ["3", "0"]);
        assert_eq!(house.line(&second).await[..2], ["1", "1"]);
        assert_eq!(house.line(&third).await[..2], ["0", "1"]);

        // What the first gives back goes to the second, and then to the third.
        house.send(call(&format!("POST /sales-orders/{first}/cancel"))).await.expect(200);
        house.run_all_jobs(SERVE).await;
        assert_eq!(house.line(&second).await[..2], ["2", "0"]);
        assert_eq!(house.line(&third).await[..2], ["1", "0"]);
        assert_eq!(house.stock(&item).await, ["4", "3", "1"]);
        // The item is not awaited any more: a new order gets what is there.
        let fourth = house.confirmed("fourth", &[(&item, "1")]).await;
        assert_eq!(house.line(&fourth).await[..2], ["1", "0"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn what_a_reservation_frees_goes_to_who_waits(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "FREE", "2").await;
        let reserve = |key: &str, more: Value| {
            let mut body = json!({ "item_id": item, "quantity": "1" });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            call("POST /reservations").key(key).json(body)
        };
        let released = house.send(reserve("r", json!({}))).await.expect(201).text("id");
        let ends = house.stage.clock.now() + chrono::TimeDelta::hours(1);
        house.send(reserve("e", json!({ "expires_at": ends }))).await.expect(201);
        let order = house.confirmed("waits", &[(&item, "2")]).await;
        assert_eq!(house.line(&order).await[..2], ["0", "2"]);
        house.send(call(&format!("POST /reservations/{released}/release"))).await.expect(200);
        house.run_all_jobs(SERVE).await;
        assert_eq!(house.line(&order).await[..2], ["1", "1"]);
        house.stage.clock.advance(chrono::TimeDelta::hours(2));
        house.run_all_jobs("inventory.expire_reservation").await;
        house.run_all_jobs(SERVE).await;
        assert_eq!(house.line(&order).await[..2], ["2", "0"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn many_who_wait_are_served_in_batches(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "MANY", "0").await;
        let mut orders = Vec::new();
        for customer in 0..4 {
            let lines = vec![(&item, "1"); 20];
            orders.push(house.confirmed(&format!("many-{customer}"), &lines).await);
        }
        house.receives(&item, "all", json!({ "quantity": "70" })).await;
        house.run_all_jobs(SERVE).await;
        let mut got = Vec::new();
        for order in &orders {
            let order = house.get(&format!("/sales-orders/{order}")).await.json();
            let lines = order["lines"].as_array().unwrap();
            got.push(lines.iter().filter(|line| line["allocated"] == "1").count());
        }
        assert_eq!(got, [20, 20, 20, 10]);
        assert_eq!(house.stock(&item).await, ["70", "70", "0"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn no_more_comes_back_than_was_sent(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "BACK", "5").await;
        let order = house.confirmed("back", &[(&item, "5")]).await;
        let line = house.line_id(&order).await;
        let back = |quantity: &str, to: &str| json!({ "line_id": line, "quantity": quantity, "to": to });
        house.send(take_back(&order, "early", back("1", "stock"))).await
            .refused(409, "inventory.sales_order_status");
        house.send(ship(&order, "all", json!({}))).await.expect(200);
        assert_eq!(house.stock(&item).await, ["0", "0", "0"]);

        house.send(take_back(&order, "stock", back("2", "stock"))).await.expect(200);
        assert_eq!(house.stock(&item).await, ["2", "0", "2"]);
        house.send(take_back(&order, "scrap", back("1", "scrap"))).await.expect(200);
        assert_eq!(house.stock(&item).await, ["2", "0", "2"]);
        for (key, to, location, code) in [
            ("where", "quarantine", Value::Null, "required"),
            ("floor", "quarantine", json!(house.main()), "wrong_kind"),
            ("nowhere", "scrap", json!(Uuid::new_v4()), "unknown"),
        ] {
            let mut line = back("1", to);
            line["location_id"] = location;
            let refused = house.send(take_back(&order, key, line)).await.refused(422, "invalid").json();
            let fault = &refused["errors"][0];
            let told = (fault["pointer"].as_str(), fault["code"].as_str());
            assert_eq!(told, (Some("/lines/0/location_id"), Some(code)), "{refused}");
        }
        let much = house.send(take_back(&order, "much", back("2.5", "stock"))).await;
        much.refused(409, "inventory.not_shipped");
        house.send(take_back(&order, "rest", back("2", "stock"))).await.expect(200);
        assert_eq!(house.line(&order).await, ["0", "0", "5", "5", "0"]);
        house.send(take_back(&order, "none", back("0.000001", "stock"))).await
            .refused(409, "inventory.not_shipped");
        assert_eq!(house.status_of(&order).await, "shipped");
        house.verify().await;
    }
}

testkit::both! {
    async fn a_lot_tells_where_it_came_from_and_to_whom_it_went(stage: Stage) {
        let house = house(stage).await;
        let body = json!({ "sku": "LOT", "name": "Of lots", "tracking": "lot" });
        let item = house.send(call("POST /items").json(body)).await.expect(201).text("id");
        let lot = |code: &str, last: &str| json!({ "code": code, "expires_on": last });
        let delivery = |lot: Value, note: &str| json!({ "quantity": "3", "lot": lot, "reference": note });
        house.receives(&item, "late", delivery(lot("LATE", "2999-12-31"), "note 1")).await;
        house.receives(&item, "soon", delivery(lot("SOON", "2999-01-31"), "note 2")).await;
        let order = house.confirmed("chevalier", &[(&item, "5")]).await;
        let line = house.line_id(&order).await;
        let of = |quantity: &str, lot: &str| {
            json!({ "lines": [{ "line_id": line, "quantity": quantity, "lot": lot }] })
        };
        house.send(ship(&order, "which", of("1", "NONE"))).await.refused(422, "invalid");
        house.send(ship(&order, "named", of("1", "LATE"))).await.expect(200);
        // The rest is what expires first, and then the other.
        house.send(ship(&order, "rest", json!({}))).await.expect(200);

        let lots = house.get(&format!("/lots?item_id={item}")).await.json();
        let id_of = |code: &str| {
            let mut lots = lots["data"].as_array().unwrap().iter();
            lots.find(|lot| lot["code"] == code).unwrap()["id"].as_str().unwrap().to_owned()
        };
        let trace = async |code: &str| {
            let path = format!("/lots/{}/trace?sort=created_at", id_of(code));
            let steps = house.get(&path).await.json()["data"].clone();
            let of = |step: &Value| {
                let text = |field: &str| step[field].as_str().unwrap_or("nobody").to_owned();
                [text("direction"), text("quantity"), text("customer_name"), text("reference")]
            };
            steps.as_array().unwrap().iter().map(of).collect::<Vec<_>>()
        };
        assert_eq!(trace("SOON").await, [
            ["in", "3", "nobody", "note 2"], ["out", "-3", "chevalier", "SO-chevalier"],
        ]);
        assert_eq!(trace("LATE").await, [
            ["in", "3", "nobody", "note 1"], ["out", "-1", "chevalier", "SO-chevalier"],
            ["out", "-1", "chevalier", "SO-chevalier"],
        ]);

        let back = |lot: Value, quantity: &str| {
            json!({ "line_id": line, "quantity": quantity, "to": "stock", "lot": lot })
        };
        house.send(take_back(&order, "lotless", back(Value::Null, "1"))).await.refused(422, "invalid");
        house.send(take_back(&order, "much", back(json!("LATE"), "3"))).await
            .refused(409, "inventory.not_shipped");
        house.send(take_back(&order, "back", back(json!("LATE"), "2"))).await.expect(200);
        assert_eq!(trace("LATE").await.last().unwrap()[..3], ["in", "2", "chevalier"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn orders_are_the_tenants_own(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "MINE", "1").await;
        let order = house.confirmed("mine", &[(&item, "1")]).await;
        let theirs = json!({ "customer_name": "x", "lines": [{ "item_id": item, "quantity": "1" }] });
        let of_another = call_by(NEIGHBOUR, "POST /sales-orders").json(theirs.clone());
        house.send(of_another).await.refused(422, "invalid");
        house.send(call_by(VIEWER, "POST /sales-orders").json(theirs)).await.refused(403, "forbidden");
        for path in ["", "/shipments", "/returns", "/confirm", "/cancel"] {
            let verb = if path.is_empty() { "GET" } else { "POST" };
            let asked = call_by(NEIGHBOUR, &format!("{verb} /sales-orders/{order}{path}"));
            let line = json!({ "line_id": order, "quantity": "1", "to": "stock" });
            let asked = match path {
                "" => asked,
                "/returns" => asked.key("returns").json(json!({ "lines": [line] })),
                "/shipments" => asked.key("shipments").json(json!({})),
                _ => asked.key(&path[1..]),
            };
            house.send(asked).await.refused(404, "inventory.sales_order_not_found");
        }
        let listed = house.send(call_by(NEIGHBOUR, "GET /sales-orders")).await.expect(200).json();
        assert_eq!(listed["data"], json!([]));
        let mine = house.get("/sales-orders?status=confirmed&reference=SO-mine").await.json();
        assert_eq!(mine["data"][0]["id"], json!(order));
        // Nothing is left of an item that somebody waits for but the wait.
        let awaited = house.item(OWNER, "AWAITED", "0").await;
        house.confirmed("waits", &[(&awaited, "1")]).await;
        house.send(call(&format!("DELETE /items/{awaited}"))).await.refused(409, "inventory.item_has_stock");
        house.verify().await;
    }
}
