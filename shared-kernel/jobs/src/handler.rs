//! What a domain hands in: a named function for each kind of job and each event it subscribes to.

use crate::failure::JobFailure;
use crate::given_up::Followup;
use crate::held::Running;
use data::{Job, Subscription};
use futures::future::BoxFuture;
use kernel::problem::MALFORMED;
use kernel::{Ctx, DomainEvent, Problem};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// How long a message of a newer version is left to the nodes that can read it.
const NEWER_PAYLOAD_PAUSE: Duration = Duration::from_secs(30);

/// A message's content on its way to the process that runs the handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    pub kind: String,
    pub version: u16,
    pub payload: String,
}

type Run = Arc<dyn Fn(Ctx, Parcel, Running) -> BoxFuture<'static, Result<(), JobFailure>> + Send + Sync>;

#[derive(Clone)]
pub struct Handler {
    name: &'static str,
    event: Option<&'static str>,
    /// `None`: whoever runs it in the end knows the versions.
    versions: Option<Vec<u16>>,
    ordered: bool,
    timeout: Option<Duration>,
    followup: Option<Followup>,
    run: Run,
}

/// `jobs::job::<SendMail>(move |ctx, mail| { let app = app.clone(); async move { Ok(send_mail(&app, &ctx, mail).await?) } })`.
pub fn job<J: Job>(f: impl JobFn<J>) -> Handler {
    running_job::<J>(move |ctx, job, _| f(ctx, job))
}

/// A job that shows progress or can be cancelled on the way.
pub fn running_job<J: Job>(f: impl RunningJobFn<J>) -> Handler {
    let run: Run = Arc::new(move |ctx, parcel, running| match read::<J>(&parcel) {
        Ok(job) => Box::pin(f(ctx, job, running)),
        Err(failure) => Box::pin(std::future::ready(Err(failure))),
    });
    Handler {
        name: J::KIND,
        event: None,
        versions: Some(vec![J::VERSION]),
        ordered: false,
        timeout: None,
        followup: None,
        run,
    }
}

/// `jobs::subscriber::<InvoicePending>("workflow.open_approval", …)`; the name begins with the subscriber's domain.
pub fn subscriber<E: DomainEvent>(name: &'static str, f: impl JobFn<E>) -> Handler {
    let run: Run = Arc::new(move |ctx, parcel, _| match read::<E>(&parcel) {
        Ok(event) => Box::pin(f(ctx, event)),
        Err(failure) => Box::pin(std::future::ready(Err(failure))),
    });
    Handler {
        name,
        event: Some(E::KIND),
        versions: Some(vec![E::VERSION]),
        ordered: false,
        timeout: None,
        followup: None,
        run,
    }
}

/// A subscriber that runs in another process: `f` carries the parcel there, where [`Handler::deliver`] opens it.
pub fn forward(subscription: &Subscription, f: impl JobFn<Parcel>) -> Handler {
    let run: Run = Arc::new(move |ctx, parcel, _| Box::pin(f(ctx, parcel)));
    Handler {
        name: subscription.subscriber,
        event: Some(subscription.event),
        versions: None,
        ordered: subscription.ordered,
        timeout: None,
        followup: None,
        run,
    }
}

/// Any `Fn(Ctx, T)` whose future ends in `Result<(), JobFailure>`; closures need no annotations.
pub trait JobFn<T>: Fn(Ctx, T) -> Self::Work + Send + Sync + 'static {
    type Work: Future<Output = Result<(), JobFailure>> + Send + 'static;
}

impl<T, F, Work> JobFn<T> for F
where
    F: Fn(Ctx, T) -> Work + Send + Sync + 'static,
    Work: Future<Output = Result<(), JobFailure>> + Send + 'static,
{
    type Work = Work;
}

/// The same with the job's [`Running`] handle.
pub trait RunningJobFn<T>: Fn(Ctx, T, Running) -> Self::Work + Send + Sync + 'static {
    type Work: Future<Output = Result<(), JobFailure>> + Send + 'static;
}

impl<T, F, Work> RunningJobFn<T> for F
where
    F: Fn(Ctx, T, Running) -> Work + Send + Sync + 'static,
    Work: Future<Output = Result<(), JobFailure>> + Send + 'static,
{
    type Work = Work;
}

impl Handler {
    /// Events of one aggregate reach this subscriber one after the other.
    pub fn ordered(mut self) -> Self {
        self.ordered = true;
        self
    }

    /// Longer or shorter than the runtime's; it is the `Ctx`'s deadline too.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// A job to run when a message ends `dead` or `cancelled`: it gets the same payload, acts as the system, and is
    /// written with the end itself. It is run too where the work ended well enough to leave it nothing to do.
    pub fn when_given_up<J: Job>(mut self) -> Self {
        self.followup = Some(Followup::of::<J>());
        self
    }

    /// Payloads of an older version that the type can still read.
    pub fn also_reads(mut self, version: u16) -> Self {
        if let Some(versions) = &mut self.versions {
            versions.push(version);
        }
        self
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The domain it acts for: the first word of its name.
    pub fn domain(&self) -> &'static str {
        self.name.split_once('.').map_or(self.name, |(domain, _)| domain)
    }

    /// What the publishers must know of it; `None` for a job.
    pub fn subscription(&self) -> Option<Subscription> {
        let event = self.event?;
        Some(Subscription { event, subscriber: self.name, ordered: self.ordered })
    }

    /// Runs it on a parcel, as the runtime does and as the receiving end of [`forward`] does.
    pub async fn deliver(&self, ctx: Ctx, parcel: Parcel, running: Running) -> Result<(), JobFailure> {
        if let Some(versions) = &self.versions
            && !versions.contains(&parcel.version)
        {
            if versions.iter().all(|known| *known < parcel.version) {
                // A newer node wrote it, in a roll-out, and will read it.
                tracing::warn!(
                    kind = parcel.kind,
                    version = parcel.version,
                    "a payload is newer than this node reads"
                );
                return Err(JobFailure::Snooze(NEWER_PAYLOAD_PAUSE));
            }
            return Err(unreadable(format!(
                "{} has payload version {}, {} reads {versions:?}",
                parcel.kind, parcel.version, self.name
            )));
        }
        (self.run)(ctx, parcel, running).await
    }

    pub(crate) fn is_subscriber(&self) -> bool {
        self.event.is_some()
    }

    pub(crate) fn followup(&self) -> Option<&Followup> {
        self.followup.as_ref()
    }

    pub(crate) fn time_allowed(&self) -> Option<Duration> {
        self.timeout
    }
}

/// All handlers of a node by name, whichever domain's table their messages lie in.
#[derive(Default)]
pub(crate) struct Registry(BTreeMap<&'static str, Handler>);

impl Registry {
    /// Answers the name that is taken.
    pub fn add(&mut self, handler: Handler) -> Result<(), &'static str> {
        let name = handler.name;
        match self.0.insert(name, handler) {
            Some(_) => Err(name),
            None => Ok(()),
        }
    }

    pub fn find(&self, name: &str) -> Option<&Handler> {
        self.0.get(name)
    }

    pub fn all(&self) -> impl Iterator<Item = &Handler> {
        self.0.values()
    }

    pub fn names(&self) -> Vec<&'static str> {
        self.0.keys().copied().collect()
    }

    pub fn longest_timeout(&self) -> Option<Duration> {
        self.0.values().filter_map(|handler| handler.timeout).max()
    }
}

fn read<T: DeserializeOwned>(parcel: &Parcel) -> Result<T, JobFailure> {
    serde_json::from_str(&parcel.payload).map_err(|error| {
        unreadable(format!(
            "the payload of {} version {} is unreadable: {error}",
            parcel.kind, parcel.version
        ))
    })
}

fn unreadable(detail: String) -> JobFailure {
    JobFailure::Permanent(Problem::new(MALFORMED, detail))
}
