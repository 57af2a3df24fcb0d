//! The module behind a real server, and what a test asks of it.

use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, StatusCode};
use actix_web::{App, test};
use data::{Databases, Subscription, TenantSql};
use jobs::{Handler, JobFailure, Parcel, Running};
use kernel::ctx::IdentityProvider;
use kernel::id::MessageId;
use kernel::{Ctx, DomainEvent, TenantId, UserId};
use module::Module;
use secrets::Sealed;
use serde_json::{Value, json};
use std::num::NonZeroU32;
use std::sync::Arc;
use testkit::Stage;
use users::{Deps, PERMISSIONS, Settings};
use users_contract::{
    EmailVerificationRequested, INVITATION_SEAL, InvitationSent, NewDeviceSignedIn, PasswordChanged,
    PasswordResetRequested, SignUpForKnownAddress, Users, VERIFICATION_SEAL,
};
use web::{Parts, Server};

pub const PASSWORD: &str = "correct horse battery staple";

pub struct House {
    pub stage: Stage,
    pub databases: Databases,
    pub identity: Arc<dyn IdentityProvider>,
    pub users: Arc<dyn Users>,
    server: Server,
    pages: module::Pages,
    audit: Handler,
    erasing: Handler,
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
        let platform = stage.platform("users").await;
        let Module { databases, api, pages, handlers, contract, identity, .. } =
            users::module(settings, Deps { platform });
        assert_eq!(api.faults(), &[] as &[String]);
        let [audit, erasing] = <[Handler; 2]>::try_from(handlers).ok().expect("a subscriber and a job");
        let mail = |event, subscriber| Subscription { event, subscriber, ordered: false };
        stage.subscribe(vec![
            audit.subscription().expect("it subscribes"),
            mail(EmailVerificationRequested::KIND, "tests.verification"),
            mail(SignUpForKnownAddress::KIND, "tests.known"),
            mail(InvitationSent::KIND, "tests.invitation"),
            mail(PasswordResetRequested::KIND, "tests.reset"),
            mail(PasswordChanged::KIND, "tests.changed"),
            mail(NewDeviceSignedIn::KIND, "tests.device"),
        ]);
        let identity = identity.expect("an identity provider");
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
            apis: vec![api],
            info: utoipa::openapi::Info::new("users", "1"),
        };
        Self {
            databases,
            identity,
            users: contract.and_then(|contract| contract.object::<dyn Users>()).expect("a contract"),
            server: Server::new(parts).unwrap_or_else(|faults| panic!("{faults:?}")),
            pages: pages.expect("pages"),
            audit,
            erasing,
            stage,
        }
    }

    pub async fn send(&self, request: test::TestRequest) -> Reply {
        let (server, pages) = (self.server.clone(), Arc::clone(&self.pages));
        let configure = move |config: &mut actix_web::web::ServiceConfig| {
            pages(config);
            server.configure(config);
        };
        let app = test::init_service(App::new().configure(configure).wrap(self.server.edge())).await;
        let (status, headers, body) = match test::try_call_service(&app, request.to_request()).await {
            Ok(response) => {
                let (status, headers) = (response.status(), response.headers().clone());
                (status, headers, test::read_body(response).await)
            }
            Err(error) => panic!("{error}"),
        };
        let _: StatusCode = status;
        Reply { status: status.as_u16(), headers, text: String::from_utf8_lossy(&body).into_owned() }
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
        let uri = format!("/api/v1/users{path}");
        let mut request = test::TestRequest::with_uri(&uri).method(method);
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

    pub async fn tokens_of(&self, subscriber: &str, seal: &'static str) -> Vec<String> {
        let sent = self.messages(subscriber).await;
        let open = |payload: &str| -> String {
            let event: Value = serde_json::from_str(payload).expect("the event");
            let sealed: Sealed<String> =
                serde_json::from_value(event["sealed_token"].clone()).expect("a sealed value");
            self.stage.secrets.open_value(seal, &sealed).expect("opens")
        };
        sent.iter().map(|(_, _, payload)| open(payload)).collect()
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

    pub fn ctx_of(&self, person: &Person) -> Ctx {
        let mut tenant = self.stage.tenant();
        (tenant.id, tenant.owner) = (person.tenant, person.user);
        tenant.ctx(PERMISSIONS)
    }
}
