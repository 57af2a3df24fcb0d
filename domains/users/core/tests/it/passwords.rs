//! Passwords: how another is chosen, what that ends, and how slowly they can be guessed.

use crate::house::{House, PASSWORD, Person, Reply};
use actix_web::http::Method;
use futures::future::join_all;
use futures::stream::{FuturesUnordered, StreamExt};
use serde_json::json;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;
use testkit::{Stage, both};
use users::Settings;
use users_contract::PASSWORD_RESET_SEAL;

const NEW: &str = "a longer horse battery staple";
const WRONG: &str = "not the password";

async fn ask(house: &House, email: &str) -> Reply {
    house.post("/password-resets", None, json!({ "email": email })).await
}

async fn complete(house: &House, token: &str, password: &str) -> Reply {
    house.post("/password-resets/complete", None, json!({ "token": token, "password": password })).await
}

async fn resets(house: &House) -> Vec<String> {
    house.tokens_of("tests.reset", PASSWORD_RESET_SEAL).await
}

both! {
    async fn a_reset_ends_every_session_and_begins_none(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner("ada@example.com").await, house.owner("bob@example.com").await);
        let there = house.member(&bob, "ada@example.com", json!({ "role": "viewer" })).await;
        let key = house.post("/api-keys", Some(&ada.access), json!({ "name": "k" })).await.is(201).at("/secret");
        house.stage.clock.advance(chrono::Duration::seconds(1));
        let known = ask(&house, "Ada@example.com").await.is(202);
        let unknown = ask(&house, "nobody@example.com").await.is(202);
        assert_eq!(known.text, unknown.text);
        assert_eq!(ask(&house, "no address").await.is(202).text, unknown.text);
        let [first] = &*resets(&house).await else { panic!("one link") };
        ask(&house, "ada@example.com").await.is(202);
        let second = resets(&house).await.pop().unwrap();

        for (password, code) in
            [("short", "invalid_password"), ("password1", "common_password"), ("ada@example.com", "common_password")]
        {
            let refused = complete(&house, first, password).await.problem(422, "invalid");
            assert_eq!(refused.at("/errors/0/code"), code);
        }
        let done = complete(&house, first, NEW).await.is(200);
        assert!(!done.text.contains("eyJ"), "{}", done.text);
        complete(&house, first, NEW).await.problem(422, "users.reset_invalid");
        complete(&house, &second, NEW).await.problem(422, "users.reset_invalid");
        complete(&house, "ins_pr_unknown", NEW).await.problem(422, "users.reset_invalid");
        for session in [&ada, &there] {
            testkit::eventually("the session has ended", || async {
                (house.get("/me", &session.access).await.status == 401).then_some(())
            })
            .await;
            let refresh = house.post("/refresh", None, json!({ "refresh_token": session.refresh })).await;
            refresh.problem(401, "users.refresh_refused");
        }
        house.get("/tenant", &key).await.is(200);
        house.get("/tenant", &bob.access).await.is(200);
        house.sign_in("ada@example.com", PASSWORD).await.problem(401, "users.wrong_credentials");
        house.sign_in("ada@example.com", NEW).await.is(200);
        assert_eq!(house.messages("tests.changed").await.len(), 1, "the owner is told");
    }
}

both! {
    async fn a_link_expires(stage: Stage) {
        let house = House::new(stage).await;
        house.owner("ada@example.com").await;
        ask(&house, "ada@example.com").await.is(202);
        let token = resets(&house).await.pop().unwrap();
        house.stage.clock.advance(chrono::Duration::hours(1));
        complete(&house, &token, NEW).await.problem(410, "users.reset_expired");
        house.sign_in("ada@example.com", PASSWORD).await.is(200);
    }
}

both! {
    async fn who_changes_it_keeps_the_session_that_did(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let elsewhere = house.enter("ada@example.com").await;
        house.stage.clock.advance(chrono::Duration::seconds(1));
        let change = |current: &str, new: &str| {
            let (house, ada) = (&house, &ada);
            let body = json!({ "current_password": current, "new_password": new });
            async move { house.post("/me/password", Some(&ada.access), body).await }
        };
        let refused = change(WRONG, NEW).await.problem(422, "invalid");
        assert_eq!(refused.at("/errors/0/code"), "wrong_password");
        let refused = change(PASSWORD, "12345678").await.problem(422, "invalid");
        assert_eq!(refused.at("/errors/0/pointer"), "/new_password");
        change(PASSWORD, NEW).await.is(204);
        house.get("/me", &ada.access).await.is(200);
        testkit::eventually("the other session has ended", || async {
            (house.get("/me", &elsewhere.access).await.status == 401).then_some(())
        })
        .await;
        house.post("/refresh", None, json!({ "refresh_token": ada.refresh })).await.is(200);
        house.sign_in("ada@example.com", PASSWORD).await.problem(401, "users.wrong_credentials");
        house.sign_in("ada@example.com", NEW).await.is(200);
    }
}

both! {
    async fn guessing_is_ever_slower_and_never_for_good(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        for email in ["ada@example.com", "nobody@example.com"] {
            let mut waits = Vec::new();
            for _ in 0..8 {
                let mut told = house.sign_in(email, WRONG).await;
                while told.status == 429 {
                    let wait: i64 = told.headers.get("retry-after").unwrap().to_str().unwrap().parse().unwrap();
                    waits.push(wait);
                    house.stage.clock.advance(chrono::Duration::seconds(wait));
                    told = house.sign_in(email, WRONG).await;
                }
                told.problem(401, "users.wrong_credentials");
            }
            assert_eq!(waits, [1, 2], "{email}");
        }
        // The right password waits as well, but a new one is chosen meanwhile, and then it does not.
        house.sign_in("ada@example.com", PASSWORD).await.problem(429, "too_many_requests");
        let guessed = json!({ "current_password": PASSWORD, "new_password": NEW });
        house.post("/me/password", Some(&ada.access), guessed).await.problem(429, "too_many_requests");
        ask(&house, "ada@example.com").await.is(202);
        let token = resets(&house).await.pop().unwrap();
        complete(&house, &token, NEW).await.is(200);
        house.sign_in("ada@example.com", NEW).await.is(200);
        house.sign_in("nobody@example.com", WRONG).await.problem(429, "too_many_requests");
        house.stage.clock.advance(chrono::Duration::hours(25));
        house.sign_in("nobody@example.com", WRONG).await.problem(401, "users.wrong_credentials");
        house.sign_in("nobody@example.com", WRONG).await.problem(401, "users.wrong_credentials");
    }
}

both! {
    async fn a_new_device_is_told_of(stage: Stage) {
        let house = House::new(stage).await;
        house.owner("ada@example.com").await;
        let enter = |device: &'static str| {
            let house = &house;
            async move {
                let body = json!({ "email": "ada@example.com", "password": PASSWORD });
                let fields = [("user-agent", device)];
                house.call(actix_web::http::Method::POST, "/sign-in", None, &fields, Some(body)).await.is(200)
            }
        };
        assert_eq!(house.messages("tests.device").await.len(), 0, "the first of all tells nobody");
        enter("Firefox").await;
        enter("Firefox").await;
        assert_eq!(house.messages("tests.device").await.len(), 1);
        enter("Chrome").await;
        let told = house.messages("tests.device").await;
        assert_eq!(told.len(), 2);
        assert!(told[1].2.contains("Chrome") && told[1].2.contains("ada@example.com"), "{}", told[1].2);
    }
}

both! {
    async fn a_new_device_is_told_of_in_whichever_tenant(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner("ada@example.com").await, house.owner("bob@example.com").await);
        house.post("/invitations", Some(&ada.access), json!({ "email": "bob@example.com" })).await.is(201);
        let token = house.invitations().await.pop().unwrap();
        house.accept(&token, PASSWORD).await.is(200);
        let enter = async |device: Option<&str>, to: &Person| {
            let body = json!({ "email": "bob@example.com", "password": PASSWORD, "tenant_id": to.tenant });
            let fields: Vec<_> = device.iter().map(|device| ("user-agent", *device)).collect();
            house.call(Method::POST, "/sign-in", None, &fields, Some(body)).await.is(200)
        };
        // Nobody has come to that tenant at all.
        let of_a_thief = enter(Some("Thief"), &ada).await;
        let told = house.messages("tests.device").await;
        assert_eq!(told.len(), 1);
        assert!(told[0].2.contains("Thief") && told[0].2.contains("bob@example.com"), "{}", told[0].2);
        // From there it moves on and tells no more, as it has been told of.
        let access = of_a_thief.at("/access_token");
        let home = json!({ "tenant_id": bob.tenant });
        let fields = [("user-agent", "Thief")];
        house.call(Method::POST, "/sessions/switch", Some(&access), &fields, Some(home)).await.is(200);
        enter(Some("Thief"), &bob).await;
        // Nor does the device that he has had at home.
        enter(None, &ada).await;
        assert_eq!(house.messages("tests.device").await.len(), 1);
    }
}

/// Keeps every thread busy that passwords are hashed on, until it is dropped.
fn hashing_is_full() -> Sender<()> {
    let (open, shut) = channel::<()>();
    let shut = Arc::new(Mutex::new(shut));
    // More than there are.
    for _ in 0..600 {
        let shut = Arc::clone(&shut);
        tokio::task::spawn_blocking(move || {
            let _ = shut.lock().unwrap().recv();
        });
    }
    open
}

both! {
    async fn where_too_many_passwords_are_hashed_who_signs_in_is_told_to_come_back(stage: Stage) {
        let house = House::new(stage).await;
        house.owner("ada@example.com").await;
        let places = std::thread::available_parallelism().map_or(1, usize::from);
        let one_too_many = || {
            let house = &house;
            (0..=places).map(move |number| async move {
                let nobody = format!("nobody-{number}@example.com");
                house.sign_in(&nobody, PASSWORD).await
            })
        };
        // With a connection to the database each, since to make one takes such a thread as well.
        for told in join_all(one_too_many()).await {
            told.problem(401, "users.wrong_credentials");
        }
        let open = hashing_is_full();
        let mut asked: FuturesUnordered<_> = one_too_many().collect();
        let busy = asked.next().await.unwrap().problem(503, "unavailable");
        let wait: u64 = busy.headers.get("retry-after").expect("when").to_str().unwrap().parse().unwrap();
        assert!(wait > 0, "{}", busy.text);
        drop(open);
        while let Some(told) = asked.next().await {
            told.problem(401, "users.wrong_credentials");
        }
        house.sign_in("ada@example.com", PASSWORD).await.is(200);
    }
}

both! {
    async fn sessions_are_listed_and_ended(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let second = house.enter("ada@example.com").await;
        let third = house.enter("ada@example.com").await;
        let bob = house.owner("bob@example.com").await;
        let eve = house.member(&ada, "eve@example.com", json!({ "role": "admin" })).await;
        let listed = house.get("/sessions", &ada.access).await.is(200).json();
        let rows = listed["data"].as_array().unwrap();
        let current: Vec<bool> = rows.iter().map(|row| row["is_current"].as_bool().unwrap()).collect();
        assert_eq!(current, [false, false, true]);
        let of_second = format!("/sessions/{}/revoke", rows[1]["id"].as_str().unwrap());
        for stranger in [&bob, &eve] {
            house.post(&of_second, Some(&stranger.access), json!({})).await.problem(404, "users.session_not_found");
        }
        house.post(&of_second, Some(&ada.access), json!({})).await.is(204);
        house.post(&of_second, Some(&ada.access), json!({})).await.is(204);
        house.get("/me", &second.access).await.is(401);
        house.get("/me", &third.access).await.is(200);
        house.post("/sessions/revoke-others", Some(&ada.access), json!({})).await.is(204);
        house.get("/me", &third.access).await.is(401);
        house.get("/me", &ada.access).await.is(200);
        house.get("/me", &eve.access).await.is(200);
        assert_eq!(house.get("/sessions", &ada.access).await.json()["data"].as_array().unwrap().len(), 1);
    }
}

/// Answers one request for a range with this, and tells what was asked.
fn range(lines: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/range", listener.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = vec![0; 4096];
        let length = stream.read(&mut head).unwrap();
        let answer =
            format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{lines}", lines.len());
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8_lossy(&head[..length]).into_owned()
    });
    (url, asked)
}

both! {
    async fn a_password_from_a_breach_is_refused_and_is_not_sent(stage: Stage) {
        // SHA-1 of `correct horse battery staple` is ABF7AAD6438836DBE526AA231ABDE2D0EEF74D42.
        let (url, asked) = range("0000000000000000000000000000000000A:9\r\nAD6438836DBE526AA231ABDE2D0EEF74D42:2\r\n");
        let _ = rustls::crypto::ring::default_provider().install_default();
        let settings = Settings { breached_passwords_url: Some(url), ..Settings::default() };
        let house = House::with_settings(stage, settings).await;
        let refused = house.sign_up("ada@example.com", PASSWORD, "Engines").await.problem(422, "invalid");
        assert_eq!(refused.at("/errors/0/code"), "breached_password");
        let head = asked.join().unwrap();
        assert!(head.starts_with("GET /range/ABF7A HTTP/1.1\r\n"), "{head}");
        // Nobody answers there any more, and the password passes.
        house.sign_up("ada@example.com", PASSWORD, "Engines").await.is(202);
    }
}

/// Has its callers in turn wait for it or hang up, in each of the ways in which a service fails, and then is gone.
fn failing() -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/range", listener.local_addr().unwrap());
    let gone = std::thread::spawn(move || {
        let call = || {
            let (mut stream, _) = listener.accept().unwrap();
            assert_ne!(stream.read(&mut [0; 4096]).unwrap(), 0, "somebody asks");
            stream
        };
        let until_it_hangs_up = |mut stream: TcpStream| {
            while stream.read(&mut [0; 64]).is_ok_and(|length| length > 0) {}
        };
        let busy = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        call().write_all(busy).unwrap();
        let mut endless = call();
        endless.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n").unwrap();
        while endless.write_all(&[b'0'; 4096]).is_ok() {}
        let mut halfway = call();
        halfway.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 80\r\nconnection: close\r\n\r\n00").unwrap();
        until_it_hangs_up(halfway);
        until_it_hangs_up(call());
    });
    (url, gone)
}

/// A log that tests read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// What came since it was last asked.
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

both! {
    async fn where_the_service_for_breaches_fails_a_password_passes_and_the_log_says_so(stage: Stage) {
        let (url, gone) = failing();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let settings = Settings { breached_passwords_url: Some(url), ..Settings::default() };
        let house = House::with_settings(stage, settings).await;
        let log = Log::default();
        let writer = log.clone();
        let lines = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        // While there is but one, what other tests' threads meet first counts as logged by nobody, for this thread as well.
        let _second = tracing::Dispatch::new(tracing_subscriber::fmt().with_writer(std::io::sink).finish());
        let _here = tracing::subscriber::set_default(lines);
        let check = async |who: &str, why: &str| {
            let email = format!("{who}@example.com");
            // It waits two seconds; the rest is for a machine with much to do.
            let signed_up = house.sign_up(&email, PASSWORD, "Engines");
            let told = tokio::time::timeout(Duration::from_secs(20), signed_up).await;
            told.unwrap_or_else(|_| panic!("{who}: it waits for good")).is(202);
            let text = log.take();
            let found: Vec<_> = text.lines().filter(|line| line.contains("are not checked for breaches")).collect();
            let [line] = *found else { panic!("{who}: {text}") };
            assert!(line.contains("WARN") && line.contains(why), "{who}: {line}");
            // The beginning of the password's hash.
            assert!(!text.contains("ABF7A"), "{who}: {text}");
        };
        check("busy", "503").await;
        check("endless", "too long").await;
        check("halfway", "TimedOut").await;
        check("silent", "TimedOut").await;
        gone.join().unwrap();
        check("gone", "ConnectionRefused").await;
    }
}
