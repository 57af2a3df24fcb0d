//! The remote form of a contract without a wire: requests and answers go through their JSON.

use async_trait::async_trait;
use kernel::Ctx;
use kernel::contract::{ContractServer, Transport, TransportError};
use std::sync::Arc;

pub struct Loopback(pub Arc<dyn ContractServer>);

#[async_trait]
impl Transport for Loopback {
    async fn call(
        &self,
        _: &'static str,
        method: &'static str,
        ctx: &Ctx,
        request: Vec<u8>,
    ) -> Result<Vec<u8>, TransportError> {
        let answer = self.0.dispatch(ctx, method, &request).await;
        answer.map_err(|error| TransportError::Unavailable(Box::new(error)))
    }
}
