//! What is deleted is gone, is still there for those who may look, and comes back.

use super::Walk;
use super::ask::Call;
use crate::document::Operation;
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

/// What a `DELETE` leaves in sight. It may only shrink.
const STAYS: [(&str, &str); 1] =
    [("users_revoke_api_key", "a key that is revoked is still shown, with the time of its end")];
/// What a `DELETE` ends for good. It may only shrink.
const FOR_GOOD: [(&str, &str); 8] = [
    (
        "users_cancel_email_change",
        "its links have ended; asking again proves anew who asks, and sends others",
    ),
    (
        "inventory_delete_barcode",
        "another item may have it from then on; it is given again as it was given first",
    ),
    ("users_delete_audit_stream", "its secrets are gone with it; what it was of is still in the log"),
    ("users_remove_passkey", "a key that was given up must never open anything again"),
    ("users_revoke_api_key", "a credential that was ended must never open anything again"),
    ("users_revoke_oauth_grant", "only the member lets the program in again, by its page"),
    ("users_delete_oidc_connection", "its secret is deleted with it"),
    ("users_remove_domain", "another tenant may have it from then on; it is proved anew"),
];

pub fn stays(operation: &Operation) -> bool {
    STAYS.iter().any(|(name, _)| *name == operation.id)
}

impl Walk {
    pub async fn deletion(&self) {
        let deletes = self.operations.iter().filter(|operation| operation.method == Method::DELETE);
        for operation in deletes {
            self.can_come_back(operation);
            if !operation.path.contains('{') {
                self.given_up(operation).await;
            } else if !stays(operation) {
                self.deleted(operation).await;
            }
        }
        for (name, _) in FOR_GOOD {
            let delete = self.operation(name);
            self.require(!self.lacks(delete).is_empty(), || format!("FOR_GOOD: {name} is needed no more"));
        }
        for (name, _) in STAYS {
            let delete = self.operation(name);
            let ask = self.good(delete).await;
            self.send(delete, &ask).await;
            let told = self.owner.client.get(&ask.call.path).await;
            self.require(told.status == 200, || format!("STAYS: {name} is needed no more"));
        }
    }

    fn can_come_back(&self, operation: &Operation) {
        if !FOR_GOOD.iter().any(|(name, _)| *name == operation.id) {
            let lacks = self.lacks(operation);
            self.require(lacks.is_empty(), || format!("{} deletes what has no {lacks:?}", operation.id));
        }
    }

    /// Of what has to be there for a deletion that was a mistake.
    fn lacks(&self, operation: &Operation) -> Vec<&'static str> {
        let shows = |path: &str| {
            let get = self.at(&Method::GET, path);
            get.is_some_and(|get| get.parameter("include_deleted").is_some())
        };
        let restore = self.at(&Method::POST, &format!("{}/restore", operation.path));
        let lacks = [
            (!shows(&operation.path), "include_deleted of its GET"),
            (!shows(operation.path.trim_end_matches("/{id}")), "include_deleted of its list"),
            (restore.is_none(), "POST …/restore"),
        ];
        lacks.into_iter().filter(|(lacks, _)| *lacks).map(|(_, what)| what).collect()
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

    /// Of what there is one at most, which no id names and no list shows.
    async fn given_up(&self, operation: &Operation) {
        let name = &operation.id;
        let Some(get) = self.at(&Method::GET, &operation.path) else {
            return self.require(false, || format!("{name} deletes what is not shown"));
        };
        let good = self.good(operation).await;
        let read = Call::to(&good.call.path).ask(get);
        let told = self.send(get, &read).await;
        self.require(told.status == 200, || format!("{name}: it was not there: {told:?}"));
        let told = self.send(operation, &good).await;
        self.require(told.status == 204, || format!("{name}: {told:?}"));
        for (operation, ask) in [(get, read), (operation, good.again())] {
            let told = self.send(operation, &ask).await;
            self.require(told.status == 404, || format!("{name}: afterwards {}: {told:?}", operation.id));
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
