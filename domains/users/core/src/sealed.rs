//! What is kept sealed for long, for the command that replaces the master key, by calling a use case.

use crate::app::App;
use crate::service::platform::reseal_secrets::{Kept, reseal_secrets};
use async_trait::async_trait;
use kernel::{Problem, Visitor};
use module::{Reseal, Resealed};
use std::sync::Arc;

struct Local {
    app: App,
    kept: Kept,
}

pub fn all(app: &App) -> Vec<Arc<dyn Reseal>> {
    let of = |kept| -> Arc<dyn Reseal> { Arc::new(Local { app: app.clone(), kept }) };
    Kept::ALL.into_iter().map(of).collect()
}

#[async_trait]
impl Reseal for Local {
    fn what(&self) -> &'static str {
        self.kept.name()
    }

    async fn reseal(&self, visitor: &Visitor) -> Result<Resealed, Problem> {
        Ok(reseal_secrets(&self.app, visitor, self.kept).await?)
    }
}
