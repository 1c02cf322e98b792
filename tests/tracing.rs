//! The spans of jobs, calls and attempts, without parameters and bodies.
#![cfg(feature = "tracing")]
#![allow(clippy::unwrap_used, reason = "set-up fails by panicking")]

use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mx_nexus::api::Client;
use mx_nexus::jobs::Polling;
use mx_nexus::{Error, User};
use mx_nexus_sandbox::Sandbox;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

#[path = "support/recorder.rs"]
mod recorder;

use recorder::{Answer, Recorder, builder_at, closed_address, member};

/// The fields of each span and event, in the order of their start.
#[derive(Clone, Default)]
struct Recording {
    entries: Arc<Mutex<Vec<Entry>>>,
}

#[derive(Default)]
struct Entry {
    title: String,
    fields: BTreeMap<&'static str, String>,
    /// The index of the span that it is in.
    parent: Option<usize>,
    is_closed: bool,
}

/// The index of a span in the recording.
struct Number(usize);

struct Fields<'a>(&'a mut BTreeMap<&'static str, String>);

impl tracing::field::Visit for Fields<'_> {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl<S> Layer<S> for Recording
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(
        &self,
        attributes: &tracing::span::Attributes<'_>,
        id: &tracing::span::Id,
        context: Context<'_, S>,
    ) {
        let mut entries = self.entries.lock().unwrap();
        let mut entry = Entry {
            title: attributes.metadata().name().to_owned(),
            ..Entry::default()
        };
        attributes.record(&mut Fields(&mut entry.fields));
        let span = context.span(id).unwrap();
        let parent = span.parent();
        entry.parent = parent.and_then(|it| it.extensions().get().map(|Number(number)| *number));
        span.extensions_mut().insert(Number(entries.len()));
        entries.push(entry);
    }

    fn on_record(
        &self,
        id: &tracing::span::Id,
        values: &tracing::span::Record<'_>,
        context: Context<'_, S>,
    ) {
        let span = context.span(id).unwrap();
        let mut entries = self.entries.lock().unwrap();
        if let Some(Number(number)) = span.extensions().get() {
            values.record(&mut Fields(&mut entries[*number].fields));
        }
    }

    fn on_event(&self, event: &tracing::Event<'_>, context: Context<'_, S>) {
        if !event.metadata().target().starts_with("mx_nexus") {
            return;
        }
        let mut entry = Entry {
            title: event.metadata().level().to_string(),
            ..Entry::default()
        };
        event.record(&mut Fields(&mut entry.fields));
        let span = context.event_span(event);
        entry.parent = span.and_then(|span| span.extensions().get().map(|Number(number)| *number));
        self.entries.lock().unwrap().push(entry);
    }

    fn on_close(&self, id: tracing::span::Id, context: Context<'_, S>) {
        let span = context.span(&id).unwrap();
        if let Some(Number(number)) = span.extensions().get() {
            self.entries.lock().unwrap()[*number].is_closed = true;
        }
    }
}

impl Recording {
    /// Starts recording, for this thread.
    fn start() -> (Self, tracing::subscriber::DefaultGuard) {
        let recording = Self::default();
        let subscriber = tracing_subscriber::registry().with(recording.clone());
        (recording, tracing::subscriber::set_default(subscriber))
    }

    /// The fields of each closed span of this name.
    fn closed(&self, title: &str) -> Vec<BTreeMap<&'static str, String>> {
        let entries = self.entries.lock().unwrap();
        let spans = entries.iter().filter(|it| it.title == title);
        spans
            .filter(|it| it.is_closed)
            .map(|it| it.fields.clone())
            .collect()
    }

    /// All entries, without addresses.
    fn text(&self) -> String {
        let mut text = String::new();
        for (number, entry) in self.entries.lock().unwrap().iter().enumerate() {
            let parent = entry
                .parent
                .map(|it| format!(" in {it}"))
                .unwrap_or_default();
            writeln!(text, "{number} {}{parent}", entry.title).unwrap();
            for (name, value) in &entry.fields {
                let is_fixed = !name.ends_with("_ms") && !name.starts_with("server.");
                let value = if is_fixed { value } else { "[any]" };
                writeln!(text, "    {name}: {value}").unwrap();
            }
        }
        text
    }
}

async fn client(server: &Recorder) -> Client {
    let user = server.nexus().with_session_token("a-session");
    user.api().await.unwrap()
}

async fn read(api: &Client) -> Result<(), Error> {
    let read = api.read_member().member_guid("MBR-1").send().await;
    read.map(drop)
}

#[tokio::test]
async fn span_of_a_successful_call() {
    let (recording, _guard) = Recording::start();
    let server = Recorder::answering([member("MBR-1")]).await;
    read(&client(&server).await).await.unwrap();
    insta::assert_snapshot!(recording.text());
}

#[tokio::test]
async fn spans_of_opening_a_session_contain_no_secret() {
    let (recording, _guard) = Recording::start();
    let server = Recorder::mx(|_, _| member("MBR-1")).await;
    let builder = server.builder().credentials("THE-CLIENT", "key");
    let user = builder.build().unwrap().user("U-SECRET");
    let api = user.api().await.unwrap();
    let list = api.list_members().page(7777_i64).send().await;
    list.unwrap();
    let text = recording.text();
    for private in ["U-SECRET", "THE-CLIENT", "token-1", "session-1", "7777"] {
        assert!(!text.contains(private), "{private} in {text}");
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn each_attempt_has_a_span_with_its_resend_count() {
    let (recording, _guard) = Recording::start();
    let body = r#"{"error":{"code":4011,"message":"text of MX"}}"#;
    let server = Recorder::mx(move |_, before| match before {
        0 => Answer::json(503, body),
        1 => Answer::json(401, body),
        2 => Answer::json(429, body).with("Retry-After", "0"),
        _ => member("MBR-1"),
    })
    .await;
    let user = server.nexus().user("U-1");
    read(&user.api().await.unwrap()).await.unwrap();
    insta::assert_snapshot!(recording.text());
}

#[tokio::test]
async fn spans_of_a_refused_and_an_unsent_call() {
    let (recording, _guard) = Recording::start();
    let body = r#"{"error":{"code":4040,"message":"text of MX"}}"#;
    let server = Recorder::answering([Answer::json(404, body)]).await;
    let api = client(&server).await;
    read(&api).await.unwrap_err();
    api.read_member()
        .member_guid("..")
        .send()
        .await
        .unwrap_err();
    insta::assert_snapshot!(recording.text());
}

#[tokio::test]
async fn failed_renewal_records_its_status_in_its_own_span() {
    let (recording, _guard) = Recording::start();
    let server = Recorder::start(|received, before| match (received.line.as_str(), before) {
        ("GET /members/MBR-1", _) => Answer::json(401, ""),
        ("POST /sessions", _) => recorder::session("a-session"),
        (_, 0) => recorder::token("a-token"),
        _ => Answer::json(404, ""),
    })
    .await;
    let api = server.nexus().user("U-1").api().await.unwrap();
    read(&api).await.unwrap_err();
    insta::assert_snapshot!(recording.text());
}

#[tokio::test]
async fn span_of_a_call_that_could_not_connect() {
    let (recording, _guard) = Recording::start();
    let builder = builder_at(&closed_address().await).timeout(Duration::from_secs(5));
    let user = builder.build().unwrap().with_session_token("s");
    let api = user.api().await.unwrap();
    let start = api.identify_member().member_guid("MBR-1");
    start.send().await.unwrap_err();
    insta::assert_snapshot!(recording.text());
}

#[tokio::test]
async fn span_of_the_caller_is_unchanged_with_ours_disabled() {
    let recording = Recording::default();
    let ours_off = tracing_subscriber::filter::filter_fn(|metadata| {
        !metadata.target().starts_with("mx_nexus")
    });
    let layer = recording.clone().with_filter(ours_off);
    let subscriber = tracing_subscriber::registry().with(layer);
    let _guard = tracing::subscriber::set_default(subscriber);
    let span = tracing::info_span!(target: "the_caller", "of the caller", attempt = "mine");
    let server = Recorder::answering([Answer::json(503, ""), member("MBR-1")]).await;
    let api = client(&server).await;
    tracing::Instrument::instrument(read(&api), span)
        .await
        .unwrap();
    assert_eq!(recording.text(), "0 of the caller\n    attempt: \"mine\"\n");
}

#[tokio::test]
async fn call_that_times_out_or_is_dropped_closes_its_spans_with_that_outcome() {
    let server = Recorder::answering([Answer::Silence]).await;
    let api = client(&server).await;
    let short = Duration::from_millis(30);
    for (error_type, is_dropped) in [("timeout", false), ("cancelled", true)] {
        let (recording, _guard) = Recording::start();
        if is_dropped {
            let dropped = tokio::time::timeout(short, read(&api)).await;
            dropped.unwrap_err();
        } else {
            read(&api.with_timeout(short)).await.unwrap_err();
        }
        for span in ["mx_nexus.call", "mx_nexus.request"] {
            let closed = recording.closed(span);
            assert_eq!(closed.len(), 1, "{}", recording.text());
            assert_eq!(closed[0]["error.type"], format!("{error_type:?}"));
        }
    }
}

/// A user of a sandbox whose jobs take some milliseconds, and a member.
async fn sandbox(password: &str) -> (Sandbox, User, String) {
    let sandbox = Sandbox::builder().job_time(Duration::from_millis(20));
    let sandbox = sandbox.start().await.unwrap();
    let member = sandbox.add_member("U-SECRET", password).unwrap();
    let user = sandbox.nexus().build().unwrap().user("U-SECRET");
    (sandbox, user, member.as_str().to_owned())
}

fn quick() -> Polling {
    Polling::between(Duration::from_millis(5), Duration::from_millis(5))
}

#[tokio::test]
async fn job_has_one_span_from_start_to_end_with_its_calls_inside() {
    let (_sandbox, user, member) = sandbox("any").await;
    let (recording, _guard) = Recording::start();
    let job = user.identify(&*member).with_polling(quick());
    job.run(Duration::from_secs(30), async |_| None)
        .await
        .unwrap();
    let closed = recording.closed("mx_nexus.job");
    assert_eq!(closed.len(), 1, "{}", recording.text());
    let job = &closed[0];
    assert_eq!(job["mx.api"], r#""nexus""#);
    assert_eq!(job["mx.job.kind"], r#""identification""#);
    assert_eq!(job["mx.job.outcome"], r#""done""#);
    assert!(job["mx.job.polls"].parse::<u32>().unwrap() > 0);
    let entries = recording.entries.lock().unwrap();
    let is_in_job = |mut number: usize| {
        while let Some(parent) = entries[number].parent {
            number = parent;
        }
        entries[number].title == "mx_nexus.job"
    };
    assert!((0..entries.len()).all(is_in_job));
    for operation in ["createSession", "identifyMember", "listAccountOwners"] {
        let is_it = |it: &Entry| it.fields.get("mx.operation") == Some(&format!("{operation:?}"));
        assert!(entries.iter().any(is_it), "{operation}");
    }
    drop(entries);
    let text = recording.text();
    assert!(
        !text.contains("U-SECRET") && !text.contains(&member),
        "{text}"
    );
}

#[tokio::test]
async fn ids_are_in_the_span_of_a_job_that_asks_for_them() {
    let (_sandbox, user, member) = sandbox("any").await;
    let (recording, _guard) = Recording::start();
    let job = user.identify(&*member).with_polling(quick());
    let job = job.with_traced_ids().start(Duration::from_secs(30)).await;
    drop(job.unwrap());
    let job = &recording.closed("mx_nexus.job")[0];
    assert_eq!(job["mx.user"], r#""U-SECRET""#);
    assert_eq!(job["mx.member"], format!("{member:?}"));
    assert_eq!(job["mx.job.outcome"], r#""left""#, "dropped before its end");
}

#[tokio::test]
async fn job_without_a_result_closes_its_span_and_warns() {
    for (password, timeout, outcome) in [
        ("LOCKED", Duration::from_secs(30), "ended"),
        ("any", Duration::from_millis(1), "timed_out"),
    ] {
        let (_sandbox, user, member) = sandbox(password).await;
        let (recording, _guard) = Recording::start();
        let job = user.identify(&*member).with_polling(quick());
        let error = job.run(timeout, async |_| None).await.unwrap_err();
        let outcome = format!("{outcome:?}");
        let closed = recording.closed("mx_nexus.job");
        assert_eq!(closed[0]["mx.job.outcome"], outcome, "{error}");
        assert_eq!(closed[0]["otel.status_code"], r#""ERROR""#);
        let entries = recording.entries.lock().unwrap();
        let is_warning =
            |it: &Entry| it.title == "WARN" && it.fields.get("mx.job.outcome") == Some(&outcome);
        assert_eq!(entries.iter().filter(|it| is_warning(it)).count(), 1);
    }
}
