//! The domain's own work after a commit.

use crate::error::Error;
use crate::service::{App, apply_decision};
use ::jobs::{Handler, JobFailure};
use data::Job;
use kernel::Ctx;
use serde::{Deserialize, Serialize};
use workflow_contract::TaskId;

/// The task says what was decided.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ApplyDecision {
    pub task: TaskId,
}

impl Job for ApplyDecision {
    const KIND: &'static str = "workflow.apply_decision";
    const VERSION: u16 = 1;
    /// With back-off these outlast a longer absence of whoever holds it.
    const MAX_ATTEMPTS: u32 = 20;
}

pub fn handlers(app: &App) -> Vec<Handler> {
    let app = app.clone();
    vec![::jobs::job(move |ctx: Ctx, job: ApplyDecision| {
        let app = app.clone();
        async move { apply_decision(&app, &ctx, job.task).await.map_err(failure) }
    })]
}

/// What is refused today is refused tomorrow, though it is a conflict there.
fn failure(error: Error) -> JobFailure {
    match error {
        Error::NotApplicable { .. } => JobFailure::Permanent(error.into()),
        other => other.into(),
    }
}
