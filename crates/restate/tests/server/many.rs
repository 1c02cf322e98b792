//! Many jobs at once, and what they cost.

use std::env;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use mx_nexus::identity::Identification;
use mx_nexus_restate::Outcome;
use mx_nexus_sandbox::{Fault, FaultBody, Sandbox};
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::processes::{Stack, answer_until_done};

/// A start whose answer was lost is sent again only after many equal readings.
const BUDGET: Duration = Duration::from_secs(3600);
/// One request of so many fails: 5 %.
const ONE_OF: u32 = 20;

pub(crate) async fn a_thousand_identifications_with_faults_and_a_killed_worker(server: PathBuf) {
    let jobs = env::var("MX_RESTATE_JOBS").map_or(1000_usize, |jobs| jobs.parse().unwrap());
    let sandbox = Sandbox::builder().job_time(Duration::from_secs(20));
    let mut stack = Stack::start(&server, "many", sandbox)
        .await
        .with_workers(2, ["2s", "3s"])
        .await;
    let client = stack.client::<Identification>();
    let nexus = stack.sandbox.nexus().build().unwrap();
    // Every fault skips the requests before it, and the list is limited to a thousand.
    for index in 0..1000_u32 {
        let fault = match index % 5 {
            0 => Fault::status(503),
            1 => Fault::reset(),
            2 => Fault::reset_after_processing(),
            3 => Fault::status(502).body(FaultBody::Html),
            _ => Fault::delay(Duration::from_millis(300)),
        };
        stack.sandbox.fault(fault.skip(index * ONE_OF + 7)).unwrap();
    }
    let begun = Instant::now();
    let mut flows = JoinSet::new();
    let mut members = Vec::new();
    for index in 0..jobs {
        let (id, client) = (format!("many-{index}"), client.clone());
        let user = format!("U-{id}");
        // One of ten asks.
        let password = if index % 10 == 0 { "challenge" } else { "any" };
        let member = stack.sandbox.add_member(&user, password).unwrap();
        let job = nexus.user(user).identify(&member);
        members.push(member);
        flows.spawn(async move {
            assert!(client.start(&id, job, BUDGET).await.unwrap());
            if index % 10 == 0 {
                return (id.clone(), answer_until_done(&client, &id).await);
            }
            let outcome = client.outcome(&id).await.unwrap();
            (id, outcome)
        });
    }
    sleep(Duration::from_secs(10)).await;
    let memory = stack.workers.iter().map(|worker| worker.memory()).max();
    stack.workers[0].kill();
    println!(
        "  a worker was killed after {} s",
        begun.elapsed().as_secs()
    );
    let (mut lost, mut ended) = (Vec::new(), Vec::new());
    while let Some(flow) = flows.join_next().await {
        ended.push(begun.elapsed().as_secs());
        let (id, outcome) = flow.unwrap();
        if !matches!(outcome, Outcome::Done { count: 1.., .. }) {
            lost.push((id, outcome));
        }
    }
    let (half, most, seconds) = (ended[jobs / 2], ended[jobs * 98 / 100], ended[jobs - 1]);
    let failed = 1000 - stack.sandbox.faults().len();
    let doubled = members
        .iter()
        .filter(|member| stack.paid_jobs(member) != 1)
        .count();
    println!(
        "  {jobs} jobs, half of them after {half} s, 98 % after {most} s, all after {seconds} s, with {failed} failed requests: {} lost, {doubled} without exactly one paid job",
        lost.len()
    );
    cost(&stack).await;
    let files = stack.files();
    let bytes: u64 = files
        .iter()
        .filter_map(|file| file.metadata().ok())
        .map(|it| it.len())
        .sum();
    println!("  files: {} KiB a job", bytes / 1024 / jobs as u64);
    let (worker, left) = (memory.unwrap_or_default(), stack.workers[1].memory());
    println!(
        "  memory: server {} MiB, a worker {worker} MiB, the one that was left {left} MiB",
        stack.server.memory()
    );
    assert!(lost.is_empty(), "{:?}", lost.first());
    assert_eq!(doubled, 0);
}

/// Prints how many entries and bytes a journal has.
async fn cost(stack: &Stack) {
    let query = "select avg(i.journal_size) as entries, max(i.journal_size) as most from sys_invocation i where i.target_handler_name = 'run'";
    let number = |row: &Value, name: &str| row[name].as_f64().unwrap_or_default();
    let entries = stack.query(query).await;
    let query = "select avg(b.bytes) as bytes, max(b.bytes) as most from (select id, sum(raw_length) as bytes from sys_journal group by id) b join sys_invocation i on i.id = b.id where i.target_handler_name = 'run'";
    let bytes = stack.query(query).await;
    println!(
        "  journal: {:.1} entries in the mean, {} at most",
        number(&entries[0], "entries"),
        entries[0]["most"]
    );
    println!(
        "  journal: {:.0} bytes in the mean, {} at most",
        number(&bytes[0], "bytes"),
        bytes[0]["most"]
    );
}
