//! SIGKILL at any moment of a flow with `--job-file`: run again, the same command loses nothing and starts nothing twice.

use std::path::PathBuf;
use std::process::{Child, Output};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use mx_nexus_sandbox::{Fault, JobKind, JobState, Sandbox};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::running::nexus;

/// How many processes are killed at least, at moments that are spread over the flow.
const KILLS: usize = 100;
/// Flows at the same time, each in a sandbox of its own.
const PARALLEL: usize = 12;

/// When the processes of a flow are killed: after how many requests of the process, and how many microseconds later. The first
/// one may be killed anywhere, the others soon after they have opened a session, so that a few are left to kill.
fn kills(flow: usize) -> [(usize, u64); 4] {
    let delay = (flow % 7) as u64 * 333;
    [
        (flow / 2 % 18, delay),
        (3 + flow % 3, delay / 2),
        (3 + flow % 5, delay),
        (4 + flow % 7, delay / 3),
    ]
}

#[test]
fn killed_flow_loses_nothing_and_starts_nothing_twice() {
    let (flows, killed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..PARALLEL {
            scope.spawn(|| {
                while killed.load(Relaxed) < KILLS {
                    let number = flows.fetch_add(1, Relaxed);
                    let mut kills = kills(number).into_iter();
                    let flow = Flow::new(if number % 3 == 2 { "atrium" } else { "nexus" });
                    flow.run(|child| match kills.next() {
                        Some((requests, delay)) => {
                            let output = flow.kill_after(child, requests, delay);
                            killed.fetch_add(output.status.code().is_none().into(), Relaxed);
                            output
                        }
                        None => child.wait_with_output().unwrap(),
                    });
                }
            });
        }
    });
}

/// Every request with an effect, and the one before the start: killed before its answer, with and without the effect.
#[test]
fn process_killed_before_an_answer_loses_nothing_and_starts_nothing_twice() {
    let by_both = [
        "createUser",
        "createMember",
        "readInstitution",
        "identifyMember",
        "listAccountOwners",
    ];
    let by_one = [
        ("nexus", "createSession"),
        ("nexus", "resumeAggregation"),
        ("atrium", "resumeMember"),
    ];
    let calls = by_both
        .iter()
        .flat_map(|operation| ["nexus", "atrium"].map(|api| (api, *operation)));
    std::thread::scope(|scope| {
        for (api, operation) in calls.chain(by_one) {
            // The second reading of the institution is right before the start.
            let skipped = u32::from(operation == "readInstitution");
            for fault in [Fault::status(503), Fault::status(503).processed()] {
                let late = fault.delayed(Duration::from_secs(600));
                let late = late.on_operation(operation).skip(skipped);
                scope.spawn(move || {
                    let flow = Flow::new(api);
                    flow.sandbox.fault(late).unwrap();
                    flow.run(|child| flow.kill_at_the_fault(child));
                });
            }
        }
    });
}

/// An identification with one question, in a sandbox of its own.
struct Flow {
    api: &'static str,
    sandbox: Sandbox,
    /// Of the sandbox.
    _runtime: Runtime,
    folder: TempDir,
}

impl Flow {
    fn new(api: &'static str) -> Self {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1).enable_all().build().unwrap();
        let builder = Sandbox::builder().job_time(Duration::from_millis(200));
        Self {
            api,
            sandbox: runtime.block_on(builder.start()).unwrap(),
            _runtime: runtime,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("job")
    }

    fn start(&self) -> Child {
        let path = self.path().display().to_string();
        let arguments = ["identify", "--api", self.api, "--json", "--job-file", &path];
        let answers = ["--credential", "Password=challenge", "--answer", "correct"];
        nexus(arguments.into_iter().chain(answers))
            .inside(&self.sandbox)
            .start()
    }

    /// Runs the command again and again until it ends by itself, and checks what is left.
    fn run(&self, mut end: impl FnMut(Child) -> Output) {
        let output = loop {
            let output = end(self.start());
            // A process that was killed right after the removal of the file has printed everything.
            let is_complete = serde_json::from_slice::<serde_json::Value>(&output.stdout).is_ok();
            if output.status.code().is_some() || is_complete && !self.path().exists() {
                break output;
            }
        };
        let owners = serde_json::from_slice::<Vec<serde_json::Value>>(&output.stdout);
        assert_eq!(owners.map(|list| list.len()).ok(), Some(3), "{output:?}");
        let jobs = self.sandbox.jobs();
        let jobs: Vec<_> = jobs
            .iter()
            .map(|job| (job.kind, job.state, job.count))
            .collect();
        let expected = [(JobKind::Identification, JobState::Succeeded, 1)];
        assert_eq!(jobs, expected, "{output:?}");
        assert_eq!(self.count("listMembers", "members"), 1, "{output:?}");
        if self.api == "atrium" {
            assert_eq!(self.count("listUsers", "users"), 1, "{output:?}");
        }
        let left = std::fs::read_dir(self.folder.path()).unwrap();
        let mut left = left.map(|entry| entry.unwrap().file_name());
        assert!(left.all(|name| name == "job.lock"), "{output:?}");
    }

    fn count(&self, operation: &str, list: &str) -> usize {
        let call = nexus(["call", operation, "--api", self.api])
            .inside(&self.sandbox)
            .output();
        let found: serde_json::Value = serde_json::from_slice(&call.stdout).unwrap();
        found[list].as_array().unwrap().len()
    }

    /// Kills the process once the sandbox has answered so many more requests, unless it ends before.
    fn kill_after(&self, child: Child, requests: usize, delay: u64) -> Output {
        let before = self.sandbox.requests().len();
        self.kill(
            child,
            || self.sandbox.requests().len() - before >= requests,
            delay,
        )
    }

    /// Kills the process that has met the fault.
    fn kill_at_the_fault(&self, child: Child) -> Output {
        match self.sandbox.faults().is_empty() {
            true => child.wait_with_output().unwrap(),
            false => self.kill(child, || self.sandbox.faults().is_empty(), 0),
        }
    }

    fn kill(&self, mut child: Child, is_due: impl Fn() -> bool, delay: u64) -> Output {
        let begun = Instant::now();
        while !is_due() && child.try_wait().unwrap().is_none() {
            assert!(
                begun.elapsed() < Duration::from_secs(120),
                "the process hangs"
            );
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_micros(delay));
        // Fails if the process has ended.
        let _ = child.kill();
        child.wait_with_output().unwrap()
    }
}
