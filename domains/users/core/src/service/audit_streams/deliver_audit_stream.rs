//! Carries the log to a collector, in batches and in the order of the log. A batch is fixed before it is sent and stays so until
//! it is taken, so that each try of it is the same; the cursor moves in a unit of its own once the collector has answered that
//! it has it. Killed between the two it sends it once more: at least once, and nothing before what comes before it.
//!
//! One job at a time has the turn (`sender`). It is kept by the id of the job, so that one that was killed takes it up again.

use crate::app::App;
use crate::domain::AuditStreamId;
use crate::domain::audit_stream::{
    BATCH_BYTES, BATCH_LEAVES, PausedBecause, StreamState, is_asked_for, is_given_up, pause,
};
use crate::error::Error;
use crate::service::audit_streams::audit_stream::audited;
use crate::service::audit_streams::entries::by_ids;
use crate::service::audit_streams::payload::{self, Outcome, Payload, Refusal};
use crate::service::audit_streams::tell_of_pause::tell_of_pause;
use crate::store::audit_stream::{self, Failure, Model};
use crate::store::tenant;
use data::{AuditEntry, Unit};
use kernel::Ctx;
use kernel::id::MessageId;
use std::time::Duration;
use uuid::Uuid;

/// A job that has more to do comes again, so that others have their turn.
const MOST_BATCHES: usize = 5;
/// When all that may wait for collectors do.
const BUSY: Duration = Duration::from_secs(1);

pub enum Delivered {
    Everything,
    /// More is to be done, not before this time has passed.
    Later(Duration),
}

enum Turn {
    Batch(Box<Model>, i64, Payload),
    /// Nothing of these leaves is asked for.
    PassedOver,
    Nothing,
    NotYet(Duration),
}

pub async fn deliver_audit_stream(
    app: &App,
    ctx: &Ctx,
    id: AuditStreamId,
    job: MessageId,
) -> Result<Delivered, Error> {
    // Most of a node's jobs must never wait for collectors that are slow.
    let Ok(_permit) = app.deliveries.try_acquire() else { return Ok(Delivered::Later(BUSY)) };
    for _ in 0..MOST_BATCHES {
        match begin(app, ctx, id, job).await? {
            Turn::Nothing => return Ok(Delivered::Everything),
            Turn::NotYet(wait) => return Ok(Delivered::Later(wait)),
            Turn::PassedOver => {}
            Turn::Batch(stream, end, payload) => {
                let taken = match payload::send(app, ctx, &stream, &payload).await? {
                    Outcome::Taken { .. } => take(app, ctx, id, end, job).await?,
                    Outcome::Refused(refusal) => return refuse(app, ctx, id, job, refusal).await,
                };
                if !taken {
                    return Ok(Delivered::Everything);
                }
            }
        }
    }
    Ok(Delivered::Later(Duration::ZERO))
}

/// Where the job that carried a stream ended without saying so: it was cancelled, or failed too often. The next entry wakes the
/// stream again, so nothing is lost by it but time.
pub async fn free_audit_stream(app: &App, ctx: &Ctx, id: AuditStreamId) -> Result<(), Error> {
    let unit = app.databases.write(ctx).await?;
    if audit_stream::by_id_to_change(&unit, id).await?.is_some() {
        audit_stream::rest(&unit, id).await?;
    }
    Ok(unit.commit(()).await?)
}

/// Takes the turn and fixes what is sent.
async fn begin(app: &App, ctx: &Ctx, id: AuditStreamId, job: MessageId) -> Result<Turn, Error> {
    let unit = app.databases.write(ctx).await?;
    let Some(stream) = audit_stream::by_id_to_change(&unit, id).await? else { return Ok(Turn::Nothing) };
    if stream.sender.is_some_and(|sender| sender != job) {
        return Ok(Turn::Nothing);
    }
    let is_active = stream.state()? == StreamState::Active;
    let tenant_is_active = tenant::own(&unit).await?.is_some_and(|tenant| tenant.is_active());
    if !is_active || !tenant_is_active {
        return rest(unit, id).await;
    }
    // What has passed is no span of std's.
    let wait = stream.next_try_at.and_then(|at| (at - ctx.now()).to_std().ok());
    if let Some(wait) = wait.filter(|wait| !wait.is_zero()) {
        return Ok(Turn::NotYet(wait));
    }
    let size = audit_stream::log_size(&unit).await?;
    if stream.next_leaf >= size {
        return rest(unit, id).await;
    }
    let end = stream.batch_end.unwrap_or_else(|| (stream.next_leaf + BATCH_LEAVES).min(size));
    let (end, payload) = batch(&unit, &stream, end).await?;
    let Some(payload) = payload else {
        audit_stream::pass_over(&unit, id, end, job).await?;
        unit.commit(()).await?;
        return Ok(Turn::PassedOver);
    };
    audit_stream::begin_batch(&unit, id, end, job).await?;
    unit.commit(()).await?;
    Ok(Turn::Batch(Box::new(stream), end, payload))
}

async fn rest(unit: Unit, id: AuditStreamId) -> Result<Turn, Error> {
    audit_stream::rest(&unit, id).await?;
    unit.commit(()).await?;
    Ok(Turn::Nothing)
}

/// Of the leaves up to there, or of as many of them as fit; where it ends, and `None` where nothing in it is asked for.
async fn batch(unit: &Unit, stream: &Model, end: i64) -> Result<(i64, Option<Payload>), Error> {
    let leaves = audit_stream::leaves(unit, stream.next_leaf, end).await?;
    let mut entries = by_ids(unit, leaves.iter().map(|leaf| leaf.entry_id).collect()).await?;
    let (mut sent, mut bytes, mut first, mut at, mut end) = (Vec::new(), 0, None, None, end);
    for leaf in &leaves {
        let entry = entries.remove(&leaf.entry_id);
        let entry =
            entry.ok_or_else(|| data::Error::internal("a leaf of the audit log without its entry"))?;
        if !is_asked_for(&entry.action, stream.action_prefix.as_deref()) {
            continue;
        }
        let shown = payload::entry(&entry, leaf.leaf_index);
        bytes += shown.to_string().len();
        if bytes > BATCH_BYTES && !sent.is_empty() && stream.batch_end.is_none() {
            end = leaf.leaf_index;
            break;
        }
        first = first.or(Some(leaf.leaf_index));
        at = Some(entry.created_at);
        sent.push(shown);
    }
    let payload = first.zip(at).map(|(first, at)| payload::batch(stream.public_id, first, at, sent));
    Ok((end, payload))
}

/// The collector has it. `false` when another has the turn by now, or the stream was changed under way.
async fn take(app: &App, ctx: &Ctx, id: AuditStreamId, end: i64, job: MessageId) -> Result<bool, Error> {
    let unit = app.databases.write(ctx).await?;
    let taken = audit_stream::end_batch(&unit, id, end, job, ctx.now()).await?;
    Ok(unit.commit(taken).await?)
}

async fn refuse(
    app: &App,
    ctx: &Ctx,
    id: AuditStreamId,
    job: MessageId,
    refusal: Refusal,
) -> Result<Delivered, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let row = audit_stream::by_id_to_change(&unit, id).await?;
    let Some(stream) = row.filter(|row| row.sender == Some(job)) else { return Ok(Delivered::Everything) };
    let since = stream.failing_since.unwrap_or_else(|| ctx.now());
    let failures = stream.failures.saturating_add(1);
    let because = if refusal.gone {
        Some(PausedBecause::Gone)
    } else {
        is_given_up(since, ctx.now()).then_some(PausedBecause::Failed)
    };
    let wait = pause(failures, chance_per_thousand(), refusal.retry_after);
    let next_try_at = because.is_none().then(|| ctx.now() + wait);
    let failure = Failure { since, failures, error: &refusal.error, next_try_at };
    audit_stream::fail_batch(&unit, id, failure).await?;
    let Some(because) = because else {
        unit.commit(()).await?;
        return Ok(Delivered::Later(wait.to_std().unwrap_or_default()));
    };
    let paused = audit_stream::set_state(&unit, &stream, StreamState::Paused(because)).await?;
    let after = paused.ok_or_else(Error::stale)?;
    unit.audit(AuditEntry {
        action: "users.audit_stream.pause",
        resource: "audit_stream",
        resource_id: id.uuid(),
        before: Some(audited(&stream)),
        after: Some(audited(&after)),
    })?;
    tell_of_pause(&mut unit, ctx, &after, because).await?;
    tracing::warn!(stream = %id, because = because.name(), "an audit stream is paused: its collector does not take it");
    unit.commit(()).await?;
    Ok(Delivered::Everything)
}

fn chance_per_thousand() -> u16 {
    u16::try_from(Uuid::new_v4().as_fields().0 % 1_001).unwrap_or(0)
}
