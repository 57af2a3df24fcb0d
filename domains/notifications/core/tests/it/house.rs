//! A house with the notifications domain alone, a fake of users, and a way to tell it of events.

use actix_web::body::to_bytes;
use actix_web::test::TestRequest;
use async_trait::async_trait;
use data::{Databases, sql};
use jobs::{Domain, Handler, JobFailure, Ledger, Parcel, Running, Runtime, Settings as WorkerSettings};
use kernel::ctx::{IdentityProvider, Principal};
use kernel::id::MessageId;
use kernel::{Actor, Ctx, DomainEvent, Id, Problem, TenantId, Visitor};
use notifications::{Deps, Settings};
use sea_orm::FromQueryResult;
use secrets::Secrets;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use testkit::{Service, Stage, Tenant};
use users_contract::{EmailVerificationRequested, FakeUsers, VERIFICATION_SEAL};

pub const READ: &str = "notifications.emails.read";
pub const TOKEN: &str = "vt_a+b/c=";

pub struct House {
    pub tenant: Tenant,
    pub users: FakeUsers,
    pub folder: PathBuf,
    databases: Databases,
    handlers: Vec<Handler>,
    secrets: Secrets,
    people: People,
    service: Service,
}

#[derive(Clone)]
struct People(Arc<BTreeMap<&'static str, Principal>>);

#[async_trait]
impl IdentityProvider for People {
    async fn authenticate(&self, _: &Visitor, bearer: &str) -> Result<Option<Principal>, Problem> {
        Ok(self.0.get(bearer).cloned())
    }

    async fn resume(&self, _: &Visitor, _: TenantId, _: &Actor) -> Result<Option<Principal>, Problem> {
        Ok(None)
    }
}

#[derive(Clone, Debug, FromQueryResult)]
struct Message {
    kind: String,
    payload_version: i32,
    payload: String,
}

impl House {
    /// Mail goes into a folder.
    pub async fn new(stage: &Stage) -> Self {
        Self::with(stage, None, "Insula <no-reply@insula.test>").await
    }

    pub async fn with(stage: &Stage, smtp_url: Option<String>, from: &str) -> Self {
        let platform = stage.platform("notifications").await;
        let databases = platform.databases.clone();
        let users = FakeUsers::new();
        let folder = stage.folder.path().join("mail");
        let settings = Settings { smtp_url, folder: folder.clone(), from: from.to_owned() };
        let module = notifications::module(settings, Deps { platform, users: Arc::new(users.clone()) });
        assert_eq!(module.api.faults(), &[] as &[String]);
        let tenant = stage.tenant();
        let people = people(&tenant, &stage.tenant());
        let server = web::Server::new(web::Parts {
            settings: web::Settings::for_tests(),
            clock: stage.clock.clone(),
            secrets: stage.secrets.clone(),
            identity: Arc::new(people.clone()),
            entitlements: None,
            apis: vec![module.api],
            info: utoipa::openapi::Info::new("Notifications", "v1"),
        });
        let server = server.unwrap_or_else(|faults| panic!("{faults:#?}"));
        let service = Service::new(&server).await;
        let (handlers, secrets) = (module.handlers, stage.secrets.clone());
        Self { tenant, users, folder, databases, handlers, secrets, people, service }
    }

    pub async fn get(&self, by: &str, path: &str) -> (u16, Value) {
        let request = TestRequest::get()
            .uri(&format!("/api/v1/notifications{path}"))
            .peer_addr("127.0.0.1:4000".parse().unwrap())
            .append_header(("authorization", format!("Bearer {by}")));
        let response = match self.service.call(request).await {
            Ok(response) => response.into_parts().1,
            Err(error) => error.error_response(),
        };
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body()).await.map_err(|_| "the body broke off").unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }

    /// All mail as the administrator sees it, newest first.
    pub async fn emails(&self) -> Vec<Value> {
        let (status, list) = self.get("admin", "/emails").await;
        assert_eq!(status, 200, "{list}");
        list["data"].as_array().unwrap().clone()
    }

    pub fn new_message(&self) -> MessageId {
        self.system().new_id()
    }

    pub fn verification(&self, email: &str, display_name: &str) -> EmailVerificationRequested {
        EmailVerificationRequested {
            user: self.tenant.owner,
            email: email.to_owned(),
            display_name: display_name.to_owned(),
            sealed_token: self.sealed_token(VERIFICATION_SEAL),
            expires_at: "2026-01-16T12:00:00Z".parse().unwrap(),
        }
    }

    /// The token as users puts it into an event.
    pub fn sealed_token(&self, seal: &'static str) -> String {
        let sealed = self.secrets.seal_value(seal, &TOKEN.to_owned());
        serde_json::to_value(sealed).unwrap().as_str().unwrap().to_owned()
    }

    /// As the runtime brings an event; the same message again is a redelivery.
    pub async fn tell<E: DomainEvent>(&self, message: MessageId, event: &E) -> Result<(), JobFailure> {
        let subscription = |handler: &&Handler| handler.subscription().is_some_and(|it| it.event == E::KIND);
        let handler = self.handlers.iter().find(subscription).expect("a subscriber");
        let ctx = self.tenant.delivery("notifications", handler.name(), message);
        let payload = serde_json::to_string(event).unwrap();
        let parcel = Parcel { kind: E::KIND.to_owned(), version: E::VERSION, payload };
        handler.deliver(ctx, parcel, Running::detached(message)).await
    }

    /// Queues one mail to verify this address.
    pub async fn queue(&self, email: &str) {
        self.tell(self.new_message(), &self.verification(email, "Ada")).await.unwrap();
    }

    /// Runs the newest job to send a mail.
    pub async fn send(&self) -> Result<(), JobFailure> {
        let message = self.jobs().await.pop().expect("a job");
        let handler = self.handlers.iter().find(|handler| handler.name() == message.kind).expect("a handler");
        let version = u16::try_from(message.payload_version).unwrap();
        let parcel = Parcel { kind: message.kind, version, payload: message.payload };
        handler.deliver(self.system(), parcel, Running::detached(Id::new(self.system().now()))).await
    }

    pub async fn job_count(&self) -> usize {
        self.jobs().await.len()
    }

    /// The files of the folder, by name.
    pub fn files(&self) -> Vec<(String, String)> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return vec![] };
        let read = |entry: std::io::Result<std::fs::DirEntry>| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        };
        let mut files: Vec<_> = entries.map(read).collect();
        files.sort();
        files
    }

    pub fn start(&self, stage: &Stage) -> Runtime {
        let settings = WorkerSettings {
            sweep: Duration::from_millis(20),
            back_off: Duration::from_millis(1),
            ..WorkerSettings::default()
        };
        let domain =
            Domain { databases: self.databases.clone(), handlers: self.handlers.clone(), schedules: vec![] };
        Runtime::start(jobs::Setup {
            domains: vec![domain],
            remote: vec![],
            settings,
            identity: Arc::new(self.people.clone()),
            entitlements: None,
            clock: stage.clock.clone(),
        })
        .unwrap()
    }

    /// The job to send a mail is as its process left it when it died at the last attempt.
    pub async fn kill_at_the_last_attempt(&self, stage: &Stage) {
        let system = self.databases.system("tests kill a worker").await.unwrap();
        let lease = "status = 'leased', attempts = max_attempts, lease_owner = 'gone', lease_until = $1";
        let sql = format!(
            "UPDATE {} SET {lease} WHERE kind = 'notifications.send_email'",
            system.table("messages")
        );
        assert_eq!(system.execute(&sql, vec![stage.clock.now().into()]).await.unwrap(), 1);
        system.commit().await.unwrap();
    }

    /// What an operator may do.
    pub fn ledger(&self) -> Ledger {
        Ledger::new(self.databases.clone(), &self.handlers)
    }

    async fn jobs(&self) -> Vec<Message> {
        let read = self.databases.read(&self.system()).await.unwrap();
        let rows = read.sql(sql!(
            "SELECT kind, payload_version, payload FROM messages \
             WHERE tenant_id = $1 AND handler = 'notifications.send_email' ORDER BY id"
        ));
        rows.all::<Message>().await.unwrap()
    }

    /// As after a change of the master key: no letter opens.
    pub async fn spoil_letters(&self) {
        let unit = self.databases.write(&self.system()).await.unwrap();
        let spoil = unit.sql(sql!("UPDATE emails SET params_sealed = $2 WHERE tenant_id = $1"));
        spoil.bind(vec![1_u8; 64]).exec().await.unwrap();
        unit.commit(()).await.unwrap();
    }

    /// What the database knows of sealed words.
    pub async fn has_params(&self) -> bool {
        #[derive(FromQueryResult)]
        struct Row {
            params_sealed: Option<Vec<u8>>,
        }
        let read = self.databases.read(&self.system()).await.unwrap();
        let rows = read.sql(sql!("SELECT params_sealed FROM emails WHERE tenant_id = $1"));
        rows.all::<Row>().await.unwrap().iter().any(|row| row.params_sealed.is_some())
    }

    fn system(&self) -> Ctx {
        let domain = "notifications".to_owned();
        self.tenant.ctx_as(Actor::System { domain }, kernel::PermissionSet::default())
    }
}

fn people(tenant: &Tenant, neighbour: &Tenant) -> People {
    let person = |tenant: &Tenant, permissions: &[&'static str]| {
        tenant.principal(Actor::User { id: tenant.owner }, permissions.iter().copied().collect())
    };
    People(Arc::new(BTreeMap::from([
        ("admin", person(tenant, &[READ])),
        ("member", person(tenant, &[])),
        ("neighbour", person(neighbour, &[READ])),
    ])))
}
