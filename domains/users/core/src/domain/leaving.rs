//! How a tenant leaves, and a person: what becomes of one that its owner closed, of somebody who is erased, and of a file that is
//! taken along.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClosureState {
    Closed,
    Reopened,
    /// Nobody brings it back from here on.
    Erasing,
    Erased,
}

impl ClosureState {
    pub const ALL: [Self; 4] = [Self::Closed, Self::Reopened, Self::Erasing, Self::Erased];

    pub fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Reopened => "reopened",
            Self::Erasing => "erasing",
            Self::Erased => "erased",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == text)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportStatus {
    Queued,
    Running,
    Ready,
    Failed,
}

impl ExportStatus {
    pub const ALL: [Self; 4] = [Self::Queued, Self::Running, Self::Ready, Self::Failed];

    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Ready => "ready",
            Self::Failed => "failed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == text)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonState {
    /// They are nobody already; what is personal of them is being erased.
    Erasing,
    Erased,
}

impl PersonState {
    pub const ALL: [Self; 2] = [Self::Erasing, Self::Erased];

    pub fn name(self) -> &'static str {
        match self {
            Self::Erasing => "erasing",
            Self::Erased => "erased",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == text)
    }
}

/// Why somebody is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    Asked,
    /// It was the only one they were in.
    TenantErased,
}

impl Because {
    pub const ALL: [Self; 2] = [Self::Asked, Self::TenantErased];

    pub fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::TenantErased => "tenant_erased",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|because| because.name() == text)
    }
}

pub const PERSON_CERTIFICATE: &str = "insula.person_erasure/1";

/// Who was erased, by an id that is nobody's any more, and where.
pub struct PersonErasure<'a> {
    pub issuer: &'a str,
    pub user: &'a str,
    pub erasure: &'a str,
    pub because: Because,
    pub asked_at: DateTime<Utc>,
    pub erased_at: DateTime<Utc>,
    /// What was gone through, as `domain.table`.
    pub tables: &'a [String],
}

impl PersonErasure<'_> {
    pub fn told(&self) -> Value {
        json!({
            "format": PERSON_CERTIFICATE, "iss": self.issuer, "user": self.user, "erasure": self.erasure,
            "because": self.because.name(), "asked_at": self.asked_at, "erased_at": self.erased_at,
            "tables": self.tables,
        })
    }
}

/// How many rows of each table there were, by `domain.table`.
pub type Counts = BTreeMap<String, u64>;

pub const CERTIFICATE: &str = "insula.erasure/1";

/// What was erased, when, and because of what.
pub struct Erasure<'a> {
    pub issuer: &'a str,
    pub tenant: &'a str,
    pub tenant_name: Option<&'a str>,
    pub closure: &'a str,
    pub closed_at: DateTime<Utc>,
    pub requested_by: &'a str,
    pub erased_at: DateTime<Utc>,
    pub counts: &'a Counts,
}

impl Erasure<'_> {
    pub fn told(&self) -> Value {
        json!({
            "format": CERTIFICATE, "iss": self.issuer, "tenant": self.tenant, "tenant_name": self.tenant_name,
            "closure": self.closure, "closed_at": self.closed_at, "requested_by": self.requested_by,
            "erased_at": self.erased_at, "rows": self.counts.values().sum::<u64>(), "tables": self.counts,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_have_names() {
        for state in ClosureState::ALL {
            assert_eq!(ClosureState::parse(state.name()), Some(state));
        }
        for status in ExportStatus::ALL {
            assert_eq!(ExportStatus::parse(status.name()), Some(status));
        }
        for state in PersonState::ALL {
            assert_eq!(PersonState::parse(state.name()), Some(state));
        }
        for because in Because::ALL {
            assert_eq!(Because::parse(because.name()), Some(because));
        }
        assert_eq!(ClosureState::parse("gone"), None);
    }

    #[test]
    fn a_person_s_certificate_names_nobody() {
        let at = DateTime::UNIX_EPOCH;
        let told = PersonErasure {
            issuer: "https://insula.example",
            user: "u",
            erasure: "e",
            because: Because::TenantErased,
            asked_at: at,
            erased_at: at,
            tables: &["users.sessions".to_owned()],
        }
        .told();
        assert_eq!(
            (&told["because"], &told["tables"][0]),
            (&json!("tenant_erased"), &json!("users.sessions"))
        );
        assert!(told.get("email").is_none() && told.get("name").is_none());
    }

    #[test]
    fn a_certificate_adds_up_its_tables() {
        let counts = Counts::from([("billing.invoices".to_owned(), 3), ("users.sessions".to_owned(), 4)]);
        let at = DateTime::UNIX_EPOCH;
        let told = Erasure {
            issuer: "https://insula.example",
            tenant: "t",
            tenant_name: None,
            closure: "c",
            closed_at: at,
            requested_by: "u",
            erased_at: at,
            counts: &counts,
        }
        .told();
        assert_eq!((&told["rows"], &told["tables"]["users.sessions"]), (&json!(7), &json!(4)));
    }
}
