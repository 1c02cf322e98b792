//! MFA in a web application: one request creates the job, another returns its question, a third sends the answer. Here each
//! request has a server of its own, which ends after the response: only the table of jobs stays.
//! `cargo run -p mx-nexus --example mfa_in_a_web_app`

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use mx_nexus::Nexus;
use mx_nexus::identity::{Answers, Identification, Identify, JobHandle, Polling};
use mx_nexus::jobs::steps::{self, Event};
use mx_nexus_sandbox::Sandbox;
use serde_json::{Value, json};
use tokio::sync::{Mutex as Lock, OwnedMutexGuard};

/// Timeout of one identification, including the user's time.
const TIMEOUT: Duration = Duration::from_secs(20 * 60);

/// A row of the table of jobs.
struct Row {
    /// The job as text, as in a database.
    handle: String,
    /// When the next call is due.
    due: SystemTime,
    deadline: SystemTime,
}

impl Row {
    /// Saves the job. A database commits here, and keeps the row locked.
    fn save(&mut self, handle: &JobHandle, delay: Duration) -> Result<(), Refusal> {
        self.handle = serde_json::to_string(handle)?;
        self.due = SystemTime::now() + delay;
        Ok(())
    }

    fn time_left(&self) -> Duration {
        let left = self.deadline.duration_since(SystemTime::now());
        left.unwrap_or_default()
    }
}

/// The rows by user and member: a second click finds the row of the first, and starts no second job.
type Table = HashMap<(String, String), Arc<Lock<Row>>>;

#[derive(Clone)]
struct App {
    nexus: Nexus,
    table: Arc<Mutex<Table>>,
}

impl App {
    /// Locks the row until the end of the request, so that no other request calls the same job.
    fn lock(&self, user: &str, member: &str) -> Result<OwnedMutexGuard<Row>, Refusal> {
        let table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let row = table.get(&(user.to_owned(), member.to_owned()));
        let row = row.ok_or(Refusal(StatusCode::NOT_FOUND, "no such job".to_owned()))?;
        let locked = Arc::clone(row).try_lock_owned();
        locked.map_err(|_| Refusal(StatusCode::CONFLICT, "please wait".to_owned()))
    }

    fn resume(&self, user: &str, handle: JobHandle) -> Result<Identify, Refusal> {
        let job = self.nexus.user(user).resume::<Identification>(handle)?;
        // For the sandbox. The default, three seconds, is for MX.
        let (shortest, longest) = (Duration::from_millis(100), Duration::from_millis(500));
        Ok(job.with_polling(Polling::between(shortest, longest)))
    }
}

/// An error response.
struct Refusal(StatusCode, String);

impl<E: Error> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    }
}

impl axum::response::IntoResponse for Refusal {
    fn into_response(self) -> axum::response::Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

type Response = Result<Json<Value>, Refusal>;

/// The user who is logged in. In production from the session of your application, never from a header of the browser.
fn logged_in(headers: &HeaderMap) -> Result<&str, Refusal> {
    let user = headers.get("x-logged-in").and_then(|it| it.to_str().ok());
    user.ok_or_else(|| Refusal(StatusCode::UNAUTHORIZED, "not logged in".to_owned()))
}

/// `POST /members/{member}/identification`: saves a job, whose calls are made while the page shows it.
async fn begin(State(app): State<App>, headers: HeaderMap, Path(member): Path<String>) -> Response {
    let user = logged_in(&headers)?;
    let job = app.nexus.user(user).identify(&*member).prepare(TIMEOUT);
    let row = Row {
        handle: serde_json::to_string(job.handle())?,
        due: SystemTime::now(),
        deadline: SystemTime::now() + TIMEOUT,
    };
    let mut table = app.table.lock().unwrap_or_else(PoisonError::into_inner);
    let entry = table.entry((user.to_owned(), member));
    entry.or_insert_with(|| Arc::new(Lock::new(row)));
    Ok(Json(json!({ "event": "running" })))
}

/// `GET /members/{member}/identification`: makes the call that is due, and returns what to show.
async fn show(State(app): State<App>, headers: HeaderMap, Path(member): Path<String>) -> Response {
    let user = logged_in(&headers)?;
    let mut row = app.lock(user, &member)?;
    if SystemTime::now() < row.due {
        return Ok(Json(json!({ "event": "running" })));
    }
    let handle: JobHandle = serde_json::from_str(&row.handle)?;
    // If the process ends during the call, the job is resumed from here, and not started twice.
    row.save(&handle.in_flight(), Duration::ZERO)?;
    let (stepped, owners) = steps::step(app.resume(user, handle)?, row.time_left()).await;
    row.save(&stepped.handle, stepped.delay)?;
    let mut page = json!(stepped.event);
    match stepped.event {
        Event::Challenged { .. } => {
            let job = app.resume(user, stepped.handle)?;
            page["questions"] = json!(steps::questions(job, row.time_left()).await?);
        }
        // Store the owners where personal data belongs, and delete the row.
        Event::Done => page["owners"] = json!(owners.map_or(0, |owners| owners.len())),
        Event::Running { .. } | Event::Failed { .. } => {}
    }
    Ok(Json(page))
}

/// `POST /members/{member}/identification/answers`: sends the answers, by the guids of their questions.
async fn answer(
    State(app): State<App>,
    headers: HeaderMap,
    Path(member): Path<String>,
    Json(given): Json<HashMap<String, String>>,
) -> Response {
    let user = logged_in(&headers)?;
    let mut row = app.lock(user, &member)?;
    let answers = given
        .into_iter()
        .fold(Answers::new(), |answers, (guid, value)| {
            answers.with(guid, value)
        });
    let handle: JobHandle = serde_json::from_str(&row.handle)?;
    row.save(&handle.while_answering(), Duration::ZERO)?;
    // Lists the open questions first, and sends only answers that match them.
    let stepped = steps::answer(app.resume(user, handle)?, row.time_left(), answers).await;
    row.save(&stepped.handle, stepped.delay)?;
    Ok(Json(json!(stepped.event)))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start().await?;
    let member = sandbox.add_member("U-1", "options")?;
    let table = Arc::default();
    let send = async |method: Method, path: &str, body| -> Result<Value, Box<dyn Error>> {
        let app = App {
            nexus: sandbox.nexus().build()?,
            table: Arc::clone(&table),
        };
        let path = format!("/members/{member}/identification{path}");
        let response = request(app, method.clone(), &path, body).await?;
        println!("{method} {path}\n  {response}");
        Ok(response)
    };
    send(Method::POST, "", Value::Null).await?;
    loop {
        let page = send(Method::GET, "", Value::Null).await?;
        match page["event"].as_str() {
            Some("running") => tokio::time::sleep(Duration::from_millis(100)).await,
            Some("challenged") => {
                let guid = page["questions"]["challenges"][0]["guid"].as_str();
                let answers = json!({ guid.unwrap_or_default(): "correct" });
                send(Method::POST, "/answers", answers).await?;
            }
            Some("done") => return Ok(()),
            _ => return Err("the job failed".into()),
        }
    }
}

/// One request of the browser of U-1, to a new server with nothing but the table.
async fn request(
    app: App,
    method: Method,
    path: &str,
    body: Value,
) -> Result<Value, Box<dyn Error>> {
    let router = Router::new()
        .route("/members/{member}/identification", get(show).post(begin))
        .route("/members/{member}/identification/answers", post(answer))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}{path}", listener.local_addr()?);
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let request = mx_nexus::reqwest::Client::new().request(method, url);
    let response = request.header("x-logged-in", "U-1").json(&body).send();
    let page = response.await?.json().await?;
    serving.abort();
    Ok(page)
}
