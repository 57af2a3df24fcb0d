//! `ETag`, `If-Match` and `If-None-Match`. That a tag never names two texts is seen to at every answer.

use super::Walk;
use super::answers::text;
use super::ask::{Ask, Call};
use crate::document::Operation;
use reqwest::Method;

impl Walk {
    pub async fn versions(&self) {
        for operation in &self.operations {
            if operation.is_single() {
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
            }
        }
    }

    async fn not_modified(&self, operation: &Operation) {
        let good = self.good(operation).await;
        let told = self.send(operation, &good).await;
        let etag = text(&told.headers, "etag");
        for (tags, status) in [(etag, 304), (&*format!("\"zz\", W/{etag}"), 304), ("*", 304), ("\"zz\"", 200)]
        {
            let ask = Ask { if_none_match: Some(tags.to_owned()), ..good.clone() };
            let told = self.send(operation, &ask).await;
            let empty = told.text.is_empty() && text(&told.headers, "etag") == etag;
            self.require(told.status == status && (status == 200 || empty), || {
                format!("{}: If-None-Match: {tags}: {status} expected, told {told:?}", operation.id)
            });
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
