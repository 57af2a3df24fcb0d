//! Families and their variants: made from a pattern, held to the family's options, and never taken apart from under
//! them.

use crate::house::{Call, House, OWNER, Reply, call, house};
use futures::future::join;
use serde_json::{Value, json};
use testkit::Stage;

fn shirts() -> Value {
    json!({
        "name": "Shirt",
        "options": [
            { "name": "Size", "values": ["S", "M", "L"] }, { "name": "Colour", "values": ["Red", "Blue"] },
        ],
    })
}

fn patch(id: &str, body: Value) -> Call {
    call(&format!("PATCH /families/{id}")).if_match("*").json(body)
}

/// Pointer and code of each fault.
fn faults(reply: &Reply) -> Vec<(String, String)> {
    let json = reply.json();
    let text = |fault: &Value, name: &str| fault[name].as_str().unwrap_or_default().to_owned();
    let faults = json["errors"].as_array().into_iter().flatten();
    faults.map(|fault| (text(fault, "pointer"), text(fault, "code"))).collect()
}

fn fault(pointer: &str, code: &str) -> Vec<(String, String)> {
    vec![(pointer.to_owned(), code.to_owned())]
}

fn skus(reply: &Reply) -> Vec<String> {
    let json = reply.json();
    let rows = json["data"].as_array().unwrap().iter();
    rows.map(|row| row["sku"].as_str().unwrap().to_owned()).collect()
}

impl House {
    async fn family(&self, body: Value) -> String {
        self.send(call("POST /families").json(body)).await.expect(201).text("id")
    }

    async fn make(&self, family: &str, body: Value) -> Reply {
        self.send(call(&format!("POST /families/{family}/variants")).json(body)).await
    }

    async fn variant(&self, sku: &str, family: &str, options: Value) -> Reply {
        let body = json!({ "sku": sku, "name": sku, "family_id": family, "options": options });
        self.send(call("POST /items").json(body)).await
    }
}

testkit::both! {
    async fn the_missing_variants_are_made_at_once(stage: Stage) {
        let house = house(stage).await;
        let family = house.family(shirts()).await;
        house.variant("OWN", &family, json!({ "Size": "M", "Colour": "Red" })).await.expect(201);
        let some = json!({ "sku": "tee", "options": { "Size": ["S", "M"] }, "category": "Clothes" });
        let made = house.make(&family, some).await.expect(200);
        assert_eq!(skus(&made), ["TEE-S-RED", "TEE-S-BLUE", "TEE-M-BLUE"]);
        let first = made.json()["data"][0].clone();
        assert_eq!(first["name"], "Shirt - S / Red");
        assert_eq!(first["options"], json!({ "Size": "S", "Colour": "Red" }));
        assert_eq!((&first["family_id"], &first["category"]), (&json!(family), &json!("Clothes")));
        let path = format!("/items/{}", first["id"].as_str().unwrap());
        assert_eq!(house.get(&path).await.json(), first, "it is told as it is kept");
        assert_eq!(house.get("/categories?name=Clothes").await.json()["data"].as_array().unwrap().len(), 1);

        let rest = json!({ "sku": "{Colour}/{Size}", "name": "Tee {Size}" });
        let made = house.make(&family, rest.clone()).await.expect(200);
        assert_eq!(skus(&made), ["RED/L", "BLUE/L"]);
        assert_eq!(made.json()["data"][1]["name"], "Tee L");
        assert_eq!(house.make(&family, rest).await.expect(200).json(), json!({ "data": [] }));
        let listed = house.get(&format!("/items?family_id={family}&sort=created_at")).await;
        assert_eq!(skus(&listed).len(), 6);
        let searched = house.get(&format!("/items?family_id={family}&q=tee-m")).await;
        assert_eq!(skus(&searched), ["TEE-M-BLUE"]);
        house.item(OWNER, "TEE-MORE", "0").await;
        assert_eq!(skus(&house.get(&format!("/items?family_id={family}&q=tee-m")).await), ["TEE-M-BLUE"]);
        let receipt = call(&format!("POST {path}/receipts")).key("r").json(json!({ "quantity": "2" }));
        house.send(receipt).await.expect(201);
        house.verify().await;
    }
}

testkit::both! {
    async fn variants_are_made_all_or_none(stage: Stage) {
        let house = house(stage).await;
        let family = house.family(shirts()).await;
        house.item(OWNER, "TEE-L-BLUE", "0").await;
        let taken = house.make(&family, json!({ "sku": "TEE", "category": "New" })).await;
        let taken = taken.refused(409, "inventory.sku_taken");
        assert!(taken.text("detail").contains("TEE-L-BLUE"), "{taken:?}");
        for (body, expected) in [
            (json!({ "sku": "{Size}" }), fault("/sku", "option_left_out")),
            (json!({ "sku": "x".repeat(62) }), fault("/sku", "too_long")),
            (json!({ "sku": "A", "name": "{Fit}" }), fault("/name", "unknown_option")),
            (json!({ "sku": "A", "options": { "Size": ["XL"] } }), fault("/options/Size/0", "unknown_value")),
            (json!({ "sku": "A", "unit": "\u{7}" }), fault("/unit", "control_character")),
        ] {
            let refused = house.make(&family, body.clone()).await.refused(422, "invalid");
            assert_eq!(faults(&refused), expected, "{body}");
        }
        assert_eq!(house.get(&format!("/items?family_id={family}")).await.json()["data"], json!([]));
        assert_eq!(house.get("/categories").await.json()["data"], json!([]));

        let alike = json!({ "name": "Alike", "options": [
            { "name": "a", "values": ["1-1", "1"] }, { "name": "b", "values": ["1", "1-1"] },
        ] });
        let alike = house.family(alike).await;
        let refused = house.make(&alike, json!({ "sku": "A" })).await.refused(422, "invalid");
        assert_eq!(faults(&refused), fault("/sku", "ambiguous"));

        let values: Vec<String> = (0..100).map(|number| number.to_string()).collect();
        let many = json!({ "name": "Many", "options": [
            { "name": "a", "values": values }, { "name": "b", "values": ["x", "y", "z"] },
        ] });
        let many = house.family(many).await;
        let refused = house.make(&many, json!({ "sku": "M" })).await.refused(422, "invalid");
        assert_eq!(faults(&refused), fault("/options", "too_many"));
        let most = json!({ "sku": "M", "options": { "b": ["x", "y"] } });
        assert_eq!(skus(&house.make(&many, most).await.expect(200)).len(), 200);
        assert_eq!(skus(&house.make(&many, json!({ "sku": "M" })).await.expect(200)).len(), 100);
        house.verify().await;
    }
}

testkit::both! {
    async fn calls_at_once_make_each_variant_once(stage: Stage) {
        let house = house(stage).await;
        let family = house.family(shirts()).await;
        let of = |sku: &str| json!({ "sku": sku });
        let (first, second) = join(house.make(&family, of("A")), house.make(&family, of("B"))).await;
        let mut made = [skus(&first.expect(200)).len(), skus(&second.expect(200)).len()];
        made.sort_unstable();
        assert_eq!(made, [0, 6]);
        let blue = json!({ "Size": "S", "Colour": "Blue" });
        house.variant("C", &family, blue).await.refused(409, "inventory.variant_exists");
    }
}

testkit::both! {
    async fn an_item_is_held_to_its_family(stage: Stage) {
        let house = house(stage).await;
        let family = house.family(shirts()).await;
        let nobodys = uuid::Uuid::nil().to_string();
        for (id, options, expected) in [
            (&family, json!({ "Size": "L" }), fault("/options/Colour", "required")),
            (&family, json!({ "Size": "XL", "Colour": "Red" }), fault("/options/Size", "unknown_value")),
            (
                &family,
                json!({ "Size": "L", "Colour": "Red", "Fit": "Slim" }),
                fault("/options/Fit", "unknown_option"),
            ),
            (&nobodys, json!({ "Size": "L" }), fault("/family_id", "unknown_family")),
        ] {
            let refused = house.variant("A", id, options.clone()).await.refused(422, "invalid");
            assert_eq!(faults(&refused), expected, "{options}");
        }
        let alone = json!({ "sku": "A", "name": "A", "options": { "Size": "L" } });
        let refused = house.send(call("POST /items").json(alone)).await.refused(422, "invalid");
        assert_eq!(faults(&refused), fault("/options", "no_family"));

        let item = house.item(OWNER, "A", "1").await;
        let change = async |body: Value| {
            house.send(call(&format!("PATCH /items/{item}")).if_match("*").json(body)).await
        };
        let options = json!({ "Size": "L", "Colour": "Red" });
        let joined = change(json!({ "family_id": family, "options": options })).await.expect(200);
        assert_eq!((joined.text("family_id"), joined.text("on_hand")), (family.clone(), "1".to_owned()));
        let moved = change(json!({ "options": { "Size": "M" } })).await.expect(200);
        assert_eq!(moved.json()["options"], json!({ "Size": "M", "Colour": "Red" }));
        let null = change(json!({ "options": null })).await.refused(400, "malformed");
        assert_eq!(null.json()["errors"][0]["pointer"], "/options");
        house.variant("B", &family, json!({ "Size": "L", "Colour": "Red" })).await.expect(201);
        change(json!({ "options": { "Size": "L" } })).await.refused(409, "inventory.variant_exists");
        let out = change(json!({ "family_id": null })).await.expect(200).json();
        assert_eq!((&out["family_id"], &out["options"]), (&Value::Null, &json!({})));
        house.variant("C", &family, json!({ "Size": "M", "Colour": "Red" })).await.expect(201);
        house.verify().await;
    }
}

testkit::both! {
    async fn what_a_variant_has_is_not_taken_away(stage: Stage) {
        let house = house(stage).await;
        let family = house.family(shirts()).await;
        let large = json!({ "Size": "L", "Colour": "Red" });
        let item = house.variant("A", &family, large).await.expect(201).text("id");
        let size = |values: Value| json!({ "name": "Size", "values": values });
        let colour = json!({ "name": "Colour", "values": ["Red"] });
        let set = async |options: Value| house.send(patch(&family, json!({ "options": options }))).await;

        let refused = set(json!([size(json!(["S"])), colour])).await.refused(409, "inventory.option_in_use");
        assert_eq!(refused.text("detail"), "The Size of the item A is L; change or delete that item first.");
        set(json!([size(json!(["L"]))])).await.refused(409, "inventory.option_in_use");
        let fit = json!({ "name": "Fit", "values": ["Slim"] });
        set(json!([size(json!(["L"])), colour, fit])).await.refused(409, "inventory.option_missing");
        let changed = set(json!([colour, size(json!(["L", "XL"]))])).await.expect(200);
        assert_eq!(changed.json()["options"][1]["values"], json!(["L", "XL"]));

        let delete = async |path: &str| house.send(call(&format!("DELETE {path}"))).await;
        let restore = async |path: &str| house.send(call(&format!("POST {path}/restore"))).await;
        let (family_path, item_path) = (format!("/families/{family}"), format!("/items/{item}"));
        delete(&family_path).await.refused(409, "inventory.family_has_variants");
        delete(&item_path).await.expect(204);
        delete(&family_path).await.expect(204);
        restore(&item_path).await.refused(409, "inventory.variant_unfit");
        restore(&family_path).await.expect(200);
        restore(&family_path).await.refused(409, "inventory.family_not_deleted");
        let back = restore(&item_path).await.expect(200);
        assert_eq!(back.json()["options"], json!({ "Size": "L", "Colour": "Red" }));
        house.verify().await;
    }
}

testkit::both! {
    async fn a_variant_that_comes_back_while_it_is_made_anew_is_there_once(stage: Stage) {
        let house = house(stage).await;
        for round in 0..12 {
            let body = json!({ "name": "Cap", "options": [{ "name": "Size", "values": ["S"] }] });
            let family = house.family(body).await;
            let like = json!({ "sku": format!("cap{round}") });
            let made = house.make(&family, like.clone()).await.expect(200);
            let item = made.json()["data"][0]["id"].as_str().unwrap().to_owned();
            house.send(call(&format!("DELETE /items/{item}"))).await.expect(204);
            let restore = house.send(call(&format!("POST /items/{item}/restore")));
            let (restored, made) = join(restore, house.make(&family, like)).await;
            assert!([200, 409].contains(&restored.status), "{restored:?}");
            assert!([200, 409].contains(&made.status), "{made:?}");
            let there = house.list(&format!("/items?family_id={family}")).await;
            assert_eq!(there.len(), 1, "round {round}");
        }
        house.verify().await;
    }
}
