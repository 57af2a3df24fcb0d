//! The master key is replaced: what it sealed opens all the while, and in the end by the new key alone. And what is to be
//! done where a key has leaked, as the page for it says. A code is good for half a minute, so the node runs here, by a clock
//! that is moved; the command is a process of its own.

use crate::client::{Client, Told};
use crate::house::{Ground, MASTER_KEY};
use crate::tenant::{PASSWORD, verification_token};
use app::config::{self, Sources};
use app::wiring::Node;
use chrono::{DateTime, Duration};
use kernel::{Clock, UserId};
use secrets::{MasterKey, Secrets};
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use testkit::{Backend, eventually, totp};

const ADA: &str = "ada@example.com";
const PAGE: &str = include_str!("../../../runbooks/keys.md");
const NEXT: &str = "TmV4dE5leHROZXh0TmV4dE5leHROZXh0TmV4dE5leHQ=";

struct House {
    ground: Ground,
    clock: Clock,
    /// Of Ada's authenticator.
    secret: String,
    recovery_codes: Vec<Value>,
    ada: UserId,
}

impl House {
    /// Ada has signed up and set up an authenticator.
    async fn new(backend: &Backend) -> (Self, Node) {
        let ground = Ground::new(backend).await;
        let clock = Clock::manual(DateTime::from_timestamp(1_900_000_000, 0).unwrap());
        let mut house = Self {
            ground,
            clock,
            secret: String::new(),
            recovery_codes: Vec::new(),
            ada: UserId::from_uuid(uuid::Uuid::nil()),
        };
        let node = house.start().await;
        let guest = guest(&node);
        let person = json!({
            "email": ADA, "password": PASSWORD, "display_name": "Ada", "organization_name": "Engines",
        });
        guest.post("/users/sign-up", person).await.expect(202);
        let token = json!({ "token": verification_token(&house.ground, ADA).await, "password": PASSWORD });
        guest.post("/users/verify-email", token).await.expect(200);
        let sign_in = json!({ "email": ADA, "password": PASSWORD });
        let tokens = guest.post("/users/sign-in", sign_in).await.expect(200);
        let ada = guest.with_token(tokens["access_token"].as_str().unwrap());
        let told = ada.post("/users/me/totp", json!({ "current_password": PASSWORD })).await.expect(200);
        house.secret = told["secret"].as_str().unwrap().to_owned();
        let confirmed = ada.post("/users/me/totp/confirm", json!({ "code": house.code() })).await.expect(200);
        house.recovery_codes = confirmed["recovery_codes"].as_array().unwrap().clone();
        house.ada = tokens["user_id"].as_str().unwrap().parse().unwrap();
        (house, node)
    }

    async fn start(&self) -> Node {
        let variables = self.ground.variables().into_iter().map(|(name, value)| (name.into(), value.into()));
        let sources = Sources { variables: variables.collect(), ..Sources::default() };
        Node::start(config::load(&sources).unwrap().config, self.clock.clone()).await.unwrap()
    }

    fn code(&self) -> Value {
        json!(totp::code(&self.secret, self.clock.now().timestamp()))
    }

    /// By the next code: the tokens of the session.
    async fn enter(&self, node: &Node) -> Value {
        self.clock.advance(Duration::seconds(30));
        self.enter_with(node, &self.code()).await.expect(200)
    }

    async fn enter_with(&self, node: &Node, code: &Value) -> Told {
        guest(node).post("/users/sign-in", json!({ "email": ADA, "password": PASSWORD, "code": code })).await
    }

    /// Starts a node, signs in there and stops it.
    async fn enter_anew(&self) {
        let node = self.start().await;
        self.enter(&node).await;
        node.stop().await;
    }

    /// What the authenticator shares, as it lies in the database.
    async fn sealed(&self) -> Vec<u8> {
        match self.ground.database_url() {
            Some(url) => {
                let mut database = PgConnection::connect(&url).await.unwrap();
                let sealed = sqlx::query_scalar("SELECT sealed_secret FROM users.totp_factors");
                sealed.fetch_one(&mut database).await.unwrap()
            }
            None => {
                let sealed = sqlx::query_scalar("SELECT sealed_secret FROM totp_factors");
                sealed.fetch_one(&mut self.file().await).await.unwrap()
            }
        }
    }

    /// By the statement of the page, letter by letter, with the owner's role.
    async fn end_signing_keys(&self) {
        let (_, statement) = PAGE.split_once("`UPDATE signing_keys").unwrap();
        let (statement, _) = statement.split_once('`').unwrap();
        let statement = AssertSqlSafe(format!("UPDATE signing_keys{statement}"));
        let ended = match self.ground.database_url() {
            Some(url) => {
                let mut database = PgConnection::connect(&url).await.unwrap();
                sqlx::query("SET search_path = users").execute(&mut database).await.unwrap();
                sqlx::query(statement).execute(&mut database).await.unwrap().rows_affected()
            }
            None => {
                let mut database = self.file().await;
                sqlx::query(statement).execute(&mut database).await.unwrap().rows_affected()
            }
        };
        assert_eq!(ended, 1);
    }

    async fn file(&self) -> SqliteConnection {
        let file = SqliteConnectOptions::new().filename(self.ground.folder.path().join("users.sqlite"));
        SqliteConnection::connect_with(&file).await.unwrap()
    }

    fn opens(&self, key: &str, sealed: &[u8]) -> bool {
        let secrets = Secrets::new(&MasterKey::from_base64(key).unwrap());
        secrets.open("users.totp", self.ada.uuid().as_bytes(), sealed).is_ok()
    }

    /// Exit code, and what it said on stdout and stderr.
    fn insula(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_insula"));
        command.args(arguments).env_clear().envs(self.ground.variables());
        let output = command.current_dir(self.ground.folder.path()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn refused(&self, arguments: &[&str], expected: &[&str]) {
        let (code, told, log) = self.insula(arguments);
        assert_eq!((code, told.as_str()), (1, ""), "{log}");
        for part in expected {
            assert!(log.contains(part), "{part:?} is missing in:\n{log}");
        }
    }

    fn done(&self, arguments: &[&str], expected: &[&str]) {
        let (code, told, log) = self.insula(arguments);
        assert_eq!(code, 0, "{log}");
        for part in expected {
            assert!(told.contains(part), "{part:?} is missing in:\n{told}");
        }
    }
}

fn guest(node: &Node) -> Client {
    Client::new(&format!("http://{}", node.address))
}

/// What the access token of these is told there.
async fn me(node: &Node, tokens: &Value) -> Told {
    guest(node).with_token(tokens["access_token"].as_str().unwrap()).get("/users/me").await
}

/// The session goes on by its refresh token, with an access token that another key has signed.
async fn renew(node: &Node, tokens: &Value) {
    let refresh = json!({ "refresh_token": tokens["refresh_token"] });
    let renewed = guest(node).post("/users/refresh", refresh).await.expect(200);
    me(node, &renewed).await.expect(200);
}

/// The names of the keys that others know access tokens by.
async fn published(node: &Node) -> Vec<Value> {
    let told = guest(node).get("/.well-known/jwks.json").await.expect(200);
    told["keys"].as_array().unwrap().iter().map(|key| key["kid"].clone()).collect()
}

fn run(test: impl Future<Output = ()>) {
    actix_web::rt::System::new().block_on(test);
}

#[test]
fn a_key_in_its_file_is_replaced_on_sqlite() {
    run(async {
        let (house, node) = House::new(&Backend::Sqlite).await;
        let file = house.ground.folder.path().join("master.key");
        let (former, sealed) = (fs::read_to_string(&file).unwrap(), house.sealed().await);
        let why = ["a node is running", "in use by the node", "stop it first"];
        house.refused(&["keys", "rotate"], &why);
        assert_eq!(fs::read_to_string(&file).unwrap(), former);
        node.stop().await;

        let expected = [
            "the first line of",
            "authenticators: 1 sealed anew",
            "signing keys: 1 sealed",
            "taken away a day after",
        ];
        house.done(&["keys", "rotate"], &expected);
        let keys = fs::read_to_string(&file).unwrap();
        assert!(keys.ends_with(&former) && keys.lines().count() == 2, "the former key is kept");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let newest = keys.lines().next().unwrap();
        let anew = house.sealed().await;
        assert!(house.opens(&former, &sealed) && !house.opens(newest, &sealed));
        assert!(house.opens(newest, &anew) && !house.opens(&former, &anew));
        house.done(&["keys", "reseal"], &["authenticators: 0 sealed anew, 1 by the newest already"]);
        let node = house.start().await;
        house.enter(&node).await;
        house.enter_with(&node, &house.recovery_codes[0]).await.expect(200);
        node.stop().await;

        fs::write(&file, newest).unwrap();
        let node = house.start().await;
        house.enter(&node).await;
        let told = house.enter_with(&node, &house.recovery_codes[1]).await;
        assert_eq!(told.problem(401), "users.wrong_code", "it was hashed with the key that is gone");
        node.stop().await;

        // With the newest one gone instead.
        fs::write(&file, &former).unwrap();
        let name = Secrets::new(&MasterKey::from_base64(newest).unwrap()).key_names().remove(0);
        let sealed_with = format!("sealed with the master key {name}, which is not among those configured");
        let line = "authenticators: 0 sealed anew, 0 by the newest already, 1 not";
        let expected = [line, "can be opened by none of these keys", "what to do: ", sealed_with.as_str()];
        house.refused(&["keys", "reseal"], &expected);
        assert_eq!(house.sealed().await, anew);
        fs::write(&file, format!("{former}{newest}\n")).unwrap();
        house.done(&["keys", "reseal"], &["authenticators: 1 sealed anew"]);
        fs::write(&file, &former).unwrap();
        house.done(&["keys", "rotate", "--signing"], &["It signs in an hour"]);
        house.done(&["keys", "reseal"], &["signing keys: 0 sealed anew, 2 by the newest already"]);
        house.enter_anew().await;
    });
}

#[test]
fn a_configured_key_is_replaced_on_postgres() {
    let Some(backend) = Backend::postgres() else { return };
    run(async {
        let (mut house, node) = House::new(&backend).await;
        node.stop().await;
        let why = ["is in the configuration", "secrets.former_master_keys", "insula keys reseal"];
        house.refused(&["keys", "rotate"], &why);
        let sealed = house.sealed().await;

        house.ground.set("INSULA_SECRETS__FORMER_MASTER_KEYS", NEXT);
        let knows_the_next = house.start().await;
        house.ground.set("INSULA_SECRETS__MASTER_KEY", NEXT);
        house.ground.set("INSULA_SECRETS__FORMER_MASTER_KEYS", MASTER_KEY);
        let seals_by_it = house.start().await;
        house.enter(&seals_by_it).await;
        assert_eq!(house.sealed().await, sealed);
        house.done(&["keys", "reseal"], &["authenticators: 1 sealed anew"]);
        assert!(house.opens(NEXT, &house.sealed().await));
        house.enter(&knows_the_next).await;
        house.enter(&seals_by_it).await;
        knows_the_next.stop().await;
        seals_by_it.stop().await;

        house.ground.set("INSULA_SECRETS__FORMER_MASTER_KEYS", "");
        house.done(&["keys", "reseal"], &["authenticators: 0 sealed anew, 1 by the newest already"]);
        house.enter_anew().await;
    });
}

#[test]
fn where_nodes_cannot_be_seen_it_must_be_said_that_they_are_stopped() {
    run(async {
        let (mut house, node) = House::new(&Backend::Sqlite).await;
        node.stop().await;
        house.ground.set("INSULA_BLOBS__SHARED", "true");
        let why = ["cannot be seen from here", "--all-stopped", "while the nodes go on"];
        house.refused(&["keys", "rotate"], &why);
        house.done(&["keys", "rotate", "--all-stopped"], &["authenticators: 1 sealed anew"]);
        house.enter_anew().await;
        fs::remove_file(house.ground.folder.path().join("master.key")).unwrap();
        house.refused(
            &["keys", "rotate", "--all-stopped"],
            &["there is no master key in", "the first start makes"],
        );
    });
}

#[test]
fn what_a_leaked_key_signed_is_refused_on_sqlite() {
    run(a_leaked_signing_key(Backend::Sqlite));
}

#[test]
fn what_a_leaked_key_signed_is_refused_on_postgres() {
    if let Some(backend) = Backend::postgres() {
        run(a_leaked_signing_key(backend));
    }
}

async fn a_leaked_signing_key(backend: Backend) {
    let (house, node) = House::new(&backend).await;
    let (tokens, leaked) = (house.enter(&node).await, published(&node).await);
    me(&node, &tokens).await.expect(200);
    house.end_signing_keys().await;
    house.clock.advance(Duration::minutes(1));
    // Whose a token is has been known for less than a second.
    eventually("the token is refused", async || {
        let told = me(&node, &tokens).await;
        (told.status != 200).then(|| told.problem(401))
    })
    .await;
    renew(&node, &tokens).await;
    let next = published(&node).await;
    assert!(next.len() == 1 && next != leaked, "{next:?}");

    let tokens = house.enter(&node).await;
    me(&node, &tokens).await.expect(200);
    house.end_signing_keys().await;
    node.stop().await;
    let node = house.start().await;
    me(&node, &tokens).await.problem(401);
    let after_it = published(&node).await;
    assert!(after_it.len() == 1 && after_it != next, "{after_it:?}");
    renew(&node, &tokens).await;
    node.stop().await;
}

#[test]
fn where_a_master_key_leaked_nothing_is_left_that_it_sealed() {
    run(async {
        let (house, node) = House::new(&Backend::Sqlite).await;
        let tokens = house.enter(&node).await;
        let leaked = published(&node).await;
        node.stop().await;
        house.done(&["keys", "rotate"], &["the first line of", "signing keys: 1 sealed anew"]);
        let file = house.ground.folder.path().join("master.key");
        let keys = fs::read_to_string(&file).unwrap();
        fs::write(&file, keys.lines().next().unwrap()).unwrap();
        house.end_signing_keys().await;

        let node = house.start().await;
        me(&node, &tokens).await.problem(401);
        let next = published(&node).await;
        assert!(next.len() == 1 && next != leaked, "{next:?}");
        renew(&node, &tokens).await;
        house.enter(&node).await;
        let told = house.enter_with(&node, &house.recovery_codes[0]).await;
        assert_eq!(told.problem(401), "users.wrong_code", "it was hashed with the key that is gone");
        node.stop().await;
    });
}
