//! TLS of the API: a certificate and its key from PEM files, by rustls with ring.

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::Path;
use std::sync::Arc;

/// Each says what is wrong with that file.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("must be a PEM file with a certificate: {0}")]
    Certificate(String),
    #[error("must be a PEM file with the private key of http.tls_certificate_file: {0}")]
    Key(String),
}

pub fn server(certificate: &Path, key: &Path) -> Result<ServerConfig, TlsError> {
    let unreadable = |error: rustls::pki_types::pem::Error| TlsError::Certificate(error.to_string());
    let chain = CertificateDer::pem_file_iter(certificate).map_err(unreadable)?;
    let chain: Vec<_> = chain.collect::<Result<_, _>>().map_err(unreadable)?;
    if chain.is_empty() {
        return Err(TlsError::Certificate("there is none in it".to_owned()));
    }
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| TlsError::Key(error.to_string()))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError::Certificate(error.to_string()))?
        .with_no_client_auth();
    config.with_single_cert(chain, key).map_err(|error| match error {
        rustls::Error::InvalidCertificate(_) => TlsError::Certificate(error.to_string()),
        error => TlsError::Key(error.to_string()),
    })
}
