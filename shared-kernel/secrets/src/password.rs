//! Password hashes: argon2id with the parameters OWASP gives, a bounded number at a time, off the async threads.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error as HashError, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use kernel::Problem;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// How long whoever needs a hash waits for their turn before they are told to come back.
const TURN_TIMEOUT: Duration = Duration::from_secs(2);
const TOO_MANY: &str =
    "More passwords are checked just now than this server can take. Send it again shortly.";

/// Each hash at work takes 19 MiB and one core; `max_concurrent` bounds them.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    turn_timeout: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub matches: bool,
    /// The hash was made with other parameters than today's: after a match, hash the password anew.
    pub needs_rehash: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    #[error("too many passwords are being checked at once")]
    Busy,
    #[error("the stored password hash cannot be read")]
    Unreadable,
    #[error("the password could not be hashed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<PasswordError> for Problem {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self { detail: TOO_MANY.into(), ..Self::unavailable(error) },
            PasswordError::Unreadable | PasswordError::Failed(_) => Self::internal(error),
        }
    }
}

impl Passwords {
    pub fn new(max_concurrent: usize) -> Self {
        Self::with_turn_timeout(max_concurrent, TURN_TIMEOUT)
    }

    pub fn with_turn_timeout(max_concurrent: usize, turn_timeout: Duration) -> Self {
        let turns = max_concurrent.clamp(1, Semaphore::MAX_PERMITS);
        Self { turns: Arc::new(Semaphore::new(turns)), turn_timeout }
    }

    /// The hash to store, as a PHC string.
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        self.in_turn(move || {
            let hash = hasher(today()?).hash_password(password.as_bytes()).map_err(failed)?;
            Ok(hash.to_string())
        })
        .await
    }

    pub async fn verify(&self, password: String, phc: &str) -> Result<Verdict, PasswordError> {
        let hash = PasswordHash::new(phc).map_err(|_| PasswordError::Unreadable)?;
        if hash.hash.is_none() {
            return Err(PasswordError::Unreadable);
        }
        self.in_turn(move || judge(&password, &hash, spend)).await
    }

    /// Takes as long as [`verify`](Self::verify), so that the time of an answer does not tell which accounts exist.
    pub async fn verify_absent(&self) -> Result<(), PasswordError> {
        self.in_turn(|| spend(today()?)).await
    }

    /// The turn goes with the work, which ends in its own time even when the caller no longer waits for it.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let turn = tokio::time::timeout(self.turn_timeout, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| PasswordError::Busy)?
            .map_err(failed)?;
        let working = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(turn);
            result
        });
        working.await.map_err(failed)?
    }
}

/// A wrong try at a hash of former parameters that cost less is made up to what one costs today, or its time would tell that
/// there is an account; who has the right one learns nothing by it.
fn judge(
    password: &str,
    hash: &PasswordHash,
    spend: impl FnOnce(Params) -> Result<(), PasswordError>,
) -> Result<Verdict, PasswordError> {
    let matches = match hasher(today()?).verify_password(password.as_bytes(), hash) {
        Ok(()) => true,
        Err(HashError::PasswordInvalid) => false,
        Err(_) => return Err(PasswordError::Unreadable),
    };
    if !matches && let Some(rest) = shortfall(hash) {
        spend(rest)?;
    }
    Ok(Verdict { matches, needs_rehash: is_outdated(hash) })
}

/// What is left of today's work after that of this hash: how often how much memory is filled, which is nearly all that a hash
/// costs. `None` where it costs as much or more.
fn shortfall(hash: &PasswordHash) -> Option<Params> {
    let made = Params::try_from(hash).ok()?;
    let done = made.m_cost().saturating_mul(made.t_cost());
    let missing = (MEMORY_KIB * PASSES).saturating_sub(done);
    if missing == 0 {
        return None;
    }
    let memory = missing.div_ceil(PASSES).max(Params::MIN_M_COST);
    Params::new(memory, PASSES, LANES, None).ok()
}

/// Does the work of a hash that nobody needs.
fn spend(params: Params) -> Result<(), PasswordError> {
    hasher(params).hash_password_with_salt(b"nobody", &[0; 16]).map(drop).map_err(failed)
}

fn today() -> Result<Params, PasswordError> {
    Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(failed)
}

fn hasher(params: Params) -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn is_outdated(hash: &PasswordHash) -> bool {
    let today = (MEMORY_KIB, PASSES, LANES);
    let current = Params::try_from(hash).is_ok_and(|it| (it.m_cost(), it.t_cost(), it.p_cost()) == today);
    !current
        || hash.algorithm.as_str() != Algorithm::Argon2id.as_str()
        || hash.version != Some(Version::V0x13.into())
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> PasswordError {
    PasswordError::Failed(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &str = "correct horse battery staple";
    const TODAY: u32 = MEMORY_KIB * PASSES;

    /// Memory times passes of what was done beside a try.
    fn beside(password: &str, memory_kib: u32, passes: u32) -> Option<u32> {
        let old = hasher(Params::new(memory_kib, passes, LANES, None).unwrap());
        let phc = old.hash_password(PASSWORD.as_bytes()).unwrap().to_string();
        let mut spent = None;
        let note = |params: Params| {
            spent = Some(params.m_cost() * params.t_cost());
            Ok(())
        };
        let verdict = judge(password, &PasswordHash::new(&phc).unwrap(), note).unwrap();
        assert_eq!(verdict.matches, password == PASSWORD);
        spent
    }

    #[test]
    fn a_wrong_try_at_a_cheaper_hash_does_all_of_todays_work() {
        for (memory_kib, passes) in [(8, 1), (4_096, 2), (12_288, 3), (19_455, 2), (19_456, 1), (38_904, 1)] {
            let spent = beside("wrong", memory_kib, passes).unwrap();
            let done = memory_kib * passes + spent;
            // No less, and hardly more: argon2 fills no less than 8 KiB.
            let most = TODAY + PASSES * Params::MIN_M_COST;
            assert!((TODAY..=most).contains(&done), "{memory_kib} KiB, {passes} passes: {done}");
        }
        assert_eq!(beside("wrong", MEMORY_KIB, PASSES), None);
        assert_eq!(beside("wrong", MEMORY_KIB, PASSES + 1), None);
        assert_eq!(beside(PASSWORD, 4_096, 2), None, "who knows it learns nothing");
    }
}
