//! Logs and metrics of the process. Log lines go to stderr from a thread of their own, so that no request waits for
//! a slow terminal or pipe; stdout stays free for what a command answers.

use crate::config::{LogFormat, LogsConfig, TelemetryConfig};
use crate::log_lines::{JsonLine, JsonMembers};
use crate::traces::Traces;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::error::Error;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use tracing::{Dispatch, Subscriber};
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::{FilterFn, ParseError};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

/// In seconds; the upper bounds are what alerts and dashboards can ask about.
const DURATIONS: [(&str, &[f64]); 3] = [
    ("http_request_duration_seconds", &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0]),
    ("db_query_duration_seconds", &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0]),
    ("job_duration_seconds", &[0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0, 60.0, 300.0, 900.0]),
];

/// Keep it until the process ends: dropped, it sends the traces and writes out the lines that still wait.
pub struct Logs {
    dropped: ErrorCounter,
    traces: Option<Traces>,
    _guard: WorkerGuard,
}

impl Drop for Logs {
    fn drop(&mut self) {
        if let Some(traces) = &self.traces {
            traces.stop();
        }
    }
}

impl Logs {
    /// Lines that were lost because they came faster than stderr took them.
    pub fn dropped_lines(&self) -> usize {
        self.dropped.dropped_lines()
    }
}

#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error("the variable RUST_LOG is no filter like info,billing=debug")]
    Filter(#[source] ParseError),
    #[error("telemetry.otlp_endpoint cannot be sent to")]
    Traces(#[source] Box<dyn Error + Send + Sync>),
    #[error("the process already has another log or metrics recorder")]
    AlreadyInstalled(#[source] Box<dyn Error + Send + Sync>),
}

/// Installs the log of the process, and the sending of its traces where there is a collector. `RUST_LOG` goes before
/// the configured filter.
pub fn init(config: &LogsConfig, telemetry: &TelemetryConfig) -> Result<Logs, TelemetryError> {
    let from_variable = std::env::var("RUST_LOG").ok().filter(|value| !value.is_empty());
    let filter =
        filter(from_variable.as_deref().unwrap_or(&config.filter)).map_err(TelemetryError::Filter)?;
    let terminal = std::io::stderr().is_terminal();
    let human = match config.format {
        LogFormat::Auto => terminal,
        LogFormat::Human => true,
        LogFormat::Json => false,
    };
    let colour = terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let (writer, guard) = NonBlockingBuilder::default().thread_name("logs").finish(std::io::stderr());
    let dropped = writer.error_counter();
    let traces = Traces::start(telemetry).map_err(TelemetryError::Traces)?;
    dispatch(human, colour, filter, writer, traces.clone())
        .try_init()
        .map_err(|error| TelemetryError::AlreadyInstalled(error.into()))?;
    // A panic in a format of its own would break a log of JSON lines.
    std::panic::set_hook(Box::new(|info| tracing::error!(panic = %info, "a thread panicked")));
    Ok(Logs { dropped, traces, _guard: guard })
}

/// The recorder of this process, installed at the first call; later calls give the same. Somebody must call
/// `run_upkeep` on the handle every few seconds, or what histograms record piles up until the next rendering.
pub fn recorder() -> Result<PrometheusHandle, TelemetryError> {
    static INSTALLED: Mutex<Option<PrometheusHandle>> = Mutex::new(None);
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = installed.as_ref() {
        return Ok(handle.clone());
    }
    let recorder = builder().build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder)
        .map_err(|error| TelemetryError::AlreadyInstalled(error.to_string().into()))?;
    Ok(installed.insert(handle).clone())
}

pub(crate) fn filter(directives: &str) -> Result<EnvFilter, ParseError> {
    EnvFilter::builder().parse(directives)
}

fn builder() -> PrometheusBuilder {
    DURATIONS.into_iter().fold(PrometheusBuilder::new(), |builder, (name, buckets)| {
        // It refuses an empty list of buckets alone.
        builder
            .set_buckets_for_metric(Matcher::Full(name.to_owned()), buckets)
            .unwrap_or_else(|_| PrometheusBuilder::new())
    })
}

/// Spans are written whole with every line, so that it carries the request's id, tenant and route.
fn dispatch<W>(human: bool, colour: bool, filter: EnvFilter, writer: W, traces: Option<Traces>) -> Dispatch
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    match traces {
        // One filter for everything is the cheaper one.
        None => Registry::default().with(filter).with(lines(human, colour, writer)).into(),
        Some(traces) => Registry::default()
            .with(lines(human, colour, writer).with_filter(filter))
            .with(traces.with_filter(FilterFn::new(Traces::wants)))
            .into(),
    }
}

fn lines<S, W>(human: bool, colour: bool, writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    if human {
        Box::new(lines.with_ansi(colour))
    } else {
        Box::new(lines.fmt_fields(JsonMembers).event_format(JsonLine))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::io::Write;
    use std::sync::Arc;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn logged(human: bool, directives: &str) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let dispatch = dispatch(human, false, filter(directives).unwrap(), move || writer.clone(), None);
        tracing::dispatcher::with_default(&dispatch, || {
            let span = tracing::info_span!(
                "request",
                request_id = "r1",
                tenant = tracing::field::Empty,
                route = "/x"
            );
            span.record("tenant", "t1");
            let _entered = span.enter();
            tracing::info!(answer = 42, share = 0.5, none = f64::NAN, held = true, odd = ?"a\nb", "said");
            tracing::debug!("whispered");
        });
        tracing::dispatcher::with_default(&dispatch, || {
            tracing::info_span!("bare").in_scope(|| tracing::info!("so"))
        });
        String::from_utf8(lines.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn json_lines_carry_the_request() {
        let text = logged(false, "info");
        let mut lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for line in &mut lines {
            let timestamp = line["timestamp"].take();
            assert!(timestamp.as_str().unwrap().ends_with('Z'), "{timestamp}");
        }
        let target = module_path!();
        let expected = json!([
            {
                "timestamp": null, "level": "INFO", "message": "said", "answer": 42, "share": 0.5, "none": null,
                "held": true, "odd": "\"a\\nb\"", "target": target,
                "spans": [{ "request_id": "r1", "route": "/x", "tenant": "t1", "name": "request" }],
            },
            { "timestamp": null, "level": "INFO", "message": "so", "target": target, "spans": [{ "name": "bare" }] },
        ]);
        assert_eq!(serde_json::Value::from(lines), expected);
    }

    #[test]
    fn human_lines_carry_the_request_and_the_filter_bites() {
        let text = logged(true, "info");
        assert!(
            text.contains("said") && text.contains("request_id=\"r1\"") && text.contains("tenant=\"t1\""),
            "{text}"
        );
        assert!(!text.contains("whispered"), "{text}");
        assert!(logged(true, "debug").contains("whispered"));
        assert_eq!(logged(true, "off"), "");
    }

    #[test]
    fn request_durations_have_buckets() {
        let recorder = builder().build_recorder();
        metrics::with_local_recorder(&recorder, || {
            metrics::histogram!("http_request_duration_seconds").record(0.2);
        });
        let page = recorder.handle().render();
        for (bound, count) in [("0.1", 0), ("0.25", 1), ("5", 1)] {
            let line = format!("http_request_duration_seconds_bucket{{le=\"{bound}\"}} {count}");
            assert!(page.contains(&line), "{line} is missing in:\n{page}");
        }
    }
}
