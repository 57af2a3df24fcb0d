//! What is deleted is gone, and comes back where it can be restored.

use super::Walk;
use super::ask::Call;
use crate::document::Operation;
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

/// What a `DELETE` leaves in sight. It may only shrink.
const STAYS: [(&str, &str); 1] =
    [("users_revoke_api_key", "a key that is revoked is still shown, with the time of its end")];

impl Walk {
    pub async fn deletion(&self) {
        let deletes = self.operations.iter().filter(|operation| operation.method == Method::DELETE);
        for operation in deletes {
            if !STAYS.iter().any(|(name, _)| *name == operation.id) {
                self.deleted(operation).await;
            }
        }
        for (name, _) in STAYS {
            let delete = self.operation(name);
            let ask = self.good(delete).await;
            self.send(delete, &ask).await;
            let told = self.owner.client.get(&ask.call.path).await;
            self.require(told.status == 200, || format!("STAYS: {name} is needed no more"));
        }
    }

    async fn deleted(&self, operation: &Operation) {
        let name = &operation.id;
        let good = self.good(operation).await;
        let path = &good.call.path;
        let id = path.split('/').rfind(|part| part.parse::<Uuid>().is_ok()).unwrap();
        let collection = operation.path.trim_end_matches("/{id}");
        let get = self.at(&Method::GET, &operation.path);
        let list = self.at(&Method::GET, collection);
        let (Some(get), Some(list)) = (get, list) else {
            return self.require(false, || format!("{name} deletes what is neither shown nor listed"));
        };
        let read = Call::to(path).ask(get);
        let listed = async |query: &str| {
            let ids = self.all_ids(&format!("{collection}?{query}")).await;
            ids.contains(&json!(id).to_string())
        };
        let before = self.send(get, &read).await;
        self.require(before.status == 200 && listed("").await, || {
            format!("{name}: it was not there: {before:?}")
        });
        let told = self.send(operation, &good).await;
        self.require(told.status == 204, || format!("{name}: {told:?}"));
        let told = self.send(get, &read).await;
        self.require(told.status == 404, || format!("{name}: afterwards it is {told:?}"));
        self.require(!listed("").await, || format!("{name}: afterwards it is still listed"));
        let told = self.send(operation, &good.again()).await;
        self.require(told.status == 404, || format!("{name}: a second time: {told:?}"));
        if list.parameter("include_deleted").is_some() {
            self.require(listed("include_deleted=true").await, || {
                format!("{name}: include_deleted=true does not show it")
            });
            self.hidden_from_viewers(list, &list.path).await;
        }
        if get.parameter("include_deleted").is_some() {
            let told = self.send(get, &read.clone().query("include_deleted=true")).await;
            self.require(told.status == 200 && told.json()["deleted_at"].is_string(), || {
                format!("{name}: include_deleted=true shows {told:?}")
            });
            self.hidden_from_viewers(get, path).await;
        }
        if let Some(restore) = self.at(&Method::POST, &format!("{}/restore", operation.path)) {
            let ask = Call::to(&format!("{path}/restore")).ask(restore);
            let told = self.send(restore, &ask).await;
            self.require(told.status == 200 && told.json()["id"] == id, || {
                format!("{}: {told:?}", restore.id)
            });
            let after = self.send(get, &read).await;
            self.require(after.status == 200 && listed("").await, || {
                format!("{}: then {after:?}", restore.id)
            });
            let told = self.send(restore, &ask.again()).await;
            self.require([404, 409].contains(&told.status.as_u16()), || {
                format!("{}: what is not deleted: {told:?}", restore.id)
            });
        }
    }

    async fn hidden_from_viewers(&self, operation: &Operation, path: &str) {
        let body = json!({ "name": "looks", "role": "viewer" });
        let key = self.owner.client.post("/users/api-keys", body).await.expect(201);
        let viewer = self.guest.with_token(key["secret"].as_str().unwrap());
        let ask = Call::to(path).ask(operation).query("include_deleted=true");
        let told = self.send_as(&viewer, operation, &ask).await;
        self.is_problem("a viewer's include_deleted", operation, &told, 403, "forbidden");
    }
}
