//! Stock is counted by files where it lies: what differs moves, and what is equal does not.

use crate::house::{House, NEIGHBOUR, OWNER, call, house};
use crate::import_files::{Files, check_undone, import, told};
use module::{ExecuteBatch, ImportError};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::Stage;

fn files(house: &House) -> Files<'_> {
    let columns = &["sku", "warehouse", "location", "lot", "serial", "expires_on", "on_hand"];
    Files { house, target: "inventory.stock", columns }
}

/// A loose item A, an item L of lots, an item S of serial numbers, and a warehouse NORTH with a shelf N-1.
struct Store {
    house: House,
    items: BTreeMap<&'static str, String>,
    north: String,
    shelf: String,
}

async fn store(stage: Stage) -> Store {
    let house = house(stage).await;
    let north = house.warehouse("NORTH").await;
    let shelf = house.location(&north, "N-1", "storage").await;
    let mut items = BTreeMap::new();
    for (sku, tracking) in [("A", "none"), ("L", "lot"), ("S", "serial")] {
        let cost = json!({ "amount": 200, "currency": "USD" });
        items.insert(sku, house.item_with(sku, json!({ "tracking": tracking, "unit_cost": cost })).await);
    }
    Store { house, items, north, shelf }
}

const FILE: [&str; 7] = [
    "A | | | | | | 5",
    "A | north | | | | | 2.5",
    "A | NORTH | n-1 | | | | 1",
    "L | | | L1 | | 2027-01-31 | 4",
    "L | NORTH | N-1 | L1 | | | 3",
    "S | | | | S1 | | 1",
    "S | NORTH | | | S2 | | 1",
];

impl Store {
    /// What lies anywhere, as `place on_hand` of each bin.
    async fn bins(&self, sku: &str) -> Vec<String> {
        let name = |location: &Value| match location.as_str().unwrap() {
            id if id == self.house.main() => "main",
            id if id == self.north => "north",
            id if id == self.shelf => "shelf",
            other => panic!("{other}"),
        };
        let bins = self.house.list(&format!("/bins?item_id={}", self.items[sku])).await;
        let bin = |bin: &Value| format!("{} {}", name(&bin["location_id"]), bin["on_hand"].as_str().unwrap());
        let mut bins: Vec<_> = bins.iter().map(bin).filter(|bin| !bin.ends_with(" 0")).collect();
        bins.sort();
        bins
    }

    async fn movements(&self) -> usize {
        self.house.list("/movements").await.len()
    }

    async fn reserve(&self, sku: &str, quantity: &str) {
        let body = json!({ "item_id": self.items[sku], "quantity": quantity });
        self.house.reserve(body).await.expect(201);
    }
}

testkit::both! {
    async fn a_file_brings_each_bin_to_its_count(stage: Stage) {
        let store = store(stage).await;
        let files = files(&store.house);
        let planned = files.plan(1, &FILE).await;
        assert_eq!(store.movements().await, 0, "a plan moves nothing");
        assert_eq!(files.carry_out(2, Some(1), &FILE).await, planned);
        assert!(told(&planned).iter().all(|told| told == "updated"), "{planned:?}");
        assert_eq!(store.bins("A").await, ["main 5", "north 2.5", "shelf 1"]);
        assert_eq!(store.bins("L").await, ["main 4", "shelf 3"]);
        assert_eq!(store.bins("S").await, ["main 1", "north 1"]);
        let lots = store.house.list(&format!("/lots?item_id={}", store.items["L"])).await;
        assert_eq!((lots.len(), &lots[0]["expires_on"]), (1, &json!("2027-01-31")));
        let movements = store.house.list(&format!("/movements?document_id={}", import(2).uuid())).await;
        assert_eq!(movements.len(), 7);
        assert!(movements.iter().all(|row| row["kind"] == "import" && row["document"]["kind"] == "import"));
        store.house.verify().await;

        let shuffled = [FILE[6], FILE[4], FILE[0], FILE[2], FILE[3], FILE[5], FILE[1]];
        for (number, again) in [&FILE[..], &shuffled, &FILE[3..], &FILE[5..]].into_iter().enumerate() {
            let ended = files.plan_and_bring(10 + 2 * number as u128, again).await;
            assert!(ended.iter().all(|ended| ended == "unchanged"), "{again:?}: {ended:?}");
        }
        assert_eq!(store.movements().await, 7);
        // The next count is a new one.
        let file = ["A | | | | | | 6", "A | NORTH | | | | | 0", "L | | | L1 | | | 3.5", "S | | | | S1 | | 0"];
        assert_eq!(files.plan_and_bring(30, &file).await, ["updated"; 4]);
        assert_eq!(store.bins("A").await, ["main 6", "shelf 1"]);
        assert_eq!(store.bins("L").await, ["main 3.5", "shelf 3"]);
        assert_eq!(store.bins("S").await, ["north 1"]);
        store.house.verify().await;
    }
}

testkit::both! {
    async fn bad_rows_are_refused_beside_good_ones(stage: Stage) {
        let store = store(stage).await;
        let files = files(&store.house);
        let kit = store.house.item(OWNER, "KIT", "0").await;
        let components = json!([{ "item_id": store.items["A"], "quantity": "1" }]);
        let put = call(&format!("PUT /items/{kit}/components")).if_match("*");
        store.house.send(put.json(json!({ "kind": "kit", "components": components }))).await.expect(200);
        store.house.item(NEIGHBOUR, "THEIRS", "5").await;
        let file = [
            "A | | | | | | 5",
            "theirs | | | | | | 5",
            "KIT | | | | | | 0",
            "a | main | floor | | | | 7",
            "A | SOUTH | | L1 | | | -1",
            "A | NORTH | N-2 | | | | many",
            "L | | | | | | 1",
            "L | | | | S1 | | 1",
            "L | | | L1 | | 2027-01-31 | 1",
            "L | NORTH | | L1 | | 2027-02-28 | 1",
            "S | | | | S1 | | 2",
            "S | | | | S2 | | 1",
            "S | NORTH | | | S2 | | 1",
            "A\0 | NORTH\0 | | | | | 1",
            "L | | | L\0 | | | 1",
            "A | NORTH | | | | soon",
        ];
        let ended = files.plan_and_bring(1, &file).await;
        let expected = [
            "updated",
            "sku: unknown",
            "sku: kit",
            "sku: duplicate_row",
            "warehouse: unknown, lot: not_tracked, on_hand: negative",
            "location: unknown, on_hand: not_a_number",
            "lot: required",
            "lot: required, serial: not_tracked",
            "updated",
            "expires_on: differs",
            "on_hand: not_one",
            "updated",
            "sku: duplicate_row",
            "sku: control_character, warehouse: unknown",
            "lot: control_character",
            "expires_on: not_a_date, on_hand: required",
        ];
        for ((row, ended), expected) in file.iter().zip(&ended).zip(expected) {
            assert_eq!(ended, expected, "{row}");
        }
        assert_eq!(store.bins("A").await, ["main 5"]);
        // One that lies elsewhere is transferred, not counted.
        assert_eq!(files.plan_and_bring(3, &["S | NORTH | | | S2 | | 1"]).await, ["serial: lies_elsewhere"]);
        store.house.verify().await;
    }
}

testkit::both! {
    async fn what_is_reserved_stays(stage: Stage) {
        let store = store(stage).await;
        let files = files(&store.house);
        store.house.location(&store.house.main(), "M-1", "storage").await;
        files.bring(1, &["A | | | | | | 5", "A | | M-1 | | | | 5", "L | | | L1 | | | 5", "L | | | L2 | | | 5"]).await;
        for sku in ["A", "L"] {
            store.reserve(sku, "6").await;
        }
        // Either bin may be emptied to one, and not both, also where their rows are in two batches.
        let rows = |first, second| [first, "A | NORTH | | | | | 1", "L | NORTH | | L3 | | | 1", second];
        let file = rows("A | | | | | | 1", "A | | M-1 | | | | 1");
        assert_eq!(files.plan_and_bring(3, &file).await, ["updated", "updated", "updated", "on_hand: below_reserved"]);
        let file = rows("L | | | L1 | | | 1", "L | | | L2 | | | 0");
        let ended = files.plan_and_bring(5, &file).await;
        assert_eq!(ended, ["updated", "unchanged", "unchanged", "on_hand: below_reserved"]);
        assert_eq!(store.house.stock(&store.items["A"]).await, ["7", "6", "1"]);
        assert_eq!(store.house.stock(&store.items["L"]).await, ["7", "6", "1"]);
        // Where an item may owe, a count is believed.
        let path = format!("PATCH /items/{}", store.items["A"]);
        let owing = call(&path).if_match("*").json(json!({ "may_be_negative": true }));
        store.house.send(owing).await.expect(200);
        assert_eq!(files.plan_and_bring(7, &["A | | M-1 | | | | 1"]).await, ["updated"]);
        assert_eq!(store.house.stock(&store.items["A"]).await, ["3", "6", "-3"]);
        store.house.verify().await;
    }
}

testkit::both! {
    async fn a_renamed_place_may_be_named_or_left_out(stage: Stage) {
        let store = store(stage).await;
        let files = files(&store.house);
        for (path, code) in [("warehouses", "HQ"), ("locations", "DOCK")] {
            let patch = call(&format!("PATCH /{path}/{}", store.house.main())).if_match("*");
            store.house.send(patch.json(json!({ "code": code }))).await.expect(200);
        }
        // The same bin each time, which two batches count.
        let file = ["A | | | | | | 5", "A | hq | | | | | 6", "A | | dock | | | | 4", "A | HQ | DOCK | | | | 7"];
        assert_eq!(files.plan_and_bring(1, &file).await, ["updated"; 4]);
        assert_eq!(store.bins("A").await, ["main 7"]);
        assert_eq!(files.bring(3, &["A | MAIN | | | | | 7", "A | hq | | | | | 7"]).await, ["warehouse: unknown", "unchanged"]);
        check_undone(&files.undo(2, file.len()).await, &[(5, ""), (4, ""), (3, ""), (2, "")]);
        assert_eq!(store.bins("A").await, Vec::<String>::new());
        store.house.verify().await;
    }
}

testkit::both! {
    async fn a_count_that_nothing_has_built_upon_is_undone(stage: Stage) {
        let store = store(stage).await;
        let files = files(&store.house);
        let house = &store.house;
        house.receive(&store.items["A"], json!({ "quantity": "2" })).await.expect(201);
        files.bring(1, &FILE).await;
        // From the floor of the north one leaves and comes back; to the shelf something comes; L1 is promised.
        let north = |quantity: &str| {
            json!({ "quantity": quantity, "warehouse_id": store.north, "reason": "counted" })
        };
        let gone = house.adjust(&store.items["A"], north("-1")).await.expect(201).text("id");
        let back = json!({ "reason": "it was there" });
        house.post(&format!("/movements/{gone}/reversals"), back).await.expect(201);
        let more = json!({ "quantity": "1", "location_id": store.shelf });
        house.receive(&store.items["A"], more).await.expect(201);
        store.reserve("L", "4").await;
        let expected = [
            (8, ""),
            (7, ""),
            (6, ""),
            (5, "stock that it brought is reserved"),
            (4, "stock has moved there since"),
            (3, ""),
            (2, ""),
        ];
        check_undone(&files.undo(1, FILE.len()).await, &expected);
        assert_eq!(store.bins("A").await, ["main 2", "shelf 2"]);
        assert_eq!(store.bins("L").await, ["main 4"]);
        assert_eq!(store.bins("S").await, Vec::<String>::new());
        house.verify().await;
        // What was taken back is counted again.
        let ended = files.plan_and_bring(3, &FILE).await;
        let expected = ["updated", "updated", "updated", "unchanged", "updated", "updated", "updated"];
        assert_eq!(ended, expected);
        house.verify().await;
    }
}

testkit::both! {
    async fn a_count_of_what_is_gone_stays(stage: Stage) {
        let store = store(stage).await;
        let files = files(&store.house);
        let house = &store.house;
        house.receive(&store.items["A"], json!({ "quantity": "2", "location_id": store.shelf })).await.expect(201);
        assert_eq!(files.bring(1, &["A | NORTH | N-1 | | | | 0"]).await, ["updated"]);
        house.send(call(&format!("DELETE /locations/{}", store.shelf))).await.expect(204);
        check_undone(&files.undo(1, 1).await, &[(2, "the item or its location is deleted")]);
        let file = ["A | NORTH | | | | | 3"];
        files.bring(2, &file).await;
        files.bring(3, &["A | NORTH | | | | | 0"]).await;
        house.send(call(&format!("DELETE /items/{}", store.items["A"]))).await.expect(204);
        check_undone(&files.undo(3, 1).await, &[(2, "the item or its location is deleted")]);
        assert_eq!(files.bring(4, &file).await, ["sku: unknown"]);
    }
}

testkit::both! {
    async fn an_export_would_be_imported_as_unchanged(stage: Stage) {
        let store = store(stage).await;
        let files = files(&store.house);
        files.bring(1, &FILE).await;
        let rows = files.export().await;
        assert_eq!(rows.len(), 7);
        let of_lot = rows.iter().find(|row| row.values.get("on_hand").is_some_and(|cell| cell == "4")).unwrap();
        let cells = [
            ("sku", "L"),
            ("warehouse", "MAIN"),
            ("location", "FLOOR"),
            ("lot", "L1"),
            ("expires_on", "2027-01-31"),
            ("on_hand", "4"),
        ];
        let cells = cells.map(|(name, cell)| (name.to_owned(), cell.to_owned()));
        assert_eq!(of_lot.values, BTreeMap::from(cells));
        let ended = told(&files.execute(2, None, &rows).await);
        assert!(ended.iter().all(|ended| ended == "unchanged"), "{ended:?}");
        assert_eq!(store.movements().await, 7);
    }
}

testkit::both! {
    async fn who_may_not_adjust_stock_may_not_import_it(stage: Stage) {
        let house = house(stage).await;
        let nobody = house.stage.tenant().ctx(&[]);
        let target = "inventory.stock".to_owned();
        let batch = ExecuteBatch { target, import: import(1), plan: None, batch: 0, rows: Vec::new() };
        let refused = house.target("inventory.stock").execute(&nobody, batch).await;
        assert!(matches!(refused, Err(ImportError::Forbidden)), "{refused:?}");
    }
}
