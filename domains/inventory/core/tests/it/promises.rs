//! What is promised: until when, of what, from where, and several at once. No worker runs here, so what is over is over
//! by its time alone.

use crate::house::{House, NEIGHBOUR, OWNER, Reply, call, call_by, house};
use chrono::{DateTime, TimeDelta, Utc};
use data::Subscription;
use futures::future::join_all;
use inventory_contract::ReservationExpired;
use kernel::DomainEvent;
use serde_json::{Value, json};
use testkit::Stage;

const NOON: &str = "2026-01-15T12:00:00Z";
const TEN_PAST: &str = "2026-01-15T12:10:00Z";
const JOB: &str = "inventory.expire_reservation";

impl House {
    fn pass(&self, minutes: i64) {
        self.stage.clock.advance(TimeDelta::minutes(minutes));
    }

    async fn promise(&self, item: &str, quantity: &str, until: Option<&str>) -> String {
        let body = json!({ "item_id": item, "quantity": quantity, "expires_at": until });
        self.reserve(body).await.expect(201).text("id")
    }

    async fn extend(&self, reservation: &str, until: Option<&str>) -> Reply {
        let extend = call(&format!("POST /reservations/{reservation}/extend"));
        self.send(extend.json(json!({ "expires_at": until }))).await
    }

    async fn release(&self, reservation: &str) -> Reply {
        self.send(call(&format!("POST /reservations/{reservation}/release"))).await
    }

    async fn status(&self, reservation: &str) -> String {
        self.get(&format!("/reservations/{reservation}")).await.text("status")
    }

    async fn reserve_lines(&self, lines: Value) -> Reply {
        self.post("/reservations/batch", json!({ "lines": lines })).await
    }
}

/// Where each fault is, and its code.
#[track_caller]
fn check_faults(reply: &Reply, status: u16, expected: &[(&str, &str)]) {
    let told = reply.json()["errors"].as_array().cloned().unwrap_or_default();
    let text = |fault: &Value, name: &str| fault[name].as_str().unwrap().to_owned();
    let found: Vec<_> = told.iter().map(|fault| (text(fault, "pointer"), text(fault, "code"))).collect();
    let found: Vec<_> = found.iter().map(|(pointer, code)| (pointer.as_str(), code.as_str())).collect();
    assert_eq!((reply.status, found), (status, expected.to_vec()), "{reply:?}");
}

testkit::both! {
    async fn a_promise_is_over_by_its_time_alone(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "5").await;
        let first = house.promise(&item, "4", Some(TEN_PAST)).await;
        house.promise(&item, "1", None).await;
        let (path, shown) = (format!("/items/{item}"), format!("/reservations/{first}"));
        let item_before = house.get(&path).await.header("etag").to_owned();
        let before = house.get(&shown).await.header("etag").to_owned();
        house.pass(9);
        assert_eq!(house.stock(&item).await, ["5", "5", "0"]);
        assert_eq!(house.status(&first).await, "active");
        let short = house.reserve(json!({ "item_id": item, "quantity": "1" })).await;
        short.refused(409, "inventory.insufficient_stock");

        house.pass(1);
        assert_eq!(house.stock(&item).await, ["5", "1", "4"]);
        assert_eq!(house.status(&first).await, "expired");
        for (path, before) in [(&path, &item_before), (&shown, &before)] {
            let again = call(&format!("GET {path}")).header("if-none-match", before);
            house.send(again).await.expect(200);
        }
        let level = house.list(&format!("/stock-levels?item_id={item}")).await;
        assert_eq!(["reserved", "available"].map(|field| level[0][field].clone()), ["1", "4"]);
        let listed = house.get("/items?sku=A").await.json()["data"][0].clone();
        assert_eq!((&listed["reserved"], &listed["available"]), (&json!("1"), &json!("4")));
        // It is found as expired once that is written down.
        for (status, expected) in [("active", 1), ("expired", 0), ("released", 0)] {
            let found = house.list(&format!("/reservations?item_id={item}&status={status}")).await;
            assert_eq!(found.len(), expected, "{status}");
        }
        house.verify().await;

        house.ship(&first).await.refused(409, "inventory.reservation_settled");
        let told = house.release(&first).await.refused(409, "inventory.reservation_settled");
        assert_eq!(told.text("detail"), "The reservation is expired already.");
        house.extend(&first, None).await.refused(409, "inventory.reservation_settled");
        let second = house.promise(&item, "4", None).await;
        assert_eq!(house.stock(&item).await, ["5", "5", "0"]);
        house.verify().await;
        house.ship(&second).await.expect(200);
        assert_eq!(house.stock(&item).await, ["1", "1", "0"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn the_job_writes_down_what_is_over(stage: Stage) {
        stage.subscribe(vec![Subscription {
            event: ReservationExpired::KIND,
            subscriber: "test.expired",
            ordered: true,
        }]);
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "5").await;
        let kept = house.promise(&item, "1", Some("2026-01-15T13:00:00Z")).await;
        let over = house.promise(&item, "3", Some(TEN_PAST)).await;
        let again = house.promise(&item, "1", Some(TEN_PAST)).await;
        assert_eq!(house.run_jobs(JOB).await, 0, "none is due");
        house.pass(10);
        let shown = house.get(&format!("/items/{item}")).await;
        assert_eq!(shown.text("reserved"), "1");
        assert_eq!(house.run_jobs(JOB).await, 2);
        assert_eq!(house.list("/reservations?status=expired").await.len(), 2);
        assert_eq!(house.run_jobs(JOB).await, 2, "a message may come again");
        let written = house.get(&format!("/items/{item}")).await;
        assert_eq!((written.json(), written.header("etag")), (shown.json(), shown.header("etag")));
        let expired = house.events::<ReservationExpired>().await;
        let mut told: Vec<_> = expired.iter().map(|event| event.reservation.to_string()).collect();
        told.sort();
        let mut expected = [over, again];
        expected.sort();
        assert_eq!(told, expected);
        let end: DateTime<Utc> = TEN_PAST.parse().unwrap();
        assert!(expired.iter().all(|event| event.expired_at == end), "{expired:?}");
        assert_eq!(house.status(&kept).await, "active");
        house.verify().await;
    }
}

testkit::both! {
    async fn a_promise_is_given_another_end(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "5").await;
        let promise = house.promise(&item, "2", Some(TEN_PAST)).await;
        let held = || ("active".to_owned(), "2".to_owned());
        let extended = house.extend(&promise, Some("2026-01-15T12:30:00Z")).await.expect(200);
        assert_eq!(extended.text("expires_at"), "2026-01-15T12:30:00Z");
        house.pass(20);
        assert_eq!(house.run_jobs(JOB).await, 1);
        assert_eq!((house.status(&promise).await, house.stock(&item).await[1].clone()), held());
        let sooner = house.extend(&promise, Some("2026-01-15T12:21:00Z")).await.expect(200);
        assert_eq!(sooner.text("status"), "active");
        house.extend(&promise, None).await.expect(200);
        house.pass(60 * 24 * 400);
        assert_eq!((house.status(&promise).await, house.stock(&item).await[1].clone()), held());
        check_faults(&house.extend(&promise, Some(NOON)).await, 422, &[("/expires_at", "in_the_past")]);
        let far = house.extend(&promise, Some("2029-01-01T00:00:00Z")).await;
        check_faults(&far, 422, &[("/expires_at", "too_far")]);
        let unsaid = call(&format!("POST /reservations/{promise}/extend")).json(json!({}));
        assert_eq!(house.send(unsaid).await.status, 400);
        let theirs = call_by(NEIGHBOUR, &format!("POST /reservations/{promise}/extend"));
        let theirs = house.send(theirs.json(json!({ "expires_at": null }))).await;
        theirs.refused(404, "inventory.reservation_not_found");
        house.ship(&promise).await.expect(200);
        house.extend(&promise, None).await.refused(409, "inventory.reservation_settled");
        house.verify().await;
    }
}

testkit::both! {
    async fn what_a_lapsed_promise_held_goes_to_as_many_as_there_is_for(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "LAST", "5").await;
        house.promise(&item, "5", Some(TEN_PAST)).await;
        house.pass(10);
        let racing = (0..20).map(|n| {
            // Some of them end, so that both ways to a promise are gone.
            let until = (n % 2 == 0).then_some("2026-01-15T13:00:00Z");
            house.reserve(json!({ "item_id": item, "quantity": "1", "expires_at": until }))
        });
        let replies = join_all(racing).await;
        let count = |status: u16, code: &str| {
            replies.iter().filter(|reply| reply.outcome() == (status, code.to_owned())).count()
        };
        assert_eq!((count(201, ""), count(409, "inventory.insufficient_stock")), (5, 15), "{replies:?}");
        assert_eq!(house.stock(&item).await, ["5", "5", "0"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn lines_of_one_item_are_covered_together_or_not_at_all(stage: Stage) {
        let house = house(stage).await;
        let (one, other) = (house.item(OWNER, "A", "5").await, house.item(OWNER, "B", "2").await);
        let line = |item: &str, quantity: &str| json!({ "item_id": item, "quantity": quantity });
        let short = house.reserve_lines(json!([line(&one, "3"), line(&other, "2"), line(&one, "2.5")])).await;
        check_faults(&short, 409, &[("/lines/2/quantity", "insufficient_stock")]);
        assert_eq!(short.text("code"), "inventory.insufficient_stock");
        assert_eq!(short.json()["errors"][0]["detail"], "2.5 were asked for, and 2 are available");
        let all = json!([line(&one, "6"), line(&other, "3"), line(&one, "5")]);
        let insufficient = "insufficient_stock";
        let expected = [("/lines/0/quantity", insufficient), ("/lines/1/quantity", insufficient)];
        check_faults(&house.reserve_lines(all).await, 409, &expected);
        let alone = house.reserve_lines(json!([line(&one, "6")])).await;
        check_faults(&alone, 409, &[("/lines/0/quantity", insufficient)]);
        assert_eq!(house.stock(&one).await, ["5", "0", "5"]);
        assert_eq!(house.stock(&other).await, ["2", "0", "2"]);

        let nobody = uuid::Uuid::new_v4().to_string();
        let unknown = house.reserve_lines(json!([line(&one, "1"), line(&nobody, "1")])).await;
        check_faults(&unknown, 422, &[("/lines/1/item_id", "unknown")]);
        let mut late = line(&one, "0");
        late["expires_at"] = json!(NOON);
        let late = house.reserve_lines(json!([line(&one, "1"), late])).await;
        let expected = [("/lines/1/quantity", "not_positive"), ("/lines/1/expires_at", "in_the_past")];
        check_faults(&late, 422, &expected);
        for count in [0, 101] {
            let refused = house.reserve_lines(json!(vec![line(&one, "0.01"); count])).await;
            check_faults(&refused, 422, &[("/lines", "out_of_range")]);
        }

        let lines = json!({ "lines": [line(&one, "3"), line(&other, "2"), line(&one, "2")] });
        let post = || call("POST /reservations/batch").json(lines.clone());
        house.send(post()).await.refused(400, "idempotency_key_required");
        let made = house.send(post().key("cart")).await.expect(200);
        let again = house.send(post().key("cart")).await.expect(200);
        assert_eq!(again.body, made.body);
        let quantities: Vec<_> =
            made.json()["data"].as_array().unwrap().iter().map(|row| row["quantity"].clone()).collect();
        assert_eq!(quantities, ["3", "2", "2"]);
        assert_eq!(house.stock(&one).await, ["5", "5", "0"]);
        assert_eq!(house.stock(&other).await, ["2", "2", "0"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn racing_carts_take_all_of_theirs_or_nothing(stage: Stage) {
        let house = house(stage).await;
        let (one, other) = (house.item(OWNER, "A", "6").await, house.item(OWNER, "B", "6").await);
        let racing = (0..12).map(|n| {
            // In either order: they wait for each other and never in a circle.
            let mut items = [&one, &other];
            items.rotate_left(n % 2);
            let lines = items.map(|item| json!({ "item_id": item, "quantity": "1" }));
            house.reserve_lines(json!(lines))
        });
        let replies = join_all(racing).await;
        let count = |status: u16| replies.iter().filter(|reply| reply.status == status).count();
        assert_eq!((count(200), count(409)), (6, 6), "{replies:?}");
        assert_eq!(house.stock(&one).await, ["6", "6", "0"]);
        assert_eq!(house.stock(&other).await, ["6", "6", "0"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn a_promise_is_of_a_warehouse(stage: Stage) {
        let house = house(stage).await;
        let (item, north) = (house.item(OWNER, "A", "1").await, house.warehouse("NORTH").await);
        let corner = house.location(&north, "Q", "quarantine").await;
        for (quantity, place) in [("5", &north), ("4", &corner)] {
            let body = json!({ "quantity": quantity, "location_id": place });
            house.receive(&item, body).await.expect(201);
        }
        assert_eq!(house.stock(&item).await, ["10", "0", "6"]);
        let main = house.reserve(json!({ "item_id": item, "quantity": "2" })).await;
        let told = main.refused(409, "inventory.insufficient_stock").text("detail");
        assert_eq!(told, "2 were asked for, and 1 are available.");
        let at = |quantity: &str| json!({ "item_id": item, "quantity": quantity, "warehouse_id": north });
        let more = house.reserve(at("5.1")).await.refused(409, "inventory.insufficient_stock");
        assert_eq!(more.text("detail"), "5.1 were asked for, and 5 are available.", "not what is in quarantine");
        let promise = house.reserve(at("5")).await.expect(201);
        assert_eq!(promise.text("warehouse_id"), north);
        house.reserve(at("1")).await.refused(409, "inventory.insufficient_stock");
        let levels = house.list(&format!("/stock-levels?item_id={item}")).await;
        let of = |warehouse: &str| {
            let level = levels.iter().find(|level| level["warehouse_id"] == warehouse).unwrap();
            ["on_hand", "blocked", "reserved", "available"].map(|field| level[field].as_str().unwrap().to_owned())
        };
        assert_eq!(of(&north), ["9", "4", "5", "0"]);
        assert_eq!(of(&house.main()), ["1", "0", "0", "1"]);
        let blocked = json!({ "quantity": "-4", "location_id": corner, "reason": "spoilt", "scrap": true });
        house.adjust(&item, blocked).await.expect(201);

        house.ship(&promise.text("id")).await.expect(200);
        let shipment = house.list(&format!("/movements?item_id={item}")).await[0].clone();
        assert_eq!((&shipment["location_id"], &shipment["quantity"]), (&json!(north), &json!("-5")));
        assert_eq!(house.stock(&item).await, ["1", "0", "1"]);
        let nowhere = json!({ "item_id": item, "quantity": "1", "warehouse_id": uuid::Uuid::new_v4() });
        check_faults(&house.reserve(nowhere).await, 422, &[("/warehouse_id", "unknown")]);
        house.verify().await;
    }
}

testkit::both! {
    async fn what_may_be_negative_is_promised_before_it_is_there(stage: Stage) {
        let house = house(stage).await;
        let item = house.item_with("A", json!({ "may_be_negative": true })).await;
        let patch = async |body: Value| {
            house.send(call(&format!("PATCH /items/{item}")).if_match("*").json(body)).await
        };
        let north = house.warehouse("NORTH").await;
        let promise = house.promise(&item, "3", None).await;
        let there = json!({ "item_id": item, "quantity": "2", "warehouse_id": north });
        let other = house.reserve(there).await.expect(201).text("id");
        assert_eq!(house.stock(&item).await, ["0", "5", "-5"]);
        house.verify().await;
        patch(json!({ "unit": "KGM" })).await.refused(409, "inventory.item_has_moved");
        patch(json!({ "may_be_negative": false })).await.refused(409, "inventory.item_is_negative");
        let warehouse = call(&format!("DELETE /warehouses/{north}"));
        house.send(warehouse).await.refused(409, "inventory.place_in_use");
        house.release(&other).await.expect(200);
        house.receive(&item, json!({ "quantity": "1" })).await.expect(201);
        house.ship(&promise).await.expect(200);
        assert_eq!(house.stock(&item).await, ["-2", "0", "-2"]);
        let bins = house.list(&format!("/bins?item_id={item}")).await;
        assert_eq!(bins.iter().map(|bin| bin["on_hand"].clone()).collect::<Vec<_>>(), ["-2"]);
        house.verify().await;
        patch(json!({ "may_be_negative": false })).await.refused(409, "inventory.item_is_negative");
        let delete = house.send(call(&format!("DELETE /items/{item}"))).await;
        delete.refused(409, "inventory.item_has_stock");
        house.receive(&item, json!({ "quantity": "2" })).await.expect(201);
        patch(json!({ "may_be_negative": false })).await.expect(200);
        let short = house.reserve(json!({ "item_id": item, "quantity": "1" })).await;
        short.refused(409, "inventory.insufficient_stock");
        house.adjust(&item, json!({ "quantity": "-1", "reason": "r" })).await.refused(409, "inventory.not_there");
        house.verify().await;
    }
}

testkit::both! {
    async fn a_settled_promise_of_a_deleted_item_stays_settled(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "1").await;
        let promise = house.promise(&item, "1", None).await;
        house.send(call(&format!("DELETE /items/{item}"))).await.refused(409, "inventory.item_has_stock");
        house.ship(&promise).await.expect(200);
        house.send(call(&format!("DELETE /items/{item}"))).await.expect(204);
        assert_eq!(house.status(&promise).await, "shipped");
        house.release(&promise).await.refused(409, "inventory.reservation_settled");
        house.ship(&promise).await.refused(409, "inventory.reservation_settled");
        house.extend(&promise, None).await.refused(409, "inventory.reservation_settled");
        house.verify().await;
    }
}

testkit::both! {
    async fn what_has_spoilt_is_promised_at_no_warehouse(stage: Stage) {
        let house = house(stage).await;
        let item = house.item_with("A", json!({ "tracking": "lot" })).await;
        let (main, north) = (house.main(), house.warehouse("NORTH").await);
        let shelf = house.location(&main, "S", "storage").await;
        for (quantity, place, code, last_day) in [
            ("2", &main, "SPOILT", "2026-01-20"),
            ("3", &shelf, "SPOILT", "2026-01-20"),
            ("4", &north, "SPOILT", "2026-01-20"),
            ("1", &main, "GOOD", "2026-02-20"),
        ] {
            let lot = json!({ "code": code, "expires_on": last_day });
            let body = json!({ "quantity": quantity, "location_id": place, "lot": lot });
            house.receive(&item, body).await.expect(201);
        }
        house.stage.clock.advance(chrono::TimeDelta::days(6));
        assert_eq!(house.stock(&item).await, ["10", "0", "1"]);
        for (warehouse, quantity, status) in [(&north, "0.1", 409), (&main, "1.1", 409), (&main, "1", 201)] {
            let body = json!({ "item_id": item, "quantity": quantity, "warehouse_id": warehouse });
            house.reserve(body).await.expect(status);
        }
        house.verify().await;
    }
}
