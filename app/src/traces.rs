//! Traces to an OpenTelemetry collector: every span that carries `trace`, its own place in W3C trace context, is sent
//! under exactly that place when its trace is marked as sampled. So the span that an answer's `traceparent` names is the
//! one the collector knows, and a job hangs from the request that wrote its message, days later and on another node.

use crate::config::TelemetryConfig;
use kernel::trace::Trace;
use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, SpanData, SpanEvents, SpanLinks, SpanProcessor,
};
use std::error::Error;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Of one export, and of the last one at the end.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(5);
/// What comes faster than the collector takes it is dropped and told once.
const QUEUE_SPANS: usize = 8_192;
const BATCH_SPANS: usize = 512;
const SEND_EVERY: Duration = Duration::from_secs(1);

/// Where the spans go; it sends on a thread of its own.
#[derive(Clone, Debug)]
pub struct Traces {
    processor: Arc<BatchSpanProcessor>,
    scope: InstrumentationScope,
}

impl Traces {
    /// `None` where no collector is configured. Not to be called on an async runtime.
    pub fn start(config: &TelemetryConfig) -> Result<Option<Self>, Box<dyn Error + Send + Sync>> {
        let Some(endpoint) = &config.otlp_endpoint else { return Ok(None) };
        // A second start in one process finds it installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::blocking::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(EXPORT_TIMEOUT)
            .build()?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(http)
            .with_timeout(EXPORT_TIMEOUT)
            .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
            .build()?;
        let batches = BatchConfigBuilder::default()
            .with_max_queue_size(QUEUE_SPANS)
            .with_max_export_batch_size(BATCH_SPANS)
            .with_scheduled_delay(SEND_EVERY)
            .build();
        let mut processor = BatchSpanProcessor::builder(exporter).with_batch_config(batches).build();
        let name = KeyValue::new("service.name", config.service_name.clone());
        let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        processor.set_resource(&Resource::builder_empty().with_attributes([name, version]).build());
        let scope = InstrumentationScope::builder("insula").build();
        Ok(Some(Self { processor: Arc::new(processor), scope }))
    }

    /// Sends what still waits.
    pub fn stop(&self) {
        if let Err(error) = self.processor.shutdown_with_timeout(EXPORT_TIMEOUT) {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }

    /// What the layer has to see, however little is logged: spans with a place in a trace, and the line that ends a
    /// request.
    pub fn wants(metadata: &Metadata<'_>) -> bool {
        let placed = metadata.is_span() && metadata.fields().field("trace").is_some();
        placed || (metadata.is_event() && metadata.target() == ANSWERED)
    }
}

const ANSWERED: &str = "access";

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Traces {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut open = Open::new(attributes.metadata().name());
        attributes.record(&mut open);
        if open.trace.as_ref().is_some_and(Trace::is_sampled) {
            span.extensions_mut().insert(open);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(open) = span.extensions_mut().get_mut::<Open>()
        {
            values.record(open);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if let Some(span) = context.event_span(event)
            && let Some(open) = span.extensions_mut().get_mut::<Open>()
        {
            event.record(open);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let open = context.span(&id).and_then(|span| span.extensions_mut().remove::<Open>());
        if let Some(data) = open.and_then(|open| open.close(&self.scope)) {
            self.processor.on_end(data);
        }
    }
}

/// A span that is not over.
struct Open {
    name: &'static str,
    started: SystemTime,
    trace: Option<Trace>,
    parent: SpanId,
    method: Option<String>,
    route: Option<String>,
    attributes: Vec<KeyValue>,
    status: Status,
}

impl Open {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            started: SystemTime::now(),
            trace: None,
            parent: SpanId::INVALID,
            method: None,
            route: None,
            attributes: Vec::new(),
            status: Status::Unset,
        }
    }

    fn text(&mut self, field: &Field, value: String) {
        let name = match field.name() {
            "trace" => {
                self.trace = Trace::parse(&value);
                return;
            }
            "parent" => {
                self.parent = SpanId::from_hex(&value).unwrap_or(SpanId::INVALID);
                return;
            }
            "error" => {
                self.status = Status::error(value);
                return;
            }
            // What a line says for people.
            "message" if self.name == REQUEST => return,
            "method" if self.name == REQUEST => {
                self.method = Some(value.clone());
                "http.request.method"
            }
            "route" => {
                self.route = Some(value.clone());
                "http.route"
            }
            "path" => "url.path",
            name => name,
        };
        self.attributes.push(KeyValue::new(name, value));
    }

    fn close(self, scope: &InstrumentationScope) -> Option<SpanData> {
        let trace = self.trace?;
        let trace_id = TraceId::from_hex(trace.trace_id()).ok()?;
        let span_id = SpanId::from_hex(trace.span_id()).ok()?;
        let context = SpanContext::new(trace_id, span_id, TraceFlags::SAMPLED, false, TraceState::default());
        let name = match (self.method, self.route) {
            (Some(method), Some(route)) => format!("{method} {route}").into(),
            (Some(method), None) => method.into(),
            (None, _) => self.name.into(),
        };
        Some(SpanData {
            span_context: context,
            parent_span_id: self.parent,
            parent_span_is_remote: self.parent != SpanId::INVALID,
            span_kind: match self.name {
                REQUEST | "contract" => SpanKind::Server,
                "call" => SpanKind::Client,
                "job" => SpanKind::Consumer,
                _ => SpanKind::Internal,
            },
            name,
            start_time: self.started,
            end_time: SystemTime::now(),
            attributes: self.attributes,
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: self.status,
            instrumentation_scope: scope.clone(),
        })
    }
}

const REQUEST: &str = "request";

impl Visit for Open {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.text(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value.to_owned());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.attributes.push(KeyValue::new(field.name(), value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "status" {
            self.attributes.push(KeyValue::new("http.response.status_code", value as i64));
            if value >= 500 {
                self.status = Status::error("");
            }
            return;
        }
        self.attributes.push(KeyValue::new(field.name(), i64::try_from(value).unwrap_or(i64::MAX)));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.attributes.push(KeyValue::new(field.name(), value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.attributes.push(KeyValue::new(field.name(), value));
    }
}
