//! What the kernel's message table says of an import's job.

use data::{Tx, sql};
use kernel::id::MessageId;
use sea_orm::FromQueryResult;

#[derive(FromQueryResult)]
struct Row {
    status: String,
}

pub async fn is_cancelled(tx: &Tx, message: MessageId) -> Result<bool, data::Error> {
    let query = tx.sql(sql!("SELECT status FROM messages WHERE tenant_id = $1 AND public_id = $2"));
    let row: Option<Row> = query.bind(message).one().await?;
    Ok(row.is_some_and(|row| row.status == "cancelled"))
}
