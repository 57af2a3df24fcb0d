//! Password hashes, what they cost, and what happens when too many are wanted at once.

use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use kernel::Problem;
use secrets::{PasswordError, Passwords, Verdict};
use std::time::Duration;

const PASSWORD: &str = "correct horse battery staple";

#[tokio::test]
async fn a_password_matches_its_hash_alone() {
    let passwords = Passwords::new(2);
    let phc = passwords.hash(PASSWORD.to_owned()).await.unwrap();
    assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
    assert_ne!(phc, passwords.hash(PASSWORD.to_owned()).await.unwrap(), "each has its own salt");

    let verdict = passwords.verify(PASSWORD.to_owned(), &phc).await.unwrap();
    assert_eq!(verdict, Verdict { matches: true, needs_rehash: false });
    let verdict = passwords.verify("Correct horse".to_owned(), &phc).await.unwrap();
    assert!(!verdict.matches);
    passwords.verify_absent().await.unwrap();
}

#[tokio::test]
async fn of_a_long_one_each_character_counts() {
    let passwords = Passwords::new(1);
    let most = "🦀é ".repeat(333);
    let phc = passwords.hash(format!("{most}a")).await.unwrap();
    for (password, matches) in
        [(format!("{most}a"), true), (format!("{most}b"), false), (format!("{most}A"), false), (most, false)]
    {
        let verdict = passwords.verify(password.clone(), &phc).await.unwrap();
        assert_eq!(verdict.matches, matches, "{password:?}");
    }
}

#[tokio::test]
async fn a_hash_with_other_parameters_still_matches_and_asks_to_be_renewed() {
    async fn check(algorithm: Algorithm, version: Version, memory_kib: u32, passes: u32) {
        let params = Params::new(memory_kib, passes, 1, None).unwrap();
        let argon2 = Argon2::new(algorithm, version, params);
        let phc = argon2.hash_password(PASSWORD.as_bytes()).unwrap().to_string();
        let verdict = Passwords::new(1).verify(PASSWORD.to_owned(), &phc).await.unwrap();
        assert_eq!(verdict, Verdict { matches: true, needs_rehash: true }, "{phc}");
        let verdict = Passwords::new(1).verify("Correct horse".to_owned(), &phc).await.unwrap();
        assert_eq!(verdict, Verdict { matches: false, needs_rehash: true }, "{phc}");
    }
    check(Algorithm::Argon2id, Version::V0x13, 4_096, 2).await;
    check(Algorithm::Argon2id, Version::V0x13, 19_456, 3).await;
    check(Algorithm::Argon2i, Version::V0x13, 19_456, 2).await;
    check(Algorithm::Argon2id, Version::V0x10, 19_456, 2).await;
}

#[tokio::test]
async fn an_unreadable_hash_is_an_error_not_a_mismatch() {
    for phc in ["", "plain", "$argon2id$v=19$m=19456,t=2,p=1", "$scrypt$ln=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo"] {
        let result = Passwords::new(1).verify(PASSWORD.to_owned(), phc).await;
        assert!(matches!(result, Err(PasswordError::Unreadable)), "{phc}: {result:?}");
    }
}

#[tokio::test]
async fn who_gets_no_turn_is_told_to_come_back() {
    let passwords = Passwords::with_turn_timeout(1, Duration::ZERO);
    let (first, second) = tokio::join!(passwords.verify_absent(), passwords.hash(PASSWORD.to_owned()));
    first.unwrap();
    let problem = Problem::from(second.unwrap_err());
    assert_eq!(problem.kind.code, "unavailable");
    assert!(problem.detail.starts_with("More passwords are checked"), "{problem}");
    assert!(problem.retry_after.is_some());
    passwords.hash(PASSWORD.to_owned()).await.unwrap();
}

#[tokio::test]
async fn a_caller_who_leaves_keeps_the_turn_until_the_work_is_done() {
    let passwords = Passwords::with_turn_timeout(1, Duration::ZERO);
    let mut leaving = Box::pin(passwords.verify_absent());
    assert!(is_pending(&mut leaving).await);
    drop(leaving);
    assert!(matches!(passwords.verify_absent().await, Err(PasswordError::Busy)));
}

/// Whether the future is still pending after one poll.
async fn is_pending(future: &mut (impl Future + Unpin)) -> bool {
    std::future::poll_fn(|context| {
        std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(context).is_pending())
    })
    .await
}
