//! Where an object lies. A key has one shape, `domain/tenant/id/name`, so that no text of a client can lead out
//! of its tenant's part of the store.

use kernel::{Id, TenantId};
use object_store::path::Path;
use std::fmt;

const NAME_MAX_BYTES: usize = 100;

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct BlobKey(Path);

impl BlobKey {
    /// The same arguments always give the same key. Of `name` only what is safe in any store is kept: it is for
    /// people who look into the store, while the id tells objects apart.
    pub fn new<K>(domain: &'static str, tenant: TenantId, id: Id<K>, name: &str) -> Self {
        Self(Path::from(format!("{}/{tenant}/{id}/{}", safe(domain), safe(name))))
    }

    /// Where all of a tenant's lie.
    pub(crate) fn of_tenant(domain: &'static str, tenant: TenantId) -> Path {
        Path::from(format!("{}/{tenant}", safe(domain)))
    }

    pub(crate) fn probe() -> Self {
        Self(Path::from(format!("probes/{}", uuid::Uuid::new_v4())))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl fmt::Display for BlobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Letters, digits, `.`, `-` and `_`, not beginning with a dot.
fn safe(text: &str) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let safe: String = text.trim_start_matches('.').chars().take(NAME_MAX_BYTES).map(kept).collect();
    if safe.is_empty() { "_".to_owned() } else { safe }
}
