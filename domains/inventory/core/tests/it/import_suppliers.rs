//! Suppliers come by files, known by their codes.

use crate::house::{House, NEIGHBOUR, OWNER, call, call_by, house};
use crate::import_files::{Files, check_undone, import};
use futures::future::join_all;
use module::{ExecuteBatch, ImportError};
use serde_json::{Value, json};
use testkit::Stage;

fn files(house: &House) -> Files<'_> {
    let columns = &["code", "name", "email", "currency", "external_id"];
    Files { house, target: "inventory.suppliers", columns }
}

const FILE: [&str; 5] = [
    "exo | Exotic Liquids | orders@exotic.example | gbp | erp-1",
    "TOK | Tokyo Traders",
    "new | New Orleans | | USD",
    "maz | Maison | maz@maison.example | EUR | erp-4",
    "nor | Nord-Ost",
];

/// Code, name and external id of each, by code.
async fn shown(house: &House) -> Vec<String> {
    let text = |supplier: &Value, field: &str| supplier[field].as_str().unwrap_or_default().to_owned();
    let suppliers = house.list("/suppliers").await;
    let line =
        |supplier: &Value| ["code", "name", "external_id"].map(|field| text(supplier, field)).join(" ");
    let mut shown: Vec<_> = suppliers.iter().map(line).collect();
    shown.sort();
    shown
}

testkit::both! {
    async fn a_file_makes_suppliers_and_again_changes_nothing(stage: Stage) {
        let house = house(stage).await;
        let files = files(&house);
        let planned = files.plan(1, &FILE).await;
        assert_eq!(shown(&house).await, Vec::<String>::new(), "a plan makes none");
        assert_eq!(files.carry_out(2, Some(1), &FILE).await, planned, "with the ids that were planned");
        let all = ["EXO Exotic Liquids erp-1", "MAZ Maison erp-4", "NEW New Orleans ", "NOR Nord-Ost ", "TOK Tokyo Traders "];
        assert_eq!(shown(&house).await, all);
        let exotic = house.get("/suppliers?code=EXO").await.json()["data"][0].clone();
        assert_eq!((&exotic["email"], &exotic["currency"]), (&json!("orders@exotic.example"), &json!("GBP")));
        let shuffled = [FILE[4], FILE[1], FILE[0], FILE[3], FILE[2]];
        for (number, again) in [&FILE[..], &shuffled, &FILE[2..], &["exo", "tok | Tokyo Traders"]].into_iter().enumerate() {
            let ended = files.plan_and_bring(10 + 2 * number as u128, again).await;
            assert!(ended.iter().all(|ended| ended == "unchanged"), "{again:?}: {ended:?}");
        }
        assert_eq!(house.get("/suppliers?code=EXO").await.json()["data"][0], exotic);
        // What is blank stays as it is.
        let ended = files.plan_and_bring(30, &["exo | | sales@exotic.example", "tok | Tokyo | | | erp-2"]).await;
        assert_eq!(ended, ["updated", "updated"]);
        let exotic = house.get("/suppliers?code=EXO").await.json()["data"][0].clone();
        assert_eq!((&exotic["email"], &exotic["name"]), (&json!("sales@exotic.example"), &json!("Exotic Liquids")));
        assert_eq!(shown(&house).await[4], "TOK Tokyo erp-2");
    }
}

testkit::both! {
    async fn bad_rows_are_refused_beside_good_ones(stage: Stage) {
        let house = house(stage).await;
        let files = files(&house);
        let theirs = json!({ "code": "EXO", "name": "Theirs", "external_id": "erp-1" });
        house.send(call_by(NEIGHBOUR, "POST /suppliers").json(theirs)).await.expect(201);
        let held = json!({ "code": "HELD", "name": "Held", "external_id": "held" });
        house.send(call("POST /suppliers").json(held)).await.expect(201);
        let file = [
            "exo | Exotic | | | erp-1",
            "tok | | nobody | XYZ",
            "EXO | Exotic again",
            "two | Two | | | erp-1",
            "new | New | | | held",
            "held | | | | other",
            " | Nameless",
            "a\0b | Broken",
            "good | Good",
        ];
        let ended = files.plan_and_bring(1, &file).await;
        assert_eq!(
            ended,
            [
                "created",
                "currency: unknown_currency, name: blank, email: not_an_address",
                "code: duplicate_code",
                "external_id: taken",
                "external_id: taken",
                "external_id: differs",
                "code: blank",
                "code: control_character",
                "created",
            ]
        );
        assert_eq!(shown(&house).await, ["EXO Exotic erp-1", "GOOD Good ", "HELD Held held"]);
    }
}

testkit::both! {
    async fn files_that_name_the_same_suppliers_do_not_wait_for_each_other(stage: Stage) {
        let house = house(stage).await;
        let files = files(&house);
        files.bring(1, &["one | One | | | erp-1", "two | Two | | | erp-2"]).await;
        // Each names one by its code and the other by its external id.
        let (ones, twos) = (["one | | | | erp-2"], ["two | | | | erp-1"]);
        for round in 0..20 {
            let racing = [&ones, &twos].into_iter().zip(0..).map(|(file, of)| files.bring(100 + 2 * round + of, file));
            for ended in join_all(racing).await {
                assert_eq!(ended, ["external_id: differs"]);
            }
        }
    }
}

testkit::both! {
    async fn what_nothing_has_built_upon_is_undone(stage: Stage) {
        let house = house(stage).await;
        let files = files(&house);
        for code in ["OLD", "HAND"] {
            let body = json!({ "code": code, "name": format!("The {code}") });
            house.send(call("POST /suppliers").json(body)).await.expect(201);
        }
        let file = ["old | Renamed | | EUR | erp-9", "hand | Renamed", "new | New", "used | Used", "edited | Edited"];
        assert_eq!(files.bring(1, &file).await, ["updated", "updated", "created", "created", "created"]);
        let id = async |code: &str| {
            let found = house.get(&format!("/suppliers?code={code}")).await;
            found.json()["data"][0]["id"].as_str().unwrap().to_owned()
        };
        let item = house.item(OWNER, "A", "0").await;
        let cost = json!({ "amount": 100, "currency": "USD" });
        let lines = json!([{ "item_id": item, "quantity": "1", "unit_cost": cost }]);
        let order = json!({ "supplier_id": id("USED").await, "lines": lines });
        house.send(call("POST /purchase-orders").json(order)).await.expect(201);
        for code in ["HAND", "EDITED"] {
            let patch = call(&format!("PATCH /suppliers/{}", id(code).await)).if_match("*");
            house.send(patch.json(json!({ "name": "By hand" }))).await.expect(200);
        }
        let expected = [
            (6, "the supplier was changed since"),
            (5, "something was ordered from the supplier"),
            (4, ""),
            (3, "the supplier was changed since"),
            (2, ""),
        ];
        check_undone(&files.undo(1, file.len()).await, &expected);
        assert_eq!(shown(&house).await, ["EDITED By hand ", "HAND By hand ", "OLD The OLD ", "USED Used "]);
        // What is gone is made again.
        let again = files.bring(3, &file).await;
        assert_eq!(again, ["updated", "updated", "created", "unchanged", "updated"]);
    }
}

testkit::both! {
    async fn an_export_would_be_imported_as_unchanged(stage: Stage) {
        let house = house(stage).await;
        let files = files(&house);
        files.bring(1, &FILE).await;
        let body = json!({ "code": "MORE", "name": "With more", "metadata": { "terms": "30 days" } });
        house.send(call("POST /suppliers").json(body)).await.expect(201);
        let rows = files.export().await;
        assert_eq!(rows.len(), 6);
        let ended = crate::import_files::told(&files.execute(2, None, &rows).await);
        assert!(ended.iter().all(|ended| ended == "unchanged"), "{ended:?}");
    }
}

testkit::both! {
    async fn who_may_not_write_suppliers_may_not_import_them(stage: Stage) {
        let house = house(stage).await;
        let nobody = house.stage.tenant().ctx(&[]);
        let target = "inventory.suppliers".to_owned();
        let batch = ExecuteBatch { target, import: import(1), plan: None, batch: 0, rows: Vec::new() };
        let refused = house.target("inventory.suppliers").execute(&nobody, batch).await;
        assert!(matches!(refused, Err(ImportError::Forbidden)), "{refused:?}");
    }
}
