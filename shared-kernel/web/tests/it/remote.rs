//! Contracts over HTTP: only this installation's own processes are heard.

use crate::shop::{Shop, TENANT, server_with, settings};
use actix_web::App;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use async_trait::async_trait;
use chrono::Duration;
use kernel::contract::{ContractServer, DispatchError};
use kernel::ctx::{Principal, Trace, Visitor};
use kernel::{Clock, Ctx};
use secrets::{MasterKey, Secrets};
use std::sync::Arc;
use std::time::Instant;
use web::remote::{Call, SIGNATURE, configure};

struct Echo;

#[async_trait]
impl ContractServer for Echo {
    fn contract(&self) -> &'static str {
        "echo"
    }

    async fn dispatch(&self, ctx: &Ctx, method: &str, request: &[u8]) -> Result<Vec<u8>, DispatchError> {
        match method {
            "say" => Ok(format!("[\"{}\",{}]", ctx.tenant(), String::from_utf8_lossy(request)).into_bytes()),
            "mumble" => Err(DispatchError::Unwritable(serde::ser::Error::custom("no JSON"))),
            _ => Err(DispatchError::UnknownMethod { contract: "echo", method: method.to_owned() }),
        }
    }
}

fn ctx() -> Ctx {
    let clock = Clock::system();
    let visitor = Visitor {
        client_address: None,
        user_agent: None,
        request_id: "r-1".to_owned(),
        trace: Trace { traceparent: String::new() },
        deadline: Instant::now() + std::time::Duration::from_secs(5),
        clock: clock.clone(),
    };
    Ctx::build(visitor, Principal::system(TENANT, "shop", clock.now()))
}

async fn check(make: impl FnOnce(&Secrets) -> Call, status: u16, body: &str) {
    let secrets = Secrets::new(&MasterKey::generate());
    check_at(&secrets, make(&secrets), status, body).await;
}

async fn check_at(secrets: &Secrets, call: Call, status: u16, body: &str) {
    let server = server_with(&Shop::default(), settings(), secrets.clone());
    let served = server.clone();
    let app = App::new().configure(move |config| configure(config, &served, vec![Arc::new(Echo)]));
    let app = init_service(app.wrap(server.edge())).await;
    let request = TestRequest::post().uri(&call.path).insert_header((SIGNATURE, call.signature));
    let response = call_service(&app, request.set_payload(call.body).to_request()).await;
    assert_eq!(response.status().as_u16(), status);
    let told = read_body(response).await;
    assert!(String::from_utf8_lossy(&told).contains(body), "{told:?}");
}

fn signed(secrets: &Secrets, method: &str, age: Duration) -> Call {
    let now = Clock::system().now() - age;
    Call::new(secrets, now, "echo", method, &ctx(), br#"{"word": "hi"}"#).unwrap()
}

#[actix_web::test]
async fn signed_calls_are_dispatched() {
    let answer = format!("[\"{TENANT}\",{{\"word\": \"hi\"}}]");
    check(|secrets| signed(secrets, "say", Duration::zero()), 200, &answer).await;
    check(|secrets| signed(secrets, "shout", Duration::zero()), 404, "not_found").await;
    check(|secrets| signed(secrets, "mumble", Duration::zero()), 500, "internal").await;
}

#[actix_web::test]
async fn a_key_is_replaced_while_processes_go_on_once_all_know_it() {
    let (old, new) = (MasterKey::generate(), MasterKey::generate());
    let before = Secrets::new(&old);
    let knows_the_next = Secrets::rotated(&old, std::slice::from_ref(&new));
    let after = Secrets::rotated(&new, std::slice::from_ref(&old));
    for (caller, receiver, status, body) in [
        (&before, &knows_the_next, 200, "hi"),
        (&knows_the_next, &before, 200, "hi"),
        (&knows_the_next, &after, 200, "hi"),
        (&after, &knows_the_next, 200, "hi"),
        (&after, &before, 401, "unauthenticated"),
    ] {
        check_at(receiver, signed(caller, "say", Duration::zero()), status, body).await;
    }
}

#[actix_web::test]
async fn nobody_else_is_heard() {
    let refused = "unauthenticated";
    check(|secrets| signed(secrets, "say", Duration::seconds(90)), 401, refused).await;
    check(|secrets| signed(secrets, "say", Duration::seconds(-90)), 401, refused).await;
    check(|_| signed(&Secrets::new(&MasterKey::generate()), "say", Duration::zero()), 401, refused).await;
    check(
        |secrets| Call {
            path: "/internal/contracts/echo/shout".to_owned(),
            ..signed(secrets, "say", Duration::zero())
        },
        401,
        refused,
    )
    .await;
    check(
        |secrets| {
            let mut call = signed(secrets, "say", Duration::zero());
            call.body = String::from_utf8(call.body).unwrap().replace("hi", "ho").into_bytes();
            call
        },
        401,
        refused,
    )
    .await;
    check(
        |secrets| Call { signature: String::new(), ..signed(secrets, "say", Duration::zero()) },
        401,
        refused,
    )
    .await;
}
