//! The operators of the installation as the command line makes, lists and ends them, by calling use cases.

use crate::app::App;
use crate::service::platform::{create_operator, list_operators, revoke_operator};
use async_trait::async_trait;
use kernel::id::OperatorId;
use kernel::{Problem, Visitor};
use module::{NewOperator, Operator, Operators};

pub struct Local {
    app: App,
}

impl Local {
    pub fn new(app: App) -> Self {
        Self { app }
    }
}

#[async_trait]
impl Operators for Local {
    async fn create(&self, visitor: &Visitor, name: &str, days: u16) -> Result<NewOperator, Problem> {
        Ok(create_operator::create_operator(&self.app, visitor, name, days).await?)
    }

    async fn list(&self, visitor: &Visitor) -> Result<Vec<Operator>, Problem> {
        Ok(list_operators::list_operators(&self.app, visitor).await?)
    }

    async fn revoke(&self, visitor: &Visitor, id: OperatorId) -> Result<Operator, Problem> {
        Ok(revoke_operator::revoke_operator(&self.app, visitor, id).await?)
    }
}
