//! The recipes of programs of others. A grant comes by the pages where a member lets one in.

use super::{Recipes, deleted, made, missing, of, with};
use crate::contract::ask::Call;
use crate::document::Operation;
use crate::furnished::Furnished;
use crate::oauth::{allowed, planner, registered};
use serde_json::json;

const COLLECTION: &str = "/users/oauth-clients";

impl Recipes {
    pub(super) async fn oauth(&self, tenant: &Furnished, operation: &Operation) -> Call {
        match operation.id.as_str() {
            "users_create_oauth_client" => with(operation, planner()),
            "users_patch_oauth_client" => {
                let patch = json!({ "name": "Planner", "redirect_uris": ["https://planner.example/back"] });
                of(operation, &made(tenant, COLLECTION, planner()).await).with(patch)
            }
            "users_rotate_oauth_client" => of(operation, &made(tenant, COLLECTION, planner()).await)
                .with(json!({ "overlap_minutes": 10 })),
            "users_delete_oauth_client" => of(operation, &made(tenant, COLLECTION, planner()).await),
            "users_restore_oauth_client" => of(operation, &deleted(tenant, COLLECTION, planner()).await),
            "users_revoke_oauth_grant" => {
                let program = registered(&tenant.client).await;
                of(operation, &allowed(&tenant.client, &program).await)
            }
            _ => missing(operation),
        }
    }
}
