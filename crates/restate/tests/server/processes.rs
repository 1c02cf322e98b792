//! The processes of a test: Restate's server and workers. The sandbox is in the process of the test, so it survives them.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mx_nexus::jobs::Answers;
use mx_nexus::reqwest;
use mx_nexus::values::MemberGuid;
use mx_nexus_restate::{DurableKind, IdentificationClient, JobClient, Mx, Outcome, Status};
use mx_nexus_sandbox::{Sandbox, SandboxBuilder};
use serde_json::{Value, json};
use tokio::time::sleep;

pub(crate) const API_KEY: &str = "CANARYKEY-5e1f0d7c";
/// For jobs of the sandbox.
pub(crate) const QUICK: [&str; 2] = ["50ms", "200ms"];
/// How long a flow may take.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(600);

/// A process that is killed when it is dropped.
pub(crate) struct Process {
    command: Command,
    child: Child,
}

impl Process {
    fn start(mut command: Command, log: &Path) -> Self {
        let log = File::options().create(true).append(true).open(log).unwrap();
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        let child = command.spawn().unwrap();
        Self { command, child }
    }

    /// SIGKILL, and the same process again.
    pub(crate) fn kill_and_start_again(&mut self) {
        self.kill();
        self.child = self.command.spawn().unwrap();
    }

    pub(crate) fn kill(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }

    /// SIGTERM, and how long the process takes to end.
    pub(crate) async fn terminate(&mut self) -> Duration {
        let begun = Instant::now();
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        while self.child.try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < TIMEOUT, "the process does not stop");
            sleep(Duration::from_millis(20)).await;
        }
        begun.elapsed()
    }

    /// The memory in use, in MiB.
    pub(crate) fn memory(&self) -> u64 {
        let status =
            fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
        kib.unwrap_or_default() / 1024
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A sandbox, a server of Restate, and workers that share a port.
pub(crate) struct Stack {
    pub(crate) sandbox: Sandbox,
    pub(crate) server: Process,
    pub(crate) workers: Vec<Process>,
    folder: PathBuf,
    ingress: u16,
    admin: u16,
    worker_port: u16,
    /// The shortest and the longest interval of the polls.
    polling: [&'static str; 2],
}

impl Stack {
    /// Starts everything in an empty folder of this name.
    pub(crate) async fn start(server: &Path, name: &str, sandbox: SandboxBuilder) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let sandbox = sandbox
            .credentials("sandbox-client", API_KEY)
            .start()
            .await
            .unwrap();
        let [ingress, admin, node, worker_port] = free_ports();
        let mut command = Command::new(server);
        let local = |port: u16| format!("127.0.0.1:{port}");
        command
            .args(["--no-logo", "--listen-mode", "tcp", "--base-dir"])
            .arg(folder.join("data"))
            .env("RESTATE_BIND_ADDRESS", local(node))
            .env("RESTATE_INGRESS__BIND_ADDRESS", local(ingress))
            .env("RESTATE_ADMIN__BIND_ADDRESS", local(admin))
            .env("RESTATE_DISABLE_TELEMETRY", "true")
            .env("RESTATE_DEFAULT_NUM_PARTITIONS", "4")
            .env("RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE", "256MB")
            // What is stored can be searched as text.
            .env(
                "RESTATE_LOG_SERVER__ROCKSDB_DISABLE_WAL_COMPRESSION",
                "true",
            )
            .env(
                "RESTATE_LOG_SERVER__ROCKSDB_DISABLE_L0_L1_COMPRESSION",
                "true",
            )
            .env(
                "RESTATE_WORKER__STORAGE__ROCKSDB_DISABLE_WAL_COMPRESSION",
                "true",
            )
            .env(
                "RESTATE_WORKER__STORAGE__ROCKSDB_DISABLE_L0_L1_COMPRESSION",
                "true",
            );
        let server = Process::start(command, &folder.join("server.log"));
        let stack = Self {
            sandbox,
            server,
            workers: Vec::new(),
            folder,
            ingress,
            admin,
            worker_port,
            polling: QUICK,
        };
        stack.is_ready().await;
        stack
    }

    /// Starts workers, and registers them.
    pub(crate) async fn with_workers(mut self, workers: usize, polling: [&'static str; 2]) -> Self {
        self.polling = polling;
        for _ in 0..workers {
            self.add_worker();
        }
        self.has_worker().await;
        self.register().await;
        self
    }

    /// Starts another worker.
    pub(crate) fn add_worker(&mut self) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nexus-worker"));
        command
            .args(["--share-port", "--bind"])
            .arg(format!("127.0.0.1:{}", self.worker_port))
            .args(["--poll", self.polling[0], "--poll-longest", self.polling[1]])
            .env("MX_ENVIRONMENT", self.sandbox.address())
            .env("MX_CLIENT_ID", self.sandbox.client_id())
            .env("MX_API_KEY", API_KEY);
        self.workers
            .push(Process::start(command, &self.folder.join("worker.log")));
    }

    /// Waits until the server answers.
    async fn is_ready(&self) {
        let health = format!("http://127.0.0.1:{}/health", self.admin);
        until("the server is ready", async || {
            let answer = reqwest::get(&health).await;
            answer.is_ok_and(|answer| answer.status().is_success())
        })
        .await;
    }

    async fn has_worker(&self) {
        until("the worker is ready", async || {
            tokio::net::TcpStream::connect(("127.0.0.1", self.worker_port))
                .await
                .is_ok()
        })
        .await;
    }

    async fn register(&self) {
        let address = format!("http://127.0.0.1:{}/deployments", self.admin);
        let body = json!({ "uri": format!("http://127.0.0.1:{}", self.worker_port) });
        until("the workers are registered", async || {
            let answer = reqwest::Client::new()
                .post(&address)
                .json(&body)
                .send()
                .await;
            answer.is_ok_and(|answer| answer.status().is_success())
        })
        .await;
    }

    /// A client of this kind of job.
    pub(crate) fn client<K: DurableKind>(&self) -> JobClient<K> {
        let mx = Mx::new()
            .with_nexus(self.sandbox.nexus().build().unwrap())
            .with_atrium(self.sandbox.atrium().build().unwrap());
        JobClient::new(&format!("http://127.0.0.1:{}", self.ingress), mx).unwrap()
    }

    /// Rows of a query of the server's tables.
    pub(crate) async fn query(&self, query: &str) -> Vec<Value> {
        let address = format!("http://127.0.0.1:{}/query", self.admin);
        let request = reqwest::Client::new()
            .post(address)
            .header("accept", "application/json");
        let answer = request
            .json(&json!({ "query": query }))
            .send()
            .await
            .unwrap();
        let mut answer: Value = answer.json().await.unwrap();
        let rows = answer["rows"].take();
        assert!(rows.is_array(), "{query}: {answer}");
        serde_json::from_value(rows).unwrap()
    }

    /// All files that the server and the workers have written.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let (mut files, mut folders) = (Vec::new(), vec![self.folder.clone()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.is_file() {
                    files.push(path);
                }
            }
        }
        files
    }

    /// Starts an identification of a new member with this password, under its own id.
    pub(crate) async fn identify(&self, id: &str, password: &str) -> MemberGuid {
        let user = format!("U-{id}");
        let member = self.sandbox.add_member(&user, password).unwrap();
        let job = self
            .sandbox
            .nexus()
            .build()
            .unwrap()
            .user(user)
            .identify(&member);
        let client = self.client::<mx_nexus::identity::Identification>();
        assert!(client.start(id, job, TIMEOUT).await.unwrap());
        member
    }

    /// How many identifications of the member MX has started.
    pub(crate) fn paid_jobs(&self, member: &MemberGuid) -> usize {
        let jobs = self.sandbox.jobs();
        let ours = jobs.iter().filter(|job| job.member == member.as_str());
        ours.map(|job| job.count).max().unwrap_or_default()
    }
}

/// Answers correctly until the job ends.
pub(crate) async fn answer_until_done<K: DurableKind>(client: &JobClient<K>, id: &str) -> Outcome {
    let begun = Instant::now();
    loop {
        assert!(begun.elapsed() < TIMEOUT, "{id} does not end");
        match client.status(id).await {
            Ok(Some(Status::Ended(outcome))) => return *outcome,
            Ok(Some(Status::Challenged { .. })) => _ = answer(client, id, "correct").await,
            _ => {}
        }
        sleep(Duration::from_millis(50)).await;
    }
}

/// Answers what is asked with the same text.
pub(crate) async fn answer<K: DurableKind>(
    client: &JobClient<K>,
    id: &str,
    text: &str,
) -> Result<(), mx_nexus_restate::Error> {
    let Some(challenges) = client.questions(id).await? else {
        return Err(mx_nexus_restate::Error::NothingAsked);
    };
    let answers = challenges
        .iter()
        .fold(Answers::new(), |answers, it| answers.with(it.guid(), text));
    client.answer(id, answers).await
}

/// Waits until the job asks.
pub(crate) async fn until_asked(client: &IdentificationClient, id: &str) {
    until("the job asks", async || {
        matches!(client.status(id).await, Ok(Some(Status::Challenged { .. })))
    })
    .await;
}

/// Waits until something holds.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < TIMEOUT, "it took too long until {what}");
        sleep(Duration::from_millis(20)).await;
    }
}

fn free_ports<const N: usize>() -> [u16; N] {
    // Held together, so that they differ.
    let listeners = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}
