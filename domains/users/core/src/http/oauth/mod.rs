//! What RFCs give a shape of its own, beside the API: a page where somebody lets a client act for them, and the endpoints where
//! clients get their tokens.

mod authorize;
mod discovery;
mod form;
mod ticket;
mod token;

use crate::app::App;
use actix_web::web::{self as actix, Data, ServiceConfig};

const AUTHORIZE: &str = "/oauth/authorize";
const TOKEN: &str = "/oauth/token";
const REVOKE: &str = "/oauth/revoke";
const INTROSPECT: &str = "/oauth/introspect";

pub fn resources(config: &mut ServiceConfig, app: &App) {
    let at = |path: &str| actix::resource(path).app_data(Data::new(app.clone()));
    config
        .service(
            at(AUTHORIZE).route(actix::get().to(authorize::ask)).route(actix::post().to(authorize::answer)),
        )
        .service(at(TOKEN).route(actix::post().to(token::issue)))
        .service(at(REVOKE).route(actix::post().to(token::revoke)))
        .service(at(INTROSPECT).route(actix::post().to(token::introspect)))
        .service(at(discovery::OAUTH).route(actix::get().to(discovery::show)))
        .service(at(discovery::OPENID).route(actix::get().to(discovery::show)));
}
