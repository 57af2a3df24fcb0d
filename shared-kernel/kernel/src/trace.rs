//! W3C trace context, version 00: the one thread through requests, messages and calls. A trace that nobody collects is
//! carried all the same, since answers and log lines name it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One span of a trace, as `traceparent` writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    pub traceparent: String,
}

impl Trace {
    /// A trace of its own, of which so many in a thousand are marked to be collected.
    pub fn begin(sampled_per_thousand: u32) -> Self {
        let trace = Uuid::new_v4().as_u128();
        let sampled = trace % 1_000 < u128::from(sampled_per_thousand);
        Self::of(&format!("{trace:032x}"), if sampled { "01" } else { "00" })
    }

    /// What somebody else sent; `None` where it is not well-formed.
    pub fn parse(text: &str) -> Option<Self> {
        let (trace, span, flags) = parts(text)?;
        Some(Self { traceparent: format!("00-{trace}-{span}-{flags}") })
    }

    /// A new span below this one.
    pub fn child(&self) -> Self {
        match parts(&self.traceparent) {
            Some((trace, _, flags)) => Self::of(trace, flags),
            None => Self::begin(0),
        }
    }

    /// Sixteen hexadecimal digits; empty where there is no span.
    pub fn span_id(&self) -> &str {
        parts(&self.traceparent).map_or("", |(_, span, _)| span)
    }

    /// Thirty-two hexadecimal digits; empty where there is no trace.
    pub fn trace_id(&self) -> &str {
        parts(&self.traceparent).map_or("", |(trace, ..)| trace)
    }

    pub fn is_sampled(&self) -> bool {
        let flags = parts(&self.traceparent).and_then(|(.., flags)| u8::from_str_radix(flags, 16).ok());
        flags.is_some_and(|flags| flags & 1 == 1)
    }

    fn of(trace: &str, flags: &str) -> Self {
        // Random, since two nodes may begin one in the same instant; never the zeros that mean none.
        let span = Uuid::new_v4().as_u128() as u64 | 1;
        Self { traceparent: format!("00-{trace}-{span:016x}-{flags}") }
    }
}

fn parts(text: &str) -> Option<(&str, &str, &str)> {
    let mut parts = text.split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let hex = |text: &str, len: usize| {
        text.len() == len && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let zeros = |text: &str| text.bytes().all(|byte| byte == b'0');
    let known = hex(version, 2) && version != "ff" && (version != "00" || parts.next().is_none());
    (known && hex(trace, 32) && !zeros(trace) && hex(span, 16) && !zeros(span) && hex(flags, 2))
        .then_some((trace, span, flags))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn check(given: &str, kept: Option<&str>) {
        let parsed = Trace::parse(given);
        assert_eq!(parsed.as_ref().map(Trace::trace_id), kept, "{given}");
        let child = Trace { traceparent: given.to_owned() }.child();
        assert_eq!(kept.is_some(), child.trace_id() == ID, "{given}");
        assert_ne!(child.span_id(), "00f067aa0ba902b7");
    }

    #[test]
    fn a_well_formed_trace_goes_on() {
        check(&format!("00-{ID}-00f067aa0ba902b7-01"), Some(ID));
        check(&format!("01-{ID}-00f067aa0ba902b7-01-more"), Some(ID));
        check(&format!("00-{ID}-00f067aa0ba902b7-01-more"), None);
        check(&format!("ff-{ID}-00f067aa0ba902b7-01"), None);
        check(&format!("00-{ID}-0000000000000000-01"), None);
        check("00-00000000000000000000000000000000-00f067aa0ba902b7-01", None);
        check("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", None);
        check("", None);
    }

    #[test]
    fn sampling_is_decided_once() {
        for sampled in [false, true] {
            let trace = Trace::begin(if sampled { 1_000 } else { 0 });
            assert_eq!((trace.is_sampled(), trace.child().is_sampled()), (sampled, sampled));
            assert_eq!(trace.child().trace_id(), trace.trace_id());
        }
        let few = (0..2_000).filter(|_| Trace::begin(100).is_sampled()).count();
        assert!((100..300).contains(&few), "{few} of 2000");
    }
}
