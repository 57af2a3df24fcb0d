//! The module behind a real server, and what a test asks of it.

use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, StatusCode};
use actix_web::test;
use data::{Databases, Subscription, TenantSql};
use jobs::{Handler, JobFailure, Parcel, Running};
use kernel::ctx::IdentityProvider;
use kernel::id::{MessageId, PLATFORM};
use kernel::{Actor, Ctx, DomainEvent, PermissionSet, TenantId, UserId};
use module::{Archives, ImportOffer, Module, Operators, Reseal};
use secrets::Sealed;
use serde_json::{Value, json};
use std::num::NonZeroU32;
use std::sync::Arc;
use testkit::{Loopback, Service, Stage};
use users::{Deps, PERMISSIONS, Settings};
use users_contract::{
    AuditStreamPaused, EmailChangeApprovalRequested, EmailChangeConfirmationRequested, EmailChanged,
    EmailVerificationRequested, INVITATION_SEAL, InvitationSent, NewDeviceSignedIn, PasskeyRegistered,
    PasswordChanged, PasswordResetRequested, PersonErased, ProviderBypassed, RemoteUsers,
    SignUpForKnownAddress, TenantErased, Users, VERIFICATION_SEAL,
};
use web::{Parts, Server};

pub const PASSWORD: &str = "correct horse battery staple";

pub struct House {
    pub stage: Stage,
    pub databases: Databases,
    pub identity: Arc<dyn IdentityProvider>,
    pub users: Arc<dyn Users>,
    /// The same as another process has it.
    pub remote_users: RemoteUsers,
    pub operators: Arc<dyn Operators>,
    pub import: ImportOffer,
    service: Service,
    audit: Handler,
    erasing: Handler,
    cleaning: Handler,
    producing: Handler,
    leaving: Handler,
    /// All of them.
    pub handlers: Vec<Handler>,
    /// What the command that replaces the master key has sealed anew.
    pub sealed: Vec<Arc<dyn Reseal>>,
}

pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub fn at(&self, pointer: &str) -> String {
        let json = self.json();
        let value = json.pointer(pointer).unwrap_or_else(|| panic!("no {pointer} in {}", self.text));
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    }

    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    pub fn problem(self, status: u16, code: &str) -> Self {
        let reply = self.is(status);
        assert_eq!(reply.at("/code"), code, "{}", reply.text);
        reply
    }
}

/// Somebody who has signed in.
pub struct Person {
    pub tenant: TenantId,
    pub user: UserId,
    pub membership: String,
    pub access: String,
    pub refresh: String,
}

impl House {
    pub async fn new(stage: Stage) -> Self {
        Self::with_settings(stage, Settings::default()).await
    }

    pub async fn with_settings(stage: Stage, settings: Settings) -> Self {
        stage.permissions(PERMISSIONS);
        // So that a test that moves the clock on need not renew its tokens.
        let settings = Settings { access_token_minutes: 60, ..settings };
        let platform = stage.platform("users").await;
        let archives = Archives::default();
        let Module {
            databases,
            api,
            platform_api,
            pages,
            handlers,
            contract,
            identity,
            operators,
            switches,
            schedules,
            sealed,
            archive,
            mut imports,
            ..
        } = users::module(settings, Deps { platform, archives: archives.clone() });
        archives.fill(archive.into_iter().collect());
        stage.switches(switches);
        let apis: Vec<_> = [api].into_iter().chain(platform_api).collect();
        for api in &apis {
            assert_eq!(api.faults(), &[] as &[String]);
        }
        let named =
            |name: &str| handlers.iter().find(|handler| handler.name() == name).expect("a handler").clone();
        let audit = named("users.append_audit_entry");
        let (erasing, cleaning) = (named("users.erase_audit_details"), named("users.clean_up"));
        let (producing, leaving) = (named("users.produce_export"), named("users.erase_tenant"));
        assert_eq!(
            schedules.len(),
            3,
            "of cleaning up, and of sealing the log and erasing what is old in it"
        );
        let mail = |event, subscriber| Subscription { event, subscriber, ordered: false };
        stage.subscribe(vec![
            audit.subscription().expect("it subscribes"),
            mail(EmailVerificationRequested::KIND, "tests.verification"),
            mail(SignUpForKnownAddress::KIND, "tests.known"),
            mail(InvitationSent::KIND, "tests.invitation"),
            mail(PasswordResetRequested::KIND, "tests.reset"),
            mail(PasswordChanged::KIND, "tests.changed"),
            mail(NewDeviceSignedIn::KIND, "tests.device"),
            mail(PasskeyRegistered::KIND, "tests.passkey"),
            mail(EmailChangeApprovalRequested::KIND, "tests.approval"),
            mail(EmailChangeConfirmationRequested::KIND, "tests.confirmation"),
            mail(EmailChanged::KIND, "tests.email_changed"),
            mail(AuditStreamPaused::KIND, "tests.stream_paused"),
            mail(ProviderBypassed::KIND, "tests.provider_bypassed"),
            mail(TenantErased::KIND, "tests.erased"),
            mail(PersonErased::KIND, "tests.person_erased"),
        ]);
        let identity = identity.expect("an identity provider");
        let contract = contract.expect("a contract");
        let many = NonZeroU32::new(1_000_000).expect("not zero");
        let parts = Parts {
            settings: web::Settings {
                public_requests_per_minute: many,
                tries_per_minute_per_account: many,
                refused_credentials_per_minute: many,
                ..web::Settings::for_tests()
            },
            clock: stage.clock.clone(),
            secrets: stage.secrets.clone(),
            identity: Arc::clone(&identity),
            entitlements: None,
            apis,
            info: utoipa::openapi::Info::new("users", "1"),
        };
        let server = Server::new(parts).unwrap_or_else(|faults| panic!("{faults:?}"));
        let pages = pages.expect("pages");
        let service = Service::with(&server, |config| pages(config)).await;
        Self {
            databases,
            identity,
            users: contract.object::<dyn Users>().expect("of users"),
            remote_users: RemoteUsers::new(Arc::new(Loopback(contract.server))),
            operators: operators.expect("operators"),
            import: imports.remove(0),
            service,
            audit,
            erasing,
            cleaning,
            producing,
            leaving,
            handlers,
            sealed,
            stage,
        }
    }

    /// In this process, and as from another.
    pub fn contracts(&self) -> [&dyn Users; 2] {
        [&*self.users, &self.remote_users]
    }

    pub async fn send(&self, request: test::TestRequest) -> Reply {
        self.send_all([request]).await.pop().expect("a reply")
    }

    /// One after the other.
    pub async fn send_all(&self, requests: impl IntoIterator<Item = test::TestRequest>) -> Vec<Reply> {
        let mut replies = Vec::new();
        for request in requests {
            let (status, headers, body) = match self.service.call(request).await {
                Ok(response) => {
                    let (status, headers) = (response.status(), response.headers().clone());
                    (status, headers, test::read_body(response).await)
                }
                Err(error) => panic!("{error}"),
            };
            let _: StatusCode = status;
            let text = String::from_utf8_lossy(&body).into_owned();
            replies.push(Reply { status: status.as_u16(), headers, text });
        }
        replies
    }

    pub async fn post(&self, path: &str, bearer: Option<&str>, body: Value) -> Reply {
        self.call(Method::POST, path, bearer, &[], Some(body)).await
    }

    pub async fn get(&self, path: &str, bearer: &str) -> Reply {
        self.call(Method::GET, path, Some(bearer), &[], None).await
    }

    pub async fn delete(&self, path: &str, bearer: &str) -> Reply {
        self.call(Method::DELETE, path, Some(bearer), &[], None).await
    }

    pub async fn call(
        &self,
        method: Method,
        path: &str,
        bearer: Option<&str>,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Reply {
        self.call_at(method, &format!("/api/v1/users{path}"), bearer, headers, body).await
    }

    /// What operators of the installation do.
    pub async fn platform(
        &self,
        method: Method,
        path: &str,
        bearer: Option<&str>,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Reply {
        self.call_at(method, &format!("/api/v1/platform{path}"), bearer, headers, body).await
    }

    async fn call_at(
        &self,
        method: Method,
        uri: &str,
        bearer: Option<&str>,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Reply {
        let mut request = test::TestRequest::with_uri(uri).method(method);
        if let Some(bearer) = bearer {
            request = request.insert_header(("authorization", format!("Bearer {bearer}")));
        }
        for (name, value) in headers {
            request = request.insert_header((*name, *value));
        }
        if let Some(body) = body {
            request = request.set_json(body);
        }
        self.send(request).await
    }

    /// The token of somebody who operates the installation.
    pub async fn operator(&self) -> String {
        let made = self.operators.create(&self.stage.visitor(), "Night shift", 90).await;
        made.expect("an operator").token
    }

    pub async fn sign_up(&self, email: &str, password: &str, organization: &str) -> Reply {
        let body = json!({
            "email": email, "password": password, "display_name": "Ada", "organization_name": organization,
        });
        self.post("/sign-up", None, body).await
    }

    pub async fn sign_in(&self, email: &str, password: &str) -> Reply {
        self.post("/sign-in", None, json!({ "email": email, "password": password })).await
    }

    pub async fn verify(&self, token: &str, password: &str) -> Reply {
        self.post("/verify-email", None, json!({ "token": token, "password": password })).await
    }

    /// Signed up, verified and signed in.
    pub async fn owner(&self, email: &str) -> Person {
        self.sign_up(email, PASSWORD, "Engines").await.is(202);
        self.verify(self.links().await.last().expect("a link"), PASSWORD).await.is(200);
        self.enter(email).await
    }

    pub async fn enter(&self, email: &str) -> Person {
        self.person(&self.sign_in(email, PASSWORD).await.is(200)).await
    }

    /// Who was given these tokens.
    pub async fn person(&self, tokens: &Reply) -> Person {
        let access = tokens.at("/access_token");
        Person {
            tenant: tokens.at("/tenant_id").parse().expect("an id"),
            user: tokens.at("/user_id").parse().expect("an id"),
            membership: self.get("/me", &access).await.is(200).at("/member_id"),
            access,
            refresh: tokens.at("/refresh_token"),
        }
    }

    /// Invited by the owner to this role, come in and signed in there.
    pub async fn member(&self, owner: &Person, email: &str, role: Value) -> Person {
        let mut body = role;
        body["email"] = email.into();
        self.post("/invitations", Some(&owner.access), body).await.is(201);
        let token = self.invitations().await.pop().expect("an invitation");
        self.accept(&token, PASSWORD).await.is(200);
        let body = json!({ "email": email, "password": PASSWORD, "tenant_id": owner.tenant });
        self.person(&self.post("/sign-in", None, body).await.is(200)).await
    }

    pub async fn accept(&self, token: &str, password: &str) -> Reply {
        let body = json!({ "token": token, "password": password, "display_name": "Grace" });
        self.post("/invitations/accept", None, body).await
    }

    pub async fn patch(&self, path: &str, bearer: &str, if_match: &str, body: Value) -> Reply {
        self.call(Method::PATCH, path, Some(bearer), &[("if-match", if_match)], Some(body)).await
    }

    /// The payloads written for a subscriber, oldest first.
    pub async fn messages(&self, subscriber: &str) -> Vec<(MessageId, TenantId, String)> {
        let system = self.databases.system("tests").await.expect("the system door");
        let sql = format!(
            "SELECT public_id, tenant_id, payload FROM {} WHERE handler = $1 ORDER BY id",
            system.table("messages")
        );
        let rows = system.query_all(&sql, vec![subscriber.into()]).await.expect("reads");
        let read = rows.iter().map(|row| {
            let get = |column| row.try_get::<uuid::Uuid>("", column).expect("a UUID");
            let payload: String = row.try_get("", "payload").expect("text");
            (MessageId::from_uuid(get("public_id")), TenantId::from_uuid(get("tenant_id")), payload)
        });
        let all = read.collect();
        system.commit().await.expect("ends");
        all
    }

    /// The tokens of all links that were sent, oldest first.
    pub async fn links(&self) -> Vec<String> {
        self.tokens_of("tests.verification", VERIFICATION_SEAL).await
    }

    /// The same of invitations.
    pub async fn invitations(&self) -> Vec<String> {
        self.tokens_of("tests.invitation", INVITATION_SEAL).await
    }

    /// Of those that have one.
    pub async fn tokens_of(&self, subscriber: &str, seal: &'static str) -> Vec<String> {
        let sent = self.messages(subscriber).await;
        let open = |payload: &str| -> Option<String> {
            let event: Value = serde_json::from_str(payload).expect("the event");
            let sealed: Option<Sealed<String>> =
                serde_json::from_value(event["sealed_token"].clone()).expect("a sealed value");
            Some(self.stage.secrets.open_value(seal, &sealed?).expect("opens"))
        };
        sent.iter().filter_map(|(_, _, payload)| open(payload)).collect()
    }

    /// Delivers every audit entry that was written, in order, as the runtime would.
    pub async fn deliver_audit(&self) -> Vec<Result<(), JobFailure>> {
        let mut outcomes = Vec::new();
        for (message, tenant, payload) in self.messages("users.append_audit_entry").await {
            let mut of = self.stage.tenant();
            of.id = tenant;
            let ctx = of.delivery("users", "users.append_audit_entry", message);
            let parcel = Parcel { kind: "audit.entry".to_owned(), version: 1, payload };
            outcomes.push(self.audit.deliver(ctx, parcel, Running::detached(message)).await);
        }
        outcomes
    }

    /// Runs the job that erases, as this person.
    pub async fn erase(&self, whose: Value, by: &Person) {
        let payload = json!({ "whose": whose }).to_string();
        let parcel = Parcel { kind: "users.erase_audit_details".to_owned(), version: 1, payload };
        let message = MessageId::new(self.stage.clock.now());
        self.erasing.deliver(self.ctx_of(by), parcel, Running::detached(message)).await.expect("erases");
    }

    /// Writes the files that this person asked for.
    pub async fn produce_exports(&self, by: &Person) {
        for (message, tenant, payload) in self.messages("users.produce_export").await {
            if tenant == by.tenant {
                let parcel = Parcel { kind: "users.produce_export".to_owned(), version: 1, payload };
                let done = self.producing.deliver(self.ctx_of(by), parcel, Running::detached(message)).await;
                done.expect("a file");
            }
        }
    }

    /// Runs each job that erases a closed tenant once, as the runtime does when it is due: whether each had done all.
    pub async fn erase_closed(&self) -> Vec<bool> {
        let mut nobody = self.stage.tenant();
        nobody.id = PLATFORM;
        let mut done = Vec::new();
        for (message, tenant, payload) in self.messages("users.erase_tenant").await {
            assert_eq!(tenant, PLATFORM, "it is there when the other is gone");
            let system = Actor::System { domain: "users".to_owned() };
            let ctx = nobody.ctx_as(system, PermissionSet::default());
            let parcel = Parcel { kind: "users.erase_tenant".to_owned(), version: 1, payload };
            match self.leaving.deliver(ctx, parcel, Running::detached(message)).await {
                Ok(()) => done.push(true),
                Err(JobFailure::Snooze(_)) => done.push(false),
                Err(failure) => panic!("{failure}"),
            }
        }
        done
    }

    /// Runs the job that deletes what has ended, as its schedule does, until it is done.
    pub async fn clean_up(&self) {
        let mut nobody = self.stage.tenant();
        nobody.id = PLATFORM;
        loop {
            let system = Actor::System { domain: "users".to_owned() };
            let parcel = Parcel { kind: "users.clean_up".to_owned(), version: 1, payload: "{}".to_owned() };
            let message = MessageId::new(self.stage.clock.now());
            let ctx = nobody.ctx_as(system, PermissionSet::default());
            match self.cleaning.deliver(ctx, parcel, Running::detached(message)).await {
                Ok(()) => return,
                Err(JobFailure::Snooze(_)) => {}
                Err(failure) => panic!("{failure}"),
            }
        }
    }

    /// What no use case does, by the rights of the runtime's role. How many rows it touched.
    pub async fn meddle(
        &self,
        person: &Person,
        sql: TenantSql,
        value: Option<uuid::Uuid>,
    ) -> Result<u64, data::Error> {
        let unit = self.databases.write(&self.ctx_of(person)).await?;
        let meddling = unit.sql(sql);
        let touched = match value {
            Some(value) => meddling.bind(value).exec().await?,
            None => meddling.exec().await?,
        };
        unit.commit(touched).await
    }

    /// As a job has it that they or their key asked for.
    pub async fn job_of(&self, person: &Person, actor: Actor) -> Ctx {
        let resumed = self.identity.resume(&self.stage.visitor(), person.tenant, &actor).await;
        let principal = resumed.unwrap().unwrap();
        let mut tenant = self.stage.tenant();
        (tenant.id, tenant.owner) = (person.tenant, person.user);
        tenant.job(principal.actor, principal.permissions)
    }

    pub fn ctx_of(&self, person: &Person) -> Ctx {
        let mut tenant = self.stage.tenant();
        (tenant.id, tenant.owner) = (person.tenant, person.user);
        tenant.ctx(PERMISSIONS)
    }
}
