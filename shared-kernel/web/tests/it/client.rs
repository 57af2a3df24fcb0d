//! A client of the shop: requests in a line, answers with what tests look at.

use crate::shop::{Shop, server, settings};
use actix_web::body::to_bytes;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::middleware::Compress;
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, Error};
use futures::future::LocalBoxFuture;
use serde_json::Value;
use std::rc::Rc;

type Serve = Box<dyn Fn(TestRequest) -> LocalBoxFuture<'static, Result<ServiceResponse, Error>>>;

pub struct Client {
    pub shop: Shop,
    serve: Serve,
}

pub async fn client() -> Client {
    client_with(settings()).await
}

pub async fn client_with(settings: web::Settings) -> Client {
    let shop = Shop::default();
    let server = server(&shop, settings);
    let configured = server.clone();
    let app = App::new().configure(move |config| configured.configure(config));
    let service = Rc::new(init_service(app.wrap(Compress::default()).wrap(server.edge())).await);
    let serve: Serve = Box::new(move |request| {
        let service = Rc::clone(&service);
        Box::pin(async move { service.call(request.to_request()).await })
    });
    Client { shop, serve }
}

pub struct Call {
    request: TestRequest,
}

/// `call("GET /items")`, below the shop's base unless the path says `/…/` from the root with `//`.
pub fn call(line: &str) -> Call {
    let (method, path) = line.split_once(' ').unwrap();
    let path = match path.strip_prefix('/') {
        Some(root) if root.starts_with('/') => root.to_owned(),
        _ => format!("/api/v1/shop{path}"),
    };
    let method: Method = method.parse().unwrap();
    Call {
        request: TestRequest::default()
            .method(method)
            .uri(&path)
            .peer_addr("127.0.0.1:4000".parse().unwrap()),
    }
}

impl Call {
    pub fn by(self, credential: &str) -> Self {
        self.header("authorization", &format!("Bearer {credential}"))
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.append_header((name, value));
        self
    }

    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    pub fn json(self, body: &str) -> Self {
        self.header("content-type", "application/json").body(body)
    }

    pub fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.request = self.request.set_payload(body.as_ref().to_vec());
        self
    }
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("JSON: {self:?}"))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    pub fn id(&self) -> String {
        self.json()["id"].as_str().unwrap().to_owned()
    }
}

impl Client {
    /// Like the server: an error of the outermost middleware is rendered by what it says itself.
    pub async fn send(&self, call: Call) -> Reply {
        let response = match (self.serve)(call.request).await {
            Ok(response) => response.into_parts().1,
            Err(error) => error.error_response(),
        };
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = to_bytes(response.into_body()).await.unwrap_or_default().to_vec();
        Reply { status, headers, bytes }
    }

    pub async fn item(&self, owner: &str, name: &str, stock: u32) -> String {
        let body = format!(r#"{{"name": "{name}", "stock": {stock}}}"#);
        let reply = self.send(call("POST /items").by(owner).json(&body)).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.id()
    }
}
