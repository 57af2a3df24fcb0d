//! The demo tenant.

use super::StartError;
use crate::config::Config;
use std::net::SocketAddr;

pub async fn show(_config: &Config, _address: SocketAddr) -> Result<(), StartError> {
    Ok(())
}
