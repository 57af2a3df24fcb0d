//! The next key for access tokens, as the command line has it made, by calling a use case.

use crate::app::App;
use crate::service::sessions::signing_keys;
use async_trait::async_trait;
use kernel::{Problem, Visitor};
use module::RotateSigningKeys;

pub struct Local {
    app: App,
}

impl Local {
    pub fn new(app: App) -> Self {
        Self { app }
    }
}

#[async_trait]
impl RotateSigningKeys for Local {
    async fn rotate(&self, visitor: &Visitor) -> Result<(), Problem> {
        Ok(signing_keys::rotate(&self.app, visitor).await?)
    }
}
