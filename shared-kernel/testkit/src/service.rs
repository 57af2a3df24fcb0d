//! A module's API, served in the thread of the test that calls it. It is made once: making it takes longer than most calls.

use actix_web::dev::{Service as _, ServiceResponse};
use actix_web::test::{TestRequest, init_service};
use actix_web::web::ServiceConfig;
use actix_web::{App, Error};
use std::pin::Pin;
use std::rc::Rc;

type Response = Pin<Box<dyn Future<Output = Result<ServiceResponse, Error>>>>;

pub struct Service(Box<dyn Fn(TestRequest) -> Response>);

impl Service {
    pub async fn new(server: &web::Server) -> Self {
        Self::with(server, |_| {}).await
    }

    /// With pages beside the API.
    pub async fn with(server: &web::Server, pages: impl Fn(&mut ServiceConfig)) -> Self {
        let app = App::new().configure(pages).configure(|config| server.configure(config));
        let service = Rc::new(init_service(app.wrap(server.edge())).await);
        Self(Box::new(move |request| {
            let service = Rc::clone(&service);
            Box::pin(async move { service.call(request.to_request()).await })
        }))
    }

    pub async fn call(&self, request: TestRequest) -> Result<ServiceResponse, Error> {
        (self.0)(request).await
    }
}
