//! A verification link that is too old. It takes hours to expire, so the node runs here, by a clock that is moved.

use crate::client::Client;
use crate::house::Ground;
use crate::tenant::{PASSWORD, verification_token};
use app::config::{self, Sources};
use app::wiring::Node;
use chrono::{DateTime, Duration};
use kernel::Clock;
use serde_json::json;
use testkit::Backend;

#[test]
fn an_expired_link_on_sqlite() {
    run(Backend::Sqlite);
}

#[test]
fn an_expired_link_on_postgres() {
    if let Some(backend) = Backend::postgres() {
        run(backend);
    }
}

fn run(backend: Backend) {
    actix_web::rt::System::new().block_on(async {
        let ground = Ground::new(&backend).await;
        let variables = ground.variables().into_iter().map(|(name, value)| (name.into(), value.into()));
        let sources = Sources { variables: variables.collect(), ..Sources::default() };
        let clock = Clock::manual(DateTime::from_timestamp(1_900_000_000, 0).unwrap());
        let node = Node::start(config::load(&sources).unwrap().config, clock.clone()).await.unwrap();
        let guest = Client::new(&format!("http://{}", node.address));
        let email = "late@example.com";
        let person = json!({
            "email": email, "password": PASSWORD, "display_name": "Late", "organization_name": "Late",
        });
        guest.post("/users/sign-up", person.clone()).await.expect(202);
        let token = json!({ "token": verification_token(&ground, email).await, "password": PASSWORD });
        clock.advance(Duration::hours(24) + Duration::seconds(1));
        let told = guest.post("/users/verify-email", token.clone()).await;
        assert_eq!(told.problem(410), "users.link_expired");
        let sign_in = json!({ "email": email, "password": PASSWORD });
        let told = guest.post("/users/sign-in", sign_in.clone()).await;
        assert_eq!(told.problem(401), "users.wrong_credentials", "an expired link verified the address");

        // The way out that the problem names.
        std::fs::remove_dir_all(ground.mail()).unwrap();
        guest.post("/users/sign-up", person).await.expect(202);
        let token = json!({ "token": verification_token(&ground, email).await, "password": PASSWORD });
        guest.post("/users/verify-email", token).await.expect(200);
        guest.post("/users/sign-in", sign_in).await.expect(200);
        node.stop().await;
    });
}
