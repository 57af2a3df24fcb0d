//! Deletes what has ended and was kept for a while: refresh tokens, sessions, links and codes. In batches with a transaction
//! each, so that nobody waits for it long, and a bounded number of them at a time. It leaves no entry in any tenant's log:
//! what it deletes ended before, and the log says how.

use crate::app::App;
use crate::error::Error;
use crate::store::ended::{self, BATCH, STEPS};
use kernel::Ctx;

const MOST_BATCHES: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CleanedUp {
    Everything,
    /// There is more, for another time.
    Partly,
}

pub async fn clean_up(app: &App, ctx: &Ctx) -> Result<CleanedUp, Error> {
    let (mut left, mut rows) = (MOST_BATCHES, 0);
    for step in &STEPS {
        loop {
            if left == 0 {
                return Ok(CleanedUp::Partly);
            }
            left -= 1;
            let system = app.databases.system("clean-up: deleting what ended long ago").await?;
            let touched = ended::run(&system, step, ctx.now()).await?;
            system.commit().await?;
            rows += touched;
            if touched < BATCH {
                break;
            }
        }
    }
    tracing::debug!(rows, "what ended long ago is deleted");
    Ok(CleanedUp::Everything)
}
