//! What others are told of places, lots and categories, and of what belongs to an item beside its fields: each
//! once, and nothing where nothing differs.

use crate::house::{House, OWNER, call, house};
use crate::import_files::Files;
use crate::listener::{Listener, subscribe};
use inventory_contract::{
    BarcodeAdded, BarcodeRemoved, CategoryChanged, CategoryCreated, CategoryDeleted, CategoryRestored,
    ComponentsChanged, ConversionsChanged, LocationChanged, LocationCreated, LocationDeleted,
    LocationRestored, LotCreated, WarehouseChanged, WarehouseCreated, WarehouseDeleted, WarehouseRestored,
};
use kernel::DomainEvent;
use serde_json::{Value, json};
use testkit::Stage;

async fn patch(house: &House, path: &str, body: Value) {
    house.send(call(&format!("PATCH {path}")).if_match("*").json(body)).await.expect(200);
}

async fn delete(house: &House, path: &str) {
    house.send(call(&format!("DELETE {path}"))).await.expect(204);
}

async fn restore(house: &House, path: &str) {
    house.send(call(&format!("POST {path}/restore"))).await.expect(200);
}

fn listening_to_places(stage: &Stage) {
    let kinds = [
        (WarehouseCreated::KIND, "test.warehouse_created"),
        (WarehouseChanged::KIND, "test.warehouse_changed"),
        (WarehouseDeleted::KIND, "test.warehouse_deleted"),
        (WarehouseRestored::KIND, "test.warehouse_restored"),
        (LocationCreated::KIND, "test.location_created"),
        (LocationChanged::KIND, "test.location_changed"),
        (LocationDeleted::KIND, "test.location_deleted"),
        (LocationRestored::KIND, "test.location_restored"),
    ];
    subscribe(stage, &kinds);
}

testkit::both! {
    async fn places_are_told_of_once(stage: Stage) {
        listening_to_places(&stage);
        let house = house(stage).await;
        let mut warehouses = Listener::new(&house, "inventory.warehouse_", &["code", "name"]);
        let mut locations = Listener::new(&house, "inventory.location_", &["code", "location_kind", "name"]);
        let nothing = Vec::<String>::new();
        let item = house.item(OWNER, "A", "0").await;
        assert_eq!(warehouses.news().await, nothing);
        for _ in 0..2 {
            house.receive(&item, json!({ "quantity": "2" })).await.expect(201);
        }
        assert_eq!(warehouses.news().await, ["created MAIN: Main warehouse"], "by the first movement");
        assert_eq!(locations.news().await, ["created FLOOR: storage, Floor"]);

        let north = house.warehouse("NORTH").await;
        assert_eq!(warehouses.news().await, ["created NORTH: NORTH"]);
        assert_eq!(locations.news().await, ["created FLOOR: storage, Floor"]);
        let of_north = format!("/warehouses/{north}");
        patch(&house, &of_north, json!({ "name": "North" })).await;
        patch(&house, &of_north, json!({ "name": " North " })).await;
        assert_eq!(warehouses.news().await, ["changed NORTH: North"]);

        let aisle = house.location(&north, "N", "storage").await;
        let shelf = house.location(&north, "N-1", "quarantine").await;
        assert_eq!(locations.news().await, ["created N-1: quarantine, N-1", "created N: storage, N"]);
        let of_shelf = format!("/locations/{shelf}");
        for _ in 0..2 {
            patch(&house, &of_shelf, json!({ "name": "Shelf", "parent_id": aisle })).await;
        }
        assert_eq!(locations.news().await, ["changed N-1: quarantine, Shelf"]);
        let changed = house.events::<LocationChanged>().await;
        let LocationChanged { location, warehouse, parent, .. } = &changed[0];
        let ids = [location.to_string(), warehouse.to_string(), parent.unwrap().to_string()];
        assert_eq!(ids, [shelf, north.clone(), aisle.clone()]);
        delete(&house, &of_shelf).await;
        restore(&house, &of_shelf).await;
        let both = ["deleted N-1: quarantine, Shelf", "restored N-1: quarantine, Shelf"];
        assert_eq!(locations.news().await, both);

        delete(&house, &of_shelf).await;
        delete(&house, &format!("/locations/{aisle}")).await;
        locations.news().await;
        delete(&house, &of_north).await;
        restore(&house, &of_north).await;
        assert_eq!(warehouses.news().await, ["deleted NORTH: North", "restored NORTH: North"]);
        let floor = ["deleted FLOOR: storage, Floor", "restored FLOOR: storage, Floor"];
        assert_eq!(locations.news().await, floor);

        for key in ["first", "second"] {
            let lines = json!([{ "item_id": item, "quantity": "1" }]);
            let body = json!({ "from": {}, "to": { "warehouse_id": north }, "lines": lines });
            let transfer = house.post("/transfers", body).await.expect(201).text("id");
            house.send(call(&format!("POST /transfers/{transfer}/ship")).key(key)).await.expect(200);
        }
        assert_eq!(locations.news().await, ["created TRANSIT: transit, In transit"]);
        let created = house.events::<WarehouseCreated>().await;
        let ids: Vec<_> = created.iter().map(|event| event.warehouse.to_string()).collect();
        assert_eq!(ids, [house.main(), north]);
        house.verify().await;
    }
}

testkit::both! {
    async fn a_lot_is_told_of_when_it_is_made(stage: Stage) {
        subscribe(&stage, &[(LotCreated::KIND, "test.lot")]);
        let house = house(stage).await;
        let mut lots = Listener::new(&house, "inventory.lot_", &["code", "expires_on"]);
        let item = house.item_with("A", json!({ "tracking": "lot" })).await;
        let lot = json!({ "code": "L-1", "expires_on": "2026-03-31" });
        for _ in 0..2 {
            house.receive(&item, json!({ "quantity": "2", "lot": lot })).await.expect(201);
        }
        assert_eq!(lots.news().await, ["created L-1: 2026-03-31"]);
        let columns = &["sku", "lot", "expires_on", "on_hand"];
        let files = Files { house: &house, target: "inventory.stock", columns };
        let file = ["A | L-2 | 2027-01-31 | 4", "A | L-1 | | 3", "A | L-3 | 2027-02-28 | 1"];
        // Each batch is asked for twice.
        files.plan(1, &file).await;
        assert_eq!(lots.news().await, Vec::<String>::new());
        files.bring(2, &file).await;
        assert_eq!(lots.news().await, ["created L-2: 2027-01-31", "created L-3: 2027-02-28"]);
        let created = house.events::<LotCreated>().await;
        let mut told: Vec<_> = created.iter().map(|event| event.lot.to_string()).collect();
        let listed = house.list(&format!("/lots?item_id={item}")).await;
        let mut listed: Vec<_> = listed.iter().map(|lot| lot["id"].as_str().unwrap().to_owned()).collect();
        told.sort();
        listed.sort();
        assert_eq!(told, listed);
        assert!(created.iter().all(|event| event.item.to_string() == item), "{created:?}");
        house.verify().await;
    }
}

testkit::both! {
    async fn categories_are_told_of_whoever_makes_them(stage: Stage) {
        let kinds = [
            (CategoryCreated::KIND, "test.created"),
            (CategoryChanged::KIND, "test.changed"),
            (CategoryDeleted::KIND, "test.deleted"),
            (CategoryRestored::KIND, "test.restored"),
        ];
        subscribe(&stage, &kinds);
        let house = house(stage).await;
        let mut categories = Listener::new(&house, "inventory.category_", &["name", "parent"]);
        let drinks = house.send(call("POST /categories").json(json!({ "name": "Drinks" }))).await;
        let drinks = drinks.expect(201).text("id");
        for sku in ["A", "B"] {
            house.item_with(sku, json!({ "category": "Tea" })).await;
        }
        assert_eq!(categories.news().await, ["created Drinks: ", "created Tea: "]);
        let columns = &["sku", "name", "category"];
        let files = Files { house: &house, target: "inventory.items", columns };
        files.bring(1, &["C | C | Tea", "D | D | Milk"]).await;
        assert_eq!(categories.news().await, ["created Milk: "]);

        let tea = house.get("/categories?name=Tea").await.json()["data"][0]["id"].clone();
        let of_tea = format!("/categories/{}", tea.as_str().unwrap());
        for _ in 0..2 {
            patch(&house, &of_tea, json!({ "name": "Teas", "parent_id": drinks })).await;
        }
        assert_eq!(categories.news().await, [format!("changed Teas: {drinks}")]);
        let spare = house.send(call("POST /categories").json(json!({ "name": "Spare" }))).await;
        let spare = format!("/categories/{}", spare.expect(201).text("id"));
        delete(&house, &spare).await;
        restore(&house, &spare).await;
        assert_eq!(categories.news().await, ["created Spare: ", "deleted Spare: ", "restored Spare: "]);
        let made = house.events::<CategoryCreated>().await;
        assert_eq!((made[0].category.to_string(), made[0].parent), (drinks, None));
    }
}

testkit::both! {
    async fn what_an_item_is_scanned_as_converted_by_and_made_of_is_told(stage: Stage) {
        let kinds = [
            (BarcodeAdded::KIND, "test.barcode_added"),
            (BarcodeRemoved::KIND, "test.barcode_removed"),
            (ConversionsChanged::KIND, "test.conversions"),
            (ComponentsChanged::KIND, "test.components"),
        ];
        subscribe(&stage, &kinds);
        let house = house(stage).await;
        let (item, part) = (house.item(OWNER, "A", "0").await, house.item(OWNER, "B", "0").await);

        let mut barcodes = Listener::new(&house, "inventory.barcode_", &["code", "barcode_kind", "quantity"]);
        let add = async || {
            let body = json!({ "code": "6291041500213", "unit": "DZN", "quantity": "2" });
            house.send(call(&format!("POST /items/{item}/barcodes")).json(body)).await
        };
        let barcode = add().await.expect(201).text("id");
        add().await.refused(409, "inventory.barcode_taken");
        assert_eq!(barcodes.news().await, ["added 06291041500213: gtin, 2"]);
        delete(&house, &format!("/barcodes/{barcode}")).await;
        assert_eq!(barcodes.news().await, ["removed 06291041500213: "]);
        let told = house.events::<BarcodeAdded>().await;
        let BarcodeAdded { item: of, barcode: made, unit, .. } = &told[0];
        let ids = [of.to_string(), made.to_string(), unit.clone().unwrap()];
        assert_eq!(ids, [item.clone(), barcode, "DZN".to_owned()]);

        let side = |quantity: &str, unit: &str| json!({ "quantity": quantity, "unit": unit });
        let case = json!([{ "from": side("1", "CS"), "to": side("12", "EA") }]);
        for conversions in [json!([]), case.clone(), case, json!([])] {
            let put = call(&format!("PUT /items/{item}/conversions")).if_match("*");
            house.send(put.json(json!({ "conversions": conversions }))).await.expect(200);
        }
        let told = house.events::<ConversionsChanged>().await;
        let told = told.iter().map(|event| {
            let conversions = event.conversions.iter().map(|of| {
                format!("{} {} = {} {}", of.from_quantity, of.from_unit, of.to_quantity, of.to_unit)
            });
            (event.item.to_string(), conversions.collect::<Vec<_>>().join(", "))
        });
        let told: Vec<_> = told.collect();
        assert_eq!(told, [(item.clone(), "1 CS = 12 EA".to_owned()), (item.clone(), String::new())]);

        for _ in 0..2 {
            house.put_components(&item, "kit", &[(&part, "3")]).await.expect(200);
        }
        let none = json!({ "components": [] });
        house.send(call(&format!("PUT /items/{item}/components")).if_match("*").json(none)).await.expect(200);
        let told = house.events::<ComponentsChanged>().await;
        let told = told.iter().map(|event| {
            let parts = event.components.iter().map(|part| format!("{} {}", part.quantity, part.item));
            (event.item.to_string(), event.bill_kind.clone(), parts.collect::<Vec<_>>().join(", "))
        });
        let told: Vec<_> = told.collect();
        let kit = (item.clone(), Some("kit".to_owned()), format!("3 {part}"));
        assert_eq!(told, [kit, (item, None, String::new())]);
    }
}
