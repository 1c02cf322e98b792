//! MFA in a web application: one request starts the job, another returns the question, a third sends the answer. Each can be
//! handled by another process. `cargo run -p mx-nexus --example mfa_in_a_web_app` runs the server and a client that plays the
//! browser; with `-- --serve` it runs the server only.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use mx_nexus::Nexus;
use mx_nexus::identity::{
    Answers, Challenges, Identification, Job, JobError, JobHandle, Polling, Step,
};
use mx_nexus_sandbox::Sandbox;
use serde_json::{Value, json};
use tokio::sync::{Mutex as Row, MutexGuard};

/// Timeout of one identification, including the time of the end user.
const TIMEOUT: Duration = Duration::from_secs(20 * 60);

/// A row of the table of jobs. A job is saved as text, as in a database.
struct Saved {
    user: String,
    handle: String,
    deadline: SystemTime,
}

#[derive(Clone)]
struct App {
    nexus: Nexus,
    /// The lock of a row allows one request at a time to use its job.
    table: Arc<Mutex<HashMap<String, Arc<Row<Saved>>>>>,
}

type Response = Result<Json<Value>, Refusal>;

/// An error response.
struct Refusal(StatusCode, String);

impl axum::response::IntoResponse for Refusal {
    fn into_response(self) -> axum::response::Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

fn not_found() -> Refusal {
    Refusal(StatusCode::NOT_FOUND, "there is no such job".to_owned())
}

impl App {
    fn row(&self, id: &str) -> Result<Arc<Row<Saved>>, Refusal> {
        let table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        table.get(id).cloned().ok_or_else(not_found)
    }

    /// Locks the row, if it belongs to this user and no other request uses it.
    fn lock<'r>(&self, row: &'r Row<Saved>, user: &str) -> Result<MutexGuard<'r, Saved>, Refusal> {
        let saved = row
            .try_lock()
            .map_err(|_| Refusal(StatusCode::CONFLICT, "please wait".to_owned()))?;
        match saved.user == user {
            true => Ok(saved),
            false => Err(not_found()),
        }
    }

    /// The saved job, with the time that is left.
    fn job(&self, saved: &Saved) -> Result<Job, Refusal> {
        let handle: JobHandle = serde_json::from_str(&saved.handle).map_err(internal)?;
        let left = saved.deadline.duration_since(SystemTime::now());
        Ok(self
            .nexus
            .user(&saved.user)
            .resume::<Identification>(handle)
            .map_err(internal)?
            // For the sandbox. The default, three seconds, is for MX.
            .with_polling(Polling::between(
                Duration::from_millis(100),
                Duration::from_millis(500),
            ))
            .prepare(left.unwrap_or_default()))
    }
}

impl Saved {
    fn save(&mut self, handle: &JobHandle) -> Result<(), Refusal> {
        self.handle = serde_json::to_string(handle).map_err(internal)?;
        Ok(())
    }

    /// One call, with the job saved before and after it: a crash in between does not start a second job.
    async fn step(&mut self, job: &mut Job) -> Result<Result<Step, JobError>, Refusal> {
        self.save(&job.handle().in_flight())?;
        let step = job.next().await;
        self.save(job.handle())?;
        Ok(step)
    }
}

fn internal(error: impl Error) -> Refusal {
    Refusal(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}

/// The user who is logged in. In production from the session of your application, never from a header of the browser.
fn logged_in(headers: &HeaderMap) -> Result<String, Refusal> {
    let user = headers
        .get("x-logged-in")
        .and_then(|user| user.to_str().ok());
    let user = user.ok_or_else(|| Refusal(StatusCode::UNAUTHORIZED, "not logged in".to_owned()))?;
    Ok(user.to_owned())
}

/// `POST /identifications`: starts a job.
async fn start(State(app): State<App>, headers: HeaderMap, Json(form): Json<Value>) -> Response {
    let user = logged_in(&headers)?;
    let member = form["member"]
        .as_str()
        .ok_or_else(|| Refusal(StatusCode::BAD_REQUEST, "the member is missing".to_owned()))?;
    // At most one row for a user and member: a second click starts no second job.
    let id = format!("{user}-{member}");
    let job = app.nexus.user(&user).identify(member).prepare(TIMEOUT);
    let row = {
        let saved = Saved {
            user: user.clone(),
            handle: serde_json::to_string(job.handle()).map_err(internal)?,
            deadline: SystemTime::now() + TIMEOUT,
        };
        let mut table = app.table.lock().unwrap_or_else(PoisonError::into_inner);
        let row = table
            .entry(id.clone())
            .or_insert_with(|| Arc::new(Row::new(saved)));
        Arc::clone(row)
    };
    let mut saved = app.lock(&row, &user)?;
    let mut job = app.job(&saved)?;
    while !job.handle().has_started() {
        if let Err(error) = saved.step(&mut job).await? {
            return Ok(Json(failed(&error)));
        }
    }
    Ok(Json(json!({ "id": id })))
}

/// `GET /identifications/{id}`: the state of the job, and its questions.
async fn show(State(app): State<App>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    let row = app.row(&id)?;
    let mut saved = app.lock(&row, &logged_in(&headers)?)?;
    let mut job = app.job(&saved)?;
    Ok(Json(match saved.step(&mut job).await? {
        Ok(Step::Challenged(challenges)) => questions(&challenges),
        Ok(Step::Done(owners)) => json!({ "state": "done", "owners": owners.len() }),
        Ok(_) => json!({ "state": "waiting" }),
        Err(error) => failed(&error),
    }))
}

/// `POST /identifications/{id}/answers`: the answers of the end user.
async fn answer(
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Json(given): Json<HashMap<String, String>>,
) -> Response {
    let row = app.row(&id)?;
    let mut saved = app.lock(&row, &logged_in(&headers)?)?;
    let mut job = app.job(&saved)?;
    let answers = given
        .into_iter()
        .fold(Answers::new(), |answers, (question, value)| {
            answers.with(question, value)
        });
    // Lists the open questions first, and sends only answers that match them.
    let sent = job.answer(answers).await;
    saved.save(job.handle())?;
    Ok(Json(match sent {
        Ok(()) => json!({ "state": "waiting" }),
        Err(error) => failed(&error),
    }))
}

fn questions(challenges: &Challenges) -> Value {
    let questions = challenges.iter().map(|challenge| {
        let options = challenge.options().iter().map(|option| option.label());
        json!({
            "question": challenge.guid().as_str(),
            "label": challenge.label(),
            "options": options.collect::<Vec<_>>(),
        })
    });
    json!({ "state": "asked", "questions": questions.collect::<Vec<_>>() })
}

fn failed(error: &JobError) -> Value {
    json!({
        "state": "failed",
        "remedy": error.remedy().map(|remedy| remedy.to_string()),
        "is_resumable": error.is_resumable(),
    })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start().await?;
    let nexus = sandbox.nexus().build()?;
    let app = App {
        nexus,
        table: Arc::default(),
    };
    let router = Router::new()
        .route("/identifications", post(start))
        .route("/identifications/{id}", get(show))
        .route("/identifications/{id}/answers", post(answer))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });

    let member = sandbox.add_member("U-1", "options")?;
    println!("server: {address}; member of U-1: {member}");
    if std::env::args().any(|argument| argument == "--serve") {
        serving.await??;
        return Ok(());
    }
    browse(&address, member.as_str()).await?;
    serving.abort();
    Ok(())
}

/// Plays the browser of U-1 until the owners are found.
async fn browse(address: &str, member: &str) -> Result<(), Box<dyn Error>> {
    let browser = mx_nexus::reqwest::Client::new();
    let post = async |path: String, body: Value| -> Result<Value, Box<dyn Error>> {
        let request = browser.post(format!("{address}{path}")).json(&body);
        let page = request.header("x-logged-in", "U-1").send().await?;
        Ok(page.json().await?)
    };
    let started = post("/identifications".to_owned(), json!({ "member": member })).await?;
    println!("POST /identifications: {started}");
    let id = started["id"].as_str().ok_or("the job was not started")?;
    loop {
        let page = browser.get(format!("{address}/identifications/{id}"));
        let page: Value = page
            .header("x-logged-in", "U-1")
            .send()
            .await?
            .json()
            .await?;
        println!("GET: {page}");
        match page["state"].as_str() {
            Some("waiting") => {}
            Some("asked") => {
                let question = page["questions"][0]["question"]
                    .as_str()
                    .unwrap_or_default();
                let answers = json!({ question: "correct" });
                let state = post(format!("/identifications/{id}/answers"), answers).await?;
                println!("POST answers: {state}");
            }
            Some("done") => return Ok(()),
            _ => return Err("the job failed".into()),
        }
    }
}
