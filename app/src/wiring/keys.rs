//! How the master key is replaced. A key in a file is replaced here, while no node runs; one in the configuration, or while
//! nodes go on, by whoever writes that, who is told how. What is kept for long is sealed anew either way. And how the key
//! is replaced that access tokens are signed with.

use super::StartError;
use super::administration::{refused, whole};
use super::platform;
use crate::config::{BlobsKind, Config};
use module::Resealed;
use secrets::{MasterKeys, Secrets};

const WITHOUT_A_STOP: &str = "to replace it while the nodes go on:
    1. make a key: openssl rand -base64 32
    2. on every node add it to secrets.former_master_keys, or to the file as its last line, and restart them one by one:
       then all of them can open what it will seal
    3. on every node make it secrets.master_key and the key of before a former one, or move it to the first line of the
       file, and restart them one by one
    4. insula keys reseal
    5. after a day, take the former key away; runbooks/keys.md tells what goes with it";

/// A new key before those in the file, and what is kept for long sealed by it.
pub async fn rotate_master_key(config: Config, all_stopped: bool) -> Result<String, StartError> {
    if config.secrets.master_key.is_some() {
        let what = "the master key is in the configuration, which this command does not change";
        return Err(StartError::new(what, WITHOUT_A_STOP));
    }
    let file = config.master_key_file();
    if !file.exists() {
        let what = format!("there is no master key in {}", file.display());
        return Err(StartError::new(what, "look at [data] and [secrets]; the first start makes a key"));
    }
    let _alone = alone(&config, all_stopped)?;
    MasterKeys::rotate(&file).map_err(|error| {
        let remedy =
            "see the cause, and try again; whatever became of it, the file opens what it opened before";
        StartError::new("the master key cannot be replaced", remedy).because(error)
    })?;
    let told = seal_anew(&config).await.map_err(|error| {
        let remedy = "the nodes may be started: they open what either key sealed. See to the cause, then run `insula keys \
                      reseal`";
        StartError::new("the master key is replaced, but not everything is sealed by it", remedy).because(error)
    })?;
    let file = file.display();
    Ok(format!(
        "The new master key is the first line of {file}. A node knows it from its next start on.\n{told}"
    ))
}

/// What is kept for long, sealed by the newest of the keys that are configured.
pub async fn reseal(config: Config) -> Result<String, StartError> {
    seal_anew(&config).await
}

/// The next key for access tokens, before its time.
pub async fn rotate_signing_key(config: Config) -> Result<String, StartError> {
    let (modules, visitor) = whole(&config, "insula keys").await?;
    let signing = modules
        .into_iter()
        .find_map(|module| module.signing_keys)
        .ok_or_else(|| StartError::new("no module signs", "set Module.signing_keys in the users domain"))?;
    let made = signing.rotate(&visitor).await;
    made.map_err(|problem| refused("the next signing key is not made", problem))?;
    Ok("The next key for access tokens is made. It signs in an hour, when every node has read it; what the one before \
        signed stays good until it expires.\n"
        .to_owned())
}

/// A node that runs could not open what the new key seals. The one on this data folder holds its blobs; of others nothing is
/// to be seen from here.
fn alone(config: &Config, all_stopped: bool) -> Result<Option<blobs::Claim>, StartError> {
    let claim = platform::claim_blobs(config).map_err(|error| {
        let what = "a node is running, and could not open what a new key seals";
        StartError::new(what, format!("stop it first, or, {WITHOUT_A_STOP}")).because(error)
    })?;
    let server = migrations::DOMAINS.into_iter().any(|domain| config.database_url(domain).is_some());
    let visible = config.blobs.kind == BlobsKind::Local && !config.blobs.shared && !server;
    if visible || all_stopped {
        return Ok(claim);
    }
    let what =
        "whether a node is running cannot be seen from here, and one could not open what a new key seals";
    let remedy = format!(
        "stop all of them, give --all-stopped, and give each the file before it starts; or, {WITHOUT_A_STOP}"
    );
    Err(StartError::new(what, remedy))
}

async fn seal_anew(config: &Config) -> Result<String, StartError> {
    let (modules, visitor) = whole(config, "insula keys").await?;
    let names = Secrets::of(&platform::master_keys(config)?).key_names();
    let mut told = format!("The master keys, the newest first: {}\n", names.join(", "));
    let mut unreadable = 0;
    for sealed in modules.iter().flat_map(|module| &module.sealed) {
        let what = sealed.what();
        let done = sealed.reseal(&visitor).await;
        let done = done.map_err(|problem| refused(&format!("not all {what} are sealed anew"), problem))?;
        told.push_str(&line(what, done));
        unreadable += done.unreadable;
    }
    if unreadable > 0 {
        let remedy = "the log names each, and the key that sealed it: add that to secrets.former_master_keys, or to the \
                      file as its last line, and run `insula keys reseal`. Until then they are as they were";
        return Err(StartError::new(
            format!("{told}{unreadable} can be opened by none of these keys"),
            remedy,
        ));
    }
    if names.len() > 1 {
        told.push_str(
            "What is kept for long is sealed by the newest one. The others may be taken away a day after the last node \
             that sealed by them has stopped; runbooks/keys.md tells what goes with them.\n",
        );
    }
    Ok(told)
}

fn line(what: &str, done: Resealed) -> String {
    let Resealed { anew, already, unreadable } = done;
    let beside = if unreadable > 0 { format!(", {unreadable} not") } else { String::new() };
    format!("{what}: {anew} sealed anew, {already} by the newest already{beside}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_a_line_each() {
        let check = |anew, already, unreadable, expected: &str| {
            assert_eq!(line("authenticators", Resealed { anew, already, unreadable }), expected);
        };
        check(3, 1, 0, "authenticators: 3 sealed anew, 1 by the newest already\n");
        check(0, 0, 2, "authenticators: 0 sealed anew, 0 by the newest already, 2 not\n");
    }
}
