//! Sales of other systems come by files: as history, or with the goods that left a warehouse by them.

use crate::house::{House, NEIGHBOUR, OWNER, VIEWER, call, call_by, house};
use crate::import_files::{Files, check_undone};
use futures::future::join;
use kernel::Ctx;
use kernel::permission::BuiltinRole;
use module::{
    Cell, ExecuteBatch, ExportPage, ImportId, ImportRow, PlanBatch, ReadReport, ReportError, RowOutcome,
    UndoBatch,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::Stage;
use uuid::Uuid;

const TARGET: &str = "inventory.sales";
const COLUMNS: [&str; 7] = ["document", "sku", "quantity", "sold_at", "unit_price", "customer", "warehouse"];
const ROWS_OF_A_BATCH: usize = 3;

fn import(number: u128) -> ImportId {
    ImportId::from_uuid(Uuid::from_u128(number))
}

/// Lines of `document|sku|quantity|sold_at|unit_price|customer|warehouse`, all in pounds.
fn rows(file: &[&str]) -> Vec<ImportRow> {
    let row = |(line, text): (u64, &&str)| {
        let cells = COLUMNS.iter().zip(text.split('|')).filter(|(_, cell)| !cell.is_empty());
        let cells = cells.map(|(name, cell)| ((*name).to_owned(), cell.to_owned()));
        let values = cells.chain([("currency".to_owned(), "GBP".to_owned())]).collect();
        ImportRow { line, values, corrects: None }
    };
    (2..).zip(file).map(row).collect()
}

async fn plan(house: &House, number: u128, file: &[&str]) -> Vec<RowOutcome> {
    let mut ended = Vec::new();
    for (batch, rows) in (0..).zip(rows(file).chunks(ROWS_OF_A_BATCH)) {
        let (target, rows) = (TARGET.to_owned(), rows.to_vec());
        let request = PlanBatch { target, import: import(number), batch, rows };
        ended.extend(house.target(TARGET).plan(&house.owner, request).await.unwrap().rows);
    }
    ended
}

async fn carry_out(house: &House, number: u128, plan: Option<u128>, rows: &[ImportRow]) -> Vec<RowOutcome> {
    let mut ended = Vec::new();
    for (batch, rows) in (0..).zip(rows.chunks(ROWS_OF_A_BATCH)) {
        let (target, rows) = (TARGET.to_owned(), rows.to_vec());
        let request = ExecuteBatch { target, import: import(number), plan: plan.map(import), batch, rows };
        let first = house.target(TARGET).execute(&house.owner, request.clone()).await.unwrap();
        // Asked again, as after a crash.
        assert_eq!(house.target(TARGET).execute(&house.owner, request).await.unwrap(), first);
        ended.extend(first.rows);
    }
    ended
}

async fn bring(house: &House, number: u128, file: &[&str]) -> Vec<String> {
    told(&carry_out(house, number, None, &rows(file)).await)
}

/// Each line that had made something, with why it stays.
async fn undo(house: &House, number: u128, file: &[&str]) -> Vec<(u64, String)> {
    undo_by(house, &house.owner, number, file).await
}

async fn undo_by(house: &House, ctx: &Ctx, number: u128, file: &[&str]) -> Vec<(u64, String)> {
    let mut undone = Vec::new();
    let batches = u32::try_from(file.len().div_ceil(ROWS_OF_A_BATCH)).unwrap();
    for batch in (0..batches).rev() {
        let request = UndoBatch { target: TARGET.to_owned(), import: import(number), batch, asked: None };
        let first = house.target(TARGET).undo(ctx, request.clone()).await.unwrap();
        assert_eq!(house.target(TARGET).undo(ctx, request).await.unwrap(), first);
        undone.extend(first.rows);
    }
    let why = |kept: Option<module::RowFault>| kept.map(|why| format!("{}: {}", why.rule, why.detail));
    undone.into_iter().map(|row| (row.line, why(row.kept).unwrap_or_default())).collect()
}

fn told(rows: &[RowOutcome]) -> Vec<String> {
    let row = |row: &RowOutcome| match row {
        RowOutcome::Created { .. } => "created".to_owned(),
        RowOutcome::Updated { .. } => "updated".to_owned(),
        RowOutcome::Unchanged { .. } => "unchanged".to_owned(),
        RowOutcome::Refused { faults } => {
            let faults: Vec<_> =
                faults.iter().map(|fault| format!("{}: {}", fault.field, fault.rule)).collect();
            faults.join(", ")
        }
    };
    rows.iter().map(row).collect()
}

fn all(told: &[String], expected: &str) -> bool {
    told.iter().all(|told| told == expected)
}

/// As document, quantity and time, sorted.
async fn sales(house: &House) -> Vec<String> {
    let text = |sale: &Value, field: &str| sale[field].as_str().unwrap_or_default().to_owned();
    let line = |sale: &Value| ["document", "quantity", "sold_at"].map(|field| text(sale, field)).join(" ");
    let mut sales: Vec<_> = house.list("/sales").await.iter().map(line).collect();
    sales.sort();
    sales
}

/// As a shop's file has them: a line twice, letters of either case, nothing paid, something taken back.
const HISTORY: [&str; 8] = [
    "536365|85123A|6|2010-12-01 08:26:00|2.55|17850.0",
    "536365|15056bl|2|2010-12-01 08:26:00|5.95|17850.0",
    "536365|85123A|6|2010-12-01 08:26:00|2.55|17850.0",
    "536414|15056BL|56|2010-12-01 11:52:00|0.0|",
    "C536379|85123a|-1|2010-12-01 09:41:00|27.5|14527.0",
    "536589|85123A|-10|2010-12-01 16:50:00|0.0|",
    "536366|POST|1|2010-12-01 08:28:00|1.8555|17850.0",
    "536370|POST|3|2010-12-01T08:45:00Z|18.00|12583.0",
];

async fn with_items(stage: Stage) -> House {
    let house = house(stage).await;
    for sku in ["85123A", "15056BL"] {
        house.item(OWNER, sku, "0").await;
    }
    house
}

testkit::both! {
    async fn a_file_of_history_is_planned_carried_out_and_known_again(stage: Stage) {
        let house = with_items(stage).await;
        let planned = plan(&house, 1, &HISTORY).await;
        let no_such_item = "sku: unknown_item";
        let too_precise = "unit_price: too_precise, sku: unknown_item";
        assert!(all(&told(&planned)[..6], "created"), "{planned:?}");
        assert_eq!(told(&planned)[6..], [too_precise, no_such_item]);
        assert_eq!(sales(&house).await, Vec::<String>::new());
        let run = carry_out(&house, 2, Some(1), &rows(&HISTORY)).await;
        assert_eq!(run, planned, "row by row, with the ids that were planned");
        let there = sales(&house).await;
        assert_eq!(there.len(), 6);
        assert_eq!(there[4], "536589 -10 2010-12-01T16:50:00Z");
        assert!(house.list("/movements").await.is_empty(), "no stock has moved");
        // The same file, shuffled, its second half and one that says the same otherwise.
        let shuffled = [HISTORY[5], HISTORY[2], HISTORY[4], HISTORY[1], HISTORY[3], HISTORY[0]];
        let otherwise = [
            "536365|85123a|6.0|2010-12-01T08:26:00Z|2.550|17850.0",
            " 536365 |15056BL|2|2010-12-01 09:26:00+01:00|5.95|17850.0",
        ];
        for (number, file) in [&HISTORY[..6], &shuffled, &HISTORY[3..6], &otherwise].into_iter().enumerate() {
            let ended = bring(&house, 10 + number as u128, file).await;
            assert!(all(&ended, "unchanged"), "{file:?}: {ended:?}");
        }
        assert_eq!(sales(&house).await, there);
        // A third time is new, and so is what was missing once its item is there.
        house.item(OWNER, "POST", "0").await;
        let more = [HISTORY[0], HISTORY[0], HISTORY[0], HISTORY[7]];
        assert_eq!(bring(&house, 20, &more).await, ["unchanged", "unchanged", "created", "created"]);
        house.verify().await;
    }
}

/// Of A there are 5, in three batches.
const LEAVING: [&str; 8] = [
    "1|A|3|2010-12-01|||main",
    "1|B|1|2010-12-01",
    "2|A|3|2010-12-02|||MAIN",
    "2|A|2|2010-12-02|||MAIN",
    "C2|A|-1|2010-12-03|||MAIN",
    "3|A|2|2010-12-03|||MAIN",
    "3|A|1|2010-12-03|||MAIN",
    "4|B|1|2010-12-03|||MAIN",
];
const LEFT: [&str; 8] = [
    "created",
    "created",
    "quantity: not_enough",
    "created",
    "created",
    "quantity: not_enough",
    "created",
    "quantity: not_enough",
];

testkit::both! {
    async fn goods_leave_the_warehouse_that_is_named(stage: Stage) {
        let house = house(stage).await;
        let (a, b) = (house.item(OWNER, "A", "5").await, house.item(OWNER, "B", "0").await);
        let planned = plan(&house, 1, &LEAVING).await;
        assert_eq!(told(&planned), LEFT);
        assert_eq!(house.stock(&a).await, ["5", "0", "5"]);
        assert_eq!(carry_out(&house, 2, Some(1), &rows(&LEAVING)).await, planned);
        assert_eq!(house.stock(&a).await, ["0", "0", "0"]);
        assert_eq!(house.stock(&b).await, ["0", "0", "0"]);
        let movements = house.list(&format!("/movements?item_id={a}")).await;
        let moved: Vec<_> = movements.iter().map(|moved| (&moved["kind"], &moved["quantity"])).collect();
        let expected =
            [("shipment", "-1"), ("return", "1"), ("shipment", "-2"), ("shipment", "-3"), ("receipt", "5")];
        let expected: Vec<_> = expected.iter().map(|(kind, quantity)| (json!(kind), json!(quantity))).collect();
        assert_eq!(moved.len(), expected.len(), "{movements:?}");
        for one in &expected {
            assert!(moved.iter().any(|(kind, quantity)| (*kind, *quantity) == (&one.0, &one.1)), "{one:?}");
        }
        // Each is a line of its sale, and is corrected there.
        let sale = house.list("/sales?document=1").await.into_iter().find(|sale| sale["item_id"] == a).unwrap();
        let of_sale = house.list(&format!("/movements?document_id={}", sale["id"].as_str().unwrap())).await;
        assert_eq!(of_sale[0]["document"], json!({ "kind": "sale", "id": sale["id"] }));
        assert_eq!((&of_sale[0]["quantity"], &of_sale[0]["reference"]), (&json!("-3"), &json!("1")));
        assert_eq!(of_sale[0]["happened_at"], "2010-12-01T00:00:00Z");
        let reversal = format!("/movements/{}/reversals", of_sale[0]["id"].as_str().unwrap());
        house.post(&reversal, json!({ "reason": "typed twice" })).await.refused(409, "inventory.movement_of_document");
        house.verify().await;

        let undone = undo(&house, 2, &LEAVING).await;
        let lines: Vec<u64> = undone.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [8, 6, 5, 3, 2]);
        assert!(undone.iter().all(|(_, why)| why.is_empty()), "{undone:?}");
        assert_eq!(house.stock(&a).await, ["5", "0", "5"]);
        assert_eq!(sales(&house).await, Vec::<String>::new());
        house.verify().await;
        assert_eq!(bring(&house, 3, &LEAVING).await, LEFT, "what was undone may come again");
        house.verify().await;
    }
}

testkit::both! {
    async fn what_is_promised_or_elsewhere_does_not_leave(stage: Stage) {
        let house = house(stage).await;
        let (a, north) = (house.item(OWNER, "A", "5").await, house.warehouse("NORTH").await);
        house.reserve(json!({ "item_id": a, "quantity": "3" })).await.expect(201);
        let shelf = house.location(&north, "S-1", "storage").await;
        house.receive(&a, json!({ "quantity": "4", "location_id": shelf })).await.expect(201);
        house.item_with("L", json!({ "tracking": "lot" })).await;
        house.item_with("OWED", json!({ "may_be_negative": true })).await;
        let kit = house.item(OWNER, "KIT", "0").await;
        let parts = json!({ "kind": "kit", "components": [{ "item_id": a, "quantity": "2" }] });
        house.send(call(&format!("PUT /items/{kit}/components")).if_match("*").json(parts)).await.expect(200);
        let file = [
            "1|A|3|2010-12-01|||MAIN",
            "1|A|2|2010-12-01|||MAIN",
            "1|A|1|2010-12-01|||NORTH",
            "1|L|1|2010-12-01|||MAIN",
            "1|KIT|1|2010-12-01|||MAIN",
            "1|KIT|1|2010-12-01",
            "1|A|1|2010-12-01|||SOUTH",
            "1|OWED|1|2010-12-01|||NORTH",
            "1|A|0|2999-12-01|-1||MAIN",
        ];
        let expected = [
            "quantity: not_enough",
            "created",
            "quantity: not_enough",
            "warehouse: tracked",
            "warehouse: kit",
            "created",
            "warehouse: unknown_warehouse",
            "created",
            "quantity: zero, unit_price: negative, sold_at: in_the_future",
        ];
        let planned = plan(&house, 1, &file).await;
        assert_eq!(told(&planned), expected);
        assert_eq!(carry_out(&house, 2, Some(1), &rows(&file)).await, planned);
        assert_eq!(house.stock(&a).await, ["7", "3", "4"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn what_cannot_be_moved_back_stays(stage: Stage) {
        let house = house(stage).await;
        let (a, b) = (house.item(OWNER, "A", "5").await, house.item(OWNER, "B", "1").await);
        let file = [
            "C9|A|-2|2010-12-01|||MAIN",
            "9|B|1|2010-12-01|||MAIN",
            "9|A|1|2010-12-01",
            "10|A|1|2010-12-01|||MAIN",
        ];
        assert!(all(&bring(&house, 1, &file).await, "created"));
        assert_eq!(house.stock(&a).await, ["6", "0", "6"]);
        house.reserve(json!({ "item_id": a, "quantity": "6" })).await.expect(201);
        house.send(call(&format!("DELETE /items/{b}"))).await.expect(204);
        let undone = undo(&house, 1, &file).await;
        let expected =
            [(5, ""), (4, ""), (3, "built_upon: the item is deleted"), (2, "built_upon: its goods cannot be moved back")];
        check_undone(&undone, &expected);
        assert_eq!(house.stock(&a).await, ["7", "6", "1"]);
        assert_eq!(sales(&house).await, ["9 1 2010-12-01T00:00:00Z", "C9 -2 2010-12-01T00:00:00Z"]);
        house.verify().await;
        // What stayed is there, and the rest comes again.
        let again = bring(&house, 2, &file).await;
        assert_eq!(again, ["unchanged", "unchanged", "created", "created"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn what_was_counted_since_does_not_come_back(stage: Stage) {
        let house = house(stage).await;
        let (a, b, c) =
            (house.item(OWNER, "A", "5").await, house.item(OWNER, "B", "5").await, house.item(OWNER, "C", "5").await);
        let north = house.warehouse("NORTH").await;
        let file = ["1|A|5|2010-12-01|||MAIN", "1|B|2|2010-12-01|||MAIN", "1|C|2|2010-12-01|||MAIN", "1|A|1|2010-12-01"];
        assert!(all(&bring(&house, 1, &file).await, "created"));
        house.adjust(&a, json!({ "quantity": "1", "reason": "counted" })).await.expect(201);
        // One that was taken back and one elsewhere say nothing of what is on the floor.
        let wrong = house.adjust(&b, json!({ "quantity": "1", "reason": "counted" })).await.expect(201).text("id");
        let reversal = json!({ "reason": "miscounted" });
        house.post(&format!("/movements/{wrong}/reversals"), reversal).await.expect(201);
        let elsewhere = json!({ "quantity": "1", "warehouse_id": north, "reason": "counted" });
        house.adjust(&b, elsewhere).await.expect(201);
        let counts = Files { house: &house, target: "inventory.stock", columns: &["sku", "on_hand"] };
        assert_eq!(counts.bring(50, &["C | 4"]).await, ["updated"]);
        let counted = "built_upon: stock was counted or adjusted there since";
        check_undone(&undo(&house, 1, &file).await, &[(5, ""), (4, counted), (3, ""), (2, counted)]);
        assert_eq!(house.stock(&a).await, ["1", "0", "1"]);
        assert_eq!(house.stock(&b).await, ["6", "0", "6"]);
        assert_eq!(house.stock(&c).await, ["4", "0", "4"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn who_undoes_moves_no_more_goods_than_they_may(stage: Stage) {
        let house = house(stage).await;
        let a = house.item(OWNER, "A", "5").await;
        let file = ["1|A|2|2010-12-01|||MAIN", "C1|A|-1|2010-12-01|||MAIN", "2|A|1|2010-12-01"];
        assert!(all(&bring(&house, 1, &file).await, "created"));
        let member = house.who_may(|permission| permission.is_of(BuiltinRole::Member));
        let adjust = "not_permitted: moving its stock back takes `inventory.stock.adjust`";
        check_undone(&undo_by(&house, &member, 1, &file).await, &[(4, ""), (3, adjust), (2, "")]);
        assert_eq!(house.stock(&a).await, ["6", "0", "6"]);
        let file = ["3|A|1|2010-12-01|||MAIN"];
        bring(&house, 2, &file).await;
        let clerk = house.who_may(|permission| permission.name == "inventory.sales.write");
        let receive = "not_permitted: moving its stock back takes `inventory.stock.receive`";
        check_undone(&undo_by(&house, &clerk, 2, &file).await, &[(2, receive)]);
        assert_eq!(house.stock(&a).await, ["5", "0", "5"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn what_is_exported_is_imported_as_it_is(stage: Stage) {
        let house = with_items(stage).await;
        let renamed = house.item(OWNER, "A", "5").await;
        let gone = house.item(OWNER, "GONE", "0").await;
        let more = ["7|A|2|2010-12-01T08:00:00.25Z|||MAIN", "7|GONE|1.5|2010-12-01|0.1|Ada"];
        let file = [&HISTORY[..6], &more].concat();
        assert!(all(&bring(&house, 1, &file).await, "created"));
        house.send(call(&format!("DELETE /items/{gone}"))).await.expect(204);
        let rename = call(&format!("PATCH /items/{renamed}")).if_match("*").json(json!({ "sku": "B" }));
        house.send(rename).await.expect(200);
        let (mut exported, mut after) = (Vec::new(), None);
        loop {
            let page = ExportPage { target: TARGET.to_owned(), after, most: 3 };
            let page = house.target(TARGET).export(&house.owner, page).await.unwrap();
            exported.extend(page.rows);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(exported.len(), file.len());
        let rows: Vec<ImportRow> =
            (2..).zip(exported).map(|(line, values)| ImportRow { line, values, corrects: None }).collect();
        let planned = carry_out(&house, 2, None, &rows).await;
        assert!(all(&told(&planned), "unchanged"), "{planned:?}");
        assert_eq!(house.list("/sales").await.len(), file.len());
        let theirs = ExportPage { target: TARGET.to_owned(), after: None, most: 100 };
        assert!(house.target(TARGET).export(&house.neighbour, theirs).await.unwrap().rows.is_empty());
        house.verify().await;
    }
}

testkit::both! {
    async fn sales_are_shown_to_who_may_see_them(stage: Stage) {
        let house = with_items(stage).await;
        bring(&house, 1, &HISTORY[..6]).await;
        let of_document = house.list("/sales?document=C536379").await;
        assert_eq!(of_document.len(), 1);
        let sale = &of_document[0];
        assert_eq!((&sale["quantity"], &sale["customer"]), (&json!("-1"), &json!("14527.0")));
        assert_eq!(sale["unit_price"], json!({ "amount": 2750, "currency": "GBP" }));
        assert_eq!((&sale["warehouse_id"], &sale["import_id"]), (&Value::Null, &json!(import(1).uuid())));
        let item = sale["item_id"].as_str().unwrap();
        assert_eq!(house.list(&format!("/sales?item_id={item}")).await.len(), 4);
        assert_eq!(house.list(&format!("/sales?item_id={item}&document=536365")).await.len(), 2);
        let path = format!("GET /sales/{}", sale["id"].as_str().unwrap());
        assert_eq!(house.send(call_by(VIEWER, &path)).await.expect(200).json(), *sale);
        house.send(call_by(NEIGHBOUR, &path)).await.refused(404, "inventory.sale_not_found");
        undo(&house, 1, &HISTORY[..6]).await;
        house.send(call(&path)).await.refused(404, "inventory.sale_not_found");
    }
}

async fn report(
    house: &House,
    ctx: &Ctx,
    parameters: &[(&str, &str)],
) -> Result<Vec<Vec<String>>, ReportError> {
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let parameters: BTreeMap<_, _> = parameters.collect();
    let request = ReadReport { report: TARGET.to_owned(), parameters, cursor: None };
    let page = house.report.source.read(ctx, request).await?;
    let cell = |cell: &Cell| match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Number(text) => text.clone(),
    };
    Ok(page.rows.iter().map(|row| row.iter().map(cell).collect()).collect())
}

testkit::both! {
    async fn what_was_sold_is_summed_up_exactly(stage: Stage) {
        let house = house(stage).await;
        for sku in ["A", "B"] {
            house.item(OWNER, sku, "0").await;
        }
        let file = [
            "1|A|6|2010-12-01|2.55",
            "C1|A|-1|2010-12-02|2.55",
            "2|A|0.5|2010-12-02|0.01",
            "3|A|4|2010-12-02",
            "4|B|3.5|2010-12-02|9999999999.99",
            "5|B|1|2010-12-03|1",
        ];
        assert!(all(&bring(&house, 1, &file).await, "created"));
        let row = |cells: [&str; 6]| cells.map(str::to_owned).to_vec();
        let days = [("from", "2010-12-01"), ("to", "2010-12-02")];
        assert_eq!(
            report(&house, &house.owner, &days).await.unwrap(),
            [
                row(["A", "The A", "4", "each", "", ""]),
                row(["A", "The A", "5.5", "each", "GBP", "12.76"]),
                row(["B", "The B", "3.5", "each", "GBP", "34999999999.96"]),
            ]
        );
        let later = report(&house, &house.owner, &[("from", "2010-12-03T00:00:00Z")]).await.unwrap();
        assert_eq!(later, [row(["B", "The B", "1", "each", "GBP", "1.00"])]);
        assert!(report(&house, &house.neighbour, &[]).await.unwrap().is_empty());
        let nobody = house.stage.tenant().ctx(&[]);
        let refused = report(&house, &nobody, &[]).await;
        assert!(matches!(refused, Err(ReportError::Forbidden)), "{refused:?}");
        let bad = report(&house, &house.owner, &[("from", "yesterday")]).await;
        assert!(matches!(bad, Err(ReportError::BadParameter { .. })), "{bad:?}");
    }
}

testkit::both! {
    async fn the_main_warehouse_takes_goods_before_it_was_ever_used(stage: Stage) {
        let house = house(stage).await;
        let a = house.item(OWNER, "A", "0").await;
        let file = ["C1|A|-2|2010-12-01|||MAIN", "1|A|1|2010-12-01|||main"];
        let planned = plan(&house, 1, &file).await;
        assert!(all(&told(&planned), "created"), "{planned:?}");
        assert_eq!(carry_out(&house, 2, Some(1), &rows(&file)).await, planned);
        assert_eq!(house.stock(&a).await, ["1", "0", "1"]);
        assert!(all(&bring(&house, 3, &file).await, "unchanged"));
        house.verify().await;
    }
}

testkit::both! {
    async fn an_item_that_was_sold_stays_until_its_sale_is_gone(stage: Stage) {
        let house = house(stage).await;
        let items = "inventory.items".to_owned();
        let row = |(line, sku): (u64, &str)| {
            let cells = [("sku", sku), ("name", "Made")];
            let values = cells.map(|(name, cell)| (name.to_owned(), cell.to_owned())).into();
            ImportRow { line, values, corrects: None }
        };
        let rows = (2..).zip(["A", "B"]).map(row);
        let (target, rows) = (items.clone(), rows.collect());
        let request = ExecuteBatch { target, import: import(1), plan: None, batch: 0, rows };
        house.target(&items).execute(&house.owner, request).await.unwrap();
        let sale = ["1|A|3|2010-12-01"];
        assert_eq!(bring(&house, 2, &sale).await, ["created"]);
        // By two workers at once, and by another asking once the sale is gone.
        for (number, stays) in [(1, true), (2, false)] {
            let asked = Some(Uuid::from_u128(number));
            let request = UndoBatch { target: items.clone(), import: import(1), batch: 0, asked };
            let ask = || house.target(&items).undo(&house.owner, request.clone());
            let (one, other) = join(ask(), ask()).await;
            let (one, other) = (one.unwrap(), other.unwrap());
            assert_eq!(one, other);
            let kept: Vec<_> = one.rows.iter().map(|row| (row.line, row.kept.is_some())).collect();
            assert_eq!(kept, [(3, false), (2, stays)], "{one:?}");
            undo(&house, 2, &sale).await;
        }
        house.verify().await;
    }
}
