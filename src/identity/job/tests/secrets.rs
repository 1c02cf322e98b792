//! A canary goes through a whole job, as an answer, an owner and an address, and must not be seen in anything printed or saved.

use std::fmt::Write as _;

use super::*;

const CANARY: &str = "S3CR3T-CANARY";

async fn whole_job() -> String {
    let mx = asking([
        Accepted,
        Member("RESUMED~#2"),
        Member("MOONSTRUCK#2"),
        Member("CONNECTED#2"),
        Owners,
    ]);
    let mut printed = String::new();
    let mut job = mx.started(MINUTE).await;
    let answers = Answers::new().with("q1", CANARY);
    let stranger = answers.clone().with("q2", CANARY);
    loop {
        let step = job.next().await.unwrap();
        let saved = serde_json::to_string(job.handle()).unwrap();
        write!(printed, "{step:?} {job:?} {saved}").unwrap();
        match step {
            Step::Running(_) => {}
            Step::Challenged(_) => {
                let error = job.answer(stranger.clone()).await.unwrap_err();
                write!(printed, "{error} {error:?} {answers:?}").unwrap();
                job.answer(answers.clone()).await.unwrap();
            }
            Step::Done(owners) => {
                let name = owners.iter().next().unwrap().owner_name.as_ref().unwrap();
                assert_eq!(name.as_str(), CANARY, "it went all the way");
                write!(printed, "{:?}", job.into_stream()).unwrap();
                return printed;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_printed_or_saved_holds_a_secret() {
    let printed = whole_job().await;
    assert!(printed.contains("MOONSTRUCK"), "{printed}");
    assert!(!printed.contains(CANARY), "{printed}");
}

#[cfg(feature = "tracing")]
#[tokio::test(start_paused = true)]
async fn a_log_warns_once_of_an_unknown_status_and_holds_no_secret() {
    let log = log::Log::default();
    let guard = tracing::subscriber::set_default(log.clone());
    whole_job().await;
    drop(guard);
    let text = log.text();
    assert_eq!(text.matches("MOONSTRUCK").count(), 1, "{text}");
    assert!(!text.contains(CANARY), "{text}");
}

#[cfg(feature = "tracing")]
mod log {
    use std::fmt::{Debug, Write as _};
    use std::sync::{Arc, Mutex};

    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Metadata, Subscriber};

    /// Everything that is logged, as text.
    #[derive(Clone, Default)]
    pub(super) struct Log(Arc<Mutex<String>>);

    impl Log {
        pub(super) fn text(&self) -> String {
            self.0.lock().unwrap().clone()
        }
    }

    impl Visit for &Log {
        fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
            writeln!(self.0.lock().unwrap(), "{field}={value:?}").unwrap();
        }
    }

    impl Subscriber for Log {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn new_span(&self, span: &Attributes<'_>) -> Id {
            span.record(&mut &*self);
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, values: &Record<'_>) {
            values.record(&mut &*self);
        }

        fn record_follows_from(&self, _: &Id, _: &Id) {}

        fn event(&self, event: &Event<'_>) {
            event.record(&mut &*self);
        }

        fn enter(&self, _: &Id) {}

        fn exit(&self, _: &Id) {}
    }
}
