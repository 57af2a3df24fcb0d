//! The recipes of sign-ins by a tenant's own provider. A tenant has so many connections and domains at most, so each makes room
//! for what it makes.

use super::{Recipes, made, missing, of, with};
use crate::contract::ask::Call;
use crate::document::Operation;
use crate::furnished::Furnished;
use crate::sso::{PROVIDER, VERIFIER, code_of_somebody, connecting, domain};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

const CONNECTIONS: &str = "/users/oidc-connections";
const DOMAINS: &str = "/users/domains";
/// So many of the newest stay, beside the one that the tenant was furnished with.
const STAY: usize = 4;

impl Recipes {
    pub(super) async fn sso(&self, tenant: &Furnished, operation: &Operation) -> Call {
        make_room(tenant, CONNECTIONS).await;
        make_room(tenant, DOMAINS).await;
        let unique = || format!("{}.example", Uuid::new_v4().simple());
        match operation.id.as_str() {
            "users_discover_sso" => with(operation, json!({ "email": "somebody@nowhere.example" })),
            "users_exchange_sso" => with(operation, exchanging(tenant).await),
            "users_create_oidc_connection" => with(operation, connecting(&PROVIDER.issuer)),
            "users_patch_oidc_connection" => {
                let connection = made(tenant, CONNECTIONS, connecting(&PROVIDER.issuer)).await;
                let patch = json!({
                    "name": super::unique("Engines"), "client_id": "another", "default_role": "member",
                    "joining": "invited",
                });
                of(operation, &connection).with(patch)
            }
            "users_delete_oidc_connection" => {
                of(operation, &made(tenant, CONNECTIONS, connecting(&PROVIDER.issuer)).await)
            }
            "users_add_domain" => with(operation, json!({ "domain": unique() })),
            "users_verify_domain" => {
                of(operation, &domain(&tenant.client, &unique()).await).with(json!({ "proof": "file" }))
            }
            "users_remove_domain" => of(operation, &domain(&tenant.client, &unique()).await),
            "users_unlink_member_identity" => {
                let tokens =
                    self.guest.post("/users/sso/exchange", exchanging(tenant).await).await.expect(200);
                let somebody = self.guest.with_token(tokens["access_token"].as_str().unwrap());
                let somebody = somebody.get("/users/me").await.expect(200);
                let path = operation.path.replace("{id}", somebody["member_id"].as_str().unwrap());
                Call::to(&path.replace("{connection_id}", &tenant.ids[CONNECTIONS]))
            }
            _ => missing(operation),
        }
    }
}

/// By somebody new, whom the tenant's provider has signed in.
async fn exchanging(tenant: &Furnished) -> Value {
    let own = tenant.client.get(&format!("{DOMAINS}/{}", tenant.ids[DOMAINS])).await.expect(200);
    let own = own["domain"].as_str().unwrap();
    let code = code_of_somebody(&tenant.client, &tenant.ids[CONNECTIONS], own).await;
    json!({ "code": code, "code_verifier": VERIFIER })
}

async fn make_room(tenant: &Furnished, path: &str) {
    let listed = tenant.client.get(&format!("{path}?limit=100")).await.expect(200);
    let ids = listed["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap());
    // The newest first.
    for id in ids.filter(|id| *id != tenant.ids[path]).skip(STAY) {
        let delete = tenant.client.request(Method::DELETE, &format!("{path}/{id}"));
        tenant.client.try_send(delete).await.unwrap().expect(204);
    }
}
