//! Whoever appends to the log wakes the tenant's streams, in the unit that appends: each gets one job, unless one is
//! there that has yet to say that it has seen the whole log. So nothing looks for work, and a stream that is behind
//! gets no job an entry.

use crate::domain::AuditStreamId;
use crate::domain::audit_stream::MAX_STREAMS;
use crate::jobs::DeliverAuditStream;
use crate::store::audit_stream;
use data::{ActAs, JobOptions, Unit};

/// What others do goes first: a collector is somebody else's, and may be slow.
const PRIORITY: i16 = -1;

/// After the leaves: who holds these rows has not said yet that it has seen them all, and waits for this unit to end.
pub async fn wake_audit_streams(unit: &mut Unit) -> Result<(), data::Error> {
    for stream in audit_stream::active_to_change(unit, MAX_STREAMS).await? {
        if !stream.woken {
            wake_one(unit, stream.public_id).await?;
        }
    }
    Ok(())
}

/// At once, whatever it waits for. The unit has its row.
pub async fn wake_one(unit: &mut Unit, id: AuditStreamId) -> Result<(), data::Error> {
    audit_stream::wake(unit, id).await?;
    let options = JobOptions { act_as: ActAs::System, priority: PRIORITY, ..JobOptions::default() };
    unit.enqueue(&DeliverAuditStream { stream: id }, options)?;
    Ok(())
}
