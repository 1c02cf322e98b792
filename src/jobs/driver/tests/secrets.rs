//! A whole job with a canary as answer, owner and address, which must not be in anything printed or saved.

use std::fmt::Write as _;

use super::*;

const CANARY: &str = "S3CR3T-CANARY";

async fn whole_job() -> String {
    let mx = asking([
        Accepted,
        Member("RESUMED~#2"),
        Member("MOONSTRUCK#2"),
        Member("CONNECTED#2"),
        Reply::Owners,
    ]);
    let mut printed = String::new();
    let mut job = mx.started(MINUTE).await;
    let answers = Answers::new().with("q1", CANARY);
    let unexpected = answers.clone().with("q2", CANARY);
    loop {
        let step = job.next().await.unwrap();
        let saved = serde_json::to_string(job.handle()).unwrap();
        write!(printed, "{step:?} {job:?} {saved}").unwrap();
        match step {
            Step::Running(_) => {}
            Step::Challenged(_) => {
                let error = job.answer(unexpected.clone()).await.unwrap_err();
                write!(printed, "{error} {error:?} {answers:?}").unwrap();
                job.answer(answers.clone()).await.unwrap();
            }
            Step::Done(owners) => {
                let name = owners.iter().next().unwrap().owner_name.as_ref().unwrap();
                assert_eq!(name.as_str(), CANARY, "the owner has the canary");
                write!(printed, "{:?}", job.updates()).unwrap();
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
    let guard = tracing::subscriber::set_default(log.subscriber());
    // A test without a subscriber that comes first, at the same time, would disable the warning for all.
    while log.text().is_empty() {
        tracing::callsite::rebuild_interest_cache();
        crate::telemetry::job::unknown_status("DREAMING");
    }
    whole_job().await;
    drop(guard);
    let text = log.text();
    assert_eq!(text.matches("MOONSTRUCK").count(), 1, "{text}");
    assert!(!text.contains(CANARY), "{text}");
}

#[cfg(feature = "tracing")]
mod log {
    use std::io;
    use std::sync::{Arc, Mutex};

    /// Everything that is logged, as text.
    #[derive(Clone, Default)]
    pub(super) struct Log(Arc<Mutex<Vec<u8>>>);

    impl Log {
        pub(super) fn subscriber(&self) -> impl tracing::Subscriber {
            let log = self.clone();
            tracing_subscriber::fmt()
                .with_max_level(tracing::Level::TRACE)
                .with_writer(move || log.clone())
                .finish()
        }

        pub(super) fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
}
