//! What others are told of suppliers: once of each that is made, changed, deleted or brought back, and nothing
//! where nothing differs.

use crate::house::{House, call, house};
use crate::import_files::{Files, check_undone};
use crate::listener::{Listener, subscribe};
use inventory_contract::{SupplierChanged, SupplierCreated, SupplierDeleted, SupplierRestored};
use kernel::DomainEvent;
use serde_json::{Value, json};
use testkit::Stage;

fn listening(stage: &Stage) {
    let kinds = [
        (SupplierCreated::KIND, "test.created"),
        (SupplierChanged::KIND, "test.changed"),
        (SupplierDeleted::KIND, "test.deleted"),
        (SupplierRestored::KIND, "test.restored"),
    ];
    subscribe(stage, &kinds);
}

fn of_suppliers(house: &House) -> Listener<'_> {
    Listener::new(house, "inventory.supplier_", &["code", "name"])
}

testkit::both! {
    async fn a_supplier_is_told_of_once_whoever_changes_it(stage: Stage) {
        listening(&stage);
        let house = house(stage).await;
        let mut listener = of_suppliers(&house);
        let nothing = Vec::<String>::new();

        let body = json!({ "code": "exo", "name": "Exotic Liquids" });
        let post = || call("POST /suppliers").key("exo").json(body.clone());
        let exotic = house.send(post()).await.expect(201).text("id");
        assert_eq!(listener.news().await, ["created EXO: Exotic Liquids"]);
        assert_eq!(house.send(post()).await.expect(201).text("id"), exotic);
        house.send(call("POST /suppliers").json(body)).await.refused(409, "inventory.supplier_code_taken");
        assert_eq!(listener.news().await, nothing);

        let patch = async |body: Value| {
            house.send(call(&format!("PATCH /suppliers/{exotic}")).if_match("*").json(body)).await.expect(200)
        };
        patch(json!({ "name": " Exotic Liquids ", "email": null })).await;
        assert_eq!(listener.news().await, nothing);
        patch(json!({ "name": "Exotic" })).await;
        patch(json!({ "email": "orders@exotic.example" })).await;
        let changed = "changed EXO: Exotic";
        assert_eq!(listener.news().await, [changed, changed]);

        let put = async |name: &str| {
            let body = json!({ "code": "TOK", "name": name });
            house.send(call("PUT /suppliers/by-external-id/tok").json(body)).await
        };
        put("Tokyo Traders").await.expect(201);
        assert_eq!(listener.news().await, ["created TOK: Tokyo Traders"]);
        put("Tokyo Traders").await.expect(200);
        assert_eq!(listener.news().await, nothing);
        put("Tokyo").await.expect(200);
        assert_eq!(listener.news().await, ["changed TOK: Tokyo"]);

        let delete = async || house.send(call(&format!("DELETE /suppliers/{exotic}"))).await;
        delete().await.expect(204);
        delete().await.refused(404, "inventory.supplier_not_found");
        assert_eq!(listener.news().await, ["deleted EXO: Exotic"]);
        let restore = async || house.send(call(&format!("POST /suppliers/{exotic}/restore"))).await;
        restore().await.expect(200);
        restore().await.refused(409, "inventory.supplier_not_deleted");
        assert_eq!(listener.news().await, ["restored EXO: Exotic"]);
        let created = house.events::<SupplierCreated>().await;
        assert_eq!(created[0].supplier.to_string(), exotic);
    }
}

testkit::both! {
    async fn an_import_tells_of_the_suppliers_that_it_makes_and_rewrites(stage: Stage) {
        listening(&stage);
        let house = house(stage).await;
        for code in ["OLD", "SAME"] {
            let body = json!({ "code": code, "name": format!("The {code}") });
            house.send(call("POST /suppliers").json(body)).await.expect(201);
        }
        let mut listener = of_suppliers(&house);
        assert_eq!(listener.news().await.len(), 2);
        let files = Files { house: &house, target: "inventory.suppliers", columns: &["code", "name"] };
        let file = ["new | New", "old | Old", "same | The SAME", "bad"];
        // Each batch is asked for twice.
        files.plan(1, &file).await;
        assert_eq!(listener.news().await, Vec::<String>::new());
        let ended = files.bring(2, &file).await;
        assert_eq!(ended, ["created", "updated", "unchanged", "name: blank"]);
        assert_eq!(listener.news().await, ["changed OLD: Old", "created NEW: New"]);
        check_undone(&files.undo(2, file.len()).await, &[(3, ""), (2, "")]);
        assert_eq!(listener.news().await, ["changed OLD: The OLD", "deleted NEW: New"]);
    }
}
