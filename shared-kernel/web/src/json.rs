//! JSON into a DTO. A body that cannot be read is refused with all that is wrong with it, not with the first fault
//! alone: what serde refuses is taken out, and the rest is read again. Of several fields that one object lacks it tells
//! the first.

use crate::nul::refuse_in_json;
use crate::objects::Objects;
use crate::words::in_json_words;
use kernel::problem::MALFORMED;
use kernel::{FieldError, Problem};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;
use std::borrow::Cow;

/// How many faults are looked for, each by reading once more.
const MAX_FAULTS: usize = 20;
/// Of a body larger than this only the first fault is told: it is not read twenty times.
const MAX_REREAD_BYTES: usize = 64 * 1024;

pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8], max_depth: usize) -> Result<T, Problem> {
    if depth(bytes) > max_depth {
        let detail = format!("The JSON is nested deeper than {max_depth} levels.");
        return Err(Problem::new(MALFORMED, detail));
    }
    if std::str::from_utf8(bytes).is_err() {
        return Err(Problem::new(MALFORMED, "The body is not JSON: it is not UTF-8."));
    }
    refuse_in_json(bytes)?;
    read(bytes).map_err(|first| refusal::<T>(bytes, &first))
}

type PathError = serde_path_to_error::Error<serde_json::Error>;

/// What comes after the value is a fault of the syntax, which has no path.
enum Refused {
    Value(PathError),
    Rest(serde_json::Error),
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refused> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(Objects(&mut deserializer)).map_err(Refused::Value)?;
    deserializer.end().map_err(Refused::Rest)?;
    Ok(value)
}

fn refusal<T: DeserializeOwned>(bytes: &[u8], first: &Refused) -> Problem {
    let error = match first {
        Refused::Value(error) => error,
        Refused::Rest(error) => return not_json(error),
    };
    let (inner, json) = (error.inner(), serde_json::from_slice::<Value>(bytes));
    let Ok(json) = json else { return not_json(inner) };
    let faults = all_faults::<T>(bytes.len(), json, Fault::of(error));
    let place = match &*faults[0].pointer {
        "" => "The body",
        pointer => pointer,
    };
    let mut detail = format!("{place}: {}", faults[0].detail);
    detail.push_str(&format!(" (line {}, column {})", inner.line(), inner.column()));
    if faults.len() > 1 {
        detail.push_str(&format!("; {} faults in all", faults.len()));
    }
    Problem::new(MALFORMED, detail).with_errors(faults)
}

struct Fault {
    path: Vec<Step>,
    code: &'static str,
    detail: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

impl Fault {
    fn of(error: &PathError) -> Self {
        let text = error.inner().to_string();
        let message = if error.inner().is_data() {
            text.rsplit_once(" at line ").map_or(&*text, |(message, _)| message)
        } else {
            // Where serde_json wants one of an enum's names and sees no string, it says that it sees no JSON.
            "invalid type: expected one of the values that are documented"
        };
        let (code, field) = field_fault(message);
        let mut path: Vec<Step> = error.path().iter().filter_map(step).collect();
        // The path of an unknown field has its name already; that of a missing or repeated one ends at the parent.
        path.extend(field.filter(|_| code != "unknown_field").map(|field| Step::Key(field.to_owned())));
        Self { path, code, detail: in_json_words(message) }
    }

    fn told(&self, path: &[Step]) -> FieldError {
        FieldError { pointer: pointer(path), code: Cow::Borrowed(self.code), detail: self.detail.clone() }
    }
}

fn all_faults<T: DeserializeOwned>(length: usize, json: Value, first: Fault) -> Vec<FieldError> {
    let mut faults = vec![first.told(&first.path)];
    if length > MAX_REREAD_BYTES {
        return faults;
    }
    let mut rest = Rest { json, taken_out: Vec::new() };
    let mut fault = first;
    for _ in 0..MAX_FAULTS {
        if !rest.take_out(&fault) {
            break;
        }
        let Ok(bytes) = serde_json::to_vec(&rest.json) else { break };
        let Err(Refused::Value(error)) = read::<T>(&bytes) else { break };
        fault = Fault::of(&error);
        let original = rest.original(&fault.path);
        // What is missing now because it was taken out, or stands in what lacks it, has been told.
        if !rest.taken_out.iter().any(|taken| taken.starts_with(&original)) && faults.len() < MAX_FAULTS {
            faults.push(fault.told(&original));
        }
    }
    faults
}

/// What is left of a body, and the paths, as the client wrote them, of what is not.
struct Rest {
    json: Value,
    taken_out: Vec<Vec<Step>>,
}

impl Rest {
    /// `false` when nothing can be left out that would let more be read.
    fn take_out(&mut self, fault: &Fault) -> bool {
        let path = match fault.code {
            // It was repeated: reading it into a `Value` has left one.
            "duplicate_field" => return true,
            // What lacks a field goes whole.
            "missing_field" => &fault.path[..fault.path.len() - 1],
            _ => &fault.path[..],
        };
        let Some((last, above)) = path.split_last() else { return false };
        let original = self.original(path);
        let parent = above.iter().try_fold(&mut self.json, |at, step| match step {
            Step::Key(key) => at.get_mut(key),
            Step::Index(index) => at.get_mut(index),
        });
        let removed = match (parent, last) {
            (Some(Value::Object(fields)), Step::Key(key)) => fields.remove(key).is_some(),
            (Some(Value::Array(rows)), Step::Index(index)) if *index < rows.len() => {
                rows.remove(*index);
                true
            }
            _ => false,
        };
        if removed {
            self.taken_out.push(original);
        }
        removed
    }

    /// Where it stood before anything was taken out of the lists above it.
    fn original(&self, path: &[Step]) -> Vec<Step> {
        let mut original: Vec<Step> = Vec::with_capacity(path.len());
        for step in path {
            original.push(match step {
                Step::Key(_) => step.clone(),
                Step::Index(index) => Step::Index(self.index_before(&original, *index)),
            });
        }
        original
    }

    fn index_before(&self, list: &[Step], now: usize) -> usize {
        let gone = self.taken_out.iter().filter_map(|taken| match taken.split_last() {
            Some((Step::Index(index), above)) if above == list => Some(*index),
            _ => None,
        });
        let mut gone: Vec<usize> = gone.collect();
        gone.sort_unstable();
        gone.into_iter().fold(now, |index, gone| if gone <= index { index + 1 } else { index })
    }
}

/// How deep the brackets go, without building anything.
fn depth(bytes: &[u8]) -> usize {
    let (mut now, mut deepest) = (0_usize, 0);
    let (mut quoted, mut escaped) = (false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                now += 1;
                deepest = deepest.max(now);
            }
            b']' | b'}' if !quoted => now = now.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

pub(crate) fn not_json(error: &serde_json::Error) -> Problem {
    Problem::new(MALFORMED, format!("The body is not JSON: {error}."))
}

/// serde names the field only in its message.
pub(crate) fn field_fault(message: &str) -> (&'static str, Option<&str>) {
    let named = |prefix: &str| message.strip_prefix(prefix).and_then(|rest| rest.split('`').next());
    if let Some(field) = named("unknown field `") {
        return ("unknown_field", Some(field));
    }
    if let Some(field) = named("missing field `") {
        return ("missing_field", Some(field));
    }
    if let Some(field) = named("duplicate field `") {
        return ("duplicate_field", Some(field));
    }
    let wrong_type = message.starts_with("invalid type");
    (if wrong_type { "wrong_type" } else { "invalid_value" }, None)
}

fn step(segment: &Segment) -> Option<Step> {
    match segment {
        Segment::Seq { index } => Some(Step::Index(*index)),
        Segment::Map { key } => Some(Step::Key(key.clone())),
        Segment::Enum { .. } | Segment::Unknown => None,
    }
}

fn pointer(path: &[Step]) -> String {
    path.iter().fold(String::new(), |mut pointer, step| {
        match step {
            Step::Index(index) => pointer.push_str(&format!("/{index}")),
            Step::Key(key) => pointer.push_str(&format!("/{}", escape(key))),
        }
        pointer
    })
}

pub(crate) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
