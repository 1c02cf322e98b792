//! Account owners in a web application: one request starts the job, another shows its question, a third answers it. Any request
//! may come to another process, and any process may be killed: the jobs are in a table, and a job is paid once.
//!
//! ```sh
//! nexus sandbox                # in another terminal; prints the variables to set
//! cargo run -p web-app -- jobs.db
//! curl -X POST -H 'x-logged-in: U-1' http://127.0.0.1:3000/members/MBR-…/owners
//! curl -H 'x-logged-in: U-1' http://127.0.0.1:3000/members/MBR-…/owners
//! ```

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example prints"
)]

mod table;

use std::collections::HashMap;
use std::error::Error;
use std::path::Path as File;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use mx_nexus::Nexus;
use mx_nexus::identity::{Answers, Identification, Identify, JobHandle};
use mx_nexus::jobs::store::{Shown, StoreError, StoredJobs};
use serde_json::{Value, json};

use table::Table;

/// Budget of one identification, including the user's time.
const BUDGET: Duration = Duration::from_secs(20 * 60);

struct App {
    nexus: Nexus,
    jobs: StoredJobs<Table>,
}

type Answer = Result<Json<Value>, Refusal>;

/// `POST /members/{member}/owners`: saves a job. A second click finds that of the first.
async fn begin(
    State(app): State<Arc<App>>,
    User(user): User,
    Path(member): Path<String>,
) -> Answer {
    let id = format!("{user}/{member}");
    let job = app.nexus.user(user).identify(member);
    app.jobs.add(&id, job, BUDGET).await?;
    Ok(Json(json!({ "state": "running", "wait": 0 })))
}

/// `GET /members/{member}/owners`: makes the call that is due, and returns what to show.
async fn show(State(app): State<Arc<App>>, User(user): User, Path(member): Path<String>) -> Answer {
    let id = format!("{user}/{member}");
    let resume = |handle| app.nexus.user(user).resume(handle);
    Ok(page(app.jobs.step(&id, resume).await?))
}

/// `POST /members/{member}/owners/answers`: sends the answers, by the guids of their questions.
async fn answer(
    State(app): State<Arc<App>>,
    User(user): User,
    Path(member): Path<String>,
    Json(given): Json<HashMap<String, String>>,
) -> Answer {
    let id = format!("{user}/{member}");
    let resume = |handle| app.nexus.user(user).resume(handle);
    let answers = given.into_iter().collect::<Answers>();
    Ok(page(app.jobs.answer(&id, resume, answers).await?))
}

/// What the browser gets.
fn page(shown: Shown<Identification>) -> Json<Value> {
    Json(match shown {
        Shown::Running(wait) => json!({ "state": "running", "wait": wait.as_secs_f64() }),
        Shown::Challenged(challenges) => {
            // Guid, label and kind of each, its options and images.
            let mut page = json!(challenges);
            page["state"] = json!("challenged");
            page
        }
        Shown::Done(owners) => json!({ "state": "done", "owners": owners }),
        Shown::Failed(error) => {
            let advice = error.remedy().map(|remedy| remedy.to_string());
            let (message, may_pass) = (error.to_string(), error.is_resumable());
            json!({ "state": "failed", "message": message, "advice": advice, "may_pass": may_pass })
        }
    })
}

/// Goes on with the jobs whose users have closed the page.
async fn work(app: &App) -> Result<(), rusqlite::Error> {
    loop {
        for id in app.jobs.store().due()? {
            let resume = |handle: JobHandle| -> Result<Identify, mx_nexus::Error> {
                let user = handle.user_id().unwrap_or_default().to_owned();
                app.nexus.user(user).resume(handle)
            };
            if let Err(error) = app.jobs.step(&id, resume).await {
                eprintln!("{id}: {error}");
            }
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// The user who is logged in. In production from the session of your application, never from a header of the browser.
struct User(String);

impl<S: Sync> FromRequestParts<S> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let user = parts.headers.get("x-logged-in");
        let user = user.and_then(|user| user.to_str().ok());
        user.map(|user| Self(user.to_owned()))
            .ok_or(StatusCode::UNAUTHORIZED)
    }
}

/// An answer with an error.
struct Refusal(StatusCode, String);

impl From<StoreError<rusqlite::Error>> for Refusal {
    fn from(error: StoreError<rusqlite::Error>) -> Self {
        let status = match error {
            StoreError::Unknown => StatusCode::NOT_FOUND,
            StoreError::Busy => StatusCode::CONFLICT,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self(status, error.to_string())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args()
        .nth(1)
        .ok_or("give the file of the database")?;
    let jobs = StoredJobs::new(Table::open(File::new(&file))?);
    let app = Arc::new(App {
        nexus: nexus()?,
        jobs: match std::env::var("CALL_TIMEOUT_MS") {
            Ok(timeout) => jobs.with_call_timeout(Duration::from_millis(timeout.parse()?)),
            Err(_) => jobs,
        },
    });
    let router = Router::new()
        .route("/members/{member}/owners", get(show).post(begin))
        .route("/members/{member}/owners/answers", post(answer))
        .with_state(Arc::clone(&app));
    let port = std::env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://{}", listener.local_addr()?);
    tokio::select! {
        served = axum::serve(listener, router) => served?,
        worked = work(&app) => worked?,
    }
    Ok(())
}

fn nexus() -> Result<Nexus, Box<dyn Error>> {
    let address = std::env::var("MX_ENVIRONMENT")?;
    let environment = mx_nexus::Environment::custom(format!("{address}/nexus"))
        .with_sso(format!("{address}/sso"));
    let nexus = Nexus::builder(environment);
    Ok(nexus
        .credentials(std::env::var("MX_CLIENT_ID")?, std::env::var("MX_API_KEY")?)
        .build()?)
}
