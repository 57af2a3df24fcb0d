//! A domain as the tenant sees it, and by what it proves that it is its own.

use crate::domain::VerifiedDomainId;
use crate::store::verified_domain::Model;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

const FILE: &str = "/.well-known/insula-challenge.txt";
/// Below the domain. By a name of its own, since of what the domain itself says much is seen to by others.
const RECORD: &str = "_insula-challenge";

/// By what the tenant proves that it is its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    File,
    Dns,
}

impl Proof {
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Dns => "dns",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Domain {
    pub id: VerifiedDomainId,
    pub domain: String,
    /// What the file must hold, or a record say.
    pub challenge: String,
    pub verified_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Domain {
    pub fn file_url(&self) -> String {
        format!("https://{}{FILE}", self.domain)
    }

    pub fn record_name(&self) -> String {
        format!("{RECORD}.{}", self.domain)
    }

    /// Where an installation that reaches no domains is given their files.
    pub fn file_below(&self, url: &str) -> String {
        format!("{}/{}{FILE}", url.trim_end_matches('/'), self.domain)
    }
}

pub fn of(row: Model) -> Domain {
    Domain {
        id: row.public_id,
        domain: row.domain,
        challenge: row.challenge,
        verified_at: row.verified_at,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

/// What an audit entry says of one.
pub fn audited(row: &Model) -> Value {
    json!({ "domain": row.domain, "verified_at": row.verified_at })
}
