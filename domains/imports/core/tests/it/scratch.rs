//! Scratch.
use crate::house::*;
both!(
    async fn real(stage: Stage) {
        let house = House::new(stage).await;
        let _worker = house.worker();
        let text = std::fs::read_to_string("/work/shared/data/northwind-products.csv").unwrap();
        let upload = house.upload("owner", &text).await;
        println!("{}", house.get("owner", &format!("/uploads/{upload}")).await);
        let body = serde_json::json!({"upload_id": upload, "target": "warehouse.items", "mode": "apply", "mapping": {
            "sku": {"column": "product_id"}, "name": {"column": "name"}, "unit_cost": {"column": "unit_price"}, "currency": {"value": "USD"}}});
        let run = house.send(call("POST", "/runs").by("owner").key().json(&body)).await.id();
        println!("{}", house.ended(&run).await);
        let text = std::fs::read_to_string("/work/shared/data/online-retail-2010-12.csv").unwrap();
        println!("{}", &text[..300]);
        let begun = std::time::Instant::now();
        let big = house.send(call("POST", "/uploads").by("owner").csv(&text)).await;
        println!("{} {:?} in {:?}", big.status, big.json(), begun.elapsed());
        if big.status == 201 {
            let body = serde_json::json!({"upload_id": big.id(), "target": "warehouse.items", "mode": "dry_run", "mapping": {
                "sku": {"column": big.json()["columns"][1]}, "name": {"column": big.json()["columns"][2]}}});
            let run = house.send(call("POST", "/runs").by("owner").key().json(&body)).await.id();
            let begun = std::time::Instant::now();
            loop { let r = house.get("owner", &format!("/runs/{run}")).await; if r["finished_at"].is_string() { println!("{r} in {:?}", begun.elapsed()); break } if begun.elapsed().as_secs() > 120 { println!("{r}"); break } tokio::time::sleep(std::time::Duration::from_millis(100)).await; }
        }
    }
);
