//! Streams of the audit log to collectors of the tenant's own. What people say of one has a version; how far it has come has
//! none, and is written beside it.

use crate::domain::audit_stream::{PausedBecause, StreamState};
use crate::domain::{AuditEntryId, AuditStreamId};
use crate::store::unknown;
use chrono::{DateTime, Utc};
use data::{PlatformEntity, System, Tx, Unit, sql, tenant_entity};
use kernel::id::MessageId;
use kernel::{Page, PageRequest, TenantId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{FromQueryResult, QueryOrder, QuerySelect};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_streams")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: AuditStreamId,
    pub url: String,
    pub action_prefix: Option<String>,
    pub made_by: UserId,
    pub state: String,
    pub paused_because: Option<String>,
    pub sealed_secret: Vec<u8>,
    /// The one before it, good as well until then.
    pub sealed_previous: Option<Vec<u8>>,
    pub previous_until: Option<DateTime<Utc>>,
    /// The first leaf of the log that has not been dealt with.
    pub next_leaf: i64,
    /// Where the batch ends that is being tried.
    pub batch_end: Option<i64>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub failing_since: Option<DateTime<Utc>>,
    pub failures: i64,
    pub last_error: Option<String>,
    pub next_try_at: Option<DateTime<Utc>>,
    /// A job is there that will look at the log once more.
    pub woken: bool,
    /// The job that has the turn; others leave it alone.
    pub sender: Option<MessageId>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

tenant_entity!(resource);

impl PlatformEntity for Entity {
    const REASON: &'static str = "secrets of all tenants are sealed anew when the master key is replaced";
}

const ACTIVE: &str = "active";
const PAUSED: &str = "paused";

impl Model {
    pub fn state(&self) -> Result<StreamState, data::Error> {
        match (self.state.as_str(), self.paused_because.as_deref()) {
            (ACTIVE, _) => Ok(StreamState::Active),
            (PAUSED, Some(because)) => PausedBecause::parse(because)
                .map(StreamState::Paused)
                .ok_or_else(|| unknown("reason of a paused stream", because)),
            (other, _) => Err(unknown("state of an audit stream", other)),
        }
    }
}

pub struct NewAuditStream<'a> {
    pub id: AuditStreamId,
    pub url: &'a str,
    pub action_prefix: Option<&'a str>,
    pub made_by: UserId,
    pub sealed_secret: Vec<u8>,
    pub next_leaf: i64,
}

pub async fn insert(unit: &Unit, new: NewAuditStream<'_>) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(new.id),
        url: Set(new.url.to_owned()),
        action_prefix: Set(new.action_prefix.map(str::to_owned)),
        made_by: Set(new.made_by),
        state: Set(ACTIVE.to_owned()),
        sealed_secret: Set(new.sealed_secret),
        next_leaf: Set(new.next_leaf),
        failures: Set(0),
        woken: Set(false),
        ..Default::default()
    };
    unit.insert(row).await
}

pub fn is_taken(error: &data::Error) -> bool {
    error.is_unique("audit_streams_tenant_id_public_id", "audit_streams.public_id")
}

pub async fn by_id(tx: &Tx, id: AuditStreamId) -> Result<Option<Model>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await
}

/// As it is now, and so it stays until the transaction ends.
pub async fn by_id_to_change(unit: &Unit, id: AuditStreamId) -> Result<Option<Model>, data::Error> {
    unit.by_id::<Entity, _>(id).to_change().one().await
}

pub async fn page(tx: &Tx, request: &PageRequest) -> Result<Page<Model>, data::Error> {
    tx.find::<Entity>().page(request).await
}

pub async fn count(tx: &Tx) -> Result<u64, data::Error> {
    tx.find::<Entity>().count().await
}

/// Those that entries go to, in one order for all, so that no two wait for each other. None of them says meanwhile that it has
/// seen the whole log.
pub async fn active_to_change(unit: &Unit, limit: u64) -> Result<Vec<Model>, data::Error> {
    let active = unit.find::<Entity>().filter(Column::State.eq(ACTIVE));
    active.order_by_asc(Column::PublicId).limit(limit).to_change().all().await
}

/// `None` when it is no longer of that version.
pub async fn change(
    unit: &Unit,
    before: &Model,
    url: &str,
    action_prefix: Option<&str>,
) -> Result<Option<Model>, data::Error> {
    let update = of_version(unit, before)
        .set(Column::Url, url)
        .set(Column::ActionPrefix, action_prefix.map(str::to_owned));
    Ok(update.returning().await?.pop())
}

/// Another secret in the place of the present one, which is good as well until then.
pub async fn rotate(
    unit: &Unit,
    before: &Model,
    sealed_secret: Vec<u8>,
    previous_until: Option<DateTime<Utc>>,
) -> Result<Option<Model>, data::Error> {
    let update = of_version(unit, before)
        .set(Column::SealedSecret, sealed_secret)
        .set(Column::SealedPrevious, previous_until.map(|_| before.sealed_secret.clone()))
        .set(Column::PreviousUntil, previous_until);
    Ok(update.returning().await?.pop())
}

/// What it was told of failures goes with a state that somebody says.
pub async fn set_state(
    unit: &Unit,
    before: &Model,
    state: StreamState,
) -> Result<Option<Model>, data::Error> {
    let (state, because) = match state {
        StreamState::Active => (ACTIVE, None),
        StreamState::Paused(because) => (PAUSED, Some(because)),
    };
    let mut update = of_version(unit, before)
        .set(Column::State, state)
        .set(Column::PausedBecause, because.map(|because| because.name().to_owned()))
        .set(Column::NextTryAt, None::<DateTime<Utc>>)
        .set(Column::Sender, None::<MessageId>)
        .set(Column::Woken, false);
    if matches!(because, None | Some(PausedBecause::Asked)) {
        update = update
            .set(Column::FailingSince, None::<DateTime<Utc>>)
            .set(Column::Failures, 0i64)
            .set(Column::LastError, None::<String>);
    }
    Ok(update.returning().await?.pop())
}

/// With its secrets.
pub async fn delete(unit: &Unit, id: AuditStreamId) -> Result<bool, data::Error> {
    let emptied = unit.update::<Entity>().filter(Column::PublicId.eq(id));
    let emptied =
        emptied.set(Column::SealedSecret, Vec::<u8>::new()).set(Column::SealedPrevious, None::<Vec<u8>>);
    emptied.exec().await?;
    Ok(unit.delete::<Entity>().filter(Column::PublicId.eq(id)).exec().await? > 0)
}

/// Whoever writes this has the row.
pub async fn wake(unit: &Unit, id: AuditStreamId) -> Result<(), data::Error> {
    let wake = sql!(
        "UPDATE audit_streams SET woken = TRUE, next_try_at = NULL WHERE tenant_id = $1 AND public_id = $2"
    );
    unit.sql(wake).bind(id).exec().await.map(drop)
}

/// All that was there when the row was read has been dealt with, or nobody asks for it.
pub async fn rest(unit: &Unit, id: AuditStreamId) -> Result<(), data::Error> {
    let rest =
        sql!("UPDATE audit_streams SET woken = FALSE, sender = NULL WHERE tenant_id = $1 AND public_id = $2");
    unit.sql(rest).bind(id).exec().await.map(drop)
}

/// Leaves that are not asked for are passed over.
pub async fn pass_over(
    unit: &Unit,
    id: AuditStreamId,
    next_leaf: i64,
    sender: MessageId,
) -> Result<(), data::Error> {
    let pass = sql!(
        "UPDATE audit_streams SET next_leaf = $3, batch_end = NULL, sender = $4, woken = TRUE \
         WHERE tenant_id = $1 AND public_id = $2"
    );
    unit.sql(pass).bind(id).bind(next_leaf).bind(sender).exec().await.map(drop)
}

/// From now on each try is of the leaves up to there.
pub async fn begin_batch(
    unit: &Unit,
    id: AuditStreamId,
    batch_end: i64,
    sender: MessageId,
) -> Result<(), data::Error> {
    let begin = sql!(
        "UPDATE audit_streams SET batch_end = $3, sender = $4, woken = TRUE WHERE tenant_id = $1 AND public_id = $2"
    );
    unit.sql(begin).bind(id).bind(batch_end).bind(sender).exec().await.map(drop)
}

/// `false` when somebody else has the turn by now.
pub async fn end_batch(
    unit: &Unit,
    id: AuditStreamId,
    batch_end: i64,
    sender: MessageId,
    now: DateTime<Utc>,
) -> Result<bool, data::Error> {
    let end = sql!(
        "UPDATE audit_streams SET next_leaf = batch_end, batch_end = NULL, delivered_at = $5, failing_since = NULL, \
         failures = 0, last_error = NULL, next_try_at = NULL \
         WHERE tenant_id = $1 AND public_id = $2 AND batch_end = $3 AND sender = $4"
    );
    Ok(unit.sql(end).bind(id).bind(batch_end).bind(sender).bind(now).exec().await? > 0)
}

pub struct Failure<'a> {
    pub since: DateTime<Utc>,
    pub failures: i64,
    pub error: &'a str,
    /// `None`: it is not tried again by itself.
    pub next_try_at: Option<DateTime<Utc>>,
}

/// The batch stays as it is, and the turn is free.
pub async fn fail_batch(unit: &Unit, id: AuditStreamId, failure: Failure<'_>) -> Result<(), data::Error> {
    let fail = sql!(
        "UPDATE audit_streams SET failing_since = $3, failures = $4, last_error = $5, next_try_at = $6, sender = NULL \
         WHERE tenant_id = $1 AND public_id = $2"
    );
    let fail = unit.sql(fail).bind(id).bind(failure.since).bind(failure.failures);
    fail.bind(failure.error.to_owned()).bind(failure.next_try_at).exec().await.map(drop)
}

#[derive(FromQueryResult)]
struct Size {
    size: i64,
}

/// How many leaves the log of the tenant has.
pub async fn log_size(tx: &Tx) -> Result<i64, data::Error> {
    let found = tx.sql(sql!("SELECT size FROM audit_trees WHERE tenant_id = $1")).one::<Size>().await?;
    Ok(found.map_or(0, |found| found.size))
}

#[derive(FromQueryResult)]
pub struct Leaf {
    pub leaf_index: i64,
    pub entry_id: AuditEntryId,
}

/// Those from there on and before that one, in the order of the log.
pub async fn leaves(tx: &Tx, from: i64, before: i64) -> Result<Vec<Leaf>, data::Error> {
    let leaves = sql!(
        "SELECT leaf_index, public_id AS entry_id FROM audit_leaves \
         WHERE tenant_id = $1 AND leaf_index >= $2 AND leaf_index < $3 ORDER BY leaf_index LIMIT 1000"
    );
    tx.sql(leaves).bind(from).bind(before).all().await
}

/// Those of all tenants behind this one, in the order of their ids.
pub async fn behind(system: &System, id: i64, limit: u64) -> Result<Vec<Model>, data::Error> {
    let living = Entity::find().filter(Column::Id.gt(id)).filter(Column::DeletedAt.is_null());
    system.all(living.order_by_asc(Column::Id).limit(limit)).await
}

/// The same secrets, sealed anew; `false` when others were put in their place in the meantime.
pub async fn reseal(
    system: &System,
    row: &Model,
    secret: Vec<u8>,
    previous: Option<Vec<u8>>,
) -> Result<bool, data::Error> {
    let update = Entity::update_many()
        .filter(Column::TenantId.eq(row.tenant_id))
        .filter(Column::PublicId.eq(row.public_id))
        .filter(Column::SealedSecret.eq(row.sealed_secret.clone()))
        .col_expr(Column::SealedSecret, Expr::val(secret))
        .col_expr(Column::SealedPrevious, Expr::val(previous));
    Ok(system.update(update).await? > 0)
}

fn of_version<'u>(unit: &'u Unit, before: &Model) -> data::Update<'u, Entity> {
    let update = unit.update::<Entity>().filter(Column::PublicId.eq(before.public_id));
    update.filter(Column::Version.eq(before.version))
}
