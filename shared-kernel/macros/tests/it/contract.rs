//! `#[contract]`: local and remote answer alike, and the fake says what it was asked.

use async_trait::async_trait;
use kernel::contract::{Cause, ContractServer, DispatchError, RemoteError as _, Transport, TransportError};
use kernel::ctx::{CtxWire, Principal, Trace};
use kernel::{Clock, Ctx, TenantId, Visitor};
use macros::{RemoteError, contract};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::{Duration, Instant};

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Reserve {
    pub item: String,
    pub quantity: i64,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Reservation {
    pub tenant: TenantId,
    pub left: i64,
}

#[derive(Debug, thiserror::Error, Serialize, Deserialize, RemoteError)]
pub enum StockError {
    #[error("only {left} left")]
    Insufficient { left: i64 },
    #[error("stock does not answer")]
    Unavailable(Cause),
    #[error("stock took too long")]
    DeadlineExceeded,
}

/// What others may ask of the stock.
#[contract]
pub trait StockLedger {
    /// Sets some of an item aside.
    async fn reserve(&self, ctx: &Ctx, request: Reserve) -> Result<Reservation, StockError>;
    async fn forget(&self, ctx: &Ctx, request: String) -> Result<(), StockError>;
    async fn r#move(&self, ctx: &Ctx, request: Vec<Reserve>) -> std::result::Result<Option<i64>, StockError>;
}

struct TenLeft;

#[async_trait]
impl StockLedger for TenLeft {
    async fn reserve(&self, ctx: &Ctx, request: Reserve) -> Result<Reservation, StockError> {
        match 10 - request.quantity {
            left @ 0.. => Ok(Reservation { tenant: ctx.tenant(), left }),
            _ => Err(StockError::Insufficient { left: 10 }),
        }
    }

    async fn forget(&self, _: &Ctx, request: String) -> Result<(), StockError> {
        if request.is_empty() { Err(StockError::unavailable(Cause::new("no item"))) } else { Ok(()) }
    }

    async fn r#move(&self, _: &Ctx, request: Vec<Reserve>) -> Result<Option<i64>, StockError> {
        Ok(request.iter().map(|line| line.quantity).reduce(|a, b| a + b))
    }
}

/// The wire without a network: the caller crosses it as JSON too.
struct Loopback(Arc<dyn ContractServer>);

#[async_trait]
impl Transport for Loopback {
    async fn call(
        &self,
        contract: &'static str,
        method: &'static str,
        ctx: &Ctx,
        request: Vec<u8>,
    ) -> Result<Vec<u8>, TransportError> {
        assert_eq!(contract, self.0.contract());
        let wire = serde_json::to_vec(&ctx.to_wire()).map_err(unavailable)?;
        let ctx = serde_json::from_slice::<CtxWire>(&wire).map_err(unavailable)?.into_ctx(Clock::system());
        self.0.dispatch(&ctx, method, &request).await.map_err(unavailable)
    }
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> TransportError {
    TransportError::Unavailable(Box::new(error))
}

/// A transport with one answer, whatever it is asked.
struct Always(fn() -> Result<Vec<u8>, TransportError>);

#[async_trait]
impl Transport for Always {
    async fn call(
        &self,
        _: &'static str,
        _: &'static str,
        _: &Ctx,
        _: Vec<u8>,
    ) -> Result<Vec<u8>, TransportError> {
        (self.0)()
    }
}

fn ctx(time_left: Duration) -> Ctx {
    let clock = Clock::system();
    let now = clock.now();
    let visitor = Visitor {
        client_address: None,
        user_agent: None,
        request_id: "request".to_owned(),
        trace: Trace { traceparent: "00-0-0-00".to_owned() },
        deadline: Instant::now() + time_left,
        clock,
    };
    Ctx::build(visitor, Principal::system(TenantId::new(now), "tests", now))
}

fn in_time() -> Ctx {
    ctx(Duration::from_secs(60))
}

fn some(quantity: i64) -> Reserve {
    Reserve { item: "chai".to_owned(), quantity }
}

#[tokio::test]
async fn local_and_remote_answer_alike() {
    let local: Arc<dyn StockLedger> = Arc::new(TenLeft);
    let server = Arc::new(StockLedgerServer::new(local.clone()));
    let remote: Arc<dyn StockLedger> = Arc::new(RemoteStockLedger::new(Arc::new(Loopback(server))));
    let ctx = in_time();
    let mut answers = Vec::new();
    for ledger in [&local, &remote] {
        let reserved = ledger.reserve(&ctx, some(4)).await;
        assert_eq!(reserved.as_ref().unwrap().tenant, ctx.tenant());
        let refused = ledger.reserve(&ctx, some(11)).await;
        assert!(matches!(refused, Err(StockError::Insufficient { left: 10 })), "{refused:?}");
        let failed = ledger.forget(&ctx, String::new()).await;
        assert!(matches!(failed, Err(StockError::Unavailable(_))), "{failed:?}");
        let forgotten = ledger.forget(&ctx, "chai".to_owned()).await;
        let moved = ledger.r#move(&ctx, vec![some(1), some(2)]).await;
        assert_eq!(moved.as_ref().unwrap(), &Some(3));
        answers.push(serde_json::to_value((reserved, refused, failed, forgotten, moved)).unwrap());
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn transport_failures_are_the_contracts_own_errors() {
    async fn check(time_left_s: u64, transport: fn() -> Result<Vec<u8>, TransportError>, expected: &str) {
        let remote = RemoteStockLedger::new(Arc::new(Always(transport)));
        let answer = remote.reserve(&ctx(Duration::from_secs(time_left_s)), some(1)).await;
        let told = match answer {
            Err(StockError::Unavailable(cause)) => format!("unavailable: {cause}"),
            other => format!("{other:?}"),
        };
        assert!(told.starts_with(expected), "{told} is not {expected}");
    }
    let late = "Err(DeadlineExceeded)";
    check(60, || Err(TransportError::Unavailable("refused".into())), "unavailable: refused").await;
    check(60, || Err(TransportError::DeadlineExceeded), late).await;
    check(60, || Ok(b"<html>".to_vec()), "unavailable: expected value").await;
    check(60, || Ok(br#"{"Err":"DeadlineExceeded"}"#.to_vec()), late).await;
    check(60, || Ok(br#"{"Err":{"Unavailable":null}}"#.to_vec()), "unavailable: told by another").await;
    check(0, || Err(TransportError::Unavailable("called all the same".into())), late).await;
}

#[tokio::test]
async fn the_server_says_what_it_cannot_dispatch() {
    assert_eq!(StockLedgerServer::CONTRACT, "stock_ledger");
    assert_eq!(StockLedgerServer::METHODS, ["reserve", "forget", "move"]);
    let server = StockLedgerServer::new(Arc::new(TenLeft));
    let ctx = in_time();
    let unknown = server.dispatch(&ctx, "destroy", b"{}").await;
    assert!(
        matches!(&unknown, Err(DispatchError::UnknownMethod { contract: "stock_ledger", method }) if method == "destroy"),
        "{unknown:?}"
    );
    let unreadable = server.dispatch(&ctx, "reserve", b"{}").await;
    assert!(matches!(unreadable, Err(DispatchError::Unreadable(_))), "{unreadable:?}");
    for method in StockLedgerServer::METHODS {
        let known = server.dispatch(&ctx, method, b"0").await;
        assert!(!matches!(known, Err(DispatchError::UnknownMethod { .. })), "{known:?}");
    }
}

/// JSON has no object whose names are lists.
#[contract]
pub trait Archive {
    async fn shelves(
        &self,
        ctx: &Ctx,
        request: String,
    ) -> Result<std::collections::BTreeMap<Vec<u8>, u8>, StockError>;
}

struct OneShelf;

#[async_trait]
impl Archive for OneShelf {
    async fn shelves(
        &self,
        _: &Ctx,
        _: String,
    ) -> Result<std::collections::BTreeMap<Vec<u8>, u8>, StockError> {
        Ok([(vec![1], 1)].into())
    }
}

#[tokio::test]
async fn an_answer_that_has_no_json_is_no_fault_of_the_request() {
    let answer = ArchiveServer::new(Arc::new(OneShelf)).dispatch(&in_time(), "shelves", b"\"all\"").await;
    assert!(matches!(answer, Err(DispatchError::Unwritable(_))), "{answer:?}");
}

#[tokio::test]
async fn the_fake_answers_and_records() {
    let fake = FakeStockLedger::new();
    let ledger: Arc<dyn StockLedger> = Arc::new(fake.clone());
    let ctx = in_time();
    let Err(StockError::Unavailable(cause)) = ledger.reserve(&ctx, some(1)).await else {
        panic!("an unexpected call is unavailable")
    };
    assert!(cause.to_string().contains("stock_ledger.reserve"), "{cause}");

    let tenant = ctx.tenant();
    fake.on_reserve(move |ctx: &Ctx, request: Reserve| {
        assert_eq!(ctx.tenant(), tenant);
        Ok(Reservation { tenant, left: request.quantity })
    })
    .on_forget(|_, _| Err(StockError::DeadlineExceeded));
    assert_eq!(ledger.reserve(&ctx, some(2)).await.unwrap().left, 2);
    assert!(matches!(ledger.forget(&ctx, "chai".to_owned()).await, Err(StockError::DeadlineExceeded)));
    assert_eq!(fake.reserve_calls(), [some(1), some(2)]);
    assert_eq!(fake.forget_calls(), ["chai"]);
    assert!(fake.move_calls().is_empty());
}

#[tokio::test]
async fn a_handler_may_use_the_fake() {
    let fake = FakeStockLedger::new();
    let inside = fake.clone();
    fake.on_move(move |_, _| {
        inside.on_move(|_, _| Ok(None));
        Ok(Some(inside.move_calls().len() as i64))
    });
    assert_eq!(fake.r#move(&in_time(), vec![]).await.unwrap(), Some(1));
    assert_eq!(fake.r#move(&in_time(), vec![]).await.unwrap(), None);
}

/// A contract of this crate alone keeps its visibility, and what is unused of it is no warning.
mod private_contract {
    #![deny(warnings)]

    use super::{Ctx, StockError};

    #[macros::contract]
    pub(super) trait Inner {
        async fn ask(&self, ctx: &Ctx, request: ()) -> Result<(), StockError>;
    }
}

#[tokio::test]
async fn a_private_contract_works_alike() {
    use private_contract::{FakeInner, Inner};
    let fake = FakeInner::new();
    fake.on_ask(|_, ()| Ok(()));
    assert!(fake.ask(&in_time(), ()).await.is_ok());
}
