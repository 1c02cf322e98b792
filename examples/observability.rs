//! The spans of an identification on the sandbox, printed as OpenTelemetry exports them, and its trace continued by a header:
//! `cargo run --example observability --features tracing`.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::time::Duration;

use mx_nexus::identity::Polling;
use mx_nexus::reqwest::header::HeaderValue;
use mx_nexus_sandbox::Sandbox;
use opentelemetry::trace::{TraceContextExt, TracerProvider};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// The header `traceparent` of W3C Trace Context for the current span, which is that of the attempt.
fn traceparent() -> Option<HeaderValue> {
    let context = tracing::Span::current().context();
    let span = context.span().span_context().clone();
    let (trace, span, flags) = (span.trace_id(), span.span_id(), span.trace_flags());
    HeaderValue::try_from(format!("00-{trace}-{span}-{:02x}", flags.to_u8())).ok()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let exporter = opentelemetry_stdout::SpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter)
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("example"));
    let ours = Targets::new().with_target("mx_nexus", tracing::Level::INFO);
    tracing_subscriber::registry()
        .with(layer.with_filter(ours))
        .init();

    let sandbox = Sandbox::builder().job_time(Duration::from_millis(200));
    let sandbox = sandbox.start().await?;
    let member = sandbox.add_member("U-39XBF7", "any password")?;
    let nexus = sandbox.nexus().request_headers(|_, headers| {
        headers.extend(traceparent().map(|value| (HEADER, value)));
    });
    let user = nexus.build()?.user("U-39XBF7");
    let identify = user.identify(&member).with_polling(Polling::between(
        Duration::from_millis(50),
        Duration::from_millis(50),
    ));
    let owners = identify
        .run(Duration::from_secs(60), async |_| None)
        .await?;
    println!("{} owners", owners.len());
    provider.shutdown()?;
    Ok(())
}

const HEADER: mx_nexus::reqwest::header::HeaderName =
    mx_nexus::reqwest::header::HeaderName::from_static("traceparent");
