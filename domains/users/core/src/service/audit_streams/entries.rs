//! Entries of the log by their ids, as the list of them shows them.

use crate::domain::AuditEntryId;
use crate::error::Error;
use crate::service::audit::list_audit_entries::{LoggedEntry, logged};
use crate::store::{audit_detail, audit_entry};
use data::Tx;
use std::collections::BTreeMap;

pub async fn by_ids(tx: &Tx, ids: Vec<AuditEntryId>) -> Result<BTreeMap<AuditEntryId, LoggedEntry>, Error> {
    let mut details = audit_detail::of_entries(tx, ids.clone()).await?;
    let rows = audit_entry::of_ids(tx, ids).await?;
    let entries = rows.into_iter().map(|row| {
        let kept = details.remove(&row.public_id);
        (row.public_id, logged(row, kept))
    });
    Ok(entries.collect())
}
