//! The memory of jobs that wait in a fleet, users and sessions included, after each has been polled.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use mx_nexus::fleet::{Fleet, Outcome};
use mx_nexus::jobs::{Pace, PollPolicy};
use mx_nexus::{Environment, Nexus};

use super::server::ENDLESS;

/// How often each job is polled before it is measured.
const POLLS: u32 = 3;

/// Jobs that wait for an hour after their polls.
pub(crate) struct Waiting {
    nexus: Nexus,
    fleet: Fleet,
    polled: Arc<AtomicUsize>,
}

/// Polls at once until a job has had its polls, and then after an hour; counts the jobs that have had them.
#[derive(Debug)]
struct ThenAnHour {
    polled: Arc<AtomicUsize>,
}

impl PollPolicy for ThenAnHour {
    fn delay(&self, _: Pace, polls: u32) -> Duration {
        if polls < POLLS {
            return Duration::ZERO;
        }
        self.polled.fetch_add(1, Relaxed);
        Duration::from_secs(3600)
    }
}

impl Waiting {
    pub(crate) fn at(address: &str, calls_at_once: usize) -> Self {
        let nexus = Nexus::builder(Environment::custom(address))
            .credentials("bench", "key")
            .build()
            .expect("a good configuration");
        let polled = Arc::new(AtomicUsize::new(0));
        let policy = ThenAnHour {
            polled: Arc::clone(&polled),
        };
        let fleet = Fleet::new(Duration::from_secs(24 * 3600))
            .with_polling(policy)
            .with_concurrency(calls_at_once);
        Self {
            nexus,
            fleet,
            polled,
        }
    }

    /// Adds jobs, each of a user of its own, before their first call.
    pub(crate) fn add(&mut self, jobs: std::ops::Range<usize>) {
        for number in jobs {
            let user = self.nexus.user(format!("U-{number:012}"));
            let member = format!("MBR-{ENDLESS}f-e582-15b6-60c0-{number:012}");
            self.fleet.start(user.identify(member));
        }
    }

    /// Makes calls until every job has had its polls. Returns the number of starts.
    pub(crate) async fn poll_all(&mut self) -> usize {
        let mut starts = 0;
        while self.polled.load(Relaxed) < self.fleet.len() {
            // The last poll of a job is no event.
            let next = tokio::time::timeout(Duration::from_millis(20), self.fleet.next());
            match next.await.ok().flatten().map(|event| event.outcome) {
                Some(Outcome::Starting) => starts += 1,
                Some(Outcome::Running(_)) | None => {}
                Some(other) => panic!("no job ends: {other:?}"),
            }
        }
        starts
    }
}

/// Bytes of heap for each of `jobs` waiting jobs, beyond those of the first hundred: before their first call, and after their polls.
pub(crate) fn heap_bytes(
    address: &str,
    runtime: &tokio::runtime::Runtime,
    jobs: usize,
) -> (i64, i64) {
    const FIRST: usize = 100;
    // One call at a time, so that there is one connection, and its buffers are in the first hundred.
    let mut waiting = Waiting::at(address, 1);
    waiting.add(0..FIRST);
    runtime.block_on(waiting.poll_all());
    let mut bytes = 0;
    let mut per_job = |counted: allocation_counter::AllocationInfo| {
        bytes += counted.bytes_current;
        bytes / i64::try_from(jobs).expect("a small number")
    };
    let added = allocation_counter::measure(|| waiting.add(FIRST..FIRST + jobs));
    let polled = allocation_counter::measure(|| {
        runtime.block_on(waiting.poll_all());
    });
    (per_job(added), per_job(polled))
}
