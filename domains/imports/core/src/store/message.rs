//! What the kernel's message table says of an import's job.

use data::{Tx, sql};
use kernel::id::MessageId;
use sea_orm::FromQueryResult;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Waiting, running, or to be tried again.
    Alive,
    Cancelled,
    /// Ended in any other way, or discarded.
    Gone,
}

#[derive(FromQueryResult)]
struct Row {
    status: String,
}

pub async fn state(tx: &Tx, message: MessageId) -> Result<JobState, data::Error> {
    let query = tx.sql(sql!("SELECT status FROM messages WHERE tenant_id = $1 AND public_id = $2"));
    let row: Option<Row> = query.bind(message).one().await?;
    Ok(match row.as_ref().map(|row| row.status.as_str()) {
        Some("queued" | "leased" | "retrying") => JobState::Alive,
        Some("cancelled") => JobState::Cancelled,
        _ => JobState::Gone,
    })
}
