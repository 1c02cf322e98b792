//! The application is killed again and again while its users are identified: no job is lost, and none is paid twice.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures_util::future::join_all;
use mx_nexus::reqwest::{Client, Method};
use mx_nexus_sandbox::{JobKind, Sandbox};
use serde_json::{Value, json};
use tokio::time::sleep;

const USERS: usize = 12;
const KILLS: u32 = 8;

/// A process of the application.
struct App {
    child: Child,
    address: String,
}

impl App {
    fn start(sandbox: &Sandbox, database: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_web-app"))
            .arg(database)
            .env("MX_ENVIRONMENT", sandbox.address())
            .env("MX_CLIENT_ID", sandbox.client_id())
            .env("MX_API_KEY", sandbox.api_key().expose())
            .env("CALL_TIMEOUT_MS", "5000")
            .env("POLL_MS", "100")
            .env("PORT", "0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut address)
            .unwrap();
        Self {
            child,
            address: address.trim().to_owned(),
        }
    }

    /// None when the application is gone.
    async fn send(
        &self,
        method: Method,
        member: &(String, String),
        path: &str,
        body: Value,
    ) -> Option<Value> {
        let url = format!("{}/members/{}/owners{path}", self.address, member.1);
        let request = Client::new()
            .request(method, url)
            .header("x-logged-in", &member.0);
        request.json(&body).send().await.ok()?.json().await.ok()
    }
}

impl Drop for App {
    /// By SIGKILL.
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_application_identifies_everybody_once() {
    let sandbox = Sandbox::builder()
        .job_time(Duration::from_millis(300))
        .start()
        .await
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("jobs.db");
    let mut members = Vec::new();
    for user in 0..USERS {
        let user = format!("U-{user}");
        let member = sandbox.add_member(&user, "challenge").unwrap();
        members.push((user, member.to_string()));
    }

    // Each round is cut by a kill at another point of the calls, of the pages and of the worker.
    for kill in 0..KILLS {
        let app = App::start(&sandbox, &database);
        let rounds = async {
            loop {
                join_all(members.iter().map(|member| visit(&app, member))).await;
                sleep(Duration::from_millis(50)).await;
            }
        };
        let cut = Duration::from_millis(u64::from(300 + kill * 137 % 1000));
        tokio::time::timeout(cut, rounds).await.unwrap_err();
    }
    let app = App::start(&sandbox, &database);
    let ends = members.iter().map(async |member| {
        while !visit(&app, member).await {
            sleep(Duration::from_millis(100)).await;
        }
    });
    join_all(ends).await;
    for (_, member) in &members {
        let jobs = sandbox.jobs().into_iter();
        let paid = jobs.filter(|job| job.kind == JobKind::Identification && job.member == *member);
        assert_eq!(paid.count(), 1, "{member}");
    }
}

/// What a browser does: it starts the job, shows it, and answers its question. Returns whether it has the owners.
async fn visit(app: &App, member: &(String, String)) -> bool {
    app.send(Method::POST, member, "", Value::Null).await;
    let Some(page) = app.send(Method::GET, member, "", Value::Null).await else {
        return false;
    };
    match page["state"].as_str() {
        Some("challenged") => {
            let guid = page["challenges"][0]["guid"].as_str().unwrap();
            app.send(Method::POST, member, "/answers", json!({ guid: "correct" }))
                .await;
            false
        }
        Some("done") => {
            assert!(!page["owners"].as_array().unwrap().is_empty());
            true
        }
        Some("failed") => panic!("{page}"),
        _ => false,
    }
}
