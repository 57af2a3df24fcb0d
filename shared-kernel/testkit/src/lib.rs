//! What a test needs of the house: databases of its own on either backend, a clock it moves, tenants with look-alike
//! neighbours, a device with a passkey, the codes of an authenticator, and a bounded wait. `both!` runs one test on SQLite
//! and, where `TEST_DATABASE_URL` is set, on PostgreSQL.

mod archive;
mod authenticator;
mod databases;
mod files;
mod loopback;
mod names;
mod provider;
mod service;
mod stage;
mod tenant;
pub mod totp;
mod wait;

pub use archive::check_archive;
pub use authenticator::Authenticator;
pub use databases::{Backend, PostgresDatabase, sqlite_file};
pub use files::files_under;
pub use loopback::Loopback;
pub use names::Names;
pub use provider::{Provider, Saying, s256};
pub use service::Service;
pub use stage::Stage;
pub use tenant::Tenant;
pub use wait::eventually;

/// `testkit::both!(async fn name(stage: Stage) { … });` makes the tests `name::sqlite` and `name::postgres`.
#[macro_export]
macro_rules! both {
    ($(#[$meta:meta])* async fn $name:ident($stage:ident: $kind:ty) $body:block) => {
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn check($stage: $kind) $body

            #[test]
            fn sqlite() {
                $crate::run($crate::Backend::Sqlite, check);
            }

            #[test]
            fn postgres() {
                if let Some(backend) = $crate::Backend::postgres() {
                    $crate::run(backend, check);
                }
            }
        }
    };
}

/// Runs a test on its own multi-thread runtime with a fresh stage, and takes the stage down after it.
pub fn run<F>(backend: Backend, test: impl FnOnce(Stage) -> F)
where
    F: Future<Output = ()>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime starts");
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        let stage = Stage::new(backend).await;
        test(stage).await;
    });
}
