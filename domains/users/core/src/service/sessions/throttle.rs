//! Sign-ins that failed make the next of that account, and from that address, wait. Where somebody signed in to the account
//! before, its failures are counted apart from those of everybody else, so that whoever guesses elsewhere does not keep its
//! owner out. An account that nobody has is counted and looked up like any other, so the wait tells nothing.

use crate::app::App;
use crate::domain::throttle::{FORGOTTEN_AFTER, FREE_OF_ACCOUNT, FREE_OF_ADDRESS, delay, is_place_of};
use crate::error::Error;
use crate::store::sign_in_failure::{self, Subject};
use crate::store::sign_in_place;
use chrono::{DateTime, Utc};
use data::System;
use kernel::problem::TOO_MANY_REQUESTS;
use kernel::{Problem, Visitor};

const PURPOSE: &str = "users.sign_in_failures";

/// Whose failures are counted.
#[derive(Clone, Copy)]
pub struct Tried {
    account: Subject,
    /// Of a job's or a test's caller there is none.
    address: Option<Subject>,
    /// The account at that address.
    place: Option<Subject>,
}

impl Tried {
    pub fn new(app: &App, visitor: &Visitor, account: &str) -> Self {
        let network = visitor.client_network().map(|network| network.to_string());
        Self {
            account: of_account(app, account),
            address: network.as_deref().map(|network| hash(app, &["address", network])),
            place: network.as_deref().map(|network| hash(app, &["place", &named(account), network])),
        }
    }

    /// What the account's tries are counted by here.
    async fn counted(self, system: &System, now: DateTime<Utc>) -> Result<Subject, Error> {
        let Some(place) = self.place else { return Ok(self.account) };
        let proved_at = sign_in_place::proved_at(system, place).await?;
        Ok(if is_place_of(proved_at, now) { place } else { self.account })
    }
}

fn of_account(app: &App, account: &str) -> Subject {
    hash(app, &["account", &named(account)])
}

fn named(account: &str) -> String {
    account.trim().to_lowercase()
}

fn hash(app: &App, what: &[&str]) -> Subject {
    let parts: Vec<&[u8]> = what.iter().map(|part| part.as_bytes()).collect();
    app.secrets.keyed_hash(PURPOSE, &parts)
}

pub async fn refuse_early(system: &System, tried: Tried, now: DateTime<Utc>) -> Result<(), Error> {
    let counted = tried.counted(system, now).await?;
    let subjects = [counted, tried.address.unwrap_or(counted)];
    let Some(until) = sign_in_failure::delayed_until(system, subjects, now).await? else { return Ok(()) };
    let wait = (until - now).to_std().unwrap_or_default();
    let seconds = wait.as_millis().div_ceil(1000);
    let detail = format!(
        "This failed too often. Try again in {seconds} s; who has forgotten their password can choose another by mail."
    );
    Err(Error::Refused(Problem::new(TOO_MANY_REQUESTS, detail).with_retry_after(wait)))
}

/// Again when the right password or code was seen: of many tries at once those that failed may have been counted meanwhile, and a
/// guess among them is told nothing.
pub async fn refuse_late(app: &App, tried: Tried, now: DateTime<Utc>) -> Result<(), Error> {
    let system = app.databases.system_read("sign-in: whether others failed meanwhile").await?;
    refuse_early(&system, tried, now).await
}

pub async fn count(app: &App, tried: Tried, now: DateTime<Utc>) -> Result<(), Error> {
    let system = app.databases.system("sign-in: counting what failed").await?;
    let account = (tried.counted(&system, now).await?, FREE_OF_ACCOUNT);
    let address = tried.address.map(|address| (address, FREE_OF_ADDRESS));
    for (subject, free) in [Some(account), address].into_iter().flatten() {
        let failures = sign_in_failure::count(&system, subject, now, FORGOTTEN_AFTER).await?;
        let wait = delay(failures, free);
        if !wait.is_zero() {
            sign_in_failure::delay(&system, subject, now + wait).await?;
        }
    }
    system.commit().await?;
    // By itself, since it takes rows that others may be counting.
    if let Err(error) = remove_old(app, now).await {
        tracing::debug!(%error, "old counts of failed sign-ins were left for the next to remove");
    }
    Ok(())
}

async fn remove_old(app: &App, now: DateTime<Utc>) -> Result<(), data::Error> {
    let system = app.databases.system("sign-in: removing old counts").await?;
    sign_in_failure::remove_old(&system, now - FORGOTTEN_AFTER).await?;
    system.commit().await
}

/// Who has proved who they are is waited for no more, and is at home from now on where they did it. An address that tried
/// others goes on waiting, as do strangers where the account's owner was at home already.
pub async fn proved(app: &App, tried: Tried, now: DateTime<Utc>) -> Result<(), Error> {
    let system = app.databases.system("sign-in: an account proved itself").await?;
    sign_in_failure::forget(&system, tried.counted(&system, now).await?, now).await?;
    if let Some(place) = tried.place {
        sign_in_place::note(&system, place, now).await?;
    }
    Ok(system.commit().await?)
}

/// The same of a second factor, which is counted alike from everywhere.
pub async fn forget(app: &App, account: &str, now: DateTime<Utc>) -> Result<(), Error> {
    let system = app.databases.system("sign-in: an account proved itself").await?;
    sign_in_failure::forget(&system, of_account(app, account), now).await?;
    Ok(system.commit().await?)
}
