//! What a tenant says of a resource for its own sake: its reference of it, and pairs the platform only keeps.

use crate::problem::Faults;
use std::collections::BTreeMap;

#[cfg(feature = "schema")]
pub use crate::schema::{MetadataPatchSchema, MetadataSchema};

pub const MAX_EXTERNAL_ID: usize = 200;
pub const MAX_METADATA: usize = 50;
pub const MAX_METADATA_KEY: usize = 40;
pub const MAX_METADATA_VALUE: usize = 500;

pub type Metadata = BTreeMap<String, String>;

/// A merge patch of metadata: a pair that is null goes.
pub type MetadataPatch = BTreeMap<String, Option<String>>;

/// What became of `PUT …/by-external-id/{external_id}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Put<T> {
    pub created: bool,
    pub resource: T,
}

impl<T> Put<T> {
    /// Once more where another one has `taken` the reference meanwhile: now it is there to be written over.
    pub async fn again_if<E, F: Future<Output = Result<Self, E>>>(
        taken: impl Fn(&E) -> bool,
        put: impl Fn() -> F,
    ) -> Result<Self, E> {
        match put().await {
            Err(error) if taken(&error) => put().await,
            put => put,
        }
    }
}

/// What the caller of a PUT knows of the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Nothing: it may be new.
    Unknown,
    /// It is not there: what is made must be new.
    Absent,
    /// It is there, in whatever version.
    Any,
    Version(i64),
}

impl Seen {
    /// Whether what is there may be written over; `None` where nothing is.
    pub fn allows(self, version: Option<i64>) -> bool {
        match self {
            Self::Unknown => true,
            Self::Absent => version.is_none(),
            Self::Any => version.is_some(),
            Self::Version(seen) => version == Some(seen),
        }
    }
}

/// Trimmed. It stands in a path, out of which clients take what looks like a step up or none.
pub fn check_external_id(faults: &mut Faults, pointer: &str, given: Option<String>) -> Option<String> {
    let id = faults.text(pointer, &given?, MAX_EXTERNAL_ID);
    faults.require(!matches!(&*id, "." | ".."), pointer, "dots_alone", "must not be `.` or `..`");
    Some(id)
}

pub fn check_metadata(faults: &mut Faults, pointer: &str, metadata: &Metadata) {
    let few = metadata.len() <= MAX_METADATA;
    faults.require(few, pointer, "too_many", &format!("must have at most {MAX_METADATA} pairs"));
    for (key, value) in metadata {
        let pointer = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
        let detail = format!("a key has 1 to {MAX_METADATA_KEY} characters");
        faults.require(is_key(key), &pointer, "bad_key", &detail);
        let value_fits = value.chars().count() <= MAX_METADATA_VALUE;
        let detail = format!("must have at most {MAX_METADATA_VALUE} characters");
        faults.require(value_fits, &pointer, "too_long", &detail);
    }
}

fn is_key(text: &str) -> bool {
    (1..=MAX_METADATA_KEY).contains(&text.chars().count())
}

/// As a table keeps it: the same pairs are the same text, since they are sorted.
pub fn metadata_json(metadata: &Metadata) -> Result<String, serde_json::Error> {
    serde_json::to_string(metadata)
}

/// Absent leaves it, `null` empties it.
pub fn patch_metadata(present: &Metadata, patch: Option<Option<MetadataPatch>>) -> Metadata {
    let mut metadata = match patch {
        Some(None) => Metadata::new(),
        _ => present.clone(),
    };
    for (key, value) in patch.flatten().unwrap_or_default() {
        match value {
            Some(value) => metadata.insert(key, value),
            None if is_key(&key) => metadata.remove(&key),
            // What is no key is nothing to remove: `check_metadata` says so.
            None => metadata.insert(key, String::new()),
        };
    }
    metadata
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::future::ready;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    fn check(metadata: Metadata, expected: &[&str]) {
        let mut faults = Faults::new();
        check_metadata(&mut faults, "/metadata", &metadata);
        let errors = faults.into_errors();
        let found: Vec<_> = errors.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect();
        assert_eq!(found, expected, "{metadata:?}");
    }

    fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Metadata {
        pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).into()
    }

    #[test]
    fn pairs_are_bounded() {
        check(pairs([("a", "")]), &[]);
        check(pairs([("a/b", &"x".repeat(501))]), &["/metadata/a~1b too_long"]);
        check(pairs([("", "x")]), &["/metadata/ bad_key"]);
        check((0..51).map(|n| (n.to_string(), String::new())).collect(), &["/metadata too_many"]);
    }

    #[test]
    fn what_was_seen_says_what_may_be_written_over() {
        for (seen, on_none, on_two) in [
            (Seen::Unknown, true, true),
            (Seen::Absent, true, false),
            (Seen::Any, false, true),
            (Seen::Version(2), false, true),
            (Seen::Version(1), false, false),
        ] {
            assert_eq!((seen.allows(None), seen.allows(Some(2))), (on_none, on_two), "{seen:?}");
        }
    }

    /// It is asked as often as there is something told.
    fn check_again(told: &[Result<i32, &'static str>], expected: Result<i32, &'static str>) {
        let asked = Cell::new(0);
        let put = || {
            let told = told[asked.replace(asked.get() + 1)];
            ready(told.map(|resource| Put { created: false, resource }))
        };
        let again = pin!(Put::again_if(|error: &&'static str| *error == "taken", put));
        let put = again.poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(put.map_ok(|put| put.resource), Poll::Ready(expected));
        assert_eq!(asked.get(), told.len());
    }

    #[test]
    fn what_another_took_meanwhile_is_put_once_more() {
        check_again(&[Ok(1)], Ok(1));
        check_again(&[Err("refused")], Err("refused"));
        check_again(&[Err("taken"), Ok(2)], Ok(2));
        check_again(&[Err("taken"), Err("taken")], Err("taken"));
    }

    #[test]
    fn a_reference_can_stand_in_a_path() {
        for (given, expected) in
            [(" crm-1 ", None), ("...", None), (".", Some("dots_alone")), (" .. ", Some("dots_alone"))]
        {
            let mut faults = Faults::new();
            let checked = check_external_id(&mut faults, "/external_id", Some(given.to_owned()));
            assert_eq!(checked.as_deref(), Some(given.trim()));
            let errors = faults.into_errors();
            assert_eq!(errors.first().map(|fault| &*fault.code), expected, "{given:?}");
        }
    }

    #[test]
    fn the_same_pairs_are_the_same_text() {
        let text = metadata_json(&pairs([("shelf", "A3"), ("a \"b\"", "")])).unwrap();
        assert_eq!(text, r#"{"a \"b\"":"","shelf":"A3"}"#);
        assert_eq!(metadata_json(&Metadata::new()).unwrap(), "{}");
    }

    #[test]
    fn a_merge_patch_sets_removes_and_leaves() {
        let present = pairs([("keep", "1"), ("drop", "2")]);
        let patch = BTreeMap::from([("drop".to_owned(), None), ("new".to_owned(), Some("3".to_owned()))]);
        assert_eq!(patch_metadata(&present, Some(Some(patch))), pairs([("keep", "1"), ("new", "3")]));
        assert_eq!(patch_metadata(&present, Some(None)), Metadata::new());
        assert_eq!(patch_metadata(&present, None), present);
        let no_key = BTreeMap::from([(String::new(), None)]);
        check(patch_metadata(&present, Some(Some(no_key))), &["/metadata/ bad_key"]);
    }
}
