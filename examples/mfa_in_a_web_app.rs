//! A challenge in a web application: one request starts the job, another shows the question, a third answers it, and each
//! may be served by another process. `cargo run --features sandbox --example mfa_in_a_web_app` serves the application, plays
//! the browser, and ends; with `-- --serve` it goes on serving.

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
use mx_nexus::sandbox::Sandbox;
use serde_json::{Value, json};
use tokio::sync::{Mutex as Row, MutexGuard};

/// How long one identification may take, the person's time included.
const WHOLE: Duration = Duration::from_secs(20 * 60);

/// One row of the table of jobs. What is kept of a job is text, as a database would keep it.
struct Saved {
    user: String,
    handle: String,
    deadline: SystemTime,
}

#[derive(Clone)]
struct App {
    nexus: Nexus,
    /// Who holds a row's lock may drive its job.
    table: Arc<Mutex<HashMap<String, Arc<Row<Saved>>>>>,
}

type Answered = Result<Json<Value>, Refusal>;

/// A page that says no.
struct Refusal(StatusCode, String);

impl axum::response::IntoResponse for Refusal {
    fn into_response(self) -> axum::response::Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

impl App {
    fn row(&self, id: &str) -> Result<Arc<Row<Saved>>, Refusal> {
        let table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let row = table.get(id).cloned();
        row.ok_or_else(|| Refusal(StatusCode::NOT_FOUND, "there is no such job".to_owned()))
    }

    /// The row, locked, if it is this person's and nobody else drives its job right now.
    fn lock<'r>(&self, row: &'r Row<Saved>, user: &str) -> Result<MutexGuard<'r, Saved>, Refusal> {
        let saved = row
            .try_lock()
            .map_err(|_| Refusal(StatusCode::CONFLICT, "please wait".to_owned()))?;
        if saved.user == user {
            return Ok(saved);
        }
        Err(Refusal(
            StatusCode::NOT_FOUND,
            "there is no such job".to_owned(),
        ))
    }

    /// The saved job, with what is left of its time.
    fn job(&self, saved: &Saved) -> Result<Job, Refusal> {
        let handle: JobHandle = serde_json::from_str(&saved.handle).map_err(internal)?;
        let left = saved.deadline.duration_since(SystemTime::now());
        Ok(self
            .nexus
            .user(&saved.user)
            .resume::<Identification>(handle)
            .map_err(internal)?
            // The sandbox is quick. MX wants three seconds, which is the default.
            .with_polling(Polling::between(
                Duration::from_millis(100),
                Duration::from_millis(500),
            ))
            .prepare(left.unwrap_or_default()))
    }
}

impl Saved {
    fn keep(&mut self, handle: &JobHandle) -> Result<(), Refusal> {
        self.handle = serde_json::to_string(handle).map_err(internal)?;
        Ok(())
    }

    /// One call, saved on both sides: a process that dies in the middle of it starts nothing twice.
    async fn step(&mut self, job: &mut Job) -> Result<Result<Step, JobError>, Refusal> {
        self.keep(&job.handle().in_flight())?;
        let step = job.next().await;
        self.keep(job.handle())?;
        Ok(step)
    }
}

fn internal(error: impl Error) -> Refusal {
    Refusal(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}

/// Who is logged in. Yours comes from the session of your application; never from what the browser says.
fn logged_in(headers: &HeaderMap) -> Result<String, Refusal> {
    let user = headers
        .get("x-logged-in")
        .and_then(|user| user.to_str().ok());
    let user = user.ok_or_else(|| Refusal(StatusCode::UNAUTHORIZED, "log in first".to_owned()))?;
    Ok(user.to_owned())
}

/// `POST /identifications`: starts one.
async fn begin(State(app): State<App>, headers: HeaderMap, Json(form): Json<Value>) -> Answered {
    let user = logged_in(&headers)?;
    let member = form["member"]
        .as_str()
        .ok_or_else(|| Refusal(StatusCode::BAD_REQUEST, "name the member".to_owned()))?;
    // One user and member have one row at most, so that a second click starts nothing.
    let id = format!("{user}-{member}");
    let job = app.nexus.user(&user).identify(member).prepare(WHOLE);
    let row = {
        let saved = Saved {
            user: user.clone(),
            handle: serde_json::to_string(job.handle()).map_err(internal)?,
            deadline: SystemTime::now() + WHOLE,
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

/// `GET /identifications/{id}`: what to show now.
async fn show(State(app): State<App>, headers: HeaderMap, Path(id): Path<String>) -> Answered {
    let row = app.row(&id)?;
    let mut saved = app.lock(&row, &logged_in(&headers)?)?;
    let mut job = app.job(&saved)?;
    Ok(Json(match saved.step(&mut job).await? {
        Ok(Step::Challenged(challenges)) => asked(&challenges),
        Ok(Step::Done(owners)) => json!({ "state": "done", "owners": owners.len() }),
        Ok(_) => json!({ "state": "waiting" }),
        Err(error) => failed(&error),
    }))
}

/// `POST /identifications/{id}/answers`: what the person says.
async fn answer(
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Json(given): Json<HashMap<String, String>>,
) -> Answered {
    let row = app.row(&id)?;
    let mut saved = app.lock(&row, &logged_in(&headers)?)?;
    let mut job = app.job(&saved)?;
    let answers = given
        .into_iter()
        .fold(Answers::new(), |answers, (question, value)| {
            answers.with(question, value)
        });
    // Lists the open questions again first, so that what does not fit is not sent.
    let sent = job.answer(answers).await;
    saved.keep(job.handle())?;
    Ok(Json(match sent {
        Ok(()) => json!({ "state": "waiting" }),
        Err(error) => failed(&error),
    }))
}

fn asked(challenges: &Challenges) -> Value {
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
        "may_go_on_later": error.is_resumable(),
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
        .route("/identifications", post(begin))
        .route("/identifications/{id}", get(show))
        .route("/identifications/{id}/answers", post(answer))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });

    let member = sandbox.add_member("U-1", "options")?;
    println!("the application listens on {address}; U-1 has the member {member}");
    if std::env::args().any(|word| word == "--serve") {
        serving.await??;
        return Ok(());
    }
    browse(&address, member.as_str()).await?;
    serving.abort();
    Ok(())
}

/// Plays the browser of U-1, until the owners are there.
async fn browse(address: &str, member: &str) -> Result<(), Box<dyn Error>> {
    let browser = mx_nexus::reqwest::Client::new();
    let post = async |path: String, body: Value| -> Result<Value, Box<dyn Error>> {
        let request = browser.post(format!("{address}{path}")).json(&body);
        let page = request.header("x-logged-in", "U-1").send().await?;
        Ok(page.json().await?)
    };
    let begun = post("/identifications".to_owned(), json!({ "member": member })).await?;
    println!("POST /identifications: {begun}");
    let id = begun["id"].as_str().ok_or("the job did not begin")?;
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
                let said = post(format!("/identifications/{id}/answers"), answers).await?;
                println!("POST answers: {said}");
            }
            Some("done") => return Ok(()),
            _ => return Err("it failed".into()),
        }
    }
}
