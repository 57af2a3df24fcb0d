//! `ETag`, `If-Match` and `If-None-Match`. That a tag never names two texts is seen to at every answer.

use super::Walk;
use super::answers::text;
use super::ask::{Ask, Body, Call};
use super::recipes::text_of;
use crate::document::Operation;
use futures::future::join_all;
use reqwest::Method;
use serde_json::json;

const RACERS: usize = 20;
/// Of what is changed by others meanwhile.
const ATTEMPTS: usize = 20;
/// What goes on by itself, so that it may be another a moment later. It may only shrink.
const MOVES: [(&str, &str); 1] =
    [("users_show_audit_stream_progress", "the log grows by all that the walk does, a moment after it")];

impl Walk {
    pub async fn versions(&self) {
        for operation in &self.operations {
            let moves = MOVES.iter().any(|(name, _)| *name == operation.id);
            if operation.is_single() && !moves {
                self.not_modified(operation).await;
            }
            let if_match = operation.parameter("If-Match").is_some();
            self.require(operation.method != Method::PATCH || operation.requires("If-Match"), || {
                format!("{} does not require If-Match", operation.id)
            });
            self.require(operation.method != Method::PUT || if_match, || {
                format!("{} takes no If-Match", operation.id)
            });
            if operation.requires("If-Match") {
                self.if_match(operation).await;
                self.whoever_was_faster(operation, "200").await;
            }
            // One that requires a version replaces a part of what is there, and makes nothing.
            if operation.method == Method::PUT && operation.path.ends_with("/{external_id}") {
                self.put(operation).await;
                for status in operation.successes() {
                    self.whoever_was_faster(operation, status).await;
                }
            }
        }
    }

    /// Who says that they do not mind is never told that another was faster.
    async fn whoever_was_faster(&self, operation: &Operation, status: &str) {
        let good = self.good_of(&self.owner, operation, status).await;
        let asks = (0..RACERS).map(|racer| {
            let mut ask = good.again();
            if let Body::Json(body) = &mut ask.call.body
                && body.get("name").is_some()
            {
                body["name"] = json!(format!("Racer {racer}"));
            }
            ask
        });
        let asks: Vec<_> = asks.collect();
        let told = join_all(asks.iter().map(|ask| self.send(operation, ask))).await;
        let refused: Vec<_> = told.iter().filter(|told| !told.status.is_success()).collect();
        self.require(refused.is_empty(), || {
            format!("{}: {} of {RACERS} at once: {refused:?}", operation.id, refused.len())
        });
    }

    /// By a reference: the version is looked at where one is told, and `If-None-Match: *` makes and writes over
    /// nothing.
    async fn put(&self, operation: &Operation) {
        let made = self.good_of(&self.owner, operation, "201").await;
        let told = self.send(operation, &made).await;
        let old = text(&told.headers, "etag").to_owned();
        self.require(told.status == 201 && !old.is_empty(), || format!("{}: {told:?}", operation.id));
        let mut again = made.again();
        let field = made.call.json().map_or("name", text_of);
        if let Body::Json(body) = &mut again.call.body {
            body[field] = json!("Another name");
        }
        let with = |if_match: &str| Ask { if_match: Some(if_match.to_owned()), ..again.again() };
        self.refused("a stale tag", operation, &with("\"987654\""), 412, "version_mismatch").await;
        let only_new = Ask { if_none_match: Some("*".to_owned()), ..again.again() };
        self.refused("If-None-Match: *", operation, &only_new, 412, "version_mismatch").await;
        let changed = self.send(operation, &with(&old)).await;
        let same = changed.status == 200 && changed.json()["id"] == told.json()["id"];
        self.require(same && changed.json()[field] == "Another name", || {
            format!("{}: the right tag: {changed:?}", operation.id)
        });
        self.refused("the old tag", operation, &with(&old), 412, "version_mismatch").await;
        // The neighbour's reference of the same name is another one.
        let mut theirs = self.good_of(&self.neighbour, operation, "201").await;
        theirs.call.path.clone_from(&made.call.path);
        let theirs = self.send_as(&self.neighbour.client, operation, &theirs).await;
        let apart = theirs.status == 201 && theirs.json()["id"] != told.json()["id"];
        self.require(apart, || format!("{}: the neighbour's: {theirs:?}", operation.id));
    }

    async fn not_modified(&self, operation: &Operation) {
        let mut faults = Vec::new();
        for _ in 0..ATTEMPTS {
            faults.clear();
            let good = self.good(operation).await;
            let told = self.send(operation, &good).await;
            let etag = text(&told.headers, "etag");
            for (tags, status) in
                [(etag, 304), (&*format!("\"zz\", W/{etag}"), 304), ("*", 304), ("\"zz\"", 200)]
            {
                let ask = Ask { if_none_match: Some(tags.to_owned()), ..good.clone() };
                let told = self.send(operation, &ask).await;
                let empty = told.text.is_empty() && text(&told.headers, "etag") == etag;
                if told.status != status || !(status == 200 || empty) {
                    faults.push(format!("If-None-Match: {tags}: {status} expected, told {told:?}"));
                }
            }
            // What changes by itself, as the log's tree does, is asked for once more.
            if text(&self.send(operation, &good).await.headers, "etag") == etag {
                break;
            }
        }
        for fault in faults {
            self.require(false, || format!("{}: {fault}", operation.id));
        }
    }

    async fn if_match(&self, operation: &Operation) {
        let Some(get) = self.at(&Method::GET, &operation.path) else {
            self.require(false, || format!("{} changes what cannot be read", operation.id));
            return;
        };
        let good = self.good(operation).await;
        let read = async || self.send(get, &Call::to(&good.call.path).ask(get)).await;
        let before = read().await;
        let old = text(&before.headers, "etag").to_owned();
        let with = |tag: &str| Ask { if_match: Some(tag.to_owned()), ..good.again() };
        let without = Ask { if_match: None, ..good.again() };
        self.refused("without If-Match", operation, &without, 428, "precondition_required").await;
        for stale in ["\"987654\"", "\"abc\"", &format!("W/{old}")] {
            self.refused(stale, operation, &with(stale), 412, "version_mismatch").await;
        }
        self.refused("a bare version", operation, &with("1"), 400, "malformed").await;
        let unchanged = read().await;
        self.require(unchanged.text == before.text, || format!("{}: a refusal changed it", operation.id));

        let told = self.send(operation, &with(&old)).await;
        let after = read().await;
        let new = text(&after.headers, "etag");
        self.require(told.status.is_success() && after.text != before.text, || {
            format!("{}: the right tag changes nothing: {told:?}", operation.id)
        });
        self.require(new != old && text(&told.headers, "etag") == new, || {
            format!("{}: the tag was {old}, is {new}, told {told:?}", operation.id)
        });
        self.refused("the old tag", operation, &with(&old), 412, "version_mismatch").await;
        for tag in [new, "*"] {
            let told = self.send(operation, &with(tag)).await;
            self.require(told.status.is_success(), || format!("{}: If-Match: {tag}: {told:?}", operation.id));
        }
    }
}
