//! Identifies the owners of the accounts of its users: `cargo run -p web-app -- jobs.db`. The first request starts a job, the second shows
//! its state or its question, the third answers; a worker makes the calls that are due. Everything is in one table of SQLite, so that a
//! process that is killed loses no job and pays none twice.
//!
//! ```sh
//! nexus sandbox                # in another terminal; prints the variables to set
//! cargo run -p web-app -- jobs.db
//! curl -X POST -H 'x-logged-in: U-1' http://127.0.0.1:8080/members/MBR-…/owners
//! curl -H 'x-logged-in: U-1' http://127.0.0.1:8080/members/MBR-…/owners
//! ```

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example prints"
)]

mod table;

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, Path, State};
use axum::http::{StatusCode, request::Parts};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use futures_util::future::join_all;
use mx_nexus::identity::{
    Challenges, Identification, Identify, JobHandle, Owners, Polling, Remedy,
};
use mx_nexus::jobs::store::{SavedJob, Shown, StoreError, StoredJobs};
use mx_nexus::{Nexus, User};
use serde::Serialize;
use tokio::net::TcpListener;

use table::Table;

/// For the whole job, with the user's time.
const BUDGET: Duration = Duration::from_secs(20 * 60);

struct App {
    nexus: Nexus,
    jobs: StoredJobs<Table>,
    /// MX's by default; a sandbox is quicker.
    polling: Polling,
}

impl App {
    /// The polling of a job is not saved.
    fn resume(&self, user: &User, handle: JobHandle) -> Result<Identify, mx_nexus::Error> {
        let job = user.resume::<Identification>(handle)?;
        Ok(job.with_polling(self.polling))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: web-app DATABASE")?;
    let mut jobs = StoredJobs::new(Table::open(&path)?);
    if let Ok(timeout) = std::env::var("CALL_TIMEOUT_MS") {
        jobs = jobs.with_call_timeout(Duration::from_millis(timeout.parse()?));
    }
    let nexus = Nexus::from_env()?.build()?;
    let polling = match std::env::var("POLL_MS") {
        Ok(wait) => {
            let wait = Duration::from_millis(wait.parse()?);
            Polling::between(wait, wait)
        }
        Err(_) => Polling::default(),
    };
    let app = Arc::new(App {
        nexus,
        jobs,
        polling,
    });
    tokio::spawn(work(app.clone()));

    let port = std::env::var("PORT").map_or(Ok(8080), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}", listener.local_addr()?);
    let router = Router::new()
        .route("/members/{member}/owners", post(begin).get(show))
        .route("/members/{member}/owners/answers", post(answer))
        .with_state(app);
    Ok(axum::serve(listener, router).await?)
}

/// Makes the calls that are due, also of jobs that a killed process has left.
async fn work(app: Arc<App>) {
    let mut ticks = tokio::time::interval(Duration::from_millis(200));
    loop {
        ticks.tick().await;
        match app.jobs.store().due().await {
            Ok(due) => {
                let steps = due.iter().map(async |(id, job)| {
                    if let Err(error) = step(&app, id, job).await {
                        eprintln!("{id}: {error}");
                    }
                });
                join_all(steps).await;
            }
            Err(error) => eprintln!("{error}"),
        }
    }
}

async fn step(app: &App, id: &str, job: &SavedJob) -> Result<(), Box<dyn Error + Send + Sync>> {
    let user = job.handle().user_id().ok_or("the job names no user")?;
    let user = app.nexus.user(user);
    let resume = |handle| app.resume(&user, handle);
    app.jobs.step(id, resume).await?;
    Ok(())
}

/// POST /members/{member}/owners
async fn begin(State(app): State<Arc<App>>, visit: Visit) -> Result<StatusCode, Refusal> {
    let job = visit.user.identify(visit.member);
    app.jobs.add(&visit.id, job, BUDGET).await?;
    Ok(StatusCode::ACCEPTED)
}

/// GET /members/{member}/owners
async fn show(State(app): State<Arc<App>>, visit: Visit) -> Result<Json<Page>, Refusal> {
    let resume = |handle| app.resume(&visit.user, handle);
    Ok(page(app.jobs.step(&visit.id, resume).await?))
}

/// POST /members/{member}/owners/answers
async fn answer(
    State(app): State<Arc<App>>,
    visit: Visit,
    Json(given): Json<HashMap<String, String>>,
) -> Result<Json<Page>, Refusal> {
    let resume = |handle| app.resume(&visit.user, handle);
    let answers = given.into_iter().collect();
    Ok(page(app.jobs.answer(&visit.id, resume, answers).await?))
}

#[derive(Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum Page {
    Running {
        seconds: f64,
    },
    Challenged(Challenges),
    Done {
        owners: Owners,
    },
    /// A call failed, or the answers did not fit; the job may go on.
    Interrupted {
        message: String,
    },
    Failed {
        message: String,
        remedy: Option<Remedy>,
    },
}

fn page(shown: Shown<Identification>) -> Json<Page> {
    Json(match shown {
        Shown::Running(wait) => Page::Running {
            seconds: wait.as_secs_f64(),
        },
        Shown::Challenged(challenges) => Page::Challenged(challenges),
        Shown::Done(owners) => Page::Done { owners },
        Shown::Failed(error) if error.is_resumable() => Page::Interrupted {
            message: error.to_string(),
        },
        Shown::Failed(error) => Page::Failed {
            message: error.to_string(),
            remedy: error.remedy(),
        },
    })
}

/// Who asks for which member.
struct Visit {
    user: User,
    member: String,
    id: String,
}

impl FromRequestParts<Arc<App>> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let member = Path::<String>::from_request_parts(parts, app).await;
        let Path(member) = member.map_err(IntoResponse::into_response)?;
        // In place of the session of a real application.
        let user = parts.headers.get("x-logged-in");
        let user = user
            .and_then(|user| user.to_str().ok())
            .ok_or_else(|| StatusCode::UNAUTHORIZED.into_response())?;
        Ok(Self {
            id: format!("{user}/{member}"),
            user: app.nexus.user(user),
            member,
        })
    }
}

struct Refusal(StoreError<rusqlite::Error>);

impl From<StoreError<rusqlite::Error>> for Refusal {
    fn from(error: StoreError<rusqlite::Error>) -> Self {
        Self(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match self.0 {
            StoreError::Unknown => StatusCode::NOT_FOUND,
            StoreError::Busy => StatusCode::CONFLICT,
            StoreError::Resume(_) => StatusCode::FORBIDDEN,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        };
        (status, self.0.to_string()).into_response()
    }
}
