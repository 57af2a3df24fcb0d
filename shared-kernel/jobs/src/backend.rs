//! apalis's view of the message table: a `Backend` whose tasks are claimed rows, and the layer around every handler that
//! reports how each ended.

use crate::dispatch::{Core, LeaseLost};
use crate::failure::JobFailure;
use crate::feeder::{Envelope, Feed, feed};
use crate::settle::Outcome;
use apalis_core::backend::finalize::Ephemeral;
use apalis_core::backend::{Backend, BackendConfig};
use apalis_core::error::BoxDynError;
use apalis_core::task::Task;
use apalis_core::task::builder::TaskBuilder;
use apalis_core::task::task_id::TaskId;
use apalis_core::worker::context::WorkerContext;
use futures::FutureExt;
use futures::future::BoxFuture;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;
use tokio::task::{JoinError, JoinHandle};
use tower::{Layer, Service};

pub(crate) struct MessageBackend {
    core: Arc<Core>,
    feed: Arc<Feed>,
    feeder: Option<Aborting<()>>,
    closing: Option<BoxFuture<'static, ()>>,
}

impl MessageBackend {
    pub fn new(core: Arc<Core>) -> Self {
        Self { core, feed: Arc::default(), feeder: None, closing: None }
    }
}

impl Backend for MessageBackend {
    type Task = Task<Envelope>;
    /// A database error is the feeder's to sit out; the worker never sees one.
    type Error = Infallible;

    fn poll_ready(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        _: &WorkerContext,
    ) -> Poll<Option<Result<Task<Envelope>, Infallible>>> {
        if self.feeder.is_none() {
            self.feeder = Some(Aborting::spawn(feed(self.core.clone(), self.feed.clone())));
        }
        let envelope = ready!(self.feed.poll_next(cx));
        let message = &envelope.held.message;
        let id = TaskId::from_string(message.public_id.to_string());
        // apalis adds the attempt that now begins, which the claim has counted already.
        let before = usize::try_from(message.attempts - 1).unwrap_or(0);
        Poll::Ready(Some(Ok(TaskBuilder::new(envelope).task_id(id).attempt(before).build())))
    }

    /// Called when nothing runs any more: gives back what has not begun and waits until every outcome is written.
    fn poll_close(&mut self, cx: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        let closing = self.closing.get_or_insert_with(|| {
            let (core, feeder) = (self.core.clone(), self.feeder.take());
            Box::pin(async move {
                core.stop.send_replace(true);
                if let Some(feeder) = feeder {
                    let _ = feeder.await;
                }
                let _ = core.slots.acquire_many(core.settings.slots()).await;
            })
        });
        closing.poll_unpin(cx).map(Ok)
    }
}

impl BackendConfig for MessageBackend {
    type Args = Envelope;
    type Id = String;
    type Kind = Ephemeral;
    type Config = ();
    type Layer = Settling;

    fn config(&self) -> &() {
        &()
    }

    fn middleware(&mut self, _: &mut WorkerContext) -> Settling {
        Settling(self.core.clone())
    }
}

/// The outermost layer: whatever becomes of the handler inside (an error, a panic, a time-out), its row learns of it.
#[derive(Clone)]
pub(crate) struct Settling(Arc<Core>);

impl<S> Layer<S> for Settling {
    type Service = SettlingService<S>;

    fn layer(&self, inner: S) -> SettlingService<S> {
        SettlingService { core: self.0.clone(), inner }
    }
}

pub(crate) struct SettlingService<S> {
    core: Arc<Core>,
    inner: S,
}

impl<S> Service<Task<Envelope>> for SettlingService<S>
where
    S: Service<Task<Envelope>, Error = BoxDynError>,
    S::Response: Send + 'static,
    S::Future: Send + 'static,
{
    type Response = ();
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<(), Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        match self.inner.poll_ready(cx) {
            Poll::Ready(Err(error)) => {
                tracing::error!(%error, "a layer of the worker is broken; its next message will tell");
                Poll::Ready(Ok(()))
            }
            other => other.map(|_| Ok(())),
        }
    }

    fn call(&mut self, mut task: Task<Envelope>) -> Self::Future {
        let (core, held, ticket) = (self.core.clone(), task.args.held.clone(), task.args.ticket.take());
        let work = self.inner.call(task);
        Box::pin(async move {
            let started = Instant::now();
            let outcome = outcome_of(work.await.map(drop));
            core.finished(&held.message, &outcome, started.elapsed());
            if let Some(ticket) = ticket {
                ticket.report(outcome);
            }
            Ok(())
        })
    }
}

fn outcome_of(result: Result<(), BoxDynError>) -> Outcome {
    let error = match result {
        Ok(()) => return Outcome::Done,
        Err(error) => error,
    };
    match error.downcast::<JobFailure>() {
        Ok(failure) => Outcome::from(*failure),
        Err(error) if error.is::<LeaseLost>() => Outcome::Lost,
        Err(error) => Outcome::Retry { error: error.to_string(), after: None },
    }
}

/// A spawned future that ends with its handle, so that a time-out or a forced shutdown stops the work too.
pub(crate) struct Aborting<T>(JoinHandle<T>);

impl<T: Send + 'static> Aborting<T> {
    pub fn spawn(work: impl Future<Output = T> + Send + 'static) -> Self {
        Self(tokio::spawn(work))
    }
}

impl<T> Future for Aborting<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll_unpin(cx)
    }
}

impl<T> Drop for Aborting<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
