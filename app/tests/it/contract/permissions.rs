//! Who may call what: every role against every operation, compared with a page that people write and review.

use super::Walk;
use super::ask::Ask;
use crate::client::Client;
use crate::document::Operation;
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

const PAGE: &str = include_str!("../../golden/permissions.txt");
const ROLES: [&str; 4] = ["viewer", "member", "admin", "owner"];

/// What the page says of an operation.
enum Line {
    Public,
    /// By role.
    Roles([May; 4]),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum May {
    Yes,
    No,
    /// They may, but in person: their key may not.
    Person,
}

/// The rest of the walk is made with it.
const ENDS_THE_OWNERS_SESSION: [&str; 2] = ["users_revoke_all_sessions", "users_sign_out"];

impl Walk {
    pub async fn permissions(&self) {
        let page = read();
        let mut keys = Vec::new();
        for role in ROLES {
            let body = json!({ "name": role, "role": role });
            let key = self.owner.client.post("/users/api-keys", body).await.expect(201);
            keys.push(self.guest.with_token(key["secret"].as_str().unwrap()));
        }
        for operation in &self.operations {
            match page.get(operation.id.as_str()) {
                None => self.require(false, || {
                    format!("{}: say in app/tests/golden/permissions.txt who may call it", operation.id)
                }),
                Some(Line::Public) => self.require(operation.is_public(), || {
                    format!("{} is public by the page, and asks for a permission", operation.id)
                }),
                Some(Line::Roles(_)) if operation.is_public() => {
                    self.require(false, || format!("{} is public, and not by the page", operation.id));
                }
                Some(Line::Roles(may)) => {
                    let probe = self.harmless(operation).await;
                    for ((role, key), may) in ROLES.into_iter().zip(&keys).zip(may) {
                        self.key_may(operation, &probe, role, key, *may).await;
                    }
                    if !ENDS_THE_OWNERS_SESSION.contains(&operation.id.as_str()) {
                        self.session_may(operation, &probe, may[3]).await;
                    }
                }
            }
        }
        for name in page.keys() {
            let known = self.operations.iter().any(|operation| operation.id == *name);
            self.require(known, || format!("golden/permissions.txt names {name}, which is no operation"));
        }
    }

    async fn key_may(&self, operation: &Operation, probe: &Ask, role: &str, key: &Client, may: May) {
        let told = self.send_as(key, operation, &probe.again()).await;
        let found = match (told.status.as_u16(), told.text.as_str()) {
            (403, text) if text.contains("\"forbidden\"") => May::No,
            (403, _) => May::Person,
            _ => May::Yes,
        };
        self.require(found == may, || {
            format!("{}: by the page a key of {role}: {may:?}, but told {told:?}", operation.id)
        });
    }

    async fn session_may(&self, operation: &Operation, probe: &Ask, may: May) {
        let told = self.send(operation, &probe.again()).await;
        let allowed = told.status != 403;
        self.require(allowed == (may != May::No), || {
            format!("{}: by the page the owner: {may:?}, but told {told:?}", operation.id)
        });
    }

    /// A good request for what is not there, wherever that is possible.
    async fn harmless(&self, operation: &Operation) -> Ask {
        let mut probe = self.good(operation).await;
        probe.call.token = None;
        let id = probe.call.path.split('/').find(|part| part.parse::<Uuid>().is_ok()).map(str::to_owned);
        match id {
            Some(id) => probe.at(&id, &Uuid::new_v4().to_string()),
            None => probe,
        }
    }
}

fn read() -> BTreeMap<&'static str, Line> {
    let mut lines = BTreeMap::new();
    for line in PAGE.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let words: Vec<_> = line.split_whitespace().collect();
        let told = match words[1..] {
            ["public"] => Line::Public,
            [viewer, member, admin, owner] => Line::Roles([viewer, member, admin, owner].map(may)),
            _ => panic!("golden/permissions.txt: {line}"),
        };
        assert!(lines.insert(words[0], told).is_none(), "golden/permissions.txt has {} twice", words[0]);
    }
    lines
}

fn may(word: &str) -> May {
    match word {
        "yes" => May::Yes,
        "no" => May::No,
        "person" => May::Person,
        other => panic!("golden/permissions.txt: {other:?} is not yes, no or person"),
    }
}
