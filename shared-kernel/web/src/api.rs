//! How a domain publishes its HTTP surface: operations by tag, under `/api/v1/<domain>`.

use crate::idempotency::{Replays, honoured};
use crate::openapi;
use crate::operation::{Access, Endpoint, MakeRoute, Operation, OperationInfo};
use crate::problem_json::{Failure, from_status};
use crate::query::State;
use actix_web::http::Method;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::{HttpResponse, Resource, Scope, web as actix};
use kernel::{Permission, ProblemKind};
use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::{Operation as Described, PathItem};
use utoipa::openapi::{RefOr, Schema};

pub const PREFIX: &str = "/api/v1";
const OPERATORS: &str = "platform";

type AddState = Arc<dyn Fn(Scope) -> Scope + Send + Sync>;

pub struct Api {
    pub(crate) domain: &'static str,
    /// Below the prefix, and what operation ids begin with.
    base: &'static str,
    replays: Arc<dyn Replays>,
    problems: Vec<ProblemKind>,
    states: Vec<AddState>,
    pub(crate) tags: Vec<(&'static str, &'static str)>,
    pub(crate) published: Vec<Published>,
    pub(crate) faults: Vec<String>,
}

pub(crate) struct Published {
    pub endpoint: Arc<Endpoint>,
    route: MakeRoute,
    /// Below the domain's base.
    path: String,
    pub described: Described,
    pub schemas: Vec<(String, RefOr<Schema>)>,
}

impl Api {
    /// `replays` are the domain's databases; `problems` the kinds of its error enums.
    pub fn new(
        domain: &'static str,
        replays: impl Replays + 'static,
        problems: &'static [&'static [ProblemKind]],
    ) -> Self {
        Self {
            domain,
            base: domain,
            replays: Arc::new(replays),
            problems: problems.concat(),
            states: Vec::new(),
            tags: Vec::new(),
            published: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// The operations that follow are for the operators of the installation, and under `/api/v1/platform`. Of all domains
    /// one has such.
    pub fn for_operators(mut self) -> Self {
        self.base = OPERATORS;
        self
    }

    /// What its handlers take as `State<T>`.
    pub fn state<T: Send + Sync + 'static>(mut self, state: T) -> Self {
        let state = State(Arc::new(state));
        self.states.push(Arc::new(move |scope| scope.app_data(state.clone())));
        self
    }

    /// The operations that follow belong to this tag.
    pub fn tag(mut self, name: &'static str, description: &'static str) -> Self {
        self.tags.push((name, description));
        self
    }

    pub fn operation(mut self, operation: Operation) -> Self {
        let Operation { name, document, description, access, options, route } = operation;
        let OpenApi { paths, components, .. } = document;
        let found = paths.paths.into_iter().next().and_then(|(path, item)| Some((path, single(item)?)));
        let Some((path, (method, mut described))) = found else {
            self.faults.push(format!("{}.{name}: #[utoipa::path] names no method", self.domain));
            return self;
        };
        let tag = self.tags.last().map(|(name, _)| *name);
        described.tags = tag.map(|tag| vec![tag.to_owned()]);
        described.operation_id = Some(format!("{}_{name}", self.base));
        let (permission, public_reason) = match access {
            Access::Permission(permission) => (Some(permission), None),
            Access::Public(reason) => (None, Some(reason)),
        };
        let info = OperationInfo {
            domain: self.domain,
            operation_id: format!("{}_{name}", self.base),
            path: format!("{PREFIX}/{}{path}", self.base),
            permission,
            public_reason,
            accepts_key: permission.is_some() && honoured(&method),
            requires_key: options.requires_key,
            needs_if_match: description.if_match == Some(true),
            has_json_body: description.request_body.is_some(),
            is_upload: description.upload,
            is_list: description.list,
            for_operators: self.base == OPERATORS,
            method: method.clone(),
        };
        let mut schemas: Vec<_> = components.into_iter().flat_map(|all| all.schemas).collect();
        schemas.extend(description.schemas.iter().cloned());
        let query_names = openapi::complete(&mut described, &info, &options, description.clone());
        self.faults.extend(openapi::faults(&info, &described, &description, &options));
        let endpoint = Endpoint {
            info,
            method,
            access,
            options,
            query_names,
            if_match: description.if_match,
            replays: Arc::clone(&self.replays),
            durations: RwLock::default(),
        };
        self.published.push(Published { endpoint: Arc::new(endpoint), route, path, described, schemas });
        self
    }

    pub fn openapi(&self) -> OpenApi {
        openapi::document(self)
    }

    pub fn operations(&self) -> impl Iterator<Item = &OperationInfo> {
        self.published.iter().map(|published| &published.endpoint.info)
    }

    /// Those its operations ask for, each once.
    pub fn permissions(&self) -> Vec<Permission> {
        let mut all: Vec<Permission> =
            self.operations().filter_map(|operation| operation.permission.copied()).collect();
        all.sort_by_key(|permission| permission.name);
        all.dedup();
        all
    }

    pub fn problems(&self) -> &[ProblemKind] {
        &self.problems
    }

    /// What is wrong with its declarations; a server refuses to start with any.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }

    /// A scope of its own inside the one of `/api/v1`. Literal segments come before parameters, and all methods of
    /// a path are on one resource, so that another method is a 405 that says which are allowed.
    pub(crate) fn scope(&self) -> Scope {
        let mut by_path = BTreeMap::<&str, Vec<&Published>>::new();
        for published in &self.published {
            by_path.entry(&published.path).or_default().push(published);
        }
        let scope =
            self.states.iter().fold(actix::scope(&format!("/{}", self.base)), |scope, add| add(scope));
        by_path.into_iter().fold(scope, |scope, (path, methods)| scope.service(resource(path, &methods)))
    }
}

fn resource(path: &str, methods: &[&Published]) -> Resource {
    let mut resource = actix::resource(path);
    let mut allowed = Vec::new();
    for published in methods {
        allowed.push(published.endpoint.method.clone());
        resource = resource.route((published.route)(Arc::clone(&published.endpoint)));
    }
    resource.default_service(actix::to(not_allowed(&allowed)))
}

/// The answer to a method that a path does not have.
pub(crate) fn not_allowed(
    allowed: &[Method],
) -> impl Fn() -> std::future::Ready<HttpResponse> + Clone + 'static {
    let mut names: Vec<&str> = allowed.iter().map(Method::as_str).collect();
    if names.contains(&"GET") {
        names.push("HEAD");
    }
    let allow = HeaderValue::try_from(names.join(", ")).unwrap_or(HeaderValue::from_static(""));
    move || {
        let failure: Failure = from_status(StatusCode::METHOD_NOT_ALLOWED, None);
        std::future::ready(HttpResponse::from_error(failure.with_header(ALLOW, allow.clone())))
    }
}

fn single(item: PathItem) -> Option<(Method, Described)> {
    let all = [
        (Method::GET, item.get),
        (Method::POST, item.post),
        (Method::PUT, item.put),
        (Method::PATCH, item.patch),
        (Method::DELETE, item.delete),
    ];
    let mut present = all.into_iter().filter_map(|(method, operation)| Some((method, operation?)));
    match (present.next(), present.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}
