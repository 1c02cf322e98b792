//! The span of an operation: what was called, how often, and how it went. Nothing of what was said.
#![cfg(feature = "tracing")]
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mx_nexus::Error;
use mx_nexus::api::Client;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

#[path = "support/recorder.rs"]
mod recorder;

use recorder::{Answer, Recorder, builder_at, member, nobody};

/// What was written into each span and event of ours, in the order in which they began.
#[derive(Clone, Default)]
struct Notebook {
    pages: Arc<Mutex<Vec<Page>>>,
}

#[derive(Default)]
struct Page {
    title: String,
    fields: BTreeMap<&'static str, String>,
    /// The number of the page in a span's extensions.
    parent: Option<usize>,
}

/// Where in the notebook a span is.
struct Number(usize);

struct Fields<'a>(&'a mut BTreeMap<&'static str, String>);

impl tracing::field::Visit for Fields<'_> {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl<S> Layer<S> for Notebook
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(
        &self,
        attributes: &tracing::span::Attributes<'_>,
        id: &tracing::span::Id,
        context: Context<'_, S>,
    ) {
        let mut pages = self.pages.lock().unwrap();
        let mut page = Page {
            title: attributes.metadata().name().to_owned(),
            ..Page::default()
        };
        attributes.record(&mut Fields(&mut page.fields));
        let span = context.span(id).unwrap();
        span.extensions_mut().insert(Number(pages.len()));
        pages.push(page);
    }

    fn on_record(
        &self,
        id: &tracing::span::Id,
        values: &tracing::span::Record<'_>,
        context: Context<'_, S>,
    ) {
        let span = context.span(id).unwrap();
        let mut pages = self.pages.lock().unwrap();
        if let Some(Number(number)) = span.extensions().get() {
            values.record(&mut Fields(&mut pages[*number].fields));
        }
    }

    fn on_event(&self, event: &tracing::Event<'_>, context: Context<'_, S>) {
        if !event.metadata().target().starts_with("mx_nexus") {
            return;
        }
        let mut page = Page {
            title: "event".to_owned(),
            ..Page::default()
        };
        event.record(&mut Fields(&mut page.fields));
        let span = context.event_span(event);
        page.parent = span.and_then(|span| span.extensions().get().map(|Number(number)| *number));
        self.pages.lock().unwrap().push(page);
    }
}

impl Notebook {
    /// Writes from now on, for this thread.
    fn open() -> (Self, tracing::subscriber::DefaultGuard) {
        let notebook = Self::default();
        let subscriber = tracing_subscriber::registry().with(notebook.clone());
        (notebook, tracing::subscriber::set_default(subscriber))
    }

    /// All pages, with times left out: they are never the same.
    fn text(&self) -> String {
        let mut text = String::new();
        for (number, page) in self.pages.lock().unwrap().iter().enumerate() {
            let parent = page
                .parent
                .map(|it| format!(" in {it}"))
                .unwrap_or_default();
            writeln!(text, "{number} {}{parent}", page.title).unwrap();
            for (name, value) in &page.fields {
                let timed = name.ends_with("_ms") && value.parse::<u64>().is_ok();
                let value = if timed { "[milliseconds]" } else { value };
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
async fn a_call_that_goes_well() {
    let (notebook, _guard) = Notebook::open();
    let server = Recorder::answering([member("MBR-1")]).await;
    read(&client(&server).await).await.unwrap();
    insta::assert_snapshot!(notebook.text());
}

#[tokio::test]
async fn opening_a_session_is_two_operations_of_their_own() {
    let (notebook, _guard) = Notebook::open();
    let server = Recorder::mx(|_, _| member("MBR-1")).await;
    let builder = server.builder().credentials("THE-CLIENT", "key");
    let user = builder.build().unwrap().user("U-SECRET");
    let api = user.api().await.unwrap();
    let list = api.list_members().page(7777_i64).send().await;
    list.unwrap();
    let text = notebook.text();
    for said in [
        "U-SECRET",
        "THE-CLIENT",
        "token-1",
        "session-1",
        "7777",
        "127.0.0.1",
    ] {
        assert!(!text.contains(said), "{said} in {text}");
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn the_attempt_counts_what_was_sent() {
    let (notebook, _guard) = Notebook::open();
    let body = r#"{"error":{"code":4011,"message":"words of MX"}}"#;
    let server = Recorder::mx(move |_, before| match before {
        0 => Answer::json(503, body),
        1 => Answer::json(401, body),
        2 => Answer::json(429, body).with("Retry-After", "0"),
        _ => member("MBR-1"),
    })
    .await;
    let user = server.nexus().user("U-1");
    read(&user.api().await.unwrap()).await.unwrap();
    insta::assert_snapshot!(notebook.text());
}

#[tokio::test]
async fn a_call_that_fails() {
    let (notebook, _guard) = Notebook::open();
    let body = r#"{"error":{"code":4040,"message":"words of MX"}}"#;
    let server = Recorder::answering([Answer::json(404, body)]).await;
    let api = client(&server).await;
    read(&api).await.unwrap_err();
    api.read_member()
        .member_guid("..")
        .send()
        .await
        .unwrap_err();
    insta::assert_snapshot!(notebook.text());
}

#[tokio::test]
async fn a_session_that_cannot_be_renewed_shows_the_status_where_it_belongs() {
    let (notebook, _guard) = Notebook::open();
    let server = Recorder::start(|heard, before| match (heard.line.as_str(), before) {
        ("GET /members/MBR-1", _) => Answer::json(401, ""),
        ("POST /sessions", _) => recorder::session("a-session"),
        (_, 0) => recorder::token("a-token"),
        _ => Answer::json(404, ""),
    })
    .await;
    let api = server.nexus().user("U-1").api().await.unwrap();
    read(&api).await.unwrap_err();
    insta::assert_snapshot!(notebook.text());
}

#[tokio::test]
async fn a_call_that_gets_no_answer() {
    let (notebook, _guard) = Notebook::open();
    let builder = builder_at(&nobody().await).timeout(Duration::from_secs(5));
    let user = builder.build().unwrap().with_session_token("s");
    let api = user.api().await.unwrap();
    let start = api.identify_member().member_guid("MBR-1");
    start.send().await.unwrap_err();
    insta::assert_snapshot!(notebook.text());
}

#[tokio::test]
async fn a_span_of_the_caller_is_left_alone_when_ours_is_turned_off() {
    let notebook = Notebook::default();
    let ours_off = tracing_subscriber::filter::filter_fn(|metadata| {
        !metadata.target().starts_with("mx_nexus")
    });
    let layer = notebook.clone().with_filter(ours_off);
    let subscriber = tracing_subscriber::registry().with(layer);
    let _guard = tracing::subscriber::set_default(subscriber);
    let span = tracing::info_span!(target: "the_caller", "of the caller", attempt = "mine");
    let server = Recorder::answering([Answer::json(503, ""), member("MBR-1")]).await;
    let api = client(&server).await;
    tracing::Instrument::instrument(read(&api), span)
        .await
        .unwrap();
    assert_eq!(notebook.text(), "0 of the caller\n    attempt: \"mine\"\n");
}
