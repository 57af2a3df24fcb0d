//! All that one domain hands to the app, and all it is given: the only door between a domain and the house.

mod archive;
mod import_target;
mod importing;
mod operators;
mod report_source;
mod reseal;
mod signing;
mod stop;
mod verify;

pub use archive::{
    Archive, ArchiveError, ArchiveOffer, ArchivePerson, ArchiveServer, Archives, CountRows, EraseFiles,
    ErasePerson, EraseRows, FakeArchive, ReadRows, RemoteArchive, RowCount, RowsErased, RowsPage,
};
pub use import_target::{
    BatchOutcome, BatchUndone, CloseBatch, ExecuteBatch, ExportPage, ExportedRows, FakeImportTarget,
    FieldKind, IMPORT_ROW, ImportError, ImportField, ImportId, ImportOffer, ImportRow, ImportTarget,
    ImportTargetServer, PlanBatch, RefusedRow, RemoteImportTarget, RowFault, RowOutcome, RowUndone,
    TargetDefinition, UndoBatch,
};
pub use importing::{
    BatchOf, Decision, IMPORT_BATCHES, IMPORT_DECISIONS, IMPORT_IDENTITIES, Identity, Made, RowTarget,
    TargetSpec, import_offer,
};
pub use operators::{MAX_OPERATORS, NewOperator, Operator, Operators};
pub use report_source::{
    Cell, FakeReportSource, ReadReport, RemoteReportSource, ReportColumn, ReportDefinition, ReportError,
    ReportOffer, ReportPage, ReportParameter, ReportSource, ReportSourceServer,
};
pub use reseal::{Reseal, Resealed};
pub use signing::RotateSigningKeys;
pub use stop::Stop;
pub use verify::{Verified, VerifyBooks};

use actix_web::web::ServiceConfig;
use blobs::Blobs;
use cache::Cache;
use data::Databases;
use jobs::{Handler, Schedule};
use kernel::contract::ContractServer;
use kernel::ctx::{EntitlementProvider, IdentityProvider};
use kernel::permission::PermissionRegistry;
use kernel::switch::SwitchRegistry;
use kernel::{Clock, Permission, Switch};
use outbound::Outbound;
use secrets::Secrets;
use std::any::Any;
use std::sync::Arc;
use web::Api;

/// What every domain is given.
#[derive(Clone)]
pub struct Platform {
    /// The domain's own, and no other's.
    pub databases: Databases,
    pub secrets: Secrets,
    pub blobs: Blobs,
    pub cache: Cache,
    pub clock: Clock,
    pub permissions: PermissionRegistry,
    pub switches: SwitchRegistry,
    /// For requests to places that a tenant names.
    pub outbound: Outbound,
    /// Without a slash at the end; links in mail begin with it.
    pub public_url: String,
}

/// Routes of the domain's own, added to the server's root.
pub type Pages = Arc<dyn Fn(&mut ServiceConfig) + Send + Sync>;

pub struct Module {
    pub name: &'static str,
    pub databases: Databases,
    /// Under `/api/v1/<name>`.
    pub api: Api,
    /// Under `/api/v1/platform`, for the operators of the installation.
    pub platform_api: Option<Api>,
    /// The few pages outside `/api/v1`, for people or protocols with a shape of their own.
    pub pages: Option<Pages>,
    /// All that its operations, reports and imports ask for.
    pub permissions: &'static [Permission],
    /// Features of its own that are not on for every tenant.
    pub switches: &'static [Switch],
    /// Its jobs and its subscribers.
    pub handlers: Vec<Handler>,
    pub schedules: Vec<Schedule>,
    /// What it keeps sealed for long. What is read within a day is left to end by itself.
    pub sealed: Vec<Arc<dyn Reseal>>,
    pub contract: Option<Contract>,
    pub identity: Option<Arc<dyn IdentityProvider>>,
    /// For the command line.
    pub operators: Option<Arc<dyn Operators>>,
    pub signing_keys: Option<Arc<dyn RotateSigningKeys>>,
    pub books: Option<Arc<dyn VerifyBooks>>,
    pub entitlements: Option<Arc<dyn EntitlementProvider>>,
    pub reports: Vec<ReportOffer>,
    pub imports: Vec<ImportOffer>,
    /// Its tables, as it declares them.
    pub archive: Option<ArchiveOffer>,
}

impl Module {
    pub fn new(
        name: &'static str,
        databases: Databases,
        api: Api,
        permissions: &'static [Permission],
    ) -> Self {
        Self {
            name,
            databases,
            api,
            platform_api: None,
            pages: None,
            permissions,
            switches: &[],
            handlers: Vec::new(),
            schedules: Vec::new(),
            sealed: Vec::new(),
            contract: None,
            identity: None,
            operators: None,
            signing_keys: None,
            books: None,
            entitlements: None,
            reports: Vec::new(),
            imports: Vec::new(),
            archive: None,
        }
    }
}

/// A published trait object, for those the app hands it to, and its receiving side for the remote form.
pub struct Contract {
    object: Box<dyn Any + Send + Sync>,
    pub server: Arc<dyn ContractServer>,
}

impl Contract {
    /// `Contract::new::<dyn Billing>(object.clone(), Arc::new(BillingServer::new(object)))`.
    pub fn new<T: ?Sized + Send + Sync + 'static>(object: Arc<T>, server: Arc<dyn ContractServer>) -> Self {
        Self { object: Box::new(object), server }
    }

    /// `contract.object::<dyn Billing>()`; `None` when it is of another trait.
    pub fn object<T: ?Sized + Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.object.downcast_ref::<Arc<T>>().cloned()
    }
}
