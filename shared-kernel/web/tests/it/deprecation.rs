//! An operation that is going away says since when it should not be used and until when it can be (RFC 9745 and
//! RFC 8594), in each of its answers and in the document; the others say nothing of it.

use crate::shop::{ITEMS_READ, Identities, Shop, settings};
use actix_web::App;
use actix_web::test::{TestRequest, call_service, init_service};
use chrono::NaiveDate;
use kernel::Clock;
use secrets::{MasterKey, Secrets};
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa::openapi::Info;
use web::{Answer, Api, Caller, Rendered};

/// Greets as it always did
#[utoipa::path(get, path = "/old", responses((status = 200, body = String)))]
async fn greet_as_ever(_caller: Caller) -> Answer {
    Ok(Rendered::ok(&"hello"))
}

/// Greets
#[utoipa::path(get, path = "/new", responses((status = 200, body = String)))]
async fn greet(_caller: Caller) -> Answer {
    Ok(Rendered::ok(&"hello"))
}

fn server() -> web::Server {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let old = web::operation!(greet_as_ever).permission(&ITEMS_READ);
    let api = Api::new("greetings", Shop::default(), &[])
        .tag("Greetings", "Old and new")
        .operation(old.deprecated(day("2025-12-01"), day("2026-06-01")))
        .operation(web::operation!(greet).permission(&ITEMS_READ));
    let server = web::Server::new(web::Parts {
        settings: settings(),
        clock: Clock::system(),
        secrets: Secrets::new(&MasterKey::generate()),
        identity: Arc::new(Identities),
        entitlements: None,
        apis: vec![api],
        info: Info::new("Greetings", "v1"),
    });
    server.unwrap_or_else(|faults| panic!("{faults:#?}"))
}

#[actix_web::test]
async fn its_answers_say_so() {
    let server = server();
    let configured = server.clone();
    let app = App::new().configure(move |config| configured.configure(config));
    let app = init_service(app.wrap(server.edge())).await;
    let going = (Some("@1764547200"), Some("Mon, 01 Jun 2026 00:00:00 GMT"));
    for (path, credential, status, expected) in [
        ("old", "owner", 200, going),
        // To be refused is an answer too.
        ("old", "nobody", 401, going),
        ("new", "owner", 200, (None, None)),
        ("new", "nobody", 401, (None, None)),
    ] {
        let request = TestRequest::get()
            .uri(&format!("/api/v1/greetings/{path}"))
            .insert_header(("authorization", format!("Bearer {credential}")));
        let response = call_service(&app, request.to_request()).await;
        let told = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap());
        let seen = (response.status().as_u16(), (told("deprecation"), told("sunset")));
        assert_eq!(seen, (status, expected), "{path} by {credential}");
    }
}

#[test]
fn the_document_marks_it() {
    let document = serde_json::to_value(server().openapi()).unwrap();
    let mark = |path: &str| -> Option<Value> {
        let operation = &document["paths"][format!("/api/v1/greetings/{path}")]["get"];
        assert!(operation.is_object(), "{path} is not there: {document}");
        operation.get("deprecated").cloned()
    };
    assert_eq!((mark("old"), mark("new")), (Some(json!(true)), None));
}
