//! The metrics of calls, retries, sessions and jobs, by a recorder in memory.
#![cfg(feature = "metrics")]
#![allow(clippy::unwrap_used, reason = "set-up fails by panicking")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use metrics::{Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata};
use metrics::{SharedString, Unit};
use mx_nexus::jobs::Polling;
use mx_nexus_sandbox::{Fault, Sandbox};

/// How often each metric with its labels was recorded.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<BTreeMap<String, u64>>>);

/// One metric with its labels.
struct Series(Memory, String);

impl Series {
    fn add(&self, count: u64) {
        *self.0.0.lock().unwrap().entry(self.1.clone()).or_default() += count;
    }
}

impl CounterFn for Series {
    fn increment(&self, count: u64) {
        self.add(count);
    }

    fn absolute(&self, _: u64) {}
}

impl HistogramFn for Series {
    fn record(&self, seconds: f64) {
        assert!(seconds >= 0.0);
        self.add(1);
    }
}

impl Memory {
    fn series(&self, key: &Key) -> Arc<Series> {
        let labels = key
            .labels()
            .map(|it| format!(" {}={}", it.key(), it.value()));
        let name = format!("{}{}", key.name(), labels.collect::<String>());
        Arc::new(Series(self.clone(), name))
    }

    fn count(&self, name: &str) -> u64 {
        self.0.lock().unwrap().get(name).copied().unwrap_or(0)
    }
}

impl metrics::Recorder for Memory {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.series(key))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.series(key))
    }
}

#[tokio::test]
async fn calls_retries_sessions_and_jobs_are_counted() {
    let memory = Memory::default();
    let _guard = metrics::set_default_local_recorder(&memory);
    let sandbox = Sandbox::builder().job_time(Duration::from_millis(20));
    let sandbox = sandbox.start().await.unwrap();
    let member = sandbox.add_member("U-SECRET", "any").unwrap();
    let user = sandbox.nexus().build().unwrap().user("U-SECRET");
    let api = user.api().await.unwrap();
    let busy = Fault::status(503).on_operation("listMembers");
    sandbox.fault(busy).unwrap();
    api.list_members().send().await.unwrap();
    let unknown = api.read_member().member_guid("MBR-unknown");
    unknown.send().await.unwrap_err();
    let job = user.identify(&member).with_polling(Polling::between(
        Duration::from_millis(5),
        Duration::from_millis(5),
    ));
    job.run(Duration::from_secs(30), async |_| None)
        .await
        .unwrap();
    for (name, count) in [
        ("mx_nexus_sessions_total outcome=ok", 1),
        ("mx_nexus_retries_total operation=listMembers", 1),
        (
            "mx_nexus_call_duration_seconds operation=listMembers outcome=ok",
            1,
        ),
        (
            "mx_nexus_call_duration_seconds operation=readMember outcome=404",
            1,
        ),
        (
            "mx_nexus_call_duration_seconds operation=identifyMember outcome=ok",
            1,
        ),
        (
            "mx_nexus_jobs_total api=nexus kind=identification outcome=done",
            1,
        ),
    ] {
        assert_eq!(
            memory.count(name),
            count,
            "{name}: {:#?}",
            memory.0.lock().unwrap()
        );
    }
    let names: String = memory.0.lock().unwrap().keys().cloned().collect();
    assert!(
        !names.contains("U-SECRET") && !names.contains("MBR-"),
        "{names}"
    );
}
