//! Sign-ins that failed make the next of that account, and from that address, wait. An account that nobody has is counted
//! like any other, so the wait tells nothing.

use crate::app::App;
use crate::domain::throttle::{FORGOTTEN_AFTER, FREE_OF_ACCOUNT, FREE_OF_ADDRESS, delay};
use crate::error::Error;
use crate::store::sign_in_failure::{self, Subject};
use chrono::{DateTime, Utc};
use data::System;
use kernel::problem::TOO_MANY_REQUESTS;
use kernel::{Problem, Visitor};

const PURPOSE: &str = "users.sign_in_failures";

/// Whose failures are counted.
#[derive(Clone, Copy)]
pub struct Tried {
    account: Subject,
    address: Subject,
}

impl Tried {
    pub fn new(app: &App, visitor: &Visitor, account: &str) -> Self {
        let address = visitor.client_address.map(|address| address.to_string()).unwrap_or_default();
        Self { account: of_account(app, account), address: hash(app, "address", &address) }
    }
}

fn of_account(app: &App, account: &str) -> Subject {
    hash(app, "account", &account.trim().to_lowercase())
}

fn hash(app: &App, kind: &str, name: &str) -> Subject {
    app.secrets.keyed_hash(PURPOSE, &[kind.as_bytes(), name.as_bytes()])
}

pub async fn refuse_early(system: &System, tried: Tried, now: DateTime<Utc>) -> Result<(), Error> {
    let subjects = [tried.account, tried.address];
    let Some(until) = sign_in_failure::delayed_until(system, subjects, now).await? else { return Ok(()) };
    let wait = (until - now).to_std().unwrap_or_default();
    let seconds = wait.as_millis().div_ceil(1000);
    let detail = format!(
        "This failed too often. Try again in {seconds} s; who has forgotten their password can choose another by mail."
    );
    Err(Error::Refused(Problem::new(TOO_MANY_REQUESTS, detail).with_retry_after(wait)))
}

pub async fn count(app: &App, tried: Tried, now: DateTime<Utc>) -> Result<(), Error> {
    let system = app.databases.system("sign-in: counting what failed").await?;
    for (subject, free) in [(tried.account, FREE_OF_ACCOUNT), (tried.address, FREE_OF_ADDRESS)] {
        let failures = sign_in_failure::count(&system, subject, now, FORGOTTEN_AFTER).await?;
        let wait = delay(failures, free);
        if !wait.is_zero() {
            sign_in_failure::delay(&system, subject, now + wait).await?;
        }
    }
    sign_in_failure::remove_old(&system, now - FORGOTTEN_AFTER).await?;
    Ok(system.commit().await?)
}

/// Who has proved who they are is waited for no more; an address that tried others goes on waiting.
pub async fn forget(app: &App, account: &str, now: DateTime<Utc>) -> Result<(), Error> {
    let system = app.databases.system("sign-in: an account proved itself").await?;
    sign_in_failure::forget(&system, of_account(app, account), now).await?;
    Ok(system.commit().await?)
}
