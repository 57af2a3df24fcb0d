//! Over HTTP: the audit log streamed to collectors of the tenant's own.

use crate::app::App;
use crate::domain::audit_stream::{PausedBecause, StreamState};
use crate::domain::{AuditStreamId, AuditStreamKind};
use crate::error::Error;
use crate::service;
use crate::service::audit_streams::audit_stream::{AuditStream, CreatedAuditStream};
use crate::service::audit_streams::change_audit_stream::ChangeAuditStream;
use crate::service::audit_streams::create_audit_stream::CreateAuditStream;
use crate::service::audit_streams::delete_audit_stream::Deleted;
use crate::service::audit_streams::show_audit_streams::Progress;
use crate::service::audit_streams::test_audit_stream::Tested;
use chrono::{DateTime, Utc};
use kernel::{Faults, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Answer, Body, Caller, IfMatch, Listing, PageQuery, PathId, Rendered, State, respond};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"url": "https://collector.invalid/audit", "action_prefix": "billing."}))]
pub struct CreateAuditStreamRequest {
    /// Your own, or one is made.
    id: Option<AuditStreamId>,
    /// Where the entries are posted to: by HTTPS, at an address that everybody can reach.
    #[schema(
        example = "https://collector.invalid/audit",
        min_length = 1,
        max_length = 2000,
        pattern = "^https?://"
    )]
    url: String,
    /// Only actions that begin so; without it all of them.
    #[schema(example = "billing.", min_length = 1, max_length = 100, pattern = "^[a-z0-9_.]+$")]
    action_prefix: Option<String>,
    /// Where in the log it begins, 0 for its first entry; without it, with what is appended next.
    #[schema(minimum = 0)]
    from_leaf_index: Option<i64>,
}

/// `paused`: nothing is sent, for the reason in `paused_because`; it goes on where it was once it is resumed.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditStreamState {
    Active,
    Paused,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditStreamPausedBecause {
    /// Somebody of the tenant did it.
    Asked,
    /// The collector answered 410.
    Gone,
    /// The collector took nothing for three days.
    Failed,
}

impl From<PausedBecause> for AuditStreamPausedBecause {
    fn from(because: PausedBecause) -> Self {
        match because {
            PausedBecause::Asked => Self::Asked,
            PausedBecause::Gone => Self::Gone,
            PausedBecause::Failed => Self::Failed,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "url": "https://collector.invalid/audit", "action_prefix": "billing.",
    "state": "active", "paused_because": null, "made_by": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a",
    "previous_secret_until": null,
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct AuditStreamDto {
    id: AuditStreamId,
    url: String,
    #[schema(required)]
    action_prefix: Option<String>,
    state: AuditStreamState,
    #[schema(required)]
    paused_because: Option<AuditStreamPausedBecause>,
    made_by: UserId,
    /// After a rotation: until then all is signed with the secret of before as well.
    #[schema(required)]
    previous_secret_until: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "url": "https://collector.invalid/audit", "action_prefix": "billing.",
    "state": "active", "paused_because": null, "made_by": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a",
    "previous_secret_until": null,
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
    "secret": "whsec_…",
}))]
pub struct CreatedAuditStreamDto {
    #[serde(flatten)]
    stream: AuditStreamDto,
    /// What is sent is signed with it, as Standard Webhooks has it. It is shown this once.
    secret: String,
}

impl From<&AuditStream> for AuditStreamDto {
    fn from(stream: &AuditStream) -> Self {
        let (state, because) = match stream.state {
            StreamState::Active => (AuditStreamState::Active, None),
            StreamState::Paused(because) => (AuditStreamState::Paused, Some(because.into())),
        };
        Self {
            id: stream.id,
            url: stream.url.clone(),
            action_prefix: stream.action_prefix.clone(),
            state,
            paused_because: because,
            made_by: stream.made_by,
            previous_secret_until: stream.previous_until,
            created_at: stream.created_at,
            updated_at: stream.updated_at,
        }
    }
}

impl From<&CreatedAuditStream> for CreatedAuditStreamDto {
    fn from(created: &CreatedAuditStream) -> Self {
        Self { stream: (&created.stream).into(), secret: created.secret.clone() }
    }
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditStreamHealth {
    Active,
    /// Active, and the collector did not take what it was sent last.
    Failing,
    Paused,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "state": "failing", "delivered_leaf_index": 4710, "lag": 3, "delivered_at": "2026-02-03T09:30:00Z",
    "failing_since": "2026-02-03T09:31:00Z", "failures": 2, "last_error": "The collector answered 500.",
    "next_try_at": "2026-02-03T09:31:27Z",
}))]
pub struct AuditStreamProgressDto {
    state: AuditStreamHealth,
    /// All up to this place in the log was delivered or is not asked for; null before the first.
    #[schema(required)]
    delivered_leaf_index: Option<i64>,
    /// How many entries of the log come behind it.
    lag: i64,
    /// When something was taken last.
    #[schema(required)]
    delivered_at: Option<DateTime<Utc>>,
    #[schema(required)]
    failing_since: Option<DateTime<Utc>>,
    /// In a row.
    failures: i64,
    #[schema(required)]
    last_error: Option<String>,
    #[schema(required)]
    next_try_at: Option<DateTime<Utc>>,
}

impl From<Progress> for AuditStreamProgressDto {
    fn from(progress: Progress) -> Self {
        let state = match (progress.state, progress.failing_since) {
            (StreamState::Paused(_), _) => AuditStreamHealth::Paused,
            (StreamState::Active, Some(_)) => AuditStreamHealth::Failing,
            (StreamState::Active, None) => AuditStreamHealth::Active,
        };
        Self {
            state,
            delivered_leaf_index: progress.delivered_leaf_index,
            lag: progress.lag,
            delivered_at: progress.delivered_at,
            failing_since: progress.failing_since,
            failures: progress.failures,
            last_error: progress.last_error,
            next_try_at: progress.next_try_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"taken": false, "status": 500, "error": "The collector answered 500."}))]
pub struct TestedAuditStreamDto {
    /// Whether the collector answered with a status from 200 to 299.
    taken: bool,
    /// Null where no answer came.
    #[schema(required)]
    status: Option<u16>,
    #[schema(required)]
    error: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"url": "https://other.invalid/audit", "action_prefix": "users."}))]
pub struct PatchAuditStream {
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(
        value_type = Option<String>, nullable = false,
        min_length = 1, max_length = 2000, pattern = "^https?://"
    )]
    url: Option<Option<String>>,
    /// `null`: all actions. It holds for what is not under way yet.
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100, pattern = "^[a-z0-9_.]+$")]
    action_prefix: Option<Option<String>>,
}

impl PatchAuditStream {
    fn command(self, if_match: IfMatch) -> Result<ChangeAuditStream, Error> {
        let mut faults = Faults::new();
        faults.require(self.url != Some(None), "/url", "null", "must not be null");
        let command = ChangeAuditStream {
            expected_version: if_match.expected(),
            url: self.url.flatten(),
            action_prefix: self.action_prefix,
        };
        faults.finish(command).map_err(Error::invalid)
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"overlap_minutes": 60}))]
pub struct RotateAuditStreamRequest {
    /// How long all is signed with the secret of before as well; 60 unless told.
    #[serde(default = "an_hour")]
    #[schema(minimum = 0, maximum = 10080)]
    overlap_minutes: u32,
}

fn an_hour() -> u32 {
    60
}

fn shown(stream: &AuditStream) -> Rendered {
    Rendered::ok(&AuditStreamDto::from(stream)).etag(stream.version)
}

/// Begins to stream the audit log to a collector
///
/// Entries are posted in the order of the log, up to a hundred at once, signed as Standard Webhooks has it, and again until
/// the collector answers with a status from 200 to 299. A tenant has ten streams at most. It takes a proof of who you are from
/// the last quarter of an hour.
#[utoipa::path(post, path = "/audit-streams", responses((status = 201, body = CreatedAuditStreamDto)))]
pub async fn create_audit_stream(
    app: State<App>,
    caller: Caller,
    body: Body<CreateAuditStreamRequest>,
) -> Answer {
    let CreateAuditStreamRequest { id, url, action_prefix, from_leaf_index } = body.into_inner();
    let command = CreateAuditStream { id, url, action_prefix, from_leaf_index };
    respond(
        &caller,
        async |ctx| {
            service::audit_streams::create_audit_stream::create_audit_stream(&app, ctx, command).await
        },
        |created: &CreatedAuditStream| {
            let location = format!("/api/v1/users/audit-streams/{}", created.stream.id);
            let rendered = Rendered::created(location, &CreatedAuditStreamDto::from(created));
            rendered.etag(created.stream.version).secret()
        },
    )
    .await
}

/// Lists the tenant's audit streams
#[utoipa::path(get, path = "/audit-streams", responses((status = 200, body = Listing<AuditStreamDto>)))]
pub async fn list_audit_streams(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    let found = service::audit_streams::show_audit_streams::list(&app, &caller, page.request()).await?;
    Ok(page.render(found.map(|stream| AuditStreamDto::from(&stream))))
}

/// Shows an audit stream
#[utoipa::path(get, path = "/audit-streams/{id}", responses((status = 200, body = AuditStreamDto)))]
pub async fn get_audit_stream(app: State<App>, caller: Caller, id: PathId<AuditStreamKind>) -> Answer {
    Ok(shown(&service::audit_streams::show_audit_streams::one(&app, &caller, id.id()).await?))
}

/// Shows how far an audit stream has come
///
/// And what its collector answered last, where it did not take what it was sent.
#[utoipa::path(
    get, path = "/audit-streams/{id}/progress", responses((status = 200, body = AuditStreamProgressDto))
)]
pub async fn show_audit_stream_progress(
    app: State<App>,
    caller: Caller,
    id: PathId<AuditStreamKind>,
) -> Answer {
    let progress = service::audit_streams::show_audit_streams::progress(&app, &caller, id.id()).await?;
    Ok(Rendered::ok(&AuditStreamProgressDto::from(progress)).etag_of_body())
}

/// Changes where an audit stream goes, or what of the log
#[utoipa::path(patch, path = "/audit-streams/{id}", responses((status = 200, body = AuditStreamDto)))]
pub async fn patch_audit_stream(
    app: State<App>,
    caller: Caller,
    id: PathId<AuditStreamKind>,
    if_match: IfMatch,
    body: Body<PatchAuditStream>,
) -> Answer {
    let command = body.into_inner().command(if_match)?;
    respond(
        &caller,
        async |ctx| {
            service::audit_streams::change_audit_stream::change_audit_stream(&app, ctx, id.id(), command)
                .await
        },
        shown,
    )
    .await
}

/// Gives an audit stream another secret
///
/// For a while all is signed with both, so that the collector refuses nothing until it knows the new one.
#[utoipa::path(post, path = "/audit-streams/{id}/rotate", responses((status = 200, body = CreatedAuditStreamDto)))]
pub async fn rotate_audit_stream(
    app: State<App>,
    caller: Caller,
    id: PathId<AuditStreamKind>,
    body: Body<RotateAuditStreamRequest>,
) -> Answer {
    let minutes = body.into_inner().overlap_minutes;
    respond(
        &caller,
        async |ctx| {
            service::audit_streams::rotate_audit_stream::rotate_audit_stream(&app, ctx, id.id(), minutes)
                .await
        },
        |rotated: &CreatedAuditStream| {
            Rendered::ok(&CreatedAuditStreamDto::from(rotated)).etag(rotated.stream.version).secret()
        },
    )
    .await
}

/// Pauses an audit stream
///
/// Nothing is sent until it is resumed; then it goes on where it was.
#[utoipa::path(post, path = "/audit-streams/{id}/pause", responses((status = 200, body = AuditStreamDto)))]
pub async fn pause_audit_stream(app: State<App>, caller: Caller, id: PathId<AuditStreamKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::audit_streams::set_audit_stream_state::pause(&app, ctx, id.id()).await,
        shown,
    )
    .await
}

/// Resumes an audit stream
///
/// One that waits after a failure is tried at once.
#[utoipa::path(post, path = "/audit-streams/{id}/resume", responses((status = 200, body = AuditStreamDto)))]
pub async fn resume_audit_stream(app: State<App>, caller: Caller, id: PathId<AuditStreamKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::audit_streams::set_audit_stream_state::resume(&app, ctx, id.id()).await,
        shown,
    )
    .await
}

/// Tries the collector of an audit stream
///
/// It is sent a message that holds nothing of the log, and you are told what came back.
#[utoipa::path(post, path = "/audit-streams/{id}/test", responses((status = 200, body = TestedAuditStreamDto)))]
pub async fn test_audit_stream(app: State<App>, caller: Caller, id: PathId<AuditStreamKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::audit_streams::test_audit_stream::test_audit_stream(&app, ctx, id.id()).await,
        |tested: &Tested| {
            let Tested { taken, status, error } = tested;
            Rendered::ok(&TestedAuditStreamDto { taken: *taken, status: *status, error: error.clone() })
        },
    )
    .await
}

/// Ends an audit stream
#[utoipa::path(
    delete, path = "/audit-streams/{id}", responses((status = 204, description = "The stream has ended"))
)]
pub async fn delete_audit_stream(app: State<App>, caller: Caller, id: PathId<AuditStreamKind>) -> Answer {
    respond(
        &caller,
        async |ctx| {
            service::audit_streams::delete_audit_stream::delete_audit_stream(&app, ctx, id.id()).await
        },
        |_: &Deleted| Rendered::no_content(),
    )
    .await
}
