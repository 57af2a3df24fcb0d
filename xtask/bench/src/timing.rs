//! `just sign-in-timing`: does the time of an answer tell whether an address has an account. Addresses that have one and
//! addresses that have none are tried by turns at the release binary, on SQLite in a folder that is thrown away. It prints
//! what came out; nothing here passes or fails by it.

use crate::Failure;
use crate::house::{House, LIMIT};
use crate::measure::print;
use crate::options::Timing;
use crate::process::Server;
use crate::say;
use crate::statistic::{Compared, compare};
use crate::table::machine;
use reqwest::Client;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const PASSWORD: &str = "correct horse battery staple";
/// Wrong ones, of an account: so few are waited for by nobody.
const TRIES_PER_ACCOUNT: usize = 4;
/// Of the first tries of a kind, which are not counted: connections and plans are made in them.
const WARM_UP: usize = 20;
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// As long as those of all the others.
const KNOWN: &str = "known";

/// All tries come from one machine, each in the name of an address of its own.
const SETTINGS: [(&str, &str); 3] = [
    ("INSULA_HTTP__TRUSTED_PROXIES", "127.0.0.0/8"),
    ("INSULA_LIMITS__PUBLIC_PER_MINUTE_PER_ADDRESS", LIMIT),
    ("INSULA_LIMITS__TRIES_PER_MINUTE_PER_ACCOUNT", LIMIT),
];

pub fn run(options: &Timing) -> Result<(), Failure> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let tries = WARM_UP + usize::try_from(options.tries)?;
    // On a disk, as for `just bench`.
    let beside = std::env::current_exe()?.parent().map(Path::to_owned).unwrap_or_default();
    let folder = tempfile::Builder::new().prefix("insula-timing-").tempdir_in(beside)?;
    let house = House::sqlite(folder.path());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    print(&machine())?;
    runtime.block_on(async {
        let accounts = tries.div_ceil(TRIES_PER_ACCOUNT);
        say(&format!("sign-in-timing: making {accounts} accounts"));
        let insula = house.start_insula_with("all", &SETTINGS)?;
        let accounts = Arc::new(sign_up(&house, &Door::of(&insula)?, accounts).await?);
        insula.stop()?;
        // Nothing but the answers: mail waits in its table.
        let insula = house.start_insula_with("api", &SETTINGS)?;
        let door = Arc::new(Door::of(&insula)?);
        print(HEAD)?;
        for tried in Tried::ALL {
            say(&format!("sign-in-timing: {}", tried.name()));
            let (known, unknown) = times(&door, &accounts, tried, tries).await?;
            print(&line(tried, &compare(&known, &unknown)))?;
        }
        insula.stop()
    })
}

const HEAD: &str = "\n| | known, p50 ms | unknown, p50 ms | known / unknown | difference, µs | known, p95 ms | unknown, p95 ms \
    | known / unknown | known takes longer | z |\n|---|---|---|---|---|---|---|---|---|---|";

fn line(tried: Tried, compared: &Compared) -> String {
    let Compared { p50, p95, greater, z } = compared;
    let row = |[known, unknown]: [f64; 2]| format!("{known:.2} | {unknown:.2} | **{:.3}**", known / unknown);
    let difference = (p50[0] - p50[1]) * 1_000.0;
    format!("| {} | {} | {difference:.0} | {} | {greater:.3} | {z:.1} |", tried.name(), row(*p50), row(*p95))
}

#[derive(Clone, Copy)]
enum Tried {
    /// With a wrong password.
    SignIn,
    SignUp,
    Reset,
}

impl Tried {
    const ALL: [Self; 3] = [Self::SignIn, Self::SignUp, Self::Reset];

    fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::SignUp => "sign-up",
            Self::Reset => "password reset",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::SignIn => "/users/sign-in",
            Self::SignUp => "/users/sign-up",
            Self::Reset => "/users/password-resets",
        }
    }

    /// Of an address that is known and of one that is not.
    fn status(self) -> u16 {
        match self {
            Self::SignIn => 401,
            Self::SignUp | Self::Reset => 202,
        }
    }

    /// How many are under way at once: a password reset waits more than it works, and the others take a processor each.
    fn at_once(self) -> usize {
        match self {
            Self::SignIn | Self::SignUp => 1,
            Self::Reset => 8,
        }
    }

    fn body(self, email: &str) -> Value {
        match self {
            Self::SignIn => json!({ "email": email, "password": "not the password" }),
            Self::SignUp => new_account(email),
            Self::Reset => json!({ "email": email }),
        }
    }

    /// Nobody's. At a sign-up each is new, or it would be known by the first; of the others as many as there are accounts.
    fn unknown(self, number: usize, accounts: usize) -> String {
        match self {
            Self::SignIn => address("other", number % accounts),
            Self::SignUp => address("fresh", number),
            Self::Reset => address("third", number % accounts),
        }
    }
}

fn address(kind: &str, number: usize) -> String {
    format!("{kind}-{number:05}@example.com")
}

fn new_account(email: &str) -> Value {
    json!({
        "email": email, "password": PASSWORD, "display_name": "Ada", "organization_name": "Analytical Engines",
    })
}

/// In milliseconds: of the addresses that are known, and of the others.
async fn times(
    door: &Arc<Door>,
    accounts: &Arc<Vec<String>>,
    tried: Tried,
    tries: usize,
) -> Result<(Vec<f64>, Vec<f64>), Failure> {
    let mut lanes = JoinSet::new();
    for lane in 0..tried.at_once() {
        let (door, accounts) = (Arc::clone(door), Arc::clone(accounts));
        lanes.spawn(async move {
            let mut pairs = Vec::new();
            for number in (lane..tries).step_by(tried.at_once()) {
                let pair = pair(&door, &accounts, tried, number).await?;
                pairs.extend((number >= WARM_UP).then_some(pair));
            }
            Ok::<_, Failure>(pairs)
        });
    }
    let mut all = Vec::new();
    while let Some(lane) = lanes.join_next().await {
        all.extend(lane??);
    }
    Ok(all.into_iter().unzip())
}

/// One of each, the known one first at every other number.
async fn pair(door: &Door, accounts: &[String], tried: Tried, number: usize) -> Result<(f64, f64), Failure> {
    let known = &accounts[number % accounts.len()];
    let unknown = &tried.unknown(number, accounts.len());
    if number.is_multiple_of(2) {
        let first = door.try_it(tried, known).await?;
        Ok((first, door.try_it(tried, unknown).await?))
    } else {
        let first = door.try_it(tried, unknown).await?;
        Ok((door.try_it(tried, known).await?, first))
    }
}

/// The way to the server, and the addresses in whose names it is asked.
struct Door {
    http: Client,
    base: String,
    visitors: AtomicU32,
}

impl Door {
    fn of(server: &Server) -> Result<Self, Failure> {
        let http = Client::builder().timeout(Duration::from_secs(20)).build()?;
        Ok(Self { http, base: format!("http://{}/api/v1", server.address), visitors: AtomicU32::new(1) })
    }

    /// How long it took, in milliseconds.
    async fn try_it(&self, tried: Tried, email: &str) -> Result<f64, Failure> {
        self.post(tried.path(), &tried.body(email), tried.status()).await
    }

    async fn post(&self, path: &str, body: &Value, expected: u16) -> Result<f64, Failure> {
        let visitor = Ipv4Addr::from_bits(0x0a00_0000 + self.visitors.fetch_add(1, Ordering::Relaxed));
        let request = self.http.post(format!("{}{path}", self.base)).json(body);
        let request = request.header("x-forwarded-for", visitor.to_string()).build()?;
        let begun = Instant::now();
        let response = self.http.execute(request).await?;
        let (status, text) = (response.status(), response.text().await?);
        let took = begun.elapsed();
        if status.as_u16() != expected {
            return Err(format!("{path}: {status}: {text}").into());
        }
        Ok(took.as_secs_f64() * 1_000.0)
    }
}

/// So many people, each with an address that is proved.
async fn sign_up(house: &House, door: &Door, accounts: usize) -> Result<Vec<String>, Failure> {
    let addresses: Vec<String> = (0..accounts).map(|number| address(KNOWN, number)).collect();
    for email in &addresses {
        door.post("/users/sign-up", &new_account(email), 202).await?;
    }
    for token in links(house, accounts).await?.values() {
        let body = json!({ "token": token, "password": PASSWORD });
        door.post("/users/verify-email", &body, 200).await?;
    }
    Ok(addresses)
}

/// The tokens that were mailed, by whom they were mailed to, when there are so many.
async fn links(house: &House, wanted: usize) -> Result<BTreeMap<String, String>, Failure> {
    let (mut links, mut read) = (BTreeMap::new(), BTreeSet::new());
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        for file in std::fs::read_dir(house.mail()).into_iter().flatten().flatten() {
            if read.contains(&file.path()) {
                continue;
            }
            if let Some((email, token)) = link(&std::fs::read_to_string(file.path()).unwrap_or_default()) {
                links.insert(email, token);
                read.insert(file.path());
            }
        }
        if links.len() == wanted {
            return Ok(links);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Err(format!("{} of {wanted} accounts were asked to verify their address", links.len()).into())
}

fn link(mail: &str) -> Option<(String, String)> {
    // Quoted-printable breaks long lines with "=" and writes "=" as "=3D".
    let mail = mail.replace("=\r\n", "").replace("=\n", "").replace("=3D", "=");
    let (_, rest) = mail.split_once("verify-email?token=")?;
    let (token, _) = rest.split_once(char::is_whitespace)?;
    let from = mail.find(&format!("{KNOWN}-"))?;
    let email = mail.get(from..from + address(KNOWN, 0).len())?;
    Some((email.to_owned(), token.to_owned()))
}
