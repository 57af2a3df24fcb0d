//! Imports: asked for, watched, cancelled.

use crate::domain::mapping::{Entry, Source};
use crate::domain::row::{Outcome, RowResult};
use crate::domain::run::{Mode, Run};
use crate::service::{self, App, StartRun};
use chrono::{DateTime, Utc};
use imports_contract::{ImportRunId, ImportRunKind, UploadId};
use kernel::UserId;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{Answer, Body, Caller, Listing, OwnOrder, PageQuery, PathId, Query, Rendered, State, respond};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "upload_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f", "target": "inventory.items", "mode": "dry_run",
    "mapping": {
        "sku": {"column": "product_id"},
        "unit_cost": {"column": "unit_price", "decimals": 2},
        "currency": {"value": "USD"},
    },
}))]
pub struct StartImport {
    upload_id: UploadId,
    #[schema(examples("inventory.items"))]
    target: String,
    /// By the target's field
    #[schema(value_type = BTreeMap<String, ImportSourceDto>)]
    mapping: Entries,
    mode: ImportMode,
}

#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportSourceDto {
    /// The file's column that fills the field
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    /// The same value in every row
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    /// Rounds the column's numbers half to even to so many decimals; only for a field of kind `decimal`. Without it a
    /// number with more decimals than the field takes is refused
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 6)]
    decimals: Option<i64>,
}

/// `dry_run` checks and reports everything and keeps nothing.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportMode {
    DryRun,
    Apply,
}

/// Keeps a field that is given twice, so that it can be told; a map would silently keep the last.
#[derive(Default)]
struct Entries(Vec<Entry>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with the target's fields")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Entries::default();
                while let Some((field, source)) = map.next_entry::<String, ImportSourceDto>()? {
                    entries.0.push(Entry {
                        field,
                        column: source.column,
                        value: source.value,
                        decimals: source.decimals,
                    });
                }
                Ok(entries)
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "upload_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "target": "inventory.items",
    "mapping": {
        "sku": {"column": "product_id"},
        "unit_cost": {"column": "unit_price", "decimals": 2},
        "currency": {"value": "USD"},
    },
    "mode": "apply", "status": "done", "cancel_requested": false, "rows_total": 77, "rows_done": 77,
    "rows_created": 70, "rows_updated": 4, "rows_unchanged": 1, "rows_refused": 2, "failure_detail": null,
    "requested_by": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a",
    "started_at": "2026-02-03T09:30:01Z", "finished_at": "2026-02-03T09:30:04Z",
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:04Z",
}))]
pub struct ImportRunDto {
    id: ImportRunId,
    upload_id: UploadId,
    target: String,
    mapping: BTreeMap<String, ImportSourceDto>,
    mode: ImportMode,
    /// queued, running, done, failed or cancelled
    status: &'static str,
    /// It ends after the batch it is working on
    cancel_requested: bool,
    rows_total: u64,
    rows_done: u64,
    rows_created: u64,
    rows_updated: u64,
    rows_unchanged: u64,
    rows_refused: u64,
    /// Why it failed
    failure_detail: Option<String>,
    requested_by: Option<UserId>,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&Run> for ImportRunDto {
    fn from(run: &Run) -> Self {
        let source = |source: &Source| match source.clone() {
            Source::Column(column) => ImportSourceDto { column: Some(column), ..Default::default() },
            Source::Rounded { column, decimals } => ImportSourceDto {
                column: Some(column),
                decimals: Some(decimals.into()),
                ..Default::default()
            },
            Source::Value(value) => ImportSourceDto { value: Some(value), ..Default::default() },
        };
        Self {
            id: run.id,
            upload_id: run.upload,
            target: run.target.clone(),
            mapping: run.mapping.0.iter().map(|(field, from)| (field.clone(), source(from))).collect(),
            mode: match run.mode {
                Mode::DryRun => ImportMode::DryRun,
                Mode::Apply => ImportMode::Apply,
            },
            status: run.status.name(),
            cancel_requested: run.cancel_requested,
            rows_total: run.rows_total,
            rows_done: run.counts.rows(),
            rows_created: run.counts.created,
            rows_updated: run.counts.updated,
            rows_unchanged: run.counts.unchanged,
            rows_refused: run.counts.refused,
            failure_detail: run.failure_detail.clone(),
            requested_by: run.requested_by,
            started_at: run.started_at,
            finished_at: run.finished_at,
            created_at: run.created_at,
            updated_at: run.updated_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "line": 12, "outcome": "refused", "resource_id": null,
    "faults": [{
        "column": "unit_price", "field": "unit_cost", "value": "1,80", "rule": "not_a_number",
        "detail": "must be a decimal number such as 2.5",
    }],
}))]
pub struct ImportRowDto {
    /// Where the row begins in the file; the header is line 1
    line: u64,
    /// created, updated, unchanged or refused
    outcome: &'static str,
    /// What it created, updated or found unchanged; in a dry run it need not exist
    resource_id: Option<Uuid>,
    faults: Vec<ImportFaultDto>,
}

#[derive(Serialize, ToSchema)]
pub struct ImportFaultDto {
    /// The file's column
    column: Option<String>,
    /// The target's field
    field: Option<String>,
    value: Option<String>,
    #[schema(examples("malformed_row"))]
    rule: String,
    detail: String,
}

impl From<RowResult> for ImportRowDto {
    fn from(row: RowResult) -> Self {
        let faults = row.faults.into_iter().map(|fault| ImportFaultDto {
            column: fault.column,
            field: fault.field,
            value: fault.value,
            rule: fault.rule,
            detail: fault.detail,
        });
        Self {
            line: row.line,
            outcome: row.outcome.name(),
            resource_id: row.resource_id,
            faults: faults.collect(),
        }
    }
}

#[derive(Deserialize, IntoParams)]
pub struct RowFilter {
    /// Only rows that ended so
    #[param(inline)]
    outcome: Option<ImportOutcome>,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportOutcome {
    Created,
    Updated,
    Unchanged,
    Refused,
}

impl From<ImportOutcome> for Outcome {
    fn from(outcome: ImportOutcome) -> Self {
        match outcome {
            ImportOutcome::Created => Self::Created,
            ImportOutcome::Updated => Self::Updated,
            ImportOutcome::Unchanged => Self::Unchanged,
            ImportOutcome::Refused => Self::Refused,
        }
    }
}

/// Starts an import or a dry run
#[utoipa::path(post, path = "/runs", responses((status = 202, body = ImportRunDto)))]
pub async fn start_run(app: State<App>, caller: Caller, body: Body<StartImport>) -> Answer {
    let body = body.into_inner();
    let command = StartRun {
        upload: body.upload_id,
        target: body.target,
        mapping: body.mapping.0,
        mode: match body.mode {
            ImportMode::DryRun => Mode::DryRun,
            ImportMode::Apply => Mode::Apply,
        },
    };
    respond(&caller, async |ctx| service::start_run(&app, ctx, command).await, accepted).await
}

/// Lists imports
#[utoipa::path(get, path = "/runs", responses((status = 200, body = Listing<ImportRunDto>)))]
pub async fn list_runs(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    let found = service::list_runs(&app, &caller, page.request()).await?;
    Ok(page.render(found.map(|run| ImportRunDto::from(&run))))
}

/// Shows an import and how far it is
#[utoipa::path(get, path = "/runs/{id}", responses((status = 200, body = ImportRunDto)))]
pub async fn get_run(app: State<App>, caller: Caller, id: PathId<ImportRunKind>) -> Answer {
    let run = service::get_run(&app, &caller, id.id()).await?;
    Ok(Rendered::ok(&ImportRunDto::from(&run)).etag(run.version))
}

/// Lists what became of each row, in the order of the file
#[utoipa::path(get, path = "/runs/{id}/rows", responses((status = 200, body = Listing<ImportRowDto>)))]
pub async fn list_run_rows(
    app: State<App>,
    caller: Caller,
    id: PathId<ImportRunKind>,
    filter: Query<RowFilter>,
    page: PageQuery<OwnOrder>,
) -> Answer {
    let outcome = filter.outcome.map(Outcome::from);
    let found = service::list_row_results(&app, &caller, id.id(), outcome, page.request()).await?;
    Ok(page.render(found.map(ImportRowDto::from)))
}

/// Cancels an import
///
/// One that runs ends after the batch it is working on; what has gone in stays.
#[utoipa::path(post, path = "/runs/{id}/cancel", responses((status = 202, body = ImportRunDto)))]
pub async fn cancel_run(app: State<App>, caller: Caller, id: PathId<ImportRunKind>) -> Answer {
    respond(&caller, async |ctx| service::cancel_run(&app, ctx, id.id()).await, accepted).await
}

fn accepted(run: &Run) -> Rendered {
    let location = format!("/api/v1/imports/runs/{}", run.id);
    Rendered::accepted(&ImportRunDto::from(run)).location(location).etag(run.version)
}
