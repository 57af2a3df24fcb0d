//! Kits on sales orders: ordered as one, and sent, awaited and taken back as their parts.

use crate::house::{House, OWNER, Reply, call, house};
use serde_json::{Value, json};
use testkit::Stage;

fn line(item: &str, quantity: &str) -> Value {
    json!({ "item_id": item, "quantity": quantity })
}

async fn draft(house: &House, lines: Value) -> Reply {
    let body = json!({ "customer_name": "Chevalier", "lines": lines });
    house.send(call("POST /sales-orders").json(body)).await
}

async fn drafted(house: &House, lines: Value) -> String {
    draft(house, lines).await.expect(201).text("id")
}

/// With one key an order: that of a request that was refused is as good as new.
async fn confirm(house: &House, order: &str) -> Reply {
    let confirm = call(&format!("POST /sales-orders/{order}/confirm")).key(&format!("confirm-{order}"));
    house.send(confirm).await
}

async fn patch(house: &House, order: &str, body: Value) -> Reply {
    house.send(call(&format!("PATCH /sales-orders/{order}")).if_match("*").json(body)).await
}

async fn ship(house: &House, order: &str, body: Value) -> Reply {
    house.post(&format!("/sales-orders/{order}/shipments"), body).await
}

async fn shown(house: &House, order: &str) -> Value {
    house.get(&format!("/sales-orders/{order}")).await.json()
}

/// Of the lines of this item: the line of its kit or null, quantity, allocated, backordered, shipped, returned,
/// cancelled.
fn of(order: &Value, item: &str) -> Vec<Value> {
    let lines = order["lines"].as_array().unwrap().iter().filter(|line| line["item_id"] == item);
    let counted = lines.map(|line| {
        let fields = ["quantity", "allocated", "backordered", "shipped", "returned", "cancelled"];
        let counted: Vec<&Value> = fields.iter().map(|field| &line[*field]).collect();
        json!([line["kit"]["line"], counted])
    });
    counted.collect()
}

fn id_of(order: &Value, item: &str, kit_line: Value) -> String {
    let mut lines = order["lines"].as_array().unwrap().iter();
    let found = lines.find(|line| line["item_id"] == item && line["kit"]["line"] == kit_line);
    found.unwrap()["id"].as_str().unwrap().to_owned()
}

#[track_caller]
fn check_faults(reply: Reply, status: u16, code: &str, expected: &[(&str, &str)]) {
    let reply = reply.refused(status, code).json();
    let errors = reply["errors"].as_array().unwrap().iter();
    let found: Vec<_> =
        errors.map(|error| (error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap())).collect();
    assert_eq!(found, expected, "{reply}");
}

async fn check_changed(house: &House, order: &str, expected: &[(&str, &str)]) {
    check_faults(confirm(house, order).await, 409, "inventory.kit_changed", expected);
}

/// Two cups and a tea are a set; a set and a cup more are a gift.
struct Shop {
    house: House,
    cup: String,
    tea: String,
    set: String,
    gift: String,
}

async fn shop(stage: Stage, cups: &str, teas: &str) -> Shop {
    let house = house(stage).await;
    let (cup, tea) = (house.item(OWNER, "CUP", cups).await, house.item(OWNER, "TEA", teas).await);
    let (set, gift) = (house.item(OWNER, "SET", "0").await, house.item(OWNER, "GIFT", "0").await);
    house.put_components(&set, "kit", &[(&cup, "2"), (&tea, "1")]).await.expect(200);
    house.put_components(&gift, "kit", &[(&set, "1"), (&cup, "1")]).await.expect(200);
    Shop { house, cup, tea, set, gift }
}

testkit::both! {
    async fn a_kit_is_ordered_and_its_parts_are_sent(stage: Stage) {
        let Shop { house, cup, tea, gift, .. } = shop(stage, "7", "9").await;
        assert_eq!(house.availability(&gift, "").await["available"], "2");
        let price = json!({ "amount": 2500, "currency": "EUR" });
        let three = json!({ "item_id": gift, "quantity": "3", "unit_price": price });
        let order = drafted(&house, json!([three, line(&cup, "1")])).await;
        let draft = shown(&house, &order).await;
        assert_eq!((draft["lines"].as_array().unwrap().len(), &draft["currency"]), (3, &json!("EUR")));
        let kit = json!({
            "line": 1, "item_id": gift, "quantity": "3", "entered_quantity": null, "entered_unit": null,
            "unit_price": price,
        });
        for part in [&cup, &tea] {
            let lines = draft["lines"].as_array().unwrap();
            let part = lines.iter().find(|line| line["item_id"] == json!(part)).unwrap();
            assert_eq!((&part["kit"], &part["unit_price"]), (&kit, &Value::Null));
        }
        assert_eq!(draft["lines"][2]["kit"], Value::Null);
        assert_eq!(house.stock(&cup).await, ["7", "0", "7"]);

        house.confirm(&order).await;
        let confirmed = shown(&house, &order).await;
        assert_eq!(of(&confirmed, &cup), [
            json!([1, ["9", "7", "2", "0", "0", "0"]]), json!([null, ["1", "0", "1", "0", "0", "0"]]),
        ]);
        assert_eq!(of(&confirmed, &tea), [json!([1, ["3", "3", "0", "0", "0", "0"]])]);
        assert_eq!(house.stock(&cup).await, ["7", "7", "0"]);
        assert_eq!(house.stock(&tea).await, ["9", "3", "6"]);
        assert_eq!(house.availability(&gift, "").await["available"], "0");
        house.verify().await;

        let some = json!({ "lines": [{ "line_id": id_of(&confirmed, &cup, json!(1)), "quantity": "4" }] });
        assert_eq!(ship(&house, &order, some).await.expect(200).text("status"), "partly_shipped");
        ship(&house, &order, json!({})).await.expect(200);
        house.receives(&cup, "more", json!({ "quantity": "5" })).await;
        house.run_all_jobs("inventory.serve_backorders").await;
        let served = shown(&house, &order).await;
        assert_eq!(of(&served, &cup), [
            json!([1, ["9", "2", "0", "7", "0", "0"]]), json!([null, ["1", "1", "0", "0", "0", "0"]]),
        ]);
        assert_eq!(ship(&house, &order, json!({})).await.expect(200).text("status"), "shipped");
        assert_eq!(house.stock(&cup).await, ["2", "0", "2"]);
        assert_eq!(house.availability(&gift, "").await["available"], "0");
        house.verify().await;

        let back = |item: &str, quantity: &str| {
            json!({ "line_id": id_of(&served, item, json!(1)), "quantity": quantity, "to": "stock" })
        };
        let returns = format!("/sales-orders/{order}/returns");
        let much = json!({ "lines": [back(&cup, "9.000001")] });
        house.post(&returns, much).await.refused(409, "inventory.not_shipped");
        let one = json!({ "lines": [back(&cup, "3"), back(&tea, "1")] });
        let returned = house.post(&returns, one).await.expect(200).json();
        assert_eq!(of(&returned, &cup)[0], json!([1, ["9", "0", "0", "9", "3", "0"]]));
        assert_eq!(of(&returned, &tea)[0], json!([1, ["3", "0", "0", "3", "1", "0"]]));
        assert_eq!(house.stock(&cup).await, ["5", "0", "5"]);
        assert_eq!(house.availability(&gift, "").await["available"], "1");
        assert_eq!(returned["lines"][0]["kit"], kit);
        house.verify().await;
    }
}

testkit::both! {
    async fn what_is_cancelled_of_a_kit_goes_to_who_waits(stage: Stage) {
        let Shop { house, cup, tea, set, .. } = shop(stage, "4", "9").await;
        let first = drafted(&house, json!([line(&set, "2")])).await;
        let second = drafted(&house, json!([line(&set, "1"), line(&tea, "1")])).await;
        for order in [&first, &second] {
            house.confirm(order).await;
        }
        assert_eq!(of(&shown(&house, &second).await, &cup), [json!([1, ["2", "0", "2", "0", "0", "0"]])]);
        let lines = shown(&house, &first).await;
        let some = json!({ "lines": [{ "line_id": id_of(&lines, &cup, json!(1)), "quantity": "1" }] });
        ship(&house, &first, some).await.expect(200);
        let cancel = call(&format!("POST /sales-orders/{first}/cancel"));
        let cancelled = house.send(cancel).await.expect(200).json();
        assert_eq!(cancelled["status"], "shipped");
        assert_eq!(of(&cancelled, &cup), [json!([1, ["4", "0", "0", "1", "0", "3"]])]);
        assert_eq!(of(&cancelled, &tea), [json!([1, ["2", "0", "0", "0", "0", "2"]])]);
        house.run_all_jobs("inventory.serve_backorders").await;
        assert_eq!(of(&shown(&house, &second).await, &cup), [json!([1, ["2", "2", "0", "0", "0", "0"]])]);
        assert_eq!(house.stock(&cup).await, ["3", "2", "1"]);
        assert_eq!(house.stock(&tea).await, ["9", "2", "7"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn the_lines_of_a_draft_are_said_anew(stage: Stage) {
        let Shop { house, cup, tea, set, gift } = shop(stage, "0", "0").await;
        let order = drafted(&house, json!([line(&cup, "1"), line(&set, "1")])).await;
        let before = shown(&house, &order).await;
        let dozen = json!({ "item_id": set, "quantity": "1", "unit": "DZN" });
        let lines = json!([dozen, line(&gift, "2"), line(&tea, "1")]);
        let patched = patch(&house, &order, json!({ "lines": lines })).await.expect(200).json();
        let counts = |quantity: &str| json!([quantity, "0", "0", "0", "0", "0"]);
        assert_eq!(of(&patched, &cup), [json!([1, counts("24")]), json!([2, counts("6")])]);
        assert_eq!(
            of(&patched, &tea),
            [json!([1, counts("12")]), json!([2, counts("2")]), json!([null, counts("1")])],
        );
        for at in 0..3 {
            assert_eq!(patched["lines"][at]["id"], before["lines"][at]["id"]);
        }
        let kit = &patched["lines"][0]["kit"];
        let said = ["quantity", "entered_quantity", "entered_unit"].map(|field| kit[field].as_str().unwrap());
        assert_eq!(said, ["12", "1", "DZN"]);
        assert_eq!(shown(&house, &order).await, patched);
        let named = patch(&house, &order, json!({ "customer_reference": "CHEV" })).await.expect(200).json();
        assert_eq!(named["lines"], patched["lines"]);

        for (lines, pointer, code) in [
            (json!([line(&cup, "1"), line(&set, "0.5")]), "/lines/1/quantity", "not_whole"),
            (json!([line(&set, "600000000")]), "/lines/0/quantity", "too_large"),
        ] {
            let told = patch(&house, &order, json!({ "lines": lines })).await;
            check_faults(told, 422, "invalid", &[(pointer, code)]);
        }
        let one = patch(&house, &order, json!({ "lines": [line(&cup, "1")] })).await.expect(200).json();
        assert_eq!(of(&one, &cup), [json!([null, counts("1")])]);
        assert_eq!(one["lines"].as_array().unwrap().len(), 1);
        house.verify().await;
    }
}

testkit::both! {
    async fn a_kit_that_changed_since_the_draft_is_told(stage: Stage) {
        let Shop { house, cup, tea, set, gift } = shop(stage, "20", "20").await;
        let lone = house.item(OWNER, "LONE", "0").await;
        let lines = json!([line(&tea, "1"), line(&gift, "1"), line(&lone, "1")]);
        let order = drafted(&house, lines.clone()).await;
        let of_gift = ("/lines/1/kit", "kit_changed");

        // The kit within the kit.
        house.put_components(&set, "kit", &[(&cup, "3"), (&tea, "1")]).await.expect(200);
        check_changed(&house, &order, &[of_gift]).await;
        house.put_components(&lone, "kit", &[(&cup, "1")]).await.expect(200);
        check_changed(&house, &order, &[of_gift, ("/lines/3/item_id", "kit_changed")]).await;
        let none = json!({ "components": [] });
        house.send(call(&format!("PUT /items/{lone}/components")).if_match("*").json(none)).await.expect(200);
        house.put_components(&gift, "assembly", &[(&set, "1"), (&cup, "1")]).await.expect(200);
        check_changed(&house, &order, &[of_gift]).await;
        house.send(call(&format!("DELETE /items/{gift}"))).await.expect(204);
        check_changed(&house, &order, &[of_gift]).await;
        house.send(call(&format!("POST /items/{gift}/restore"))).await.expect(200);
        house.put_components(&gift, "kit", &[(&set, "1"), (&cup, "1")]).await.expect(200);
        check_changed(&house, &order, &[of_gift]).await;

        assert_eq!(house.stock(&cup).await, ["20", "0", "20"]);
        patch(&house, &order, json!({ "lines": lines })).await.expect(200);
        let confirmed = confirm(&house, &order).await.expect(200).json();
        assert_eq!(of(&confirmed, &cup), [json!([2, ["4", "4", "0", "0", "0", "0"]])]);
        // What was confirmed is sent, whatever the kit is later.
        house.put_components(&gift, "kit", &[(&tea, "5")]).await.expect(200);
        ship(&house, &order, json!({})).await.expect(200);
        assert_eq!(house.stock(&cup).await, ["16", "0", "16"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn an_order_has_at_most_500_lines_with_the_parts_of_its_kits(stage: Stage) {
        let Shop { house, set, .. } = shop(stage, "0", "0").await;
        let sets = |many: usize| json!(vec![line(&set, "1"); many]);
        let made = draft(&house, sets(250)).await.expect(201).json();
        assert_eq!(made["lines"].as_array().unwrap().len(), 500);
        let refused = draft(&house, sets(251)).await;
        let places = [("/lines/249/item_id", "too_many_lines"), ("/lines/250/item_id", "too_many_lines")];
        check_faults(refused, 422, "invalid", &places);
    }
}

testkit::both! {
    async fn a_purchase_order_names_no_kit(stage: Stage) {
        let Shop { house, cup, set, .. } = shop(stage, "0", "0").await;
        let supplier = house.post("/suppliers", json!({ "code": "S", "name": "S" })).await.expect(201).text("id");
        let cost = json!({ "amount": 100, "currency": "USD" });
        let bought = |item: &str| json!({ "item_id": item, "quantity": "1", "unit_cost": cost });
        let draft = async |lines: Value| {
            house.post("/purchase-orders", json!({ "supplier_id": supplier, "lines": lines })).await
        };
        let told = draft(json!([bought(&cup), bought(&set)])).await;
        assert!(told.json()["errors"][0]["detail"].as_str().unwrap().contains("order its parts"), "{told:?}");
        check_faults(told, 422, "invalid", &[("/lines/1/item_id", "kit")]);
        // One that became a kit meanwhile.
        let box_ = house.item(OWNER, "BOX", "0").await;
        let order = draft(json!([bought(&box_)])).await.expect(201).text("id");
        house.put_components(&box_, "kit", &[(&cup, "1")]).await.expect(200);
        let told = house.send(call(&format!("POST /purchase-orders/{order}/order"))).await;
        check_faults(told, 422, "invalid", &[("/lines/0/item_id", "kit")]);
        house.verify().await;
    }
}

testkit::both! {
    async fn what_is_on_order_becomes_no_kit(stage: Stage) {
        let Shop { house, cup, .. } = shop(stage, "0", "0").await;
        let box_ = house.item(OWNER, "BOX", "0").await;
        let supplier = house.post("/suppliers", json!({ "code": "S", "name": "S" })).await;
        let supplier = supplier.expect(201).text("id");
        let cost = json!({ "amount": 100, "currency": "USD" });
        let lines = json!([{ "item_id": box_, "quantity": "2", "unit_cost": cost }]);
        let body = json!({ "supplier_id": supplier, "lines": lines });
        let order = house.post("/purchase-orders", body).await.expect(201).text("id");
        house.send(call(&format!("POST /purchase-orders/{order}/order"))).await.expect(200);
        let told = house.put_components(&box_, "kit", &[(&cup, "1")]).await;
        told.refused(409, "inventory.item_on_order");
        // What is made of its parts may be bought as well.
        house.put_components(&box_, "assembly", &[(&cup, "1")]).await.expect(200);
        house.put_components(&box_, "kit", &[(&cup, "1")]).await.refused(409, "inventory.item_on_order");
        house.send(call(&format!("POST /purchase-orders/{order}/cancel"))).await.expect(200);
        house.put_components(&box_, "kit", &[(&cup, "1")]).await.expect(200);
        house.verify().await;
    }
}

testkit::both! {
    async fn what_customers_have_of_a_kit_comes_back_to_be_thrown_away(stage: Stage) {
        let Shop { house, cup, .. } = shop(stage, "0", "0").await;
        let cost = json!({ "amount": 300, "currency": "USD" });
        let box_ = house.item_with("BOX", json!({ "unit_cost": cost, "tracking": "lot" })).await;
        let lot = json!({ "code": "L-1" });
        house.receive(&box_, json!({ "quantity": "2", "lot": lot })).await.expect(201);
        let order = drafted(&house, json!([line(&box_, "2")])).await;
        house.confirm(&order).await;
        ship(&house, &order, json!({})).await.expect(200);
        house.put_components(&box_, "kit", &[(&cup, "1")]).await.expect(200);

        let sent = id_of(&shown(&house, &order).await, &box_, Value::Null);
        let back = async |quantity: &str, to: &str| {
            let back = json!({ "line_id": sent, "quantity": quantity, "to": to, "lot": "L-1" });
            house.post(&format!("/sales-orders/{order}/returns"), json!({ "lines": [back] })).await
        };
        check_faults(back("1", "stock").await, 422, "invalid", &[("/lines/0/to", "kit")]);
        back("3", "scrap").await.refused(409, "inventory.not_shipped");
        back("1", "scrap").await.expect(200);
        back("2", "scrap").await.refused(409, "inventory.not_shipped");
        let shown = shown(&house, &order).await;
        assert_eq!(of(&shown, &box_), [json!([null, ["2", "0", "0", "2", "1", "0"]])]);
        assert_eq!(house.stock(&box_).await, ["0", "0", "0"]);
        let receipt = json!({ "quantity": "1", "lot": lot });
        house.receive(&box_, receipt).await.refused(409, "inventory.kit_is_not_stocked");
        let gone = json!({ "quantity": "-1", "reason": "lost", "lot": lot });
        house.adjust(&box_, gone).await.refused(409, "inventory.kit_is_not_stocked");
        house.verify().await;
    }
}
