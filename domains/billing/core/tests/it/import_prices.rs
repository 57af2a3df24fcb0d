//! Prices out of files.

use crate::house::{Client, House, money};
use crate::imported::{Cells, Files, id_of, numbered, rows, told};
use actix_web::http::Method;
use futures::future::join_all;
use serde_json::{Value, json};
use testkit::{Stage, both};

const PRICES: &str = "billing.prices";

const FILE: [Cells<'static>; 5] = [
    &[("product", "box"), ("interval", "month"), ("unit_amount", "249.90"), ("currency", "USD")],
    &[("product", "box"), ("interval", "year"), ("unit_amount", "2499"), ("currency", "USD")],
    &[("product", "crate"), ("interval", "month"), ("unit_amount", "1"), ("currency", "USD")],
    &[("product", "box"), ("interval", "Month"), ("unit_amount", "249.9"), ("currency", "usd")],
    &[("product", "tea"), ("interval", "one_time"), ("unit_amount", "500"), ("currency", "JPY")],
];

/// The ids of a box and of tea.
async fn products(client: &Client<'_>) -> [String; 2] {
    let mut ids = Vec::new();
    for external_id in ["box", "tea"] {
        let body = json!({ "name": external_id.to_uppercase(), "external_id": external_id });
        ids.push(client.post("/products", body).await.id());
    }
    ids.try_into().unwrap()
}

/// Of this product, the oldest first: what it costs, how often.
async fn prices(client: &Client<'_>, product: &str) -> Vec<(i64, String, String)> {
    let page = client.get(&format!("/products/{product}/prices?limit=100")).await.body;
    let price = |price: &Value| {
        let amount = &price["unit_amount"];
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (amount["amount"].as_i64().unwrap(), text(&amount["currency"]), text(&price["interval"]))
    };
    let mut prices: Vec<_> = page["data"].as_array().unwrap().iter().map(price).collect();
    prices.reverse();
    prices
}

fn price(amount: i64, currency: &str, interval: &str) -> (i64, String, String) {
    (amount, currency.to_owned(), interval.to_owned())
}

async fn make(client: &Client<'_>, product: &str, amount: i64) -> String {
    let body = json!({ "unit_amount": money(amount, "USD"), "interval": "month" });
    client.post(&format!("/products/{product}/prices"), body).await.id()
}

both!(
    async fn good_prices_go_in_beside_bad_ones_as_they_were_planned(stage: Stage) {
        let house = House::new(stage).await;
        let (client, neighbour) = (house.tenant(), house.tenant());
        let ([boxes, tea], _) = (products(&client).await, products(&neighbour).await);
        let files = Files::new(&client, PRICES);
        let planned = files.plan(1, &rows(&FILE)).await;
        assert!(prices(&client, &boxes).await.is_empty());
        let run = files.execute(2, Some(1), &rows(&FILE)).await;
        assert_eq!(run, planned, "row by row, with the ids that were planned");
        let expected =
            ["created", "created", "product: unknown_product", "product: duplicate_row", "created"];
        assert_eq!(told(&run), expected);
        let found = prices(&client, &boxes).await;
        assert_eq!(found, [price(24_990, "USD", "month"), price(249_900, "USD", "year")]);
        assert_eq!(prices(&client, &tea).await, [price(500, "JPY", "one_time")]);
        let shown = client.get(&format!("/prices/{}", id_of(&run[0]))).await;
        assert_eq!((shown.status, &shown.body["product_id"]), (200, &json!(boxes)));
        let entries = house.audited().await;
        let imported = entries.iter().filter(|entry| entry.action == "billing.prices.import");
        let created =
            imported.map(|entry| entry.after.as_ref().unwrap()["created"].as_array().unwrap().len());
        assert_eq!(created.sum::<usize>(), 3);
        assert!(files.refused_to(&["billing.customers.write"]).await);
        assert!(!files.refused_to(&["billing.products.write"]).await);
    }
);

both!(
    async fn the_same_prices_again_change_nothing(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        let [boxes, tea] = products(&client).await;
        let files = Files::new(&client, PRICES);
        let good = [FILE[0], FILE[1], FILE[4]];
        assert_eq!(files.import(1, &good).await, ["created"; 3]);
        for (number, again) in (2..).zip([&good[..], &[good[2], good[0], good[1]], &good[1..], &[FILE[3]]]) {
            let ended = files.import(number, again).await;
            assert!(ended.iter().all(|ended| ended == "unchanged"), "{ended:?}");
        }
        // A price that was raised is another price.
        let raised: Cells<'_> =
            &[("product", "box"), ("interval", "month"), ("unit_amount", "260"), ("currency", "USD")];
        assert_eq!(files.import(9, &[raised, FILE[0]]).await, ["created", "unchanged"]);
        assert_eq!(prices(&client, &boxes).await.len(), 3);
        assert_eq!(prices(&client, &tea).await.len(), 1);
    }
);

both!(
    async fn of_two_imports_at_once_one_makes_the_price(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        let [boxes, _] = products(&client).await;
        let files = Files::new(&client, PRICES);
        let file = [FILE[0]];
        let mut ended = join_all((1..=4).map(|number| files.import(number, &file))).await.concat();
        ended.sort();
        assert_eq!(ended, ["created", "unchanged", "unchanged", "unchanged"]);
        assert_eq!(prices(&client, &boxes).await.len(), 1);
    }
);

both!(
    async fn prices_on_which_nothing_builds_are_undone(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        let [boxes, _] = products(&client).await;
        let files = Files::new(&client, PRICES);
        make(&client, &boxes, 100).await;
        let row = |amount: &'static str| {
            [("product", "box"), ("interval", "month"), ("unit_amount", amount), ("currency", "USD")]
        };
        let file = ["1", "2", "3", "4"].map(row);
        let file: Vec<Cells<'_>> = file.iter().map(|row| &row[..]).collect();
        let outcomes = files.execute(1, None, &rows(&file)).await;
        assert_eq!(told(&outcomes), ["unchanged", "created", "created", "created"]);
        let customer = client.customer("Alfreds").await;
        let subscription = json!({ "customer_id": customer, "price_id": id_of(&outcomes[2]) });
        assert_eq!(client.post("/subscriptions", subscription).await.status, 201);
        let line = json!({ "quantity": "1", "price_id": id_of(&outcomes[3]) });
        let invoice = json!({ "customer_id": customer, "lines": [line] });
        assert_eq!(client.post("/invoices", invoice.clone()).await.status, 201);
        // It is in a cache by now.
        let path = format!("/prices/{}", id_of(&outcomes[1]));
        assert_eq!(client.get(&path).await.status, 200);

        let kept = "built_upon: a subscription or an invoice is at this price by now: it is needed for that";
        let expected = [(5, kept.to_owned()), (4, kept.to_owned()), (3, String::new())];
        assert_eq!(files.undo(1, 2).await, expected);
        assert_eq!(client.get(&path).await.outcome(), "404 billing.price_not_found");
        let left = [100, 300, 400].map(|amount| price(amount, "USD", "month"));
        assert_eq!(prices(&client, &boxes).await, left);
        let gone = json!({ "quantity": "1", "price_id": id_of(&outcomes[1]) });
        let draft = json!({ "customer_id": customer, "lines": [gone] });
        assert_eq!(client.post("/invoices", draft).await.outcome(), "422 /lines/0/price_id not_found");
        assert_eq!(client.post("/invoices", invoice).await.status, 201);
        assert_eq!(files.import(2, &file).await, ["unchanged", "created", "unchanged", "unchanged"]);
    }
);

both!(
    async fn exported_prices_are_imported_as_unchanged(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        let [boxes, tea] = products(&client).await;
        let files = Files::new(&client, PRICES);
        // Twice the same, one raised since, and one of a product that has no reference.
        for amount in [100, 100, 120] {
            make(&client, &boxes, amount).await;
        }
        let nameless = client.price("No reference", 7, "year").await;
        let gone = make(&client, &tea, 5).await;
        assert_eq!(client.send(Method::DELETE, &format!("/products/{tea}"), &[], None).await.status, 204);
        let exported = files.export().await;
        assert_eq!(exported.len(), 4);
        assert!(exported.iter().all(|row| row["id"] != gone), "{exported:?}");
        let run = files.execute(1, None, &numbered(exported.clone())).await;
        assert_eq!(told(&run), ["unchanged"; 4]);
        assert_eq!(prices(&client, &boxes).await.len(), 3);
        // A price that is changed in the file is not changed; without its id it is another one.
        let of = |id: &str| exported.iter().find(|row| row["id"] == id).unwrap().clone();
        let mut row = of(&nameless);
        row.insert("unit_amount".to_owned(), "0.08".to_owned());
        let run = files.execute(2, None, &numbered(vec![row])).await;
        assert_eq!(told(&run), ["unit_amount: price_is_fixed"]);
        let mut row = exported.iter().find(|row| row["unit_amount"] == "1.20").unwrap().clone();
        row.insert("unit_amount".to_owned(), "1.30".to_owned());
        assert_eq!(
            told(&files.execute(3, None, &numbered(vec![row.clone()])).await),
            ["unit_amount: price_is_fixed"]
        );
        row.remove("id");
        assert_eq!(told(&files.execute(4, None, &numbered(vec![row])).await), ["created"]);
        let amounts: Vec<i64> =
            prices(&client, &boxes).await.into_iter().map(|(amount, ..)| amount).collect();
        assert_eq!(amounts, [100, 100, 120, 130]);
    }
);

both!(
    async fn what_a_row_cannot_name_is_refused(stage: Stage) {
        let house = House::new(stage).await;
        let (client, neighbour) = (house.tenant(), house.tenant());
        let files = Files::new(&client, PRICES);
        products(&neighbour).await;
        let theirs = neighbour.price("Tea", 100, "month").await;
        let cases: [(Cells<'_>, &str); 4] = [
            (FILE[0], "product: unknown_product"),
            (&[("id", theirs.as_str())], "id: unknown_price"),
            (
                &[("product", "a\0b"), ("interval", "month"), ("unit_amount", "x"), ("currency", "USD")],
                "product: control_character, unit_amount: not_a_number",
            ),
            (&[], "product: required, interval: required, unit_amount: required, currency: required"),
        ];
        for (number, (row, expected)) in (1..).zip(cases) {
            assert_eq!(files.import(number, &[row]).await, [expected], "{row:?}");
        }
        assert_eq!(client.get("/products").await.body["data"], json!([]));
    }
);
