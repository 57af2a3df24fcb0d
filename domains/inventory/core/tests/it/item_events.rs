//! What others are told of items: once of each that is made, changed, deleted or brought back, and nothing where
//! nothing differs.

use crate::house::{House, OWNER, call, house};
use crate::import_files::{Files, check_undone};
use crate::listener::{Listener, subscribe};
use inventory_contract::{ItemChanged, ItemCreated, ItemDeleted, ItemRestored};
use kernel::DomainEvent;
use serde_json::{Value, json};
use testkit::Stage;

fn listening(stage: &Stage) {
    let kinds = [
        (ItemCreated::KIND, "test.created"),
        (ItemChanged::KIND, "test.changed"),
        (ItemDeleted::KIND, "test.deleted"),
        (ItemRestored::KIND, "test.restored"),
    ];
    subscribe(stage, &kinds);
}

fn of_items(house: &House) -> Listener<'_> {
    Listener::new(house, "inventory.item_", &["sku", "name", "unit"])
}

testkit::both! {
    async fn an_item_is_told_of_once_whoever_changes_it(stage: Stage) {
        listening(&stage);
        let house = house(stage).await;
        let mut listener = of_items(&house);
        let nothing = Vec::<String>::new();

        let body = json!({ "sku": "chai", "name": "Chai" });
        let post = || call("POST /items").key("chai").json(body.clone());
        let chai = house.send(post()).await.expect(201).text("id");
        assert_eq!(listener.news().await, ["created CHAI: Chai, each"]);
        assert_eq!(house.send(post()).await.expect(201).text("id"), chai);
        house.send(call("POST /items").json(body)).await.refused(409, "inventory.sku_taken");
        assert_eq!(listener.news().await, nothing);

        let patch = async |body: Value| {
            house.send(call(&format!("PATCH /items/{chai}")).if_match("*").json(body)).await.expect(200)
        };
        patch(json!({ "name": " Chai ", "description": null })).await;
        assert_eq!(listener.news().await, nothing);
        patch(json!({ "name": "Masala chai" })).await;
        patch(json!({ "metadata": { "shelf": "A3" } })).await;
        let changed = "changed CHAI: Masala chai, each";
        assert_eq!(listener.news().await, [changed, changed]);

        let put = async |unit: &str| {
            let body = json!({ "sku": "TOFU", "name": "Tofu", "unit": unit });
            house.send(call("PUT /items/by-external-id/tofu").json(body)).await
        };
        put("KGM").await.expect(201);
        assert_eq!(listener.news().await, ["created TOFU: Tofu, KGM"]);
        put("KGM").await.expect(200);
        assert_eq!(listener.news().await, nothing);
        put("GRM").await.expect(200);
        assert_eq!(listener.news().await, ["changed TOFU: Tofu, GRM"]);

        house.receive(&chai, json!({ "quantity": "2" })).await.expect(201);
        let delete = async || house.send(call(&format!("DELETE /items/{chai}"))).await;
        delete().await.refused(409, "inventory.item_has_stock");
        house.adjust(&chai, json!({ "quantity": "-2", "reason": "gone" })).await.expect(201);
        assert_eq!(listener.news().await, nothing, "stock is told of by others");
        delete().await.expect(204);
        delete().await.refused(404, "inventory.item_not_found");
        assert_eq!(listener.news().await, ["deleted CHAI: Masala chai, each"]);
        let restore = async || house.send(call(&format!("POST /items/{chai}/restore"))).await;
        restore().await.expect(200);
        restore().await.refused(409, "inventory.item_not_deleted");
        assert_eq!(listener.news().await, ["restored CHAI: Masala chai, each"]);
        let created = house.events::<ItemCreated>().await;
        assert_eq!(created[0].item.to_string(), chai);
        house.verify().await;
    }
}

testkit::both! {
    async fn items_that_are_made_or_changed_together_are_each_told_of(stage: Stage) {
        listening(&stage);
        let house = house(stage).await;
        let mut listener = of_items(&house);
        let nothing = Vec::<String>::new();

        let family = json!({ "name": "Tee", "options": [{ "name": "Size", "values": ["S", "M"] }] });
        let family = house.send(call("POST /families").json(family)).await.expect(201).text("id");
        let variants = async || {
            let body = json!({ "sku": "TEE-{Size}", "name": "Tee {Size}", "category": "Clothes" });
            house.send(call(&format!("POST /families/{family}/variants")).json(body)).await.expect(200)
        };
        variants().await;
        assert_eq!(listener.news().await, ["created TEE-M: Tee M, each", "created TEE-S: Tee S, each"]);
        variants().await;
        assert_eq!(listener.news().await, nothing);

        house.item(OWNER, "MUG", "0").await;
        assert_eq!(listener.news().await, ["created MUG: The MUG, each"]);
        let category = house.get("/categories?name=Clothes").await.json()["data"][0]["id"].clone();
        let patch = async |body: Value| {
            let path = format!("PATCH /categories/{}", category.as_str().unwrap());
            house.send(call(&path).if_match("*").json(body)).await.expect(200)
        };
        patch(json!({ "name": "Wear" })).await;
        assert_eq!(listener.news().await, ["changed TEE-M: Tee M, each", "changed TEE-S: Tee S, each"]);
        patch(json!({ "name": "Wear", "parent_id": null })).await;
        assert_eq!(listener.news().await, nothing);
        house.verify().await;
    }
}

testkit::both! {
    async fn an_import_tells_of_the_items_that_it_makes_and_rewrites(stage: Stage) {
        listening(&stage);
        let house = house(stage).await;
        for sku in ["OLD", "COUNTED", "SAME"] {
            house.item(OWNER, sku, "5").await;
        }
        let mut listener = of_items(&house);
        assert_eq!(listener.news().await.len(), 3);
        let columns = &["sku", "name", "unit", "on_hand"];
        let files = Files { house: &house, target: "inventory.items", columns };
        let file = [
            "NEW | New | KGM | 3",
            "OLD | Old",
            "COUNTED | The COUNTED | | 2",
            "SAME | The SAME | each | 5",
            "BAD",
        ];
        // Each batch is asked for twice.
        files.plan(1, &file).await;
        assert_eq!(listener.news().await, Vec::<String>::new());
        let ended = files.bring(2, &file).await;
        assert_eq!(ended, ["created", "updated", "updated", "unchanged", "name: blank"]);
        assert_eq!(listener.news().await, ["changed OLD: Old, each", "created NEW: New, KGM"]);
        check_undone(&files.undo(2, file.len()).await, &[(4, ""), (3, ""), (2, "")]);
        assert_eq!(listener.news().await, ["changed OLD: The OLD, each", "deleted NEW: New, KGM"]);
        house.verify().await;
    }
}
