//! One mail to one person, without its text.

use chrono::{DateTime, Utc};
use notifications_contract::EmailId;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailStatus {
    Queued,
    Sent,
    Failed,
}

impl EmailStatus {
    pub const ALL: [Self; 3] = [Self::Queued, Self::Sent, Self::Failed];

    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == text)
    }
}

#[derive(Clone, Debug)]
pub struct Email {
    pub id: EmailId,
    pub to_address: String,
    pub subject: String,
    pub template: String,
    /// What the template is filled with; gone once the mail is sent.
    pub params_sealed: Option<Vec<u8>>,
    /// The same at each attempt, so that a mail that came twice can be recognised.
    pub message_id: String,
    pub status: EmailStatus,
    pub attempts: u64,
    pub sent_at: Option<DateTime<Utc>>,
    pub last_error: Option<String>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}
