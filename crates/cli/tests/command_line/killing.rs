//! SIGKILL at any moment of a flow with `--job-file`: run again, the same command loses nothing and starts nothing twice.

use std::path::Path;
use std::process::{Child, Output};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use mx_nexus_sandbox::{JobKind, JobState, Sandbox};

use crate::running::{USER, nexus};

/// How many processes are killed at least.
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
                    killed.fetch_add(run_flow(flows.fetch_add(1, Relaxed)), Relaxed);
                }
            });
        }
    });
}

/// Runs a flow to its end, and returns how many of its processes were killed.
fn run_flow(flow: usize) -> usize {
    let runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = { runtime }.worker_threads(1).enable_all().build().unwrap();
    let builder = Sandbox::builder().job_time(Duration::from_millis(200));
    let sandbox = runtime.block_on(builder.start()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("job");
    let mut kills = kills(flow).into_iter();
    let mut killed = 0;
    let output = loop {
        let child = start(&sandbox, &path);
        let output = match kills.next() {
            Some((requests, delay)) => kill(child, &sandbox, requests, delay),
            None => child.wait_with_output().unwrap(),
        };
        killed += usize::from(output.status.code().is_none());
        // A process that was killed right after the removal of the file has printed everything.
        let is_complete = serde_json::from_slice::<serde_json::Value>(&output.stdout).is_ok();
        if output.status.code().is_some() || is_complete && !path.exists() {
            break output;
        }
    };
    let owners: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("flow {flow} lost its job: {output:?}"));
    assert_eq!(owners.as_array().map(Vec::len), Some(3), "flow {flow}");
    let jobs = sandbox.jobs();
    let states: Vec<_> = jobs
        .iter()
        .map(|job| (job.kind, job.state, job.count))
        .collect();
    assert_eq!(
        states,
        [(JobKind::Identification, JobState::Succeeded, 1)],
        "flow {flow}"
    );
    let members = runtime.block_on(async {
        let api = sandbox
            .nexus()
            .build()
            .unwrap()
            .user(USER)
            .api()
            .await
            .unwrap();
        api.list_members()
            .send()
            .await
            .unwrap()
            .into_inner()
            .members
    });
    assert_eq!(members.unwrap().len(), 1, "flow {flow}");
    let is_left = |name: &str| folder.path().join(name).exists();
    assert!(!is_left("job") && !is_left("job.new"), "flow {flow}");
    killed
}

fn start(sandbox: &Sandbox, path: &Path) -> Child {
    let path = path.display().to_string();
    let arguments = ["identify", "--json", "--job-file", &path];
    let answers = ["--credential", "Password=challenge", "--answer", "correct"];
    nexus(arguments.into_iter().chain(answers))
        .inside(sandbox)
        .start()
}

/// Kills the process once the sandbox has answered so many more requests, unless it ends before.
fn kill(mut child: Child, sandbox: &Sandbox, requests: usize, delay: u64) -> Output {
    let before = sandbox.requests().len();
    let begun = Instant::now();
    while sandbox.requests().len() - before < requests && child.try_wait().unwrap().is_none() {
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
