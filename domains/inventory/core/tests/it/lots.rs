//! Lots and serial numbers: made by receipts, shipped by their last day, promised by name, and traced.

use crate::house::{House, NEIGHBOUR, OWNER, Reply, call, call_by, house};
use crate::import_files::{import, told};
use chrono::TimeDelta;
use futures::future::join_all;
use module::{ExecuteBatch, ImportRow};
use serde_json::{Value, json};
use testkit::Stage;

impl House {
    async fn of_lots(&self, sku: &str) -> String {
        self.item_with(sku, json!({ "tracking": "lot" })).await
    }

    /// On a floor or elsewhere.
    async fn bring(
        &self,
        item: &str,
        quantity: &str,
        place: &str,
        code: &str,
        last_day: Option<&str>,
    ) -> String {
        let lot = json!({ "code": code, "expires_on": last_day });
        let body = json!({ "quantity": quantity, "location_id": place, "lot": lot });
        self.receive(item, body).await.expect(201).text("lot_id")
    }

    async fn take(&self, item: &str, quantity: &str, code: &str) -> Reply {
        let body = json!({ "quantity": quantity, "lot": { "code": code }, "reason": "gone" });
        self.adjust(item, body).await
    }

    async fn promised(&self, item: &str, quantity: &str) -> String {
        let body = json!({ "item_id": item, "quantity": quantity });
        self.reserve(body).await.expect(201).text("id")
    }

    /// A confirmed order of so much of the item, and its line.
    async fn ordered(&self, item: &str, quantity: &str) -> (String, String) {
        let lines = json!([{ "item_id": item, "quantity": quantity }]);
        let body = json!({ "customer_name": "Chevalier", "lines": lines });
        let order = self.post("/sales-orders", body).await.expect(201);
        let line = order.json()["lines"][0]["id"].as_str().unwrap().to_owned();
        let order = order.text("id");
        self.confirm(&order).await;
        (order, line)
    }

    /// So much of a line, of this lot.
    async fn send_out(&self, order: &str, line: &str, quantity: &str, lot: &str) -> Reply {
        let lines = json!([{ "line_id": line, "quantity": quantity, "lot": lot }]);
        self.post(&format!("/sales-orders/{order}/shipments"), json!({ "lines": lines })).await
    }

    /// So many serial numbers, by a file; their lots.
    pub async fn many_serials(&self, sku: &str, item: &str, count: usize) -> Vec<String> {
        let row = |at: usize| ImportRow {
            line: at as u64 + 2,
            corrects: None,
            values: [("sku", sku.to_owned()), ("serial", format!("{sku}-{at}")), ("on_hand", "1".to_owned())]
                .map(|(name, value)| (name.to_owned(), value))
                .into(),
        };
        let (target, rows) = ("inventory.stock".to_owned(), (0..count).map(row).collect());
        let batch = ExecuteBatch { target, import: import(1), plan: None, batch: 0, rows };
        let done = self.target("inventory.stock").execute(&self.owner, batch).await.unwrap();
        assert_eq!(told(&done.rows), vec!["updated"; count]);
        let (mut lots, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.get(&format!("/lots?item_id={item}&limit=100{cursor}")).await.json();
            let found = page["data"].as_array().unwrap().iter();
            lots.extend(found.map(|lot| lot["id"].as_str().unwrap().to_owned()));
            let Some(next) = page["next_cursor"].as_str() else { return lots };
            cursor = format!("&cursor={next}");
        }
    }

    /// Lot, location and quantity of each shipment of the item, in the order in which they left.
    async fn shipped(&self, item: &str) -> Vec<[String; 3]> {
        let movements = self.list(&format!("/movements?item_id={item}&sort=created_at")).await;
        let shipments = movements.iter().filter(|movement| movement["kind"] == "shipment");
        let text = |movement: &Value, field: &str| movement[field].as_str().unwrap().to_owned();
        let fields = ["lot_id", "location_id", "quantity"];
        shipments.map(|movement| fields.map(|field| text(movement, field))).collect()
    }
}

#[track_caller]
fn check_fault(reply: &Reply, pointer: &str, code: &str) {
    let fault = &reply.json()["errors"][0];
    let found = (reply.status, fault["pointer"].as_str().unwrap(), fault["code"].as_str().unwrap());
    assert_eq!(found, (422, pointer, code), "{reply:?}");
}

#[track_caller]
fn check_short(reply: &Reply, lot: &str, wanted: &str, free: &str) {
    let told = format!("Of the lot {lot} {wanted} were asked for, and {free} are free.");
    let found = (reply.status, reply.text("code"), reply.text("detail"));
    assert_eq!(found, (409, "inventory.insufficient_stock".to_owned(), told), "{reply:?}");
}

testkit::both! {
    async fn a_lot_is_made_by_its_first_receipt(stage: Stage) {
        let house = house(stage).await;
        let (item, plain) = (house.of_lots("A").await, house.item(OWNER, "P", "1").await);
        let receive = |item: &str, lot: Value| {
            let item = item.to_owned();
            let house = &house;
            async move { house.receive(&item, json!({ "quantity": "2", "lot": lot })).await }
        };
        check_fault(&receive(&item, Value::Null).await, "/lot", "required");
        check_fault(&receive(&plain, json!({ "code": "L" })).await, "/lot", "not_tracked");
        check_fault(&receive(&item, json!({ "code": " " })).await, "/lot/code", "blank");
        let first = receive(&item, json!({ "code": " L-1 ", "expires_on": "2026-03-31" })).await.expect(201);
        let id = first.text("lot_id");
        let lot = house.get(&format!("/lots/{id}")).await;
        assert_eq!(
            lot.json(),
            json!({
                "id": id, "item_id": item, "code": "L-1", "expires_on": "2026-03-31",
                "created_at": "2026-01-15T12:00:00Z", "updated_at": "2026-01-15T12:00:00Z",
            })
        );
        let again = receive(&item, json!({ "code": "L-1" })).await.expect(201);
        assert_eq!(again.text("lot_id"), id);
        let differs = receive(&item, json!({ "code": "L-1", "expires_on": "2026-04-01" })).await;
        check_fault(&differs, "/lot/expires_on", "differs");
        check_fault(&house.take(&item, "-1", "L-2").await, "/lot", "unknown");
        let bins = house.list(&format!("/bins?lot_id={id}")).await;
        assert_eq!(bins.iter().map(|bin| bin["on_hand"].clone()).collect::<Vec<_>>(), ["4"]);

        let patch = |tag: &str, last_day: Value| {
            let patch = call(&format!("PATCH /lots/{id}")).if_match(tag);
            house.send(patch.json(json!({ "expires_on": last_day })))
        };
        let changed = patch(lot.header("etag"), json!("2026-04-01")).await.expect(200);
        assert_eq!(changed.text("expires_on"), "2026-04-01");
        patch(lot.header("etag"), Value::Null).await.refused(412, "version_mismatch");
        receive(&item, json!({ "code": "L-1", "expires_on": "2026-04-01" })).await.expect(201);
        let theirs = house.send(call_by(NEIGHBOUR, &format!("GET /lots/{id}"))).await;
        theirs.refused(404, "inventory.lot_not_found");
        let found = house.list("/lots?code=L-1").await;
        assert_eq!((found.len(), &found[0]["id"]), (1, &json!(id)));

        // An item that is tracked stays so, and its lots may be called as another's.
        let other = house.of_lots("B").await;
        receive(&other, json!({ "code": "L-1" })).await.expect(201);
        assert_eq!(house.list("/lots?code=L-1").await.len(), 2);
        let patch = call(&format!("PATCH /items/{item}")).if_match("*").json(json!({ "tracking": "none" }));
        house.send(patch).await.refused(409, "inventory.item_has_moved");
        house.verify().await;
    }
}

testkit::both! {
    async fn receipts_of_a_new_lot_at_once_make_it_once(stage: Stage) {
        let house = house(stage).await;
        let item = house.of_lots("A").await;
        let receipt = json!({ "quantity": "1", "lot": { "code": "NEW", "expires_on": "2026-03-31" } });
        let replies = join_all((0..6).map(|_| house.receive(&item, receipt.clone()))).await;
        assert!(replies.iter().all(|reply| reply.status == 201), "{replies:?}");
        assert_eq!(house.list(&format!("/lots?item_id={item}")).await.len(), 1);
        assert_eq!(house.stock(&item).await, ["6", "0", "6"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn what_expires_first_leaves_first(stage: Stage) {
        let house = house(stage).await;
        let (item, north) = (house.of_lots("A").await, house.warehouse("NORTH").await);
        let shelf = house.location(&north, "S", "storage").await;
        let corner = house.location(&north, "Q", "quarantine").await;
        let last = house.bring(&item, "4", &north, "NEVER", None).await;
        let second = house.bring(&item, "3", &shelf, "LATER", Some("2026-02-10")).await;
        let first = house.bring(&item, "1", &north, "SOON", Some("2026-02-01")).await;
        house.stage.clock.advance(TimeDelta::seconds(1));
        house.bring(&item, "1", &shelf, "SOON", None).await;
        house.bring(&item, "9", &corner, "SPOILT", Some("2026-01-16")).await;
        house.bring(&item, "9", &house.main(), "ELSEWHERE", Some("2026-01-17")).await;
        let promise = json!({ "item_id": item, "quantity": "7", "warehouse_id": north });
        let promise = house.reserve(promise).await.expect(201).text("id");
        house.ship(&promise).await.expect(200);
        let line = |lot: &str, place: &str, quantity: &str| [lot, place, quantity].map(str::to_owned);
        let expected = [
            line(&first, &north, "-1"),
            line(&first, &shelf, "-1"),
            line(&second, &shelf, "-3"),
            line(&last, &north, "-2"),
        ];
        assert_eq!(house.shipped(&item).await, expected);
        // A lot that has left a place is not there any more.
        assert_eq!(house.list(&format!("/bins?lot_id={first}")).await, Vec::<Value>::new());
        house.verify().await;
    }
}

testkit::both! {
    async fn what_has_expired_is_not_available(stage: Stage) {
        let house = house(stage).await;
        let (item, main) = (house.of_lots("A").await, house.main());
        house.bring(&item, "2", &main, "SHORT", Some("2026-01-20")).await;
        let long = house.bring(&item, "3", &main, "LONG", None).await;
        house.stage.clock.advance(TimeDelta::days(5));
        assert_eq!(house.stock(&item).await, ["5", "0", "5"], "the last day is a good one");
        let before = house.get(&format!("/items/{item}")).await.header("etag").to_owned();
        house.stage.clock.advance(TimeDelta::hours(12));
        assert_eq!(house.stock(&item).await, ["5", "0", "3"]);
        let after = house.get(&format!("/items/{item}")).await.header("etag").to_owned();
        assert_ne!(after, before, "the tag covers what is shown");
        let rename = |tag: &str| {
            house.send(call(&format!("PATCH /items/{item}")).if_match(tag).json(json!({ "name": "Milk" })))
        };
        rename(&before).await.refused(412, "version_mismatch");
        let renamed = rename(&after).await.expect(200);
        assert_eq!(renamed.text("available"), "3");
        assert_eq!(renamed.header("etag"), house.get(&format!("/items/{item}")).await.header("etag"));
        let level = house.list(&format!("/stock-levels?item_id={item}")).await;
        assert_eq!(["on_hand", "expired", "available"].map(|field| level[0][field].clone()), ["5", "2", "3"]);

        let short = house.reserve(json!({ "item_id": item, "quantity": "3.1" })).await;
        let told = short.refused(409, "inventory.insufficient_stock").text("detail");
        assert_eq!(told, "3.1 were asked for, and 3 are available.");
        let promise = house.promised(&item, "3").await;
        let told = house.take(&item, "-1", "LONG").await.refused(409, "inventory.stock_promised").text("detail");
        assert!(told.starts_with("1 were to leave, and 0 are not promised"), "{told}");
        house.ship(&promise).await.expect(200);
        assert_eq!(house.shipped(&item).await, [[long.as_str(), main.as_str(), "-3"].map(str::to_owned)]);
        house.take(&item, "-2", "SHORT").await.expect(201);
        assert_eq!(house.stock(&item).await, ["0", "0", "0"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn what_expired_while_it_was_promised_does_not_leave(stage: Stage) {
        let house = house(stage).await;
        let (item, main) = (house.of_lots("A").await, house.main());
        let lot = house.bring(&item, "2", &main, "SHORT", Some("2026-01-20")).await;
        let promise = house.promised(&item, "2").await;
        house.stage.clock.advance(TimeDelta::days(6));
        assert_eq!(house.stock(&item).await, ["2", "2", "-2"]);
        house.ship(&promise).await.refused(409, "inventory.insufficient_stock");
        house.take(&item, "-1", "SHORT").await.refused(409, "inventory.stock_promised");
        assert_eq!(house.get(&format!("/reservations/{promise}")).await.text("status"), "active");
        // It was good for longer than the label said.
        let patch = json!({ "expires_on": "2026-01-21" });
        house.send(call(&format!("PATCH /lots/{lot}")).if_match("*").json(patch)).await.expect(200);
        assert_eq!(house.stock(&item).await, ["2", "2", "0"]);
        house.ship(&promise).await.expect(200);
        house.verify().await;
    }
}

testkit::both! {
    async fn a_serial_number_is_one_piece(stage: Stage) {
        let house = house(stage).await;
        let item = house.item_with("A", json!({ "tracking": "serial" })).await;
        let north = house.warehouse("NORTH").await;
        let bring = |code: &str, quantity: &str, place: &str| {
            let lot = json!({ "code": code });
            house.receive(&item, json!({ "quantity": quantity, "location_id": place, "lot": lot }))
        };
        let main = house.main();
        check_fault(&bring("S-1", "2", &main).await, "/lot", "not_one");
        check_fault(&bring("S-1", "0.5", &main).await, "/lot", "not_one");
        let first = bring("S-1", "1", &main).await.expect(201).text("lot_id");
        for place in [&main, &north] {
            bring("S-1", "1", place).await.refused(409, "inventory.serial_in_stock");
        }
        let racing = join_all((0..5).map(|_| bring("S-2", "1", &main))).await;
        let count = |status: u16| racing.iter().filter(|reply| reply.status == status).count();
        assert_eq!((count(201), count(409)), (1, 4), "{racing:?}");
        let broken = house.reserve(json!({ "item_id": item, "quantity": "1.5" })).await;
        check_fault(&broken, "/quantity", "not_pieces");
        let many = json!({ "lines": [{ "item_id": item, "quantity": "501" }] });
        check_fault(&house.post("/reservations/batch", many).await, "/lines/0/quantity", "not_pieces");
        let promise = house.promised(&item, "2").await;
        house.ship(&promise).await.expect(200);
        let shipped = house.shipped(&item).await;
        assert_eq!(shipped.iter().map(|line| line[2].as_str()).collect::<Vec<_>>(), ["-1", "-1"]);
        assert_eq!(house.list(&format!("/bins?item_id={item}")).await, Vec::<Value>::new());
        // It comes back, and is the same.
        assert_eq!(bring("S-1", "1", &north).await.expect(201).text("lot_id"), first);
        house.verify().await;
    }
}

testkit::both! {
    async fn what_is_promised_of_a_lot_stays_for_whom_it_is_promised_to(stage: Stage) {
        let house = house(stage).await;
        let (item, main) = (house.of_lots("A").await, house.main());
        let soon = house.bring(&item, "5", &main, "SOON", Some("2026-02-01")).await;
        let late = house.bring(&item, "5", &main, "LATE", Some("2026-03-01")).await;
        let of_other = house.of_lots("B").await;
        let of_other = house.bring(&of_other, "5", &main, "SOON", None).await;
        let by_name = |lot: &str, quantity: &str| json!({ "item_id": item, "lot_id": lot, "quantity": quantity });
        check_fault(&house.reserve(by_name(&of_other, "1")).await, "/lot_id", "unknown");
        let over = house.reserve(by_name(&soon, "5.1")).await.refused(409, "inventory.insufficient_stock");
        assert_eq!(over.text("detail"), "5.1 were asked for, and 5 are available.");
        let named = house.reserve(by_name(&soon, "4")).await.expect(201);
        assert_eq!(named.text("lot_id"), soon);
        let named = named.text("id");
        let rest = house.reserve(by_name(&soon, "2")).await.refused(409, "inventory.insufficient_stock");
        assert_eq!(rest.text("detail"), "2 were asked for, and 1 are available.");
        house.take(&item, "-2", "SOON").await.refused(409, "inventory.stock_promised");
        let any = house.promised(&item, "6").await;
        let more = house.reserve(json!({ "item_id": item, "quantity": "0.1" })).await;
        more.refused(409, "inventory.insufficient_stock");

        house.ship(&any).await.expect(200);
        house.ship(&named).await.expect(200);
        let line = |lot: &str, quantity: &str| [lot, main.as_str(), quantity].map(str::to_owned);
        let expected = [line(&soon, "-1"), line(&late, "-5"), line(&soon, "-4")];
        assert_eq!(house.shipped(&item).await, expected);
        assert_eq!(house.stock(&item).await, ["0", "0", "0"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn who_names_a_lot_for_a_shipment_takes_none_that_others_were_promised_of_it(stage: Stage) {
        let house = house(stage).await;
        let (item, main) = (house.of_lots("A").await, house.main());
        let soon = house.bring(&item, "5", &main, "SOON", Some("2026-02-01")).await;
        let late = house.bring(&item, "5", &main, "LATE", Some("2026-03-01")).await;
        let by_name = |quantity: &str, until: Option<&str>| {
            let mut body = json!({ "item_id": item, "lot_id": soon, "quantity": quantity });
            body["expires_at"] = json!(until);
            house.reserve(body)
        };
        let named = by_name("3", None).await.expect(201).text("id");
        by_name("1", Some("2026-01-15T12:10:00Z")).await.expect(201);
        let (order, line) = house.ordered(&item, "6").await;
        let take = async |quantity: &str, lot: &str| house.send_out(&order, &line, quantity, lot).await;
        // Others hold four of the five; more than there are at all is told the same.
        for quantity in ["2", "5.5"] {
            check_short(&take(quantity, "SOON").await, "SOON", quantity, "1");
        }
        assert_eq!(house.stock(&item).await, ["10", "10", "0"]);
        house.verify().await;
        take("1", "SOON").await.expect(200);
        check_short(&take("0.5", "SOON").await, "SOON", "0.5", "0");
        // What has lapsed holds nothing.
        house.stage.clock.advance(TimeDelta::minutes(10));
        take("1", "SOON").await.expect(200);
        check_short(&take("1", "SOON").await, "SOON", "1", "0");
        take("4", "LATE").await.expect(200);
        // What is one's own by name is there for oneself.
        house.ship(&named).await.expect(200);
        let line = |lot: &str, quantity: &str| [lot, main.as_str(), quantity].map(str::to_owned);
        let mut expected = [line(&soon, "-1"), line(&soon, "-1"), line(&late, "-4"), line(&soon, "-3")];
        let mut shipped = house.shipped(&item).await;
        expected.sort();
        shipped.sort();
        assert_eq!(shipped, expected);
        assert_eq!(house.stock(&item).await, ["1", "0", "1"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn a_serial_number_leaves_for_whom_it_was_promised_to(stage: Stage) {
        let house = house(stage).await;
        let item = house.item_with("A", json!({ "tracking": "serial" })).await;
        let first = house.bring(&item, "1", &house.main(), "S-1", None).await;
        house.bring(&item, "1", &house.main(), "S-2", None).await;
        let named = json!({ "item_id": item, "lot_id": first, "quantity": "1" });
        let named = house.reserve(named).await.expect(201).text("id");
        let (order, line) = house.ordered(&item, "1").await;
        check_short(&house.send_out(&order, &line, "1", "S-1").await, "S-1", "1", "0");
        house.send_out(&order, &line, "1", "S-2").await.expect(200);
        house.ship(&named).await.expect(200);
        assert_eq!(house.stock(&item).await, ["0", "0", "0"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn what_is_free_is_found_behind_any_number_of_lots_that_are_promised_by_name(stage: Stage) {
        let house = house(stage).await;
        let (main, made) = (house.main(), house.item(OWNER, "MADE", "0").await);
        let item = house.item_with("A", json!({ "tracking": "serial" })).await;
        house.put_components(&made, "assembly", &[(&item, "1")]).await.expect(200);
        // As many as a shipment looks at, all of which came first.
        for lots in house.many_serials("A", &item, 500).await.chunks(100) {
            let line = |lot: &String| json!({ "item_id": item, "lot_id": lot, "quantity": "1" });
            let lines: Vec<Value> = lots.iter().map(line).collect();
            house.post("/reservations/batch", json!({ "lines": lines })).await.expect(200);
        }
        house.stage.clock.advance(TimeDelta::seconds(1));
        let first = house.bring(&item, "1", &main, "FIRST", None).await;
        let last = house.bring(&item, "1", &main, "LAST", None).await;
        let promise = house.promised(&item, "1").await;
        house.ship(&promise).await.expect(200);
        assert_eq!(house.list(&format!("/bins?lot_id={first}")).await, Vec::<Value>::new());
        house.post(&format!("/items/{made}/assemblies"), json!({ "quantity": "1" })).await.expect(201);
        assert_eq!(house.list(&format!("/bins?lot_id={last}")).await, Vec::<Value>::new());
        assert_eq!(house.stock(&item).await, ["500", "500", "0"]);
        house.verify().await;
    }
}

/// Two of a lot lie on the floor, three on the shelf, and four of a later lot on the floor. So much of each
/// lot is promised by name, and all that leaves for others is so much of each bin.
async fn check_free(house: &House, [floor, shelf]: [&str; 2], by_name: [&str; 2], free: [i32; 3]) {
    let item = house.of_lots(&by_name.join("-")).await;
    let soon = house.bring(&item, "2", floor, "SOON", Some("2026-02-01")).await;
    house.bring(&item, "3", shelf, "SOON", None).await;
    let late = house.bring(&item, "4", floor, "LATE", Some("2026-03-01")).await;
    let mut named = Vec::new();
    for (lot, quantity) in [(&soon, by_name[0]), (&late, by_name[1])] {
        if quantity != "0" {
            let body = json!({ "item_id": item, "warehouse_id": floor, "lot_id": lot, "quantity": quantity });
            named.push(house.reserve(body).await.expect(201).text("id"));
        }
    }
    // The second line finds what the first has left.
    let lines = [1, free.iter().sum::<i32>() - 1];
    let lines = lines.map(|quantity| json!({ "item_id": item, "quantity": quantity.to_string() }));
    let body = json!({ "customer_name": "Chevalier", "warehouse_id": floor, "lines": lines });
    let order = house.post("/sales-orders", body).await.expect(201).text("id");
    house.confirm(&order).await;
    house.post(&format!("/sales-orders/{order}/shipments"), json!({})).await.expect(200);
    let bins = house.list(&format!("/bins?item_id={item}")).await;
    let left = [(&soon, floor), (&soon, shelf), (&late, floor)].map(|(lot, place)| {
        let bin = bins.iter().find(|bin| bin["lot_id"] == *lot && bin["location_id"] == place);
        bin.map_or(0, |bin| bin["on_hand"].as_str().unwrap().parse::<i32>().unwrap())
    });
    assert_eq!(left, [2 - free[0], 3 - free[1], 4 - free[2]], "{by_name:?}");
    for promise in named {
        house.ship(&promise).await.expect(200);
    }
}

testkit::both! {
    async fn what_is_promised_of_a_lot_stays_where_the_last_of_it_lies(stage: Stage) {
        let house = house(stage).await;
        let floor = house.warehouse("NORTH").await;
        let shelf = house.location(&floor, "S", "storage").await;
        let north = [floor.as_str(), shelf.as_str()];
        check_free(&house, north, ["1", "0"], [2, 2, 4]).await;
        check_free(&house, north, ["4", "0"], [1, 0, 4]).await;
        check_free(&house, north, ["5", "1"], [0, 0, 3]).await;
        house.verify().await;
    }
}

testkit::both! {
    async fn lines_that_name_their_lots_get_them_before_those_that_take_any(stage: Stage) {
        let house = house(stage).await;
        let item = house.item_with("A", json!({ "tracking": "serial" })).await;
        for code in ["S-1", "S-2", "S-3"] {
            house.bring(&item, "1", &house.main(), code, None).await;
        }
        let lines = ["2", "1"].map(|quantity| json!({ "item_id": item, "quantity": quantity }));
        let body = json!({ "customer_name": "Chevalier", "lines": lines });
        let order = house.post("/sales-orders", body).await.expect(201);
        let [any, named] = [0usize, 1].map(|at| order.json()["lines"][at]["id"].clone());
        let order = order.text("id");
        house.confirm(&order).await;
        // Of all three S-1 came first, and the line that comes first takes any.
        let lines = json!([
            { "line_id": any, "quantity": "1" },
            { "line_id": named, "quantity": "1", "lot": "S-1" },
        ]);
        house.post(&format!("/sales-orders/{order}/shipments"), json!({ "lines": lines })).await.expect(200);
        let left = house.list(&format!("/bins?item_id={item}")).await;
        let left: Vec<_> = left.iter().map(|bin| bin["lot_id"].as_str().unwrap()).collect();
        let last = house.list("/lots?code=S-3").await[0]["id"].clone();
        assert_eq!(left, [last.as_str().unwrap()]);
        assert_eq!(house.stock(&item).await, ["1", "1", "0"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn a_lot_is_traced_both_ways(stage: Stage) {
        let house = house(stage).await;
        let (item, main) = (house.of_lots("A").await, house.main());
        let lot = json!({ "code": "L-7" });
        let from = json!({ "quantity": "5", "lot": lot, "reference": "delivery note 12" });
        let lot = house.receive(&item, from).await.expect(201).text("lot_id");
        house.bring(&item, "5", &main, "OTHER", None).await;
        let to = json!({ "item_id": item, "quantity": "2", "lot_id": lot, "reference": "order 9" });
        let promise = house.reserve(to).await.expect(201).text("id");
        house.ship(&promise).await.expect(200);
        let trace = house.list(&format!("/movements?lot_id={lot}&sort=created_at")).await;
        let told: Vec<_> =
            trace.iter().map(|row| ["kind", "quantity", "reference"].map(|field| row[field].clone())).collect();
        let expected = [["receipt", "5", "delivery note 12"], ["shipment", "-2", "order 9"]];
        assert_eq!(told, expected);
        assert_eq!(trace[1]["reservation_id"], json!(promise));
        let shown = house.get(&format!("/reservations/{promise}")).await;
        assert_eq!((shown.text("lot_id"), shown.text("reference")), (lot, "order 9".to_owned()));
        house.verify().await;
    }
}
