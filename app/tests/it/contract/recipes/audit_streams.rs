//! The recipes of audit streams. A tenant has ten at most, so each makes room for what it makes. Their collectors are nowhere.

use super::{Recipes, made, missing, of, with};
use crate::contract::ask::Call;
use crate::document::Operation;
use crate::furnished::Furnished;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

const STREAMS: &str = "/users/audit-streams";
/// So many of the newest stay, beside the one that the tenant was furnished with.
const STAY: usize = 5;

impl Recipes {
    pub(super) async fn audit_streams(&self, tenant: &Furnished, operation: &Operation) -> Call {
        make_room(tenant).await;
        match operation.id.as_str() {
            "users_create_audit_stream" => with(operation, stream()),
            "users_patch_audit_stream" => {
                of(operation, &made(tenant, STREAMS, stream()).await).with(stream())
            }
            "users_rotate_audit_stream" => {
                of(operation, &made(tenant, STREAMS, stream()).await).with(json!({ "overlap_minutes": 10 }))
            }
            "users_pause_audit_stream" | "users_test_audit_stream" | "users_delete_audit_stream" => {
                of(operation, &made(tenant, STREAMS, stream()).await)
            }
            "users_resume_audit_stream" => {
                let stream = made(tenant, STREAMS, stream()).await;
                let pause = format!("{STREAMS}/{stream}/pause");
                tenant.client.post(&pause, json!({})).await.expect(200);
                of(operation, &stream)
            }
            _ => missing(operation),
        }
    }
}

fn stream() -> Value {
    let url = format!("https://collector.invalid/{}", Uuid::new_v4().simple());
    json!({ "url": url, "action_prefix": "billing." })
}

async fn make_room(tenant: &Furnished) {
    let listed = tenant.client.get(&format!("{STREAMS}?limit=100")).await.expect(200);
    let ids = listed["data"].as_array().unwrap().iter().map(|stream| stream["id"].as_str().unwrap());
    // The newest first.
    for id in ids.filter(|id| *id != tenant.ids[STREAMS]).skip(STAY) {
        let delete = tenant.client.request(Method::DELETE, &format!("{STREAMS}/{id}"));
        tenant.client.try_send(delete).await.unwrap().expect(204);
    }
}
